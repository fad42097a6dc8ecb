/// JSON as a small tree, and its three faces on a terminal: JSON text, YAML and aligned tables.
@NullMarked
package dev.sluice.cli.json;

import org.jspecify.annotations.NullMarked;
