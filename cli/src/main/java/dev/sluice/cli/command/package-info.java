/// The words of the command line. Each command is described and carried out in one place; parser, help and
/// completion read the same descriptions.
@NullMarked
package dev.sluice.cli.command;

import org.jspecify.annotations.NullMarked;
