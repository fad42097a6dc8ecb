/// The command line: words and flags of Dispatch's client, spoken over HTTP to a Sluice server. Nothing here decides
/// what is allowed; the server does.
@NullMarked
package dev.sluice.cli;

import org.jspecify.annotations.NullMarked;
