package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.testing.Tasks;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Aliases as rooms have them, below the routes: what a task was not lent, it lets nobody run.
final class VersionGrantsTest extends ApiTest {
    @Test
    void whoWasNotLentASecret_letsNoNameLeadToAVersionThatHasIt() {
        var admin = api.developer("acme-lent", "function", "runs", "secret");
        String body =
                ApiServer.function("f", "python3", "f.py", "def handle(c, p):\n    return 1\n", ",\"secrets\":[\"s\"]");
        assertThat(api.post(admin, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                api.get(admin, "/v1/function/f/versions").json())
                        .hasSize(1));
        Organization acme = api.home("acme-lent");
        var versions = new FunctionVersions(api.fs, api.audit, api.standby(), new Random(1), Clock.systemUTC());
        var wish = new Alias.Wish("prod", List.of(new Alias.Share(1, 100)));

        assertThat(Tasks.refusal(lent("acme-lent/function"), () -> versions.create(acme, "f", wish)))
                .isEqualTo(Refusal.DENIED);
        assertThat(Tasks.refusal(lent("acme-lent/function&acme-lent/secret/t"), () -> versions.create(acme, "f", wish)))
                .isEqualTo(Refusal.DENIED);
        assertThat(Tasks.refusal(lent("acme-lent/function&acme-lent/secret/s"), () -> versions.create(acme, "f", wish)))
                .isNull();
    }

    private static Task lent(String reads) {
        Component read = Component.parse(reads);
        return new Task(
                Label.PUBLIC,
                Label.of(read, Component.TRUE),
                Privilege.mintTcb(read, Component.parse("acme-lent/function")));
    }
}
