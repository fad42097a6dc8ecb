package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.org.Action;
import dev.sluice.org.Decision;
import dev.sluice.org.Need;
import dev.sluice.org.ObjectWord;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Resource;
import dev.sluice.org.Subjects;
import java.util.List;
import java.util.Set;

/// `GET /v1/iam/can?subject=&action=&resource=`: whether somebody of the organization may do something in it, and
/// which rule decides that. For those who may read its policies anyway.
final class CanRoutes {
    private static final Operation READ = Operation.of(Action.GET, Resource.IAM);

    private final Door door;
    private final Organizations organizations;

    CanRoutes(Door door, Organizations organizations) {
        this.door = door;
        this.organizations = organizations;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/v1/iam/can", Refusals.ofEntities("policy", this::can));
    }

    private Response can(Request request) {
        Caller.Known caller = door.borrower(request);
        Door.lent(caller, READ);
        Organization organization = caller.organization();
        String subject = word(request, "subject");
        String action = word(request, "action");
        String resource = word(request, "resource");
        Need need = need(action, resource);
        Decision decision = organizations
                .tenant(organization.name())
                .orElseThrow(() -> Rejection.of(404, "organization " + organization.name() + " not found"))
                .policies()
                .decide(subjects(organization, subject), organization, need);
        var out = new JsonWriter(512).beginObject();
        out.field("subject", subject).field("action", action).field("resource", resource);
        out.name("allowed").value(decision instanceof Decision.Allowed);
        String asked = subject + " " + action + " " + resource;
        switch (decision) {
            case Decision.Allowed(var by) -> basis(out, by, "is allowed by");
            case Decision.Denied(var by) -> basis(out, by, "is denied by");
            case Decision.Unmatched() ->
                out.field("message", "no rule says so: it takes a policy with the rule " + asked);
        }
        return Response.json(200, out.endObject().done());
    }

    private static void basis(JsonWriter out, Decision.Basis by, String verb) {
        String role = by.role().isEmpty() ? "" : ", role " + by.role();
        out.field("policy", by.policy()).field("rule", by.rule()).field("role", by.role());
        out.field("message", verb + " policy " + by.policy() + ", rule " + by.rule() + role);
    }

    private static String word(Request request, String name) {
        return request.query(name).stream()
                .filter(word -> !word.isEmpty())
                .findFirst()
                .orElseThrow(() -> Rejection.of(422, 602, name + " in query is required"));
    }

    private static Need need(String action, String resource) {
        Action what = Action.of(action).orElseThrow(() -> unknown("action"));
        return Resource.of(resource)
                .map(whole -> Need.of(what, whole))
                .or(() -> ObjectWord.of(resource).map(object -> Need.of(what, object.resource(), object.name())))
                .orElseThrow(() -> unknown("resource"));
    }

    private static Rejection unknown(String name) {
        return Rejection.of(422, 606, name + " in query should be a word of policies, and not *");
    }

    /// Of a user himself: which groups he is in is not known before he comes.
    private static Subjects subjects(Organization organization, String word) {
        int slash = word.indexOf('/');
        if (word.startsWith(Subjects.GROUP)) {
            return new Subjects(Set.of(word));
        }
        if (word.contains("@")) {
            return Subjects.ofUser(word, List.of());
        }
        if (slash >= 0 && !word.substring(0, slash).equals(organization.name())) {
            throw Rejection.of(
                    400, "bad request when processing policy: another organization's policies speak of " + word);
        }
        return Subjects.ofAccount(organization.name(), word.substring(slash + 1));
    }
}
