/// Isolated guests. Knows no labels, tenants, gates or messages: it gives out a running guest and one byte channel to
/// it.
///
/// Everything that comes out of a guest is hostile: the bytes of its channel, of its output, and the way it dies.
@NullMarked
package dev.sluice.sandbox;

import org.jspecify.annotations.NullMarked;
