package dev.sluice.api;

import dev.sluice.authn.Authenticator;
import dev.sluice.authn.Caller;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Operation;

/// Who may come in: asks `authn` who calls, and for a task with what the operation is lent. The refusals are
/// Dispatch's, byte for byte.
final class Door {
    private static final Response UNAUTHORIZED = Response.json(
                    401,
                    Bytes.utf8("{\"code\": 401,\"message\": \"Unauthorized, please make sure you are logged in"
                            + " or provide a valid token\"}"))
            .with("WWW-Authenticate", "Bearer");
    private static final Response FORBIDDEN = Response.json(
            403,
            Bytes.utf8("{\"code\": 403,\"message\": \"Forbidden, please make sure you have required privileges\"}"));

    private final Authenticator authenticator;

    Door(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    /// Somebody whom policies speak of.
    ///
    /// @throws Rejection 401, 403: for a delegate too, to whom nothing is lent
    Caller.Known known(Request request) {
        return switch (caller(request)) {
            case Caller.Known known -> known;
            case Caller.Delegate _ -> throw new Rejection(FORBIDDEN);
            case Caller.Anonymous _ -> throw new Rejection(UNAUTHORIZED);
            case Caller.Rejected(var reason) -> throw refused(reason);
        };
    }

    /// Somebody who is known, or whom somebody known gave a part of what he is.
    ///
    /// @throws Rejection 401, 403
    Caller.Proven proven(Request request) {
        return switch (caller(request)) {
            case Caller.Proven proven -> proven;
            case Caller.Anonymous _ -> throw new Rejection(UNAUTHORIZED);
            case Caller.Rejected(var reason) -> throw refused(reason);
        };
    }

    /// Somebody who acts for himself, with what he owns and nothing that a policy lends; nobody in particular too.
    ///
    /// @throws Rejection 401, 403: whoever shows a bad credential is not let in as nobody
    Self self(Request request) {
        return switch (caller(request)) {
            case Caller.Proven proven -> Self.of(proven);
            case Caller.Anonymous anonymous -> Self.nobody(anonymous);
            case Caller.Rejected(var reason) -> throw refused(reason);
        };
    }

    /// As [#self], for what leaves something behind: nobody in particular may not.
    Self knownSelf(Request request) {
        return Self.of(proven(request));
    }

    /// Who asks by path.
    ///
    /// @param identity     what `~` stands for; true for nobody
    /// @param organization the token of the organization that is charged; empty for nobody
    record Self(Task task, Component identity, String organization) {
        static Self of(Caller.Proven proven) {
            return new Self(proven.task(), proven.component(), proven.home().token());
        }

        static Self nobody(Caller.Anonymous anonymous) {
            return new Self(anonymous.task(), Component.TRUE, "");
        }

        /// Whether he proved anything.
        boolean isKnown() {
            return !organization.isEmpty();
        }

        /// Reads a path as this caller writes it.
        FsPath path(String text) {
            return FsPath.parse(text, identity, Label.PUBLIC);
        }

        /// The caller's own authority, for an operation that names what it changes: it vouches for what he writes,
        /// and releases to there what he may read himself.
        Privilege authority() {
            return task.exercise(identity, identity);
        }
    }

    /// The caller's task for an operation.
    ///
    /// @throws Rejection 403
    static Task lent(Caller.Known caller, Operation operation) {
        return caller.taskFor(operation).orElseThrow(() -> new Rejection(FORBIDDEN));
    }

    /// The refusal of somebody who would have to be known.
    static Rejection unauthorized() {
        return new Rejection(UNAUTHORIZED);
    }

    private Caller caller(Request request) {
        return authenticator.authenticate(request.header("Authorization"), request.header("X-Dispatch-Org"));
    }

    private static Rejection refused(Caller.Reason reason) {
        return new Rejection(
                switch (reason) {
                    case UNAUTHENTICATED -> UNAUTHORIZED;
                    case FORBIDDEN -> FORBIDDEN;
                });
    }
}
