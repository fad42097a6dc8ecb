package dev.sluice.gateway;

import dev.sluice.authn.Caller;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.kernel.Task;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/// What an endpoint asks of those whose requests it takes. Whoever does not show it has nothing run, and learns that he
/// has not.
public sealed interface Access
        permits Access.Everybody, CertificateAccess, KeyAccess, PasswordAccess, SignedAccess, TokenAccess {
    /// Asks nothing.
    Access EVERYBODY = new Everybody();

    /// @param realm for what a client shows what it shows
    Verdict judge(Request request, String realm) throws InterruptedException;

    sealed interface Verdict {}

    /// Somebody may have the function run.
    ///
    /// @param authority what a run of his may do
    /// @param claims    what is so of him, for the function; absent where nothing is known
    /// @param proofs    the headers that he proved it by, in lower case: nothing for a function
    record Entered(Supplier<Task> authority, Optional<ObjectNode> claims, Set<String> proofs) implements Verdict {
        public Entered {
            proofs = Set.copyOf(proofs);
        }
    }

    /// The answer to somebody who may not, or not now.
    record Turned(Response answer) implements Verdict {
        static Turned unauthorized(String challenge, String message) {
            return new Turned(Response.error(401, 401, message)
                    .with("WWW-Authenticate", challenge)
                    .with("Cache-Control", "no-store"));
        }

        static Turned later(int status, Duration wait, String message) {
            return new Turned(
                    Response.error(status, status, message).with("Retry-After", Long.toString(wait.toSeconds())));
        }

        static Turned tooOften(Duration wait) {
            return later(429, wait, "wrong credentials were shown too often from your address: try again later");
        }

        static Turned busy() {
            return later(503, Duration.ofSeconds(1), "there is no room to check credentials: try again");
        }
    }

    record Everybody() implements Access {
        private static final Entered NOBODY_KNOWN =
                new Entered(() -> new Caller.Anonymous().task(), Optional.empty(), Set.of());

        @Override
        public Verdict judge(Request request, String realm) {
            return NOBODY_KNOWN;
        }
    }
}
