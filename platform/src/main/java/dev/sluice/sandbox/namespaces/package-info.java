/// Guests isolated by Linux namespaces, made by bubblewrap. See `docs/design/sandboxes.md`.
@NullMarked
package dev.sluice.sandbox.namespaces;

import org.jspecify.annotations.NullMarked;
