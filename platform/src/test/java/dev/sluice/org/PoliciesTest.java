package dev.sluice.org;

import static dev.sluice.org.Action.CREATE;
import static dev.sluice.org.Action.DELETE;
import static dev.sluice.org.Action.GET;
import static dev.sluice.org.Action.UPDATE;
import static dev.sluice.org.Resource.FUNCTION;
import static dev.sluice.org.Resource.IAM;
import static dev.sluice.org.Resource.IMAGE;
import static dev.sluice.org.Resource.RUNS;
import static dev.sluice.org.Resource.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.label.Component;
import dev.sluice.org.Policy.Rule;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

final class PoliciesTest {
    private static final Organization ACME = new Organization("1", "acme", "acme", 0);
    private static final Organization BLUE = new Organization("2", "blue", "blue", 0);

    private final Policies acmes = new Policies(
            "acme",
            List.of(
                    policy(false, rule("dev", "*", "function", "runs"), rule("dev", "get", "image")),
                    policy(false, rule("reader", "get", "*")),
                    policy(false, rule("one", "create", "runs/hello")),
                    policy(true, rule("root", "*", "*")),
                    policy(true, rule("auditor", "get", "runs"))),
            Roles.BUILT_IN_ONLY);

    @ParameterizedTest
    @CsvSource({
        "dev,     create, function, true",
        "dev,     get,    runs,     true",
        "dev,     get,    image,    true",
        "dev,     create, image,    false",
        "dev,     get,    secret,   false",
        "dev,     get,    iam,      false",
        "Dev,     get,    runs,     false",
        "de,      get,    runs,     false",
        "reader,  get,    secret,   true",
        "reader,  update, secret,   false",
        "root,    delete, iam,      true",
        "stranger,get,    runs,     false",
        "*,       get,    runs,     false",
        "'',      get,    runs,     false",
        "one,     create, runs,     false",
    })
    void aRule_coversExactlyItsWords(String account, String action, String resource, boolean allowed) {
        var operation = Operation.of(Action.valueOf(action.toUpperCase(Locale.ROOT)), of(resource));
        assertThat(acmes.lend(who(account), ACME, operation).isPresent()).isEqualTo(allowed);
    }

    @Test
    void aPolicy_thatIsNotGlobal_holdsAtHomeOnly() {
        assertThat(acmes.lend(who("dev"), BLUE, Operation.of(GET, RUNS))).isEmpty();
        assertThat(acmes.admits(who("dev"), BLUE)).isFalse();
        assertThat(acmes.admits(who("dev"), ACME)).isTrue();
        assertThat(acmes.admits(who("stranger"), ACME)).isTrue();
    }

    @Test
    void theNextOrganization_ofTheSameName_isNotHome() {
        var next = new Organization("3", "acme", "acme~2", 0);
        assertThat(acmes.lend(who("dev"), next, Operation.of(GET, RUNS))).isEmpty();
        assertThat(acmes.admits(who("dev"), next)).isFalse();
    }

    @Test
    void aGlobalPolicy_holdsElsewhere_andLendsTheResourcesOfThatPlace() {
        assertThat(acmes.admits(who("root"), BLUE)).isTrue();
        assertThat(acmes.lend(who("root"), BLUE, Operation.of(CREATE, RUNS))).contains(lent("blue/runs", "blue/runs"));
        assertThat(acmes.lend(who("auditor"), BLUE, Operation.of(CREATE, RUNS))).isEmpty();
    }

    @Test
    void getLendsReading_everythingElseLendsBoth() {
        assertThat(acmes.lend(who("dev"), ACME, Operation.of(GET, FUNCTION))).contains(lent("acme/function", "T"));
        for (Action writing : List.of(CREATE, UPDATE, DELETE)) {
            assertThat(acmes.lend(who("dev"), ACME, Operation.of(writing, FUNCTION)))
                    .contains(lent("acme/function", "acme/function"));
        }
    }

    @Test
    void everyResource_isEachOfThem_neverTheOrganization() {
        Lent lent = acmes.lend(who("root"), ACME, Operation.of(CREATE, RUNS).deliveringAllThatMayBeRead())
                .orElseThrow();
        assertThat(lent.write()).isEqualTo(Component.parse("acme/runs"));
        assertThat(lent.read().allOf()).hasSize(Resource.values().length);
        assertThat(lent.read().implies(Component.parse("acme/secret/s"))).isTrue();
        assertThat(lent.read().implies(Component.parse("acme"))).isFalse();
        assertThat(lent.read().implies(Component.parse("acme/user/alice"))).isFalse();
    }

