/// The local manager of one machine: its pool of guests, and one invocation in one guest.
@NullMarked
package dev.sluice.worker;

import org.jspecify.annotations.NullMarked;
