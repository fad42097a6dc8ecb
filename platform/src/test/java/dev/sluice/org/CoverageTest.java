package dev.sluice.org;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.org.Policy.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Attacks by somebody who may change policies and has not everything.
final class CoverageTest {
    private static final Organization ACME = new Organization("1", "acme", "acme", 0);
    private static final Subjects DEV = Subjects.ofAccount("acme", "dev");

    private final Rule iam = allow("dev", "*", "iam");
    private final Rule functions = allow("dev", "*", "function");
    private final Rule hello = allow("dev", "get", "secret/hello-*");

    @ParameterizedTest
    @CsvSource({
        "get,    function,          true",
        "*,      function,          true",
        "*,      function/prod-*,   true",
        "*,      iam,               true",
        "get,    secret,            false",
        "get,    *,                 false",
        "*,      *,                 false",
        "get,    runs,              false",
        "get,    secret/hello-1,    true",
        "get,    secret/hello-*-x,  true",
        "get,    secret/hello*,     false",
        "get,    secret/*,          false",
        "get,    secret/*hello-1,   false",
        "create, secret/hello-1,    false",
        "*,      secret/hello-1,    false",
        "get,    images,            false",
        "get,    function/,         false",
    })
    void nobodyGives_whatHeHasNot(String action, String resource, boolean accepted) {
        assertThat(dev(iam, functions, hello).ofPolicy(policy("new", allow("mallory", action, resource))))
                .isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource({"admin, false", "developer, false", "viewer, false", "invoker, true", "own, true", "none, true"})
    void aRole_isGivenByWhoHasItsRules(String role, boolean accepted) {
        var own = new Role("i", "own", List.of(new Role.Grant(List.of("get"), List.of("runs/hello"))), 0, 0);
        var policies = new Policies(
                "acme",
                List.of(policy("p", iam, allow("dev", "get", "runs"), allow("dev", "create", "runs"))),
                new Roles(List.of(own)));
        var rule = new Rule(List.of("mallory"), List.of(), List.of(), Effect.ALLOW, List.of(role));
        assertThat(coverage(policies, DEV).ofPolicy(policy("new", rule))).isEqualTo(accepted);
    }

    @Test
    void aGlobalPolicy_isMadeChangedAndRemoved_byWhoHasGlobalRights() {
        var policies = policies(policy("home", allow("dev", "*", "*")), global("root", allow("root", "*", "*")));
        Coverage dev = coverage(policies, DEV);
        Coverage root = coverage(policies, Subjects.ofAccount("acme", "root"));
        for (Policy global :
                List.of(global("new", allow("dev", "get", "image")), global("new", deny("root", "*", "*")))) {
            assertThat(dev.ofPolicy(global)).isFalse();
            assertThat(root.ofPolicy(global)).isTrue();
        }
        Policy narrowed = policy("root", allow("root", "get", "image"));
        assertThat(dev.ofPolicy(narrowed)).isFalse();
        assertThat(root.ofPolicy(narrowed)).isTrue();
        assertThat(dev.ofRemoval("root")).isFalse();
        assertThat(root.ofRemoval("root")).isTrue();
        assertThat(dev.ofRemoval("home")).isTrue();
        assertThat(dev.isEverywhere(Action.CREATE, Resource.IAM)).isFalse();
        assertThat(root.isEverywhere(Action.CREATE, Resource.IAM)).isTrue();
    }

    @Test
    void aGlobalRule_isGivenOnlyByWhoHasItGlobally() {
        var policies = policies(
                global("g", allow("dev", "*", "iam"), allow("dev", "get", "runs")),
                policy("home", allow("dev", "*", "*"), deny("dev", "get", "event")));
        Coverage dev = coverage(policies, DEV);
        assertThat(dev.ofPolicy(global("new", allow("mallory", "get", "runs")))).isTrue();
        assertThat(dev.ofPolicy(global("new", allow("mallory", "get", "secret"))))
                .isFalse();
        assertThat(dev.ofPolicy(policy("new", allow("mallory", "get", "secret"))))
                .isTrue();
    }

    @Test
    void aDenialOverTheAuthor_narrowsHim() {
        Coverage dev = dev(allow("dev", "*", "*"), deny("dev", "get", "secret/prod-*"), deny("dev", "delete", "api"));
        assertThat(dev.ofPolicy(policy("new", allow("m", "*", "*")))).isFalse();
        assertThat(dev.ofPolicy(policy("new", allow("m", "get", "secret")))).isFalse();
        assertThat(dev.ofPolicy(policy("new", allow("m", "get", "secret/*-1")))).isFalse();
        assertThat(dev.ofPolicy(policy("new", allow("m", "get", "secret/dev-*"))))
                .isTrue();
        assertThat(dev.ofPolicy(policy("new", allow("m", "delete", "api/x")))).isFalse();
        assertThat(dev.ofPolicy(policy("new", allow("m", "get", "api")))).isTrue();
        assertThat(dev.ofPolicy(policy("new", allow("m", "delete", "api")))).isFalse();
        assertThat(dev.ofPolicy(policy("new", allow("m", "*", "api")))).isFalse();
        // what writes is lent reading too
        assertThat(dev.ofPolicy(policy("new", allow("m", "create", "secret")))).isFalse();
        assertThat(dev.ofPolicy(policy("new", allow("m", "create", "secret/prod-1"))))
                .isFalse();
    }

    @Test
    void aDenial_isTakenAway_onlyByWhoHasWhatItDenies() {
        var policies = policies(
                policy("devs", iam, functions),
                policy("narrow", deny("dev", "*", "secret"), deny("other", "*", "function")),
                policy("root", allow("root", "*", "*")));
        Coverage dev = coverage(policies, DEV);
        Coverage root = coverage(policies, Subjects.ofAccount("acme", "root"));
        assertThat(dev.ofRemoval("narrow")).isFalse();
        assertThat(root.ofRemoval("narrow")).isTrue();
        assertThat(dev.ofPolicy(policy("narrow", deny("other", "*", "function"))))
                .isFalse();
        assertThat(root.ofPolicy(policy("narrow", deny("other", "*", "function"))))
                .isTrue();
        assertThat(dev.ofPolicy(policy("narrow", deny("dev", "*", "secret")))).isTrue();
        assertThat(dev.ofPolicy(
                        policy("narrow", deny("dev", "*", "secret"), deny("other", "*", "function"), functions)))
                .isTrue();
    }

    @Test
    void aRoleInUse_isWidened_onlyByWhoHasWhatItGives() {
        var own = new Role("i", "own", List.of(new Role.Grant(List.of("get"), List.of("function"))), 0, 0);
        var secret = new Role("i", "own", List.of(new Role.Grant(List.of("get"), List.of("secret"))), 0, 0);
        var inUse = new Rule(List.of("m"), List.of(), List.of(), Effect.ALLOW, List.of("own"));
        var denying = new Rule(List.of("m"), List.of(), List.of(), Effect.DENY, List.of("own", "gone"));
        var roles = new Roles(List.of(own, new Role("i", "gone", own.rules(), 0, 0)));
        var policies = new Policies("acme", List.of(policy("p", iam, functions, inUse)), roles);
        assertThat(coverage(policies, DEV).ofRole(own)).isTrue();
        assertThat(coverage(policies, DEV).ofRole(secret)).isFalse();
        var globally = new Policies("acme", List.of(policy("p", iam, functions), global("g", inUse)), roles);
        assertThat(coverage(globally, DEV).ofRole(own)).isFalse();
        var denied = new Policies("acme", List.of(policy("p", iam, functions, denying)), new Roles(List.of(secret)));
        assertThat(coverage(denied, DEV).ofRole(own)).isFalse();
        assertThat(coverage(denied, DEV).ofRole(new Role("i", "gone", own.rules(), 0, 0)))
                .isFalse();
    }

    @Test
    void aRoleOfAGlobalPolicy_isChanged_byWhoHasItGlobally() {
        var own = new Role("i", "own", List.of(new Role.Grant(List.of("get"), List.of("function"))), 0, 0);
        var inUse = new Rule(List.of("m"), List.of(), List.of(), Effect.ALLOW, List.of("own"));
        var policies = new Policies(
                "acme",
                List.of(policy("p", allow("dev", "*", "*")), global("g", inUse, allow("root", "*", "*"))),
                new Roles(List.of(own)));
        assertThat(coverage(policies, DEV).ofRole(own)).isFalse();
        assertThat(coverage(policies, Subjects.ofAccount("acme", "root")).ofRole(own))
                .isTrue();
    }

    /// What was given may be taken away by whoever manages roles; what was denied may not.
    @Test
    void aRoleThatNobodyIsDenied_isNarrowed_byWhoNeverHadIt() {
        var secret = new Role("i", "own", List.of(new Role.Grant(List.of("get"), List.of("secret"))), 0, 0);
        var function = new Role("i", "own", List.of(new Role.Grant(List.of("get"), List.of("function"))), 0, 0);
        var roles = new Roles(List.of(secret));
        var deniedAnother = new Rule(List.of("m"), List.of(), List.of(), Effect.DENY, List.of("viewer"));
        var deniedThis = new Rule(List.of("m"), List.of(), List.of(), Effect.DENY, List.of("own"));
        var another = new Policies("acme", List.of(policy("p", iam, functions, deniedAnother)), roles);
        assertThat(coverage(another, DEV).ofRole(function)).isTrue();
        var same = new Policies("acme", List.of(policy("p", iam, functions, deniedThis)), roles);
        assertThat(coverage(same, DEV).ofRole(function)).isFalse();
    }

    /// What a word will mean some day, he has already.
    @Test
    void aWordThatMeansNothingYet_isGivenOnlyByWhoHasEverything() {
        Policy unclear = policy("new", allow("m", "get", "images"));
        assertThat(dev(allow("dev", "*", "*")).ofPolicy(unclear)).isTrue();
        assertThat(dev(allow("dev", "get", "*"), allow("dev", "*", "iam")).ofPolicy(unclear))
                .isFalse();
    }

    @Test
    void whoDecidesHowAnotherProvesWhoHeIs_hasHisRights() {
        var policies = policies(policy(
                "p",
                iam,
                functions,
                allow("ci", "get", "function"),
                allow("acme/admin", "*", "*"),
                deny("ci", "*", "*")));
        Coverage dev = coverage(policies, DEV);
        assertThat(dev.ofSubjects(Subjects.ofAccount("acme", "ci"))).isTrue();
        assertThat(dev.ofSubjects(Subjects.ofAccount("acme", "new"))).isTrue();
        assertThat(dev.ofSubjects(Subjects.ofAccount("acme", "admin"))).isFalse();
    }

    private static Coverage dev(Rule... rules) {
        return coverage(policies(policy("p", rules)), DEV);
    }

    private static Coverage coverage(Policies policies, Subjects author) {
        return Coverage.of(policies, author, new Organizations.Tenant(ACME, policies));
    }

    private static Policies policies(Policy... policies) {
        return new Policies("acme", List.of(policies), Roles.BUILT_IN_ONLY);
    }

    private static Policy policy(String name, Rule... rules) {
        return new Policy("i", name, false, List.of(rules), 0, 0);
    }

    private static Policy global(String name, Rule... rules) {
        return new Policy("i", name, true, List.of(rules), 0, 0);
    }

    private static Rule allow(String subject, String action, String resource) {
        return new Rule(List.of(subject), List.of(action), List.of(resource));
    }

    private static Rule deny(String subject, String action, String resource) {
        return new Rule(List.of(subject), List.of(action), List.of(resource), Effect.DENY, List.of());
    }
}
