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
                    policy(true, rule("auditor", "get", "runs"))));

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
        assertThat(new Policies("acme", List.of()).lend(who("dev"), ACME, Operation.of(GET, IAM)))
                .isEmpty();
    }

    @Test
    void whoIsDeniedSomething_isLentNothing() {
        Rule deny = new Rule(List.of("dev"), List.of("get"), List.of("secret"), Effect.DENY, List.of());
        var denying = new Policies("acme", List.of(policy(false, rule("dev", "*", "*")), policy(false, deny)));
        assertThat(denying.lend(who("dev"), ACME, Operation.of(GET, SECRET))).isEmpty();
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
