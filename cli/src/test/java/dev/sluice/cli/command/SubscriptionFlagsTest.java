package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SubscriptionFlagsTest extends RecordedTest {
    private static final String KEPT = "{\"name\":\"s\",\"eventType\":\"a\",\"function\":\"f\",\"secrets\":[\"k\"],"
            + "\"status\":\"READY\",\"createdTime\":3,\"filters\":[{\"exact\":{\"id\":\"1\"}}]}";

    @Test
    void filters_areShort_orJson() {
        server.reply(201, KEPT);

        shell.run(
                "create",
                "subscription",
                "f",
                "--name",
                "s",
                "--event-type",
                "a",
                "--filter",
                "source=/shop?a=b",
                "--filter",
                "prefix:subject=x:",
                "--filter",
                "{\"not\":{\"suffix\":{\"id\":\"9\"}}}",
                "--pause");

        assertThat(sent())
                .containsExactly("POST /v1/event/subscriptions {\"eventType\":\"a\",\"function\":\"f\",\"name\":\"s\","
                        + "\"secrets\":[],\"tags\":null,\"filters\":[{\"exact\":{\"source\":\"/shop?a=b\"}},"
                        + "{\"prefix\":{\"subject\":\"x:\"}},{\"not\":{\"suffix\":{\"id\":\"9\"}}}],\"paused\":true}");
    }

    @Test
    void aFilter_thatIsNone_isRefused_withoutAsking() {
        for (String filter : List.of("x", "=v", "like:a=b", "A=b", "{")) {
            var outcome = shell.run("create", "subscription", "f", "--event-type", "a", "--filter", filter);
            assertThat(outcome.exitCode()).isEqualTo(2);
            assertThat(outcome.err()).contains("--filter is ");
        }
        assertThat(sent()).isEmpty();
    }

    /// All else stays: also filters and secrets, which were not said again.
    @Test
    void pause_andResume_changeNothingElse() {
        server.reply(200, KEPT).reply(200, KEPT);
        server.reply(200, KEPT.replace("}]}", "}],\"paused\":true}")).reply(200, KEPT);

        assertThat(shell.run("update", "subscription", "s", "--pause").out()).contains("Updated subscription: s");
        shell.run("update", "subscription", "s", "--resume");

        assertThat(sent())
                .containsExactly(
                        "GET /v1/event/subscriptions/s ",
                        "PUT /v1/event/subscriptions/s " + KEPT.replace("}]}", "}],\"paused\":true}"),
                        "GET /v1/event/subscriptions/s ",
                        "PUT /v1/event/subscriptions/s " + KEPT.replace("}]}", "}],\"paused\":false}"));
    }

    @Test
    void pause_andResume_atOnce_orWithHalfASubscription_areRefused() {
        server.reply(200, KEPT);
        assertThat(shell.run("update", "subscription", "s", "--pause", "--resume")
                        .err())
                .contains("say --pause or --resume");
        assertThat(shell.run("update", "subscription", "s", "--pause", "--filter", "a=b")
                        .err())
                .contains("name a FUNCTION");
    }

    @Test
    void aPausedOne_showsIt() {
        server.reply(200, KEPT.replace("}]}", "}],\"paused\":true}"));

        assertThat(shell.run("get", "subscription", "s").out()).contains("READY (paused)");
    }

    private List<String> sent() {
        return server.asked().stream()
                .map(asked -> asked.method() + " " + asked.target() + " " + asked.text())
                .toList();
    }
}
