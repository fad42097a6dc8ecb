/// What is kept of runs: that they exist, what came out, and the durable queue of those that nobody waits for.
@NullMarked
package dev.sluice.run;

import org.jspecify.annotations.NullMarked;
