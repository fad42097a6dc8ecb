/// Secrets: sealed with a key of their organization, which a master key wraps, and each labeled by itself.
@NullMarked
package dev.sluice.secret;

import org.jspecify.annotations.NullMarked;
