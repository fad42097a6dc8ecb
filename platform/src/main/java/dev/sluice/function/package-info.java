/// What can be run: a package of files, its handler, and the limits of its runs.
@NullMarked
package dev.sluice.function;

import org.jspecify.annotations.NullMarked;
