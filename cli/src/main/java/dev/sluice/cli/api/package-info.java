/// The server's API: who asks (token, organization, cookie), what comes back, and how a refusal reads.
@NullMarked
package dev.sluice.cli.api;

import org.jspecify.annotations.NullMarked;
