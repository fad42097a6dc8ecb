/// A function's source on its way to the server: a gzipped tar.
@NullMarked
package dev.sluice.cli.source;

import org.jspecify.annotations.NullMarked;
