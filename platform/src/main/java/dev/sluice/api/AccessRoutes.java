package dev.sluice.api;

import dev.sluice.audit.AuditLog;
import dev.sluice.authn.Authenticator;
import dev.sluice.authn.Caller;
import dev.sluice.authn.Delegations;
import dev.sluice.authn.IssuedToken;
import dev.sluice.authn.SessionActs;
import dev.sluice.authn.Upkeep;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.org.Organizations;
import dev.sluice.org.Resource;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// Who one is, and giving parts of that to others: `GET /me`, `POST /faasten/delegate`, `POST /faasten/revoke`; and a
/// token for all that one is, for a few minutes: `POST /v1/iam/token`.
///
/// Source: contracts/faasten.md 3.6 `[R]`.
final class AccessRoutes {
    private static final int BODY_BYTES_MAX = 64 << 10;
    private static final int FORBIDDEN = 403;
    private static final int NOT_ACCEPTABLE = 406;

    private final Door door;
    private final Authenticator authenticator;
    private final Delegations delegations;
    private final Organizations organizations;
    private final SystemObjects system;
    private final AuditLog audit;
    private final SessionActs sessions;

    AccessRoutes(
            Door door,
            Authenticator authenticator,
            Delegations delegations,
            Organizations organizations,
            SystemObjects system,
            AuditLog audit,
            SessionActs sessions) {
        this.door = door;
        this.authenticator = authenticator;
        this.delegations = delegations;
        this.organizations = organizations;
        this.system = system;
        this.audit = audit;
        this.sessions = sessions;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/me", Refusals.ofPaths(this::me));
        table.add("POST", "/faasten/delegate", Refusals.ofPaths(this::delegate));
        table.add("POST", "/faasten/revoke", Refusals.ofPaths(this::revoke));
        table.add("POST", "/v1/iam/token", Refusals.ofPaths(this::token));
    }

    /// Who asks for the first time gets his home.
    private Response me(Request request) {
        Caller.Proven caller = door.proven(request);
        if (caller instanceof Caller.Known) {
            bootstrap(caller, caller.component(), caller.component());
        }
        var login = new JsonWriter(128).beginObject();
        login.field("login", caller.component().toString());
        return Response.json(200, login.endObject().done());
    }

    /// A token for a part of what the caller is.
    private Response delegate(Request request) throws IOException {
        Caller.Proven caller = door.proven(request);
        if (caller instanceof Caller.Known known && known.user().isPresent()) {
            throw Rejection.of(403, "a user cannot give a token on: let a service account do it");
        }
        JsonBody body = JsonBody.parse(request.body(BODY_BYTES_MAX));
        Component component = component("component", body.requiredText("component"));
        Component clearance =
                body.text("clearance").map(text -> component("clearance", text)).orElse(component);
        boolean wantsHome = body.flag("bootstrap");
        Optional<String> token = delegations.mint(caller, component);
        if (token.isEmpty()) {
            return Response.empty(NOT_ACCEPTABLE);
        }
        caller.task().run(() -> {
            Label its = Label.of(Component.TRUE, component);
            audit.recordDurably(new Deed("token.delegate", component.toString(), its, Map.of()));
            return its;
        });
        if (wantsHome) {
            bootstrap(caller, component, clearance);
        }
        return Response.text(200, token.get());
    }

    /// A token of the server's own, so that the account's key can stay where it is. Only for accounts.
    private Response token(Request request) {
        Caller.Known caller = door.known(request);
        Optional<IssuedToken> issued = authenticator.issue(caller);
        if (issued.isEmpty()) {
            return Refusals.error(FORBIDDEN, "only a service account gets a token here");
        }
        caller.task().run(() -> {
            Label its = Label.of(Component.TRUE, caller.component());
            audit.recordDurably(new Deed("token.issue", caller.component().toString(), its, Map.of()));
            return its;
        });
        var answer = new JsonWriter(1024).beginObject();
        answer.field("token", issued.get().token());
        answer.field("expiresTime", issued.get().end().getEpochSecond());
        return Response.json(200, answer.endObject().done());
    }

    private void bootstrap(Caller.Proven caller, Component of, Component clearance) {
        caller.task().run(() -> {
            system.bootstrap(of, clearance);
            return of;
        });
    }

    /// Ends all tokens that were given in the name of this account, or all sessions of this user. Not for a delegate:
    /// he has only a part of it.
    private Response revoke(Request request) {
        Caller.Known caller = door.known(request);
        if (caller.user().isPresent()) {
            sessions.closeAllOf(caller.user().get());
            return Response.empty(204);
        }
        Upkeep.of(caller.home(), Resource.IAM).run(() -> {
            organizations.renew(caller.home(), caller.name());
            return caller;
        });
        return Response.empty(204);
    }

    private static Component component(String field, String text) {
        try {
            return Component.parse(text);
        } catch (LabelInvalid wrong) {
            throw new Refused(
                    Refusal.INVALID, field + " is not a component: write principals such as acme/user/jon, T or F");
        }
    }
}
