package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Schedules and watched directories that make runs. Real guests, and the real clock: a schedule's minute is waited
/// for.
final class OwnDriversTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(70);
    private static final String DRIVERS = "/v1/event/drivers";
    private static final FsPath INBOX = FsPath.home(Label.parse("T,acme/runs")).child("inbox");
    private static final String ECHO = """
            def handle(context, payload):
                return {'payload': payload, 'event': context['event']}
            """;

    private void function(Asker dev, String name, String type) {
        assertThat(api.post(dev, "/v1/function", ApiServer.python(name, ECHO)).status())
                .isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> api.get(dev, "/v1/function/" + name).text("status").equals("READY"));
        String wish = "{\"name\":\"" + name + "\",\"eventType\":\"" + type + "\",\"function\":\"" + name + "\"}";
        assertThat(api.post(dev, "/v1/event/subscriptions", wish).status()).isEqualTo(201);
    }

    private void create(String name, String label) {
        ApiServer.asRoot(() -> {
            Privilege all = Task.current().exercise(Component.FALSE, Component.FALSE);
            api.fs.create(INBOX.child(name), Kind.FILE, Label.parse(label), Bytes.utf8(name), all);
        });
    }

    private void driver(Asker dev, String image, String config) {
        api.post(
                dev, "/v1/event/drivertypes", "{\"name\":\"" + image + "\",\"image\":\"sluice/" + image + ":latest\"}");
        Answer made = api.post(
                dev, DRIVERS, "{\"name\":\"" + image + "\",\"type\":\"" + image + "\",\"config\":[" + config + "]}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> api.get(dev, DRIVERS + "/" + image).text("status").equals("READY"));
    }

    private static String setting(String key, String value) {
        return "{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}";
    }

    /// The newest run of a function, once so many have ended, and no more.
    private JsonNode run(Asker dev, String function, int count) {
        return await().atMost(PATIENCE)
                .until(
                        () -> api.get(dev, "/v1/runs?functionName=" + function).json(),
                        runs -> runs.size() == count
                                && runs.valueStream()
                                        .allMatch(run ->
                                                run.path("status").asString().equals("READY")))
                .get(0);
    }

    @Test
    void schedulesAndChangesOfFiles_becomeRuns_andAHighWriteBecomesNone() {
        Asker dev = api.developer("acme", "*");
        function(dev, "minute", "cron.tick");
        function(dev, "arrived", "files.*");
        driver(dev, "cron", setting("schedule", "* * * * *") + "," + setting("data", "7"));
        ApiServer.asRoot(() -> {
            Privilege all = Task.current().exercise(Component.FALSE, Component.FALSE);
            api.fs.createDirectory(INBOX, Label.parse("T,acme/runs"), all);
        });
        driver(dev, "files", setting("directory", ":home:<T,acme/runs>:inbox") + "," + setting("seconds", "1"));
        create("alices", "acme/user/alice,T");
        create("letter", "T,acme/runs");
        JsonNode output = run(dev, "arrived", 1).path("output");
        assertThat(output.path("event").path("eventType").asString()).isEqualTo("files.created");
        assertThat(output.path("payload").path("path").asString()).isEqualTo("home:<T,acme/runs>:inbox:letter");
        create("other", "T,T");
        assertThat(run(dev, "arrived", 2)
                        .path("output")
                        .path("payload")
                        .path("name")
                        .asString())
                .isEqualTo("other");
        await().atMost(PATIENCE)
                .until(() ->
                        !api.get(dev, "/v1/runs?functionName=minute").json().isEmpty());
        JsonNode tick = run(
                dev,
                "minute",
                api.get(dev, "/v1/runs?functionName=minute").json().size());
        assertThat(tick.path("output").path("payload").asInt()).isEqualTo(7);
        assertThat(tick.path("output").path("event").path("eventID").asString()).matches("20..-..-..T..:..:00Z");
        assertThat(api.delete(dev, DRIVERS + "/cron").status()).isEqualTo(200);
    }

    @Test
    void whatMeansNothing_isRefused_withWhatToSay() {
        Asker dev = api.developer("blue", "*");
        api.post(dev, "/v1/event/drivertypes", "{\"name\":\"cron\",\"image\":\"sluice/cron\"}");
        String driver = "{\"name\":\"d\",\"type\":\"cron\",\"config\":[SETTINGS]}";
        for (String settings : new String[] {
            "",
            setting("schedule", "every day"),
            setting("schedule", "0 0 30 2 *"),
            setting("schedule", "@daily") + "," + setting("timezone", "Mars"),
            setting("schedule", "@daily") + "," + setting("schedule", "@daily"),
            setting("schedule", "@daily") + "," + setting("label", "T,blue")
        }) {
            Answer refused = api.post(dev, DRIVERS, driver.replace("SETTINGS", settings));
            assertThat(refused.status()).as(settings).isEqualTo(400);
            assertThat(refused.text("message")).startsWith("bad request when processing event driver d: ");
        }
    }
}
