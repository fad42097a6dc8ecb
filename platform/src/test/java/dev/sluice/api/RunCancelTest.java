package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// `DELETE /v1/runs/{id}`
final class RunCancelTest extends ApiTest {
    private static final String SLEEPS = "import time\ndef handle(context, payload):\n    time.sleep(300)\n";

    @Test
    void aRunThatIsCanceled_isAnError_withOneReason_asOftenAsOneAsks() {
        Asker dev = api.developer("c1", "*");
        create(dev, "sleeps");
        String run = submit(dev, "sleeps");
        Answer canceled = api.delete(dev, run);
        assertThat(canceled.status()).isEqualTo(200);
        assertThat(canceled.text("status")).isEqualTo("ERROR");
        assertThat(canceled.body())
                .contains("\"reason\":[\"error running function: sleeps: the run was canceled\"]")
                .contains("\"error\":{\"type\":\"SystemError\",\"message\":\"the run was canceled\"");
        assertThat(api.delete(dev, run).body()).isEqualTo(canceled.body());
        assertThat(api.get(dev, run).body()).isEqualTo(canceled.body());
    }

    @Test
    void whoMayNotCancel_learnsNothing_andTheRunGoesOn() {
        Asker dev = api.developer("c2", "*");
        create(dev, "sleeps");
        create(dev, "other");
        String run = submit(dev, "sleeps");
        Asker reads = api.addAccount(api.home("c2"), "reads", List.of("get", "create"), List.of("runs"));
        Asker one = api.addAccount(api.home("c2"), "one", List.of("*"), List.of("runs/other"));
        Asker blue = api.developer("c3", "*");
        String nowhere = "/v1/runs/" + UUID.randomUUID();
        assertThat(api.delete(reads, run).body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(reads, nowhere).body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(one, run).body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(one, run + "?functionName=sleeps").body()).isEqualTo(FORBIDDEN);
        Answer missing = api.delete(blue, nowhere);
        assertThat(missing.status()).isEqualTo(404);
        assertThat(api.delete(blue, run).body()).isEqualTo(missing.body());
        assertThat(api.delete(one, run + "?functionName=other").body()).isEqualTo(missing.body());
        assertThat(api.delete(dev, "/v1/runs/x").status()).isEqualTo(422);
        assertThat(api.get(dev, run).text("status")).isEqualTo("CREATING");
        String own = submit(one, "other");
        assertThat(api.delete(one, own + "?functionName=other").text("status")).isEqualTo("ERROR");
        assertThat(api.delete(dev, run).text("status")).isEqualTo("ERROR");
    }

    private void create(Asker dev, String name) {
        api.post(dev, "/v1/function", python(name, SLEEPS));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> api.get(dev, "/v1/function/" + name).text("status").equals("READY"));
    }

    private String submit(Asker dev, String function) {
        Answer accepted = api.post(dev, "/v1/runs?functionName=" + function, "{\"input\":1}");
        assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
        return "/v1/runs/" + accepted.text("name");
    }
}
