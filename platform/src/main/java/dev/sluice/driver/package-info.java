/// Event drivers that are programs of images: each in a sandbox of its own, for as long as it lives. Knows no labels
/// and no events: bytes that a program posts go to whoever started it.
@NullMarked
package dev.sluice.driver;

import org.jspecify.annotations.NullMarked;
