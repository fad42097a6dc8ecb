package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.authn.Caller.Reason;
import dev.sluice.authn.Caller.Rejected;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Founding;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policy;
import dev.sluice.store.MemoryStore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UsersTest {
    private final SetClock clock = new SetClock(Instant.EPOCH);
    private final MemoryStore store = new MemoryStore();
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final Organizations organizations = new Organizations(fs, _ -> {});

    @TempDir
    private Path data;

    /// The operator lists another provider by that name, or none.
    @Test
    void whomAProviderVouchedFor_thatIsNotListedAnyMore_isNobody() throws Exception {
        found();
        try (var provider = new TestProvider()) {
            var sessions = new Sessions(store, clock, new SecureRandom());
            var jon = new User("test", provider.issuer(), "jon@example.com", Set.of());
            String id = sessions.open(jon);
            String listed = provider.description("test", "dispatch");
            var users = new Users(sessions, TestProvider.write(data, listed), organizations);
            assertThat(users.user(id)).contains(jon);
            assertThat(users.caller(id, Optional.of("acme"))).isInstanceOf(Caller.Known.class);
            for (String now : List.of(
                    provider.description("other", "dispatch"), listed.replace(provider.issuer(), "https://idp.test"))) {
                var later = new Users(sessions, TestProvider.write(data, now), organizations);
                assertThat(later.user(id)).isEmpty();
                assertThat(later.caller(id, Optional.of("acme"))).isEqualTo(Rejected.UNAUTHENTICATED);
            }
        }
    }

    @Test
    void aUser_givesNoTokenOn() throws Exception {
        found();
        try (var provider = new TestProvider()) {
            var sessions = new Sessions(store, clock, new SecureRandom());
            var users = new Users(
                    sessions, TestProvider.write(data, provider.description("test", "dispatch")), organizations);
            String id = sessions.open(new User("test", provider.issuer(), "jon@example.com", Set.of()));
            var jon = (Caller.Known) users.caller(id, Optional.of("acme"));
            var delegations = new Delegations(organizations, TokenKey.at(data, clock), clock);
            assertThat(delegations.mint(jon, jon.component())).isEmpty();
            assertThat(delegations.issued().issue(jon)).isEmpty();
        }
    }

    /// What an organization's own provider says is true at home only: any tenant could name the operator's people.
    @Test
    void whomAnotherOrganizationsProviderVouchedFor_isNoOneOfTheOperators() throws Exception {
        found();
        try (var provider = new TestProvider()) {
            IdentityProviders providers = TestProvider.write(
                    data, provider.description("operators", "dispatch"), provider.description("blues", "blue"));
            var sessions = new Sessions(store, clock, new SecureRandom());
            var users = new Users(sessions, providers, organizations);
            for (String vouching : List.of("operators", "blues")) {
                String id = sessions.open(new User(vouching, provider.issuer(), "ann@example.com", Set.of()));
                for (String asked : List.of("acme", "blue", "dispatch")) {
                    assertThat(users.caller(id, Optional.of(asked)) instanceof Caller.Known)
                            .as("%s in %s", vouching, asked)
                            .isEqualTo(vouching.equals("operators"));
                }
            }
        }
    }

    /// Jon is a member of acme, and ann of all organizations.
    private void found() {
        fs.bootstrap();
        for (String name : List.of(Founding.ORGANIZATION, "acme", "blue")) {
            organizations.create(name, clock, Component.TRUE);
        }
        addPolicy("acme", false, "jon@example.com");
        addPolicy(Founding.ORGANIZATION, true, "ann@example.com");
    }

    private void addPolicy(String organization, boolean isGlobal, String subject) {
        Organization home = organizations.tenant(organization).orElseThrow().organization();
        var rule = new Policy.Rule(List.of(subject), List.of("*"), List.of("*"));
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.FALSE)).run(() -> {
            organizations.put(home, new Policy("i", "policy", isGlobal, List.of(rule), 0, 0));
            return rule;
        });
    }

    /// Else whoever has an account somewhere asks as often as he likes, or at the cost of whom he asks about.
    @Test
    void whoIsAMemberOfNothing_isForbidden_andPaysForHimself() throws Exception {
        fs.bootstrap();
        organizations.create("acme", clock, Component.TRUE);
        try (var provider = new TestProvider()) {
            IdentityProviders providers = TestProvider.write(data, provider.description("test", "dispatch"));
            var sessions = new Sessions(store, clock, new SecureRandom());
            var users = new Users(sessions, providers, organizations);
            String issuer = providers.named("test").orElseThrow().issuer();
            String jon = sessions.open(new User("test", issuer, "jon@example.com", Set.of()));
            var jons = new Rejected(Reason.FORBIDDEN, "test jon@example.com");
            for (String asked : List.of("acme", "nowhere")) {
                assertThat(users.caller(jon, Optional.of(asked))).isEqualTo(jons);
            }
            assertThat(users.caller(jon, Optional.empty())).isEqualTo(jons);
            assertThat(users.caller("nobody", Optional.of("acme"))).isEqualTo(Rejected.UNAUTHENTICATED);
        }
    }
}
