/// Isolated builds: what images need beside their languages is installed in sandboxes, from registries that the
/// operator names. What comes out of a build is hostile, as what comes out of any guest.
@NullMarked
package dev.sluice.build;

import org.jspecify.annotations.NullMarked;
