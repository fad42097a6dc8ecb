package dev.sluice.org;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.org.Policy.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.casbin.jcasbin.main.Enforcer;
import org.casbin.jcasbin.model.Model;
import org.junit.jupiter.api.Test;

/// What Dispatch's policies can say is decided as jCasbin decides it with Dispatch's model.
final class PoliciesCasbinTest {
    private static final long SEED = Long.getLong("seed", 20_261_122L);
    private static final int POLICY_SETS = 200;
    private static final int REQUESTS_OF_EACH = 50;
    private static final String MODEL = """
            [request_definition]
            r = org, sub, res, act
            [policy_definition]
            p = global, org, sub, res, act
            [policy_effect]
            e = some(where (p.eft == allow))
            [matchers]
            m = (p.global == "true" || r.org == p.org) && r.sub == p.sub && \
            (p.res == "*" || r.res == p.res) && (p.act == "*" || r.act == p.act)
            """;

    private final Random random = new Random(SEED);
    private final List<String> subjects = List.of("ci", "dev", "jon@acme.com", "*", "CI");
    private final List<String> resources = Stream.concat(
                    Stream.of("*", "images", "fun*"),
                    Stream.of(Resource.values()).map(Resource::word))
            .toList();
    private final List<String> actions = List.of("get", "create", "update", "delete", "*");

    @Test
    void tenThousandRequests_areDecidedAsByCasbin() {
        int allowed = 0;
        for (int i = 0; i < POLICY_SETS; i++) {
            List<Policy> policies = policies();
            var ours = new Policies("acme", policies, Roles.BUILT_IN_ONLY);
            Enforcer theirs = casbin(policies);
            for (int j = 0; j < REQUESTS_OF_EACH; j++) {
                String org = pick(List.of("acme", "blue"));
                String subject = pick(List.of("ci", "dev", "jon@acme.com", "nobody"));
                Action action = pick(List.of(Action.values()));
                Resource resource = pick(List.of(Resource.values()));
                boolean expected = theirs.enforce(org, subject, resource.word(), action.word());
                boolean decided = ours.lend(
                                new Subjects(Set.of(subject)),
                                new Organization("1", org, org, 0),
                                Operation.of(action, resource))
                        .isPresent();
                assertThat(decided)
                        .as("seed %d, set %d: %s %s %s in %s by %s", SEED, i, subject, action, resource, org, policies)
                        .isEqualTo(expected);
                allowed += expected ? 1 : 0;
            }
        }
        int requests = POLICY_SETS * REQUESTS_OF_EACH;
        assertThat(allowed).isBetween(requests / 20, requests - requests / 20);
    }

    private List<Policy> policies() {
        var policies = new ArrayList<Policy>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            var rules = new ArrayList<Rule>();
            for (int j = random.nextInt(3); j >= 0; j--) {
                rules.add(new Rule(some(subjects), some(actions), some(resources)));
            }
            policies.add(new Policy("i", "p" + i, random.nextInt(3) == 0, rules, 0, 0));
        }
        return policies;
    }

    /// One line for each subject, resource and action, as Dispatch flattens them.
    private static Enforcer casbin(List<Policy> policies) {
        var model = new Model();
        model.loadModelFromText(MODEL);
        var enforcer = new Enforcer(model);
        for (Policy policy : policies) {
            for (Rule rule : policy.rules()) {
                for (String subject : rule.subjects()) {
                    for (String resource : rule.resources()) {
                        for (String action : rule.actions()) {
                            enforcer.addPolicy(String.valueOf(policy.global()), "acme", subject, resource, action);
                        }
                    }
                }
            }
        }
        return enforcer;
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
