/// What a function's guest is made of: the language runtimes that this server has.
@NullMarked
package dev.sluice.image;

import org.jspecify.annotations.NullMarked;
