/// Durable bytes by key: get, conditional writes, atomic batches, ordered scans. Knows no labels: whoever calls it has
/// decided already.
@NullMarked
package dev.sluice.store;

import org.jspecify.annotations.NullMarked;
