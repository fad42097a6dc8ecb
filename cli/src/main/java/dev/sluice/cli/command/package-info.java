/// The words of the command line. Each command is described and carried out in one place; picocli is told by values,
/// not by annotations, which it would read by reflection at every start.
@NullMarked
package dev.sluice.cli.command;

import org.jspecify.annotations.NullMarked;
