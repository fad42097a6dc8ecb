/// The control plane over HTTP: Dispatch's routes, Faasten's and the seed's, over one set of verbs.
///
/// A handler authenticates, parses, calls another room and answers. What is refused there becomes a status here.
@NullMarked
package dev.sluice.api;

import org.jspecify.annotations.NullMarked;
