package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Asker;
import dev.sluice.fs.FsPath;
import dev.sluice.org.Organization;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Guests that wait for a run (`minInstances`).
final class StandbyTest extends ApiTest {
    private static final int GUEST_MIB = 128;

    /// Says how often this very process has been asked, and how long ago it was loaded.
    private static final String COUNTS = """
            import time
            loaded, asked = time.time(), []
            def handle(context, payload):
                asked.append(payload)
                return [len(asked), time.time() - loaded]
            """;

    @Test
    void guestsWait_andARunHasOneThatNobodyHasUsed() throws Exception {
        Organization acme = organization("acme-waits");
        Asker dev = api.developer("acme-waits", "function", "runs");
        build(dev, "hot", COUNTS, 2);
        awaitWaiting(acme, "hot", 2);
        assertThat(api.used("acme-waits").memoryMib()).isEqualTo(2 * GUEST_MIB);
        Thread.sleep(Duration.ofMillis(300));
        var output = api.post(dev, "/v1/runs?functionName=hot", "{\"blocking\":true}")
                .json()
                .path("output");
        assertThat(output.path(0).asInt()).isEqualTo(1);
        assertThat(output.path(1).asDouble()).isGreaterThan(0.3);
        awaitWaiting(acme, "hot", 2);
        assertThat(api.get(dev, "/v1/function/hot").json().path("minInstances").asInt())
                .isEqualTo(2);
    }

    @Test
    void whatNobodyCanBeLedToAnyMore_waitsNoMore() {
        Organization acme = organization("acme-leaves");
        Asker dev = api.developer("acme-leaves", "function", "runs");
        build(dev, "hot", COUNTS, 1);
        awaitWaiting(acme, "hot", 1);
        FsPath first = VersionFiles.gate(acme, "hot", 1);
        assertThat(api.post(
                                dev,
                                "/v1/function/hot/aliases",
                                "{\"name\":\"prod\",\"versions\":[{\"version\":1,\"weight\":100}]}")
                        .status())
                .isEqualTo(201);
        assertThat(api.put(dev, "/v1/function/hot", body("hot", COUNTS + "#\n", 0))
                        .status())
                .isEqualTo(200);
        awaitReady(dev, "hot");
        assertThat(api.waiting(acme, FunctionFiles.gate(acme, "hot"))).isZero();
        await().during(Duration.ofMillis(400)).until(() -> api.waiting(acme, first) == 1);
        api.put(dev, "/v1/function/hot/aliases/prod", "{\"versions\":[{\"version\":2,\"weight\":100}]}");
        await().until(() -> api.waiting(acme, first) == 0);
        await().until(() -> api.used("acme-leaves").memoryMib() == 0);
        api.post(dev, "/v1/function/hot/aliases/prod/rollback", "");
        await().atMost(Duration.ofSeconds(30)).until(() -> api.waiting(acme, first) == 1);
        api.delete(dev, "/v1/function/hot");
        await().until(() -> api.used("acme-leaves").memoryMib() == 0);
    }

    @Test
    void afterARestart_guestsWaitAgain() {
        Organization acme = organization("acme-again");
        Asker dev = api.developer("acme-again", "function", "runs");
        build(dev, "hot", COUNTS, 1);
        awaitWaiting(acme, "hot", 1);
        api.standby().forget(acme);
        await().until(() -> api.used("acme-again").memoryMib() == 0);
        api.recover();
        awaitWaiting(acme, "hot", 1);
    }

    @Test
    void aGuestThatEndsWhileItWaits_isReplacedLater_andNoRunGetsIt() {
        Organization acme = organization("acme-ends");
        Asker dev = api.developer("acme-ends", "function", "runs");
        String ends = """
                import os, threading
                asked = []
                threading.Timer(0.2, lambda: asked or os._exit(1)).start()
                def handle(context, payload):
                    asked.append(payload)
                    return 1
                """;
        build(dev, "mayfly", ends, 1);
        for (int i = 0; i < 10; i++) {
            assertThat(api.post(dev, "/v1/runs?functionName=mayfly", "{\"blocking\":true}")
                            .text("status"))
                    .isEqualTo("READY");
            pause(Duration.ofMillis(150));
        }
        awaitWaiting(acme, "mayfly", 1);
    }

    @AfterEach
    void deleteAll() {
        for (String name : List.of("acme-waits", "acme-leaves", "acme-again", "acme-ends")) {
            Asker dev = api.developer(name, "function", "runs");
            api.delete(dev, "/v1/function/hot");
            api.delete(dev, "/v1/function/mayfly");
            await().until(() -> api.used(name).memoryMib() == 0);
        }
    }

    private static void pause(Duration time) {
        await().pollDelay(time).until(() -> true);
    }

    private Organization organization(String name) {
        api.developer(name, "function", "runs");
        return api.home(name);
    }

    private void awaitWaiting(Organization organization, String name, int guests) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> api.waiting(organization, FunctionFiles.gate(organization, name)) == guests);
    }

    private static String body(String name, String source, int waiting) {
        return function(name, "python3", name + ".py", source, ",\"minInstances\":" + waiting);
    }

    private void build(Asker dev, String name, String source, int waiting) {
        assertThat(api.post(dev, "/v1/function", body(name, source, waiting)).status())
                .isEqualTo(201);
        awaitReady(dev, name);
    }

    private void awaitReady(Asker dev, String name) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(api.get(dev, "/v1/function/" + name).text("status"))
                                .isEqualTo("READY"));
    }
}
