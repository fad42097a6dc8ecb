/// Immutable bytes named by their content, streamed. Knows no labels: whoever calls it has decided already.
@NullMarked
package dev.sluice.blob;

import org.jspecify.annotations.NullMarked;
