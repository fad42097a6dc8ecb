/// What benches need of this room: its package-private pool.
@NullMarked
package dev.sluice.worker;

import org.jspecify.annotations.NullMarked;
