/// What guests use and have used, for whom, and what the server tells its operator of itself. Knows no labels: whoever
/// asks has been let in already.
@NullMarked
package dev.sluice.meter;

import org.jspecify.annotations.NullMarked;
