/// Values that carry bytes and names of bytes. No I/O, no other room.
@NullMarked
package dev.sluice.bytes;

import org.jspecify.annotations.NullMarked;