    @Test
    void anOptionalNeed_widensReading_andIsNoReasonToRefuse() {
        Operation exec = Operation.of(CREATE, RUNS).deliveringAllThatMayBeRead();
        assertThat(acmes.lend(who("dev"), ACME, exec))
                .contains(lent("acme/runs&acme/function&acme/image", "acme/runs"));
    }

    @Test
    void everyRequiredNeed_isRequired() {
        var both = new Operation(List.of(Need.of(CREATE, FUNCTION), Need.of(GET, SECRET)), List.of());
        assertThat(acmes.lend(who("dev"), ACME, both)).isEmpty();
        assertThat(acmes.lend(who("root"), ACME, both)).contains(lent("acme/function&acme/secret", "acme/function"));
        assertThatThrownBy(() -> new Operation(List.of(), List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRuleForOneObject_lendsThatObject() {
        var hello = new Operation(List.of(Need.of(CREATE, RUNS, "hello")), List.of());
        var other = new Operation(List.of(Need.of(CREATE, RUNS, "other")), List.of());
        assertThat(acmes.lend(who("one"), ACME, hello)).contains(lent("acme/runs/hello", "acme/runs/hello"));
        assertThat(acmes.lend(who("one"), ACME, other)).isEmpty();
        assertThat(acmes.lend(who("dev"), ACME, hello)).contains(lent("acme/runs", "acme/runs"));
    }

    @Test
    void noPolicy_allowsNothing() {
        assertThat(Policies.NONE.lend(who(""), ACME, Operation.of(GET, IMAGE))).isEmpty();
        assertThat(new Policies("acme", List.of(), Roles.BUILT_IN_ONLY).lend(who("dev"), ACME, Operation.of(GET, IAM)))
                .isEmpty();
    }

    @Test
    void aStoredRule_ofBeforeRolesAndDenials_allows() {
        String stored = """
                {"id":"i","name":"p","global":true,"createdSeconds":1,"modifiedSeconds":2,
                 "rules":[{"subjects":["dev"],"actions":["*"],"resources":["runs"]}]}""";
        Policy policy = JsonMapper.builder().build().readValue(stored, Policy.class);
        assertThat(policy).isEqualTo(new Policy("i", "p", true, List.of(rule("dev", "*", "runs")), 1, 2));
        var mapper = JsonMapper.builder().build();
        assertThat(mapper.readValue(mapper.writeValueAsString(policy), Policy.class))
                .isEqualTo(policy);
    }

    @Test
    void words_ofAnAccount_ofAUser_andOfHisGroups_neverMeet() {
        assertThat(who("ci").words()).containsExactlyInAnyOrder("ci", "acme/ci");
        assertThat(Subjects.ofUser("Jon@Acme.com", List.of("devs")).words())
                .containsExactlyInAnyOrder("jon@acme.com", "group:devs");
        assertThat(Subjects.ofUser("\u212Aim@acme.com", List.of()).words()).containsExactly("\u212Aim@acme.com");
        for (String noMail : List.of("", "ci", "acme/ci", "group:a@b", "acme/c@i")) {
            assertThat(Subjects.ofUser(noMail, List.of()).words()).isEmpty();
        }
    }

    @Test
    void aDenial_winsOverEveryRuleThatAllows() {
        var policies = policies(
                policy(false, deny("dev", "get", "secret")),
                policy(false, rule("dev", "*", "*"), rule("dev", "get", "secret")),
                policy(true, rule("dev", "*", "*")),
                policy(false, rule("other", "*", "*")));
        assertThat(policies.lend(who("dev"), ACME, Operation.of(GET, SECRET))).isEmpty();
        assertThat(policies.lend(who("dev"), BLUE, Operation.of(GET, SECRET))).isPresent();
        assertThat(policies.lend(who("dev"), ACME, Operation.of(GET, RUNS))).isPresent();
        assertThat(policies.lend(who("other"), ACME, Operation.of(GET, SECRET))).isPresent();
    }

    @Test
    void aGlobalDenial_holdsElsewhere() {
        var policies = policies(policy(true, rule("dev", "*", "*"), deny("dev", "*", "secret")));
        assertThat(policies.lend(who("dev"), BLUE, Operation.of(GET, SECRET))).isEmpty();
        assertThat(policies.lend(who("dev"), ACME, Operation.of(GET, SECRET))).isEmpty();
    }

    /// The principal of the whole resource acts for that of the object which is denied.
    @Test
    void whereOneObjectIsDenied_theWholeIsNobodys_andTheOthersAreLentByName() {
        var policies = policies(policy(false, rule("dev", "*", "runs"), deny("dev", "create", "runs/prod-*")));
        assertThat(policies.lend(who("dev"), ACME, named(CREATE, RUNS, "prod-1")))
                .isEmpty();
        assertThat(policies.lend(who("dev"), ACME, Operation.of(CREATE, RUNS))).isEmpty();
        assertThat(policies.lend(who("dev"), ACME, named(CREATE, RUNS, "hello")))
                .contains(lent("acme/runs/hello", "acme/runs/hello"));
        assertThat(policies.lend(who("dev"), ACME, Operation.of(GET, RUNS))).contains(lent("acme/runs", "T"));
    }

    @Test
    void whoIsDeniedToGet_isNotLentReading_byWhatLetsHimWrite() {
        var policies = policies(
                policy(false, rule("dev", "*", "secret", "runs"), deny("dev", "get", "secret", "runs/prod-*")));
        assertThat(policies.lend(who("dev"), ACME, Operation.of(CREATE, SECRET)))
                .contains(lent("T", "acme/secret"));
        assertThat(policies.lend(who("dev"), ACME, named(CREATE, RUNS, "prod-1")))
                .contains(lent("T", "acme/runs"));
        assertThat(policies.lend(who("dev"), ACME, named(CREATE, RUNS, "hello")))
                .contains(lent("acme/runs/hello", "acme/runs"));
        assertThat(policies.lend(who("dev"), ACME, Operation.of(CREATE, RUNS))).contains(lent("T", "acme/runs"));
    }

    @Test
    void aGlob_lendsTheObjectThatIsAskedFor_andNothingElse() {
        var policies = policies(policy(false, rule("dev", "create", "runs/hello-*")));
        assertThat(policies.lend(who("dev"), ACME, named(CREATE, RUNS, "hello-1")))
                .contains(lent("acme/runs/hello-1", "acme/runs/hello-1"));
        assertThat(policies.lend(who("dev"), ACME, named(CREATE, RUNS, "hello")))
                .isEmpty();
        assertThat(policies.lend(who("dev"), ACME, named(GET, RUNS, "hello-1"))).isEmpty();
        assertThat(policies.lend(who("dev"), ACME, named(CREATE, SECRET, "hello-1")))
                .isEmpty();
        assertThat(policies.lend(who("dev"), ACME, Operation.of(CREATE, RUNS))).isEmpty();
    }

    @Test
    void aNameThatCanBeNoPrincipals_isRefused() {
        var policies = policies(policy(false, rule("dev", "*", "runs/*")));
        for (String name : List.of("", " ", "\0", "x".repeat(10_000), "\uD800")) {
            assertThat(policies.lend(who("dev"), ACME, named(GET, RUNS, name))).isEmpty();
            assertThat(policies.decide(who("dev"), ACME, Need.of(GET, RUNS, name)))
                    .isInstanceOf(Decision.Unmatched.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "admin,     delete, iam,       true",
        "developer, delete, secret,    true",
        "developer, create, api,       true",
        "developer, get,    baseimage, true",
        "developer, update, image,     false",
        "developer, get,    iam,       false",
        "viewer,    get,    runs,      true",
        "viewer,    get,    iam,       true",
        "viewer,    get,    secret,    false",
        "viewer,    create, runs,      false",
        "invoker,   create, runs,      true",
        "invoker,   get,    runs,      true",
        "invoker,   delete, runs,      false",
        "invoker,   get,    function,  false",
        "deployer,  update, function,  true",
        "deployer,  get,    secret,    false",
        "nobody,    get,    runs,      false",
    })
    void aRole_isItsRules(String role, String action, String resource, boolean allowed) {
        var own = new Role(
                "i", "deployer", List.of(new Role.Grant(List.of("update", "create"), List.of("function"))), 0, 0);
        var usurper = new Role("i", "viewer", List.of(new Role.Grant(List.of("*"), List.of("*"))), 0, 0);
        var policies = new Policies(
                "acme", List.of(policy(false, inRole(Effect.ALLOW, "dev", role))), new Roles(List.of(own, usurper)));
        var operation = Operation.of(Action.of(action).orElseThrow(), of(resource));
        assertThat(policies.lend(who("dev"), ACME, operation).isPresent()).isEqualTo(allowed);
    }

    @Test
    void aDenialThatCannotBeUnderstood_deniesEverything() {
        for (Rule unclear : List.of(
                inRole(Effect.DENY, "dev", "a-role-that-was-removed"),
                deny("dev", "get", "secrets"),
                deny("dev", "peek", "secret"),
                deny("dev", "get", "secret/"))) {
            var policies = policies(policy(false, rule("dev", "*", "*"), unclear));
            assertThat(policies.lend(who("dev"), ACME, Operation.of(GET, RUNS))).isEmpty();
        }
    }

    @Test
    void aDenialOfARole_deniesWhatItIs() {
        var policies = policies(policy(false, rule("dev", "*", "*"), inRole(Effect.DENY, "dev", "invoker")));
        assertThat(policies.lend(who("dev"), ACME, Operation.of(GET, RUNS))).isEmpty();
        assertThat(policies.lend(who("dev"), ACME, Operation.of(GET, FUNCTION))).isPresent();
    }

    @Test
    void aUser_isHisMail_andHisGroups() {
        var policies = policies(
                policy(false, rule("Jon@Acme.com", "get", "runs"), rule("group:devs", "get", "function")),
                policy(false, rule("acme/ci", "get", "image"), rule("blue/ci", "*", "*")),
                policy(false, deny("group:interns", "get", "function")));
        var jon = Subjects.ofUser("jon@acme.com", List.of("devs"));
        var intern = Subjects.ofUser("jon@acme.com", List.of("devs", "interns"));
        assertThat(policies.lend(jon, ACME, Operation.of(GET, RUNS))).isPresent();
        assertThat(policies.lend(jon, ACME, Operation.of(GET, FUNCTION))).isPresent();
        assertThat(policies.lend(intern, ACME, Operation.of(GET, FUNCTION))).isEmpty();
        assertThat(policies.lend(who("ci"), ACME, Operation.of(GET, IMAGE))).isPresent();
        assertThat(policies.lend(who("ci"), ACME, Operation.of(GET, SECRET))).isEmpty();
        assertThat(policies.names(jon)).isTrue();
        assertThat(policies.names(Subjects.ofUser("al@acme.com", List.of("interns"))))
                .isFalse();
    }

    @Test
    void aGlobalDenial_isNoBusinessElsewhere() {
        var policies = policies(policy(true, deny("dev", "get", "runs")), policy(false, rule("dev", "*", "*")));
        assertThat(policies.admits(who("dev"), BLUE)).isFalse();
    }

    @Test
    void aDecision_saysWhichRuleDecided() {
        var policies = policies(
                new Policy("i", "b", false, List.of(rule("dev", "get", "image"), rule("dev", "*", "runs")), 0, 0),
                new Policy("i", "a", false, List.of(inRole(Effect.ALLOW, "dev", "viewer")), 0, 0),
                new Policy("i", "c", false, List.of(deny("dev", "get", "api/x")), 0, 0),
                new Policy("i", "d", true, List.of(rule("dev", "create", "event")), 0, 0));
        assertThat(policies.decide(who("dev"), ACME, Need.of(CREATE, RUNS)))
                .isEqualTo(new Decision.Allowed(new Decision.Basis("b", 1, "")));
        assertThat(policies.decide(who("dev"), ACME, Need.of(GET, IMAGE)))
                .isEqualTo(new Decision.Allowed(new Decision.Basis("a", 0, "viewer")));
        assertThat(policies.decide(who("dev"), ACME, Need.of(GET, Resource.API, "x")))
                .isEqualTo(new Decision.Denied(new Decision.Basis("c", 0, "")));
        assertThat(policies.decide(who("dev"), ACME, Need.of(GET, Resource.API)))
                .isEqualTo(new Decision.Denied(new Decision.Basis("c", 0, "")));
        assertThat(policies.decide(who("dev"), ACME, Need.of(GET, SECRET))).isEqualTo(new Decision.Unmatched());
        assertThat(policies.decide(who("dev"), BLUE, Need.of(GET, IMAGE))).isEqualTo(new Decision.Unmatched());
        assertThat(policies.decide(who("dev"), BLUE, Need.of(CREATE, Resource.EVENT)))
                .isEqualTo(new Decision.Allowed(new Decision.Basis("d", 0, "")));
    }

    /// Nobody is told of rules that do not hold where he asks.
    @Test
    void elsewhere_onlyGlobalRulesDecide() {
        var policies = policies(
                new Policy("i", "a", false, List.of(rule("dev", "*", "runs"), deny("dev", "*", "secret")), 0, 0),
                new Policy("i", "b", true, List.of(rule("dev", "get", "runs")), 0, 0));
        assertThat(policies.decide(who("dev"), BLUE, Need.of(GET, RUNS)))
                .isEqualTo(new Decision.Allowed(new Decision.Basis("b", 0, "")));
        assertThat(policies.decide(who("dev"), BLUE, Need.of(GET, SECRET))).isEqualTo(new Decision.Unmatched());
        assertThat(policies.decide(who("dev"), ACME, Need.of(GET, SECRET)))
                .isEqualTo(new Decision.Denied(new Decision.Basis("a", 1, "")));
    }

    @Test
    void whoMayDoSomething_withOneObjectOnly_isAMember() {
        var policies = policies(policy(true, rule("one", "create", "runs/hello")));
        assertThat(policies.names(who("one"))).isTrue();
        assertThat(policies.admits(who("one"), BLUE)).isTrue();
        assertThat(policies.names(who("other"))).isFalse();
    }

    @Test
    void aGroupsName_isComparedExactly_alsoIfItLooksLikeAnAddress() {
        var policies = policies(policy(false, rule("group:Ops@Acme", "get", "runs")));
        assertThat(policies.names(Subjects.ofUser("jon@acme.com", List.of("Ops@Acme"))))
                .isTrue();
        assertThat(policies.names(Subjects.ofUser("jon@acme.com", List.of("ops@acme"))))
                .isFalse();
    }

    /// Each look at it costs its length.
    @Test
    void anObjectsName_isBounded_andALongerOneMeansNothing() {
        String longest = "*".repeat(Glob.CHARS_MAX);
        var policies = policies(policy(false, rule("dev", "get", "runs/" + longest, "secret/" + longest + "*")));
        assertThat(policies.lend(who("dev"), ACME, named(GET, RUNS, "x"))).isPresent();
        assertThat(policies.lend(who("dev"), ACME, named(GET, SECRET, "x"))).isEmpty();
        var denied = policies(policy(false, rule("dev", "*", "*"), deny("dev", "get", "secret/" + longest + "*")));
        assertThat(denied.lend(who("dev"), ACME, Operation.of(GET, RUNS))).isEmpty();
    }

    @Test
    void numbersOfActionsAndResources_haveNoGap() {
        assertThat(Stream.of(Action.values()).map(Action::number)).containsExactly(0, 1, 2, 3);
        assertThat(Stream.of(Resource.values()).map(Resource::number).sorted().distinct())
                .hasSize(Resource.values().length)
                .endsWith(Resource.values().length - 1);
    }

    private static Policies policies(Policy... policies) {
        return new Policies("acme", List.of(policies), Roles.BUILT_IN_ONLY);
    }

    private static Operation named(Action action, Resource resource, String name) {
        return new Operation(List.of(Need.of(action, resource, name)), List.of());
    }

    private static Rule deny(String subject, String action, String... resources) {
        return new Rule(List.of(subject), List.of(action), List.of(resources), Effect.DENY, List.of());
    }

    private static Rule inRole(Effect effect, String subject, String role) {
        return new Rule(List.of(subject), List.of(), List.of(), effect, List.of(role));
    }

    private static Resource of(String word) {
        return Optional.of(word)
                .flatMap(w -> List.of(Resource.values()).stream()
                        .filter(r -> r.word().equals(w))
                        .findFirst())
                .orElseThrow();
    }

    private static Lent lent(String read, String write) {
        return new Lent(Component.parse(read), Component.parse(write));
    }

    private static Policy policy(boolean global, Rule... rules) {
        return new Policy("id", "p", global, List.of(rules), 0, 0);
    }

    private static Rule rule(String subject, String action, String... resources) {
        return new Rule(List.of(subject), List.of(action), List.of(resources));
    }

    private static Subjects who(String account) {
        return Subjects.ofAccount("acme", account);
    }
}
