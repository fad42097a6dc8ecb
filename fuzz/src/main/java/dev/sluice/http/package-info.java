/// What the fuzzer needs of this room: its package-private parsers.
@NullMarked
package dev.sluice.http;

import org.jspecify.annotations.NullMarked;
