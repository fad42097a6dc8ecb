/// Lets the parser fuzzer reach what this room keeps to itself.
@NullMarked
package dev.sluice.api;

import org.jspecify.annotations.NullMarked;
