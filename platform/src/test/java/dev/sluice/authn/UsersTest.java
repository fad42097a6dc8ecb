package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.authn.Caller.Reason;
import dev.sluice.authn.Caller.Rejected;
import dev.sluice.fs.LabeledFs;
import dev.sluice.label.Component;
import dev.sluice.org.Organizations;
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

    @TempDir
    private Path data;

    /// Else whoever has an account somewhere asks as often as he likes, or at the cost of whom he asks about.
    @Test
    void whoIsAMemberOfNothing_isForbidden_andPaysForHimself() throws Exception {
        var fs = new LabeledFs(store, new SecureRandom());
        fs.bootstrap();
        var organizations = new Organizations(fs, _ -> {});
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
