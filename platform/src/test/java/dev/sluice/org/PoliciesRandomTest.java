package dev.sluice.org;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.label.Component;
import dev.sluice.org.Policy.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Denials, roles, groups and names of objects, against a reference that takes each word of each rule in turn; and
/// what an author may give, against what he has.
final class PoliciesRandomTest {
    private static final long SEED = Long.getLong("seed", 4_711L);
    private static final int ROUNDS = 20_000;
    private static final List<Organization> PLACES =
            List.of(new Organization("1", "acme", "acme", 0), new Organization("2", "blue", "blue", 0));
    private static final Roles ROLES = new Roles(List.of(new Role(
            "i", "own", List.of(new Role.Grant(List.of("create", "get"), List.of("runs/h*", "image"))), 0, 0)));
    private static final List<Resource> RESOURCES =
            List.of(Resource.RUNS, Resource.SECRET, Resource.IMAGE, Resource.IAM);
    private static final List<String> NAMES = List.of("hello", "h", "prod-1");

    private final Random random = new Random(SEED);

    @Test
    void aRequest_isDecided_asTheReferenceDecides() {
        int allowed = 0;
        for (int i = 0; i < ROUNDS; i++) {
            List<Policy> list = policies(1 + random.nextInt(4));
            var policies = new Policies("acme", list, ROLES);
            Subjects who = subjects();
            Organization place = pick(PLACES);
            Need need = need();
            Optional<Lent> lent = policies.lend(who, place, new Operation(List.of(need), List.of()));
            assertThat(lent.isPresent())
                    .as("seed %d, round %d: %s %s in %s by %s", SEED, i, who, need, place.name(), list)
                    .isEqualTo(reference(list, who, place, need));
            lent.ifPresent(l -> requireNothingDenied(l, list, who, place, need));
            boolean isAllowed = policies.decide(who, place, need) instanceof Decision.Allowed;
            assertThat(isAllowed).isEqualTo(lent.isPresent());
            allowed += isAllowed ? 1 : 0;
        }
        assertThat(allowed).isBetween(ROUNDS / 20, ROUNDS / 2);
    }

    /// Whatever a covered policy lends to whom it names, its author could be lent himself.
    @Test
    void whatACoveredPolicyGives_itsAuthorHas() {
        int covered = 0;
        for (int i = 0; i < ROUNDS; i++) {
            List<Policy> list = policies(1 + random.nextInt(3));
            var policies = new Policies("acme", list, ROLES);
            Subjects author = subjects();
            var rule = rule(List.of("heir"), Effect.ALLOW);
            var given = new Policy("i", "given", random.nextInt(4) == 0, List.of(rule), 0, 0);
            var tenant = new Organizations.Tenant(PLACES.getFirst(), policies);
            if (!Coverage.of(policies, author, tenant).ofPolicy(given)) {
                continue;
            }
            covered++;
            var after = new Policies("acme", List.of(given), ROLES);
            var heir = Subjects.ofAccount("acme", "heir");
            for (Organization place : PLACES) {
                for (int j = 0; j < 20; j++) {
                    var operation = new Operation(List.of(need()), List.of());
                    Optional<Lent> lent = after.lend(heir, place, operation);
                    if (lent.isPresent()) {
                        Lent own = policies.lend(author, place, operation).orElse(Lent.NOTHING);
                        assertThat(own.read().implies(lent.get().read())
                                        && own.write().implies(lent.get().write()))
                                .as("seed %d, round %d: %s gives %s, has %s", SEED, i, author, given, list)
                                .isTrue();
                    }
                }
            }
        }
        assertThat(covered).isGreaterThan(ROUNDS / 50);
    }

    private static boolean reference(List<Policy> policies, Subjects who, Organization place, Need need) {
        boolean isAllowed = said(policies, who, place, Effect.ALLOW)
                .anyMatch(grant -> covers(grant, need.action(), need.resource(), need.name()));
        return isAllowed
                && said(policies, who, place, Effect.DENY)
                        .noneMatch(grant -> touches(grant, need.action(), need.resource(), need.name()));
    }

