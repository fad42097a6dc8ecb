/// Blobs as files of one directory.
@NullMarked
package dev.sluice.blob.disk;

import org.jspecify.annotations.NullMarked;
