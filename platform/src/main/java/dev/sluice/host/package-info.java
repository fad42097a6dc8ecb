/// The host names that organizations hold: how one shows that a name is its own, and who has which.
///
/// It knows no labels, and nothing of what is served at a host.
@NullMarked
package dev.sluice.host;

import org.jspecify.annotations.NullMarked;