    /// What is lent acts for no object that this action is denied on.
    private static void requireNothingDenied(
            Lent lent, List<Policy> policies, Subjects who, Organization place, Need need) {
        for (String name : NAMES) {
            Component object =
                    Component.of(need.resource().in(place.principal()).child(name));
            Optional<String> of = Optional.of(name);
            if (said(policies, who, place, Effect.DENY)
                    .anyMatch(grant -> covers(grant, need.action(), need.resource(), of))) {
                assertThat(lent.read().implies(object)).isFalse();
                assertThat(lent.write().implies(object)).isFalse();
            }
            if (said(policies, who, place, Effect.DENY)
                    .anyMatch(grant -> covers(grant, Action.GET, need.resource(), of))) {
                assertThat(lent.read().implies(object)).isFalse();
            }
        }
    }

    private static Stream<Role.Grant> said(List<Policy> policies, Subjects who, Organization place, Effect effect) {
        return policies.stream()
                .filter(policy -> policy.global() || place.name().equals("acme"))
                .flatMap(policy -> policy.rules().stream())
                .filter(rule -> rule.effect() == effect)
                .filter(rule -> rule.subjects().stream().anyMatch(who.words()::contains))
                .flatMap(rule -> Stream.concat(
                        Stream.of(new Role.Grant(rule.actions(), rule.resources())),
                        rule.roles().stream().flatMap(role -> ROLES.grants(role).orElseThrow().stream())));
    }

    private static boolean covers(Role.Grant grant, Action action, Resource resource, Optional<String> name) {
        return isIn(grant.actions(), action.word())
                && (isIn(grant.resources(), resource.word())
                        || name.stream()
                                .anyMatch(one -> objects(grant, resource).anyMatch(glob -> matches(glob, one))));
    }

    /// As [#covers]; an object of the resource touches the resource as a whole.
    private static boolean touches(Role.Grant grant, Action action, Resource resource, Optional<String> name) {
        boolean isPart = name.isEmpty()
                && isIn(grant.actions(), action.word())
                && objects(grant, resource).findAny().isPresent();
        return isPart || covers(grant, action, resource, name);
    }

    private static Stream<String> objects(Role.Grant grant, Resource resource) {
        return grant.resources().stream()
                .filter(word -> word.startsWith(resource.word() + "/"))
                .map(word -> word.substring(word.indexOf('/') + 1));
    }

    private static boolean isIn(List<String> words, String word) {
        return words.contains("*") || words.contains(word);
    }

    private static boolean matches(String glob, String name) {
        return name.matches(glob.replace("*", ".*"));
    }

    private List<Policy> policies(int count) {
        var policies = new ArrayList<Policy>();
        for (int i = 0; i < count; i++) {
            var rules = new ArrayList<Rule>();
            for (int j = random.nextInt(3); j >= 0; j--) {
                List<String> subjects = some(List.of("ci", "acme/ci", "group:a", "group:b", "jon@acme.com"));
                rules.add(rule(subjects, random.nextInt(4) == 0 ? Effect.DENY : Effect.ALLOW));
            }
            policies.add(new Policy("i", "p" + i, random.nextInt(3) == 0, rules, 0, 0));
        }
        return policies;
    }

    private Rule rule(List<String> subjects, Effect effect) {
        if (random.nextInt(5) == 0) {
            List<String> roles = some(List.of("developer", "viewer", "invoker", "own"));
            return new Rule(subjects, List.of(), List.of(), effect, roles);
        }
        List<String> resources = some(List.of("*", "runs", "secret", "image", "runs/hello", "runs/h*", "secret/*"));
        return new Rule(subjects, some(List.of("*", "get", "create", "delete")), resources, effect, List.of());
    }

    private Subjects subjects() {
        return random.nextBoolean()
                ? Subjects.ofAccount("acme", "ci")
                : Subjects.ofUser("jon@acme.com", some(List.of("a", "b", "c")));
    }

    private Need need() {
        Optional<String> name = random.nextInt(3) == 0 ? Optional.empty() : Optional.of(pick(NAMES));
        return new Need(pick(List.of(Action.values())), pick(RESOURCES), name);
    }

    private List<String> some(List<String> words) {
        return Stream.generate(() -> pick(words))
                .limit(1 + random.nextInt(2))
                .distinct()
                .toList();
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
