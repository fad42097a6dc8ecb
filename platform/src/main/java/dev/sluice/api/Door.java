package dev.sluice.api;

import dev.sluice.audit.AuditLog;
import dev.sluice.audit.Inquiry;
import dev.sluice.authn.Authenticator;
import dev.sluice.authn.Caller;
import dev.sluice.authn.Users;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Action;
import dev.sluice.org.Limit;
import dev.sluice.org.Operation;
import dev.sluice.org.Resource;
import dev.sluice.org.TenantLimits;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// Who may come in: asks `authn` who calls, and for a task with what the operation is lent. The refusals are
/// Dispatch's, byte for byte.
final class Door {
    /// Asks for the authority of an organization as a whole, if it is `true`.
    static final String AS_ORGANIZATION = "X-Sluice-As-Org";

    /// What a policy would have to allow: only in answers to who may read the policies.
    private static final String NEEDS = "X-Sluice-Needs";

    private static final Operation READ_POLICIES = Operation.of(Action.GET, Resource.IAM);
    private static final String EVERYTHING = "* *";
    private static final Response UNAUTHORIZED = Response.json(
                    401,
                    Bytes.utf8("{\"code\": 401,\"message\": \"Unauthorized, please make sure you are logged in"
                            + " or provide a valid token\"}"))
            .with("WWW-Authenticate", "Bearer");
    private static final Response FORBIDDEN = Response.json(
            403,
            Bytes.utf8("{\"code\": 403,\"message\": \"Forbidden, please make sure you have required privileges\"}"));

    private final Authenticator authenticator;
    private final Users users;
    private final AuditLog audit;
    private final TenantLimits limits;
    private final RequestRates rates;

    Door(Authenticator authenticator, Users users, AuditLog audit, TenantLimits limits, RequestRates rates) {
        this.authenticator = authenticator;
        this.users = users;
        this.audit = audit;
        this.limits = limits;
        this.rates = rates;
    }

    /// Somebody whom policies speak of, for what they lend nothing to.
    ///
    /// @throws Rejection 401, 403: for a delegate too, to whom nothing is lent
    Caller.Known known(Request request) {
        refuseWhole(request);
        return knownCaller(request);
    }

    /// Somebody whom policies speak of, for what they lend. Who asks for it and may do everything in the requested
    /// organization is lent that as a whole, for this request and on record.
    ///
    /// @throws Rejection 400, 401, 403
    Caller.Known borrower(Request request) {
        Caller.Known caller = knownCaller(request);
        if (!wantsWhole(request)) {
            return caller;
        }
        Caller.Known whole = Judging.whole(caller).orElseThrow(() -> forbidden(caller, EVERYTHING));
        recordWhole(caller, caller.organization().token(), request);
        return whole;
    }

    /// Puts on record that somebody acts for an organization as a whole.
    ///
    /// @param organization its token, or [AuditLog#OPERATOR]
    void recordWhole(Caller.Known caller, String organization, Request request) {
        audit.lent(organization, caller.component(), request.method() + " " + request.rawPath());
    }

