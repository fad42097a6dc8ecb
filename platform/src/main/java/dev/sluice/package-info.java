/// The programs of the server: `Main` starts it, `LabelCommand` computes with labels on the command line. The rooms are
/// wired together here, by constructors; nothing imports this package.
@NullMarked
package dev.sluice;

import org.jspecify.annotations.NullMarked;
