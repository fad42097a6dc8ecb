/// Gates: who may run a function, and with what authority it runs.
@NullMarked
package dev.sluice.gate;

import org.jspecify.annotations.NullMarked;
