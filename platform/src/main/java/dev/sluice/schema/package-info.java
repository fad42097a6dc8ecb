/// What a function's input and output must look like: JSON checked against JSON Schema, within bounds.
@NullMarked
package dev.sluice.schema;

import org.jspecify.annotations.NullMarked;