    private static boolean wantsWhole(Request request) {
        return switch (request.header(AS_ORGANIZATION).orElse("false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Rejection.of(400, AS_ORGANIZATION + " is true or false");
        };
    }

    private static void refuseWhole(Request request) {
        if (wantsWhole(request)) {
            throw Rejection.of(
                    400, "policies lend nothing to this request, so nobody can act as an organization in it");
        }
    }

    private Caller.Known knownCaller(Request request) {
        return switch (caller(request)) {
            case Caller.Known known -> known;
            case Caller.Delegate _ -> throw new Rejection(FORBIDDEN);
            case Caller.Anonymous _ -> throw new Rejection(UNAUTHORIZED);
            case Caller.Rejected rejected -> throw refused(rejected.reason());
        };
    }

    /// Somebody who is known, or whom somebody known gave a part of what he is.
    ///
    /// @throws Rejection 401, 403
    Caller.Proven proven(Request request) {
        refuseWhole(request);
        return switch (caller(request)) {
            case Caller.Proven proven -> proven;
            case Caller.Anonymous _ -> throw new Rejection(UNAUTHORIZED);
            case Caller.Rejected rejected -> throw refused(rejected.reason());
        };
    }

    /// Somebody who acts for himself, with what he owns and nothing that a policy lends; nobody in particular too.
    ///
    /// @throws Rejection 401, 403: whoever shows a bad credential is not let in as nobody
    Self self(Request request) {
        refuseWhole(request);
        return switch (caller(request)) {
            case Caller.Proven proven -> Self.of(proven);
            case Caller.Anonymous anonymous -> Self.nobody(anonymous);
            case Caller.Rejected rejected -> throw refused(rejected.reason());
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
        return Judging.task(caller, operation).orElseThrow(() -> forbidden(caller, needed(operation)));
    }

    /// The refusal of somebody who would have to be known.
    static Rejection unauthorized() {
        return new Rejection(UNAUTHORIZED);
    }

    static Rejection forbidden() {
        return new Rejection(FORBIDDEN);
    }

    /// A token decides, if there is one: a bad one is refused whatever cookie comes with it.
    private Caller caller(Request request) {
        Optional<String> authorization = request.header("Authorization");
        Optional<String> organization = request.header("X-Dispatch-Org");
        Optional<String> session = authorization.isEmpty() ? SessionCookie.of(request) : Optional.empty();
        Caller caller = session.map(id -> users.caller(id, organization))
                .orElseGet(() -> authenticator.authenticate(authorization, organization));
        if (caller instanceof Caller.Proven proven) {
            String asked = proven instanceof Caller.Known known
                    ? known.organization().token()
                    : proven.home().token();
            Inquiry.current().ifPresent(inquiry -> inquiry.by(proven.component(), asked));
            requireRate(proven.home().token());
        }
        if (caller instanceof Caller.Rejected rejected && !rejected.payer().isEmpty()) {
            requireRate(rejected.payer());
        }
        return caller;
    }

    /// Requests are charged to the organization of who asks, whichever he asks about, and if he may not, too.
    ///
    /// @throws Rejection 429
    private void requireRate(String home) {
        long perSecond = limits.of(home, Limit.REQUESTS_PER_SECOND);
        if (!rates.admits(home, perSecond)) {
            throw new Rejection(Refusals.tooMany("your organization sends more than the " + perSecond
                    + " requests a second that it may: try again in a second, or ask the server's administrator for"
                    + " more: sluice iam update quota ORG --requests-per-second N"));
        }
    }

    /// Who wants to read what he may, of whatever kind: the first policy that lends him anything lends all.
    ///
    /// @throws Rejection 401, 403: whoever shows a bad credential is not let in as nobody
    Reader reader(Request request) {
        if (wantsWhole(request)) {
            return reader(borrower(request));
        }
        return switch (caller(request)) {
            case Caller.Known known -> reader(known);
            case Caller.Delegate delegate ->
                new Reader(delegate.task(), delegate.home().token());
            case Caller.Anonymous anonymous -> new Reader(anonymous.task(), "");
            case Caller.Rejected rejected -> throw refused(rejected.reason());
        };
    }

    private static Reader reader(Caller.Known known) {
        return new Reader(
                Arrays.stream(Resource.values())
                        .map(resource -> Operation.of(Action.GET, resource))
                        .flatMap(get -> known.taskFor(get.deliveringAllThatMayBeRead()).stream())
                        .findFirst()
                        .orElseGet(known::task),
                known.organization().token());
    }

    /// @param organization the token of the organization that he asks about; empty for nobody
    record Reader(Task task, String organization) {}

    /// Somebody who may act for the requested organization as a whole.
    ///
    /// @throws Rejection 403
    static void requireWholeOrganization(Caller.Known caller) {
        if (!caller.mayActAsOrganization()) {
            throw forbidden(caller, EVERYTHING);
        }
    }

    /// Somebody who may act for every organization, and so for what is no organization's own.
    ///
    /// @throws Rejection 403
    static void requireEverything(Caller.Known caller) {
        if (!caller.mayActEverywhere()) {
            throw forbidden(caller, EVERYTHING + " in every organization (a global policy)");
        }
    }

    /// What a policy would have to allow.
    static String needed(Operation operation) {
        return operation.required().stream()
                .map(one -> one.action().word() + " " + one.resource().word())
                .collect(Collectors.joining(", "));
    }

    /// As [#forbidden(String)], for a caller who may know what is missing if he may read the policies anyway. The body
    /// is everybody's.
    static Rejection forbidden(Caller.Known caller, String need) {
        Rejection refused = forbidden(need);
        return caller.taskFor(READ_POLICIES).isPresent()
                ? new Rejection(refused.response().with(NEEDS, need))
                : refused;
    }

    /// The refusal of somebody whom no policy allows what he wants.
    ///
    /// @param need what one would have to allow, for those who may know
    static Rejection forbidden(String need) {
        Inquiry.current().ifPresent(inquiry -> inquiry.forbid(need));
        return new Rejection(FORBIDDEN);
    }

    private static Rejection refused(Caller.Reason reason) {
        return new Rejection(
                switch (reason) {
                    case UNAUTHENTICATED -> UNAUTHORIZED;
                    case FORBIDDEN -> FORBIDDEN;
                });
    }
}
