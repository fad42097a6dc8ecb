/// Looks for what the tests did not think of: random programs in pairs of worlds that differ only in secrets, builds
/// with one guard removed, hostile bytes for every parser, and stores that fail in the middle.
@NullMarked
package dev.sluice.fuzz;

import org.jspecify.annotations.NullMarked;
