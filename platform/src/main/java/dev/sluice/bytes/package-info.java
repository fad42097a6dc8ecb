/// Values that carry bytes and names of bytes, and small files that only their owner reads. No other room.
@NullMarked
package dev.sluice.bytes;

import org.jspecify.annotations.NullMarked;
