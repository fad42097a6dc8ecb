package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Action;
import dev.sluice.org.Decision;
import dev.sluice.org.Need;
import dev.sluice.org.ObjectWord;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policies;
import dev.sluice.org.Policy;
import dev.sluice.org.Resource;
import dev.sluice.org.Subjects;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `GET /v1/iam/can?subject=&action=&resource=`: whether somebody of the organization may do something in it, and
/// which rule decides that. For those who may read its policies anyway.
final class CanRoutes {
    private static final Operation READ = Operation.of(Action.GET, Resource.IAM);
    private static final int FREE_NAME_CHARS_MAX = 100;

    /// A subject, an action and a resource that a rule may have.
    private static final Pattern GRANTABLE = Pattern.compile("[^\\s\\p{Cntrl},]{1,256} \\w+ [\\w-]+(/[\\w.*-]+)?");

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
        Subjects who = subjects(organization, subject);
        Policies policies = organizations
                .tenant(organization.name())
                .orElseThrow(() -> Rejection.of(404, "organization " + organization.name() + " not found"))
                .policies();
        Decision decision = policies.decide(who, organization, need);
        var out = new JsonWriter(512).beginObject();
        out.field("subject", subject).field("action", action).field("resource", resource);
        out.name("allowed").value(decision instanceof Decision.Allowed);
        switch (decision) {
            case Decision.Allowed(var by) -> basis(out, policies, by, "is allowed by");
            case Decision.Denied(var by) -> basis(out, policies, by, "is denied by");
            case Decision.Unmatched() -> {
                String asked = subject + " " + action + " " + resource;
                out.field("message", "no rule says so: it takes a policy with the rule " + asked);
                var rule = new Policy.Rule(List.of(subject), List.of(action), List.of(resource));
                var missing = new Policy("", freeName(policies, asked), false, List.of(rule), 0, 0);
                if (isEnough(policies, missing, who, organization, need)
                        && GRANTABLE.matcher(asked).matches()) {
                    missing(out, missing.name(), rule);
                }
            }
        }
        if (isNoAccount(organization, subject)) {
            out.field("note", "there is no service account " + subject + " that could log in");
        }
        return Response.json(200, out.endObject().done());
    }

    /// Whether somebody might do it if there were this policy too. None is where there is no room for it.
    private static boolean isEnough(
            Policies policies, Policy more, Subjects who, Organization organization, Need need) {
        try {
            return policies.changed(List.of(more), Set.of()).decide(who, organization, need)
                    instanceof Decision.Allowed;
        } catch (Refused noRoom) {
            return false;
        }
    }

    /// A name that no policy has, of what one would have to say.
    private static String freeName(Policies policies, String asked) {
        String words = asked.replaceAll("[^A-Za-z0-9_]+", "-").replaceAll("^-|-$", "");
        String name = words.substring(0, Math.min(words.length(), FREE_NAME_CHARS_MAX));
        return Stream.iterate(1, i -> i + 1)
                .map(i -> i == 1 ? name : name + "-" + i)
                .filter(free -> policies.policy(free).isEmpty())
                .findFirst()
                .orElseThrow();
    }

    private static void missing(JsonWriter out, String name, Policy.Rule rule) {
        out.name("missing").beginObject().field("name", name).field("subjects", rule.subjects());
        out.field("actions", rule.actions())
                .field("resources", rule.resources())
                .endObject();
    }

    private boolean isNoAccount(Organization organization, String subject) {
        return !subject.contains("@")
                && !subject.startsWith(Subjects.GROUP)
                && organizations
                        .account(organization, subject.substring(subject.indexOf('/') + 1))
                        .isEmpty();
    }

    private static void basis(JsonWriter out, Policies policies, Decision.Basis by, String verb) {
        String role = by.role().isEmpty() ? "" : ", role " + by.role();
        out.field("policy", by.policy()).field("rule", by.rule()).field("role", by.role());
        String says = policies.policy(by.policy())
                .map(policy -> policy.rules().get(by.rule()))
                .map(CanRoutes::words)
                .orElse("");
        out.field("message", verb + " policy " + by.policy() + ", rule " + by.rule() + role + says);
    }

    /// What a rule says by itself, without whom it is about.
    private static String words(Policy.Rule rule) {
        return rule.roles().isEmpty()
                ? " (" + String.join(",", rule.actions()) + " on " + String.join(",", rule.resources()) + ")"
                : "";
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
