package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import org.junit.jupiter.api.Test;

/// Requests as Dispatch's client sends them (contracts: appendix A).
final class SettingWordsTest extends RecordedTest {
    @Test
    void applications_andApis_areMade_changedAndDeleted() {
        said("Created application: app1", 200, "create", "application", "app1");
        said("Created api: hello", 200, "create", "api", "hello", "node-hello-js", "--path", "/hello", "--cors");
        said(
                "Created api: a2",
                200,
                "create",
                "api",
                "a2",
                "f2",
                "-m",
                "POST",
                "-m",
                "PUT",
                "-d",
                "x.example.com",
                "--https-only",
                "-p",
                "/a",
                "-p",
                "/b",
                "--disable",
                "--auth",
                "basic",
                "-a",
                "app1");
        said("Updated api: a2", 200, "update", "api", "a2", "f3", "-p", "/c");
        said("Updated application: app1", 200, "update", "application", "app1", "--tag", "team=web", "--tag", "a=b=c");
        said("Deleted api: a2", 200, "delete", "api", "a2");
        said("Deleted application: app1", 200, "delete", "application", "app1");
        asked(
                "POST /v1/application {\"name\":\"app1\",\"tags\":[]}",
                "POST /v1/api {\"authentication\":\"public\",\"cors\":true,\"enabled\":true,\"failures\":\"problem\","
                        + "\"function\":\"node-hello-js\",\"hosts\":[],\"methods\":[\"GET\"],\"name\":\"hello\","
                        + "\"protocols\":[\"http\",\"https\"],\"tags\":[],\"uris\":[\"/hello\"]}",
                "POST /v1/api {\"authentication\":\"basic\",\"failures\":\"problem\",\"function\":\"f2\",\"hosts\":[\"x.example.com\"],"
                        + "\"methods\":[\"POST\",\"PUT\"],\"name\":\"a2\",\"protocols\":[\"https\"],"
                        + "\"tags\":[{\"key\":\"Application\",\"value\":\"app1\"}],\"uris\":[\"/a\",\"/b\"]}",
                "PUT /v1/api/a2 {\"authentication\":\"public\",\"enabled\":true,\"failures\":\"problem\",\"function\":\"f3\",\"hosts\":[],"
                        + "\"methods\":[\"GET\"],\"name\":\"a2\",\"protocols\":[\"http\",\"https\"],\"tags\":[],"
                        + "\"uris\":[\"/c\"]}",
                "PUT /v1/application/app1 {\"name\":\"app1\",\"tags\":[{\"key\":\"team\",\"value\":\"web\"},"
                        + "{\"key\":\"a\",\"value\":\"b=c\"}]}",
                "DELETE /v1/api/a2 ",
                "DELETE /v1/application/app1 ");
    }

    /// Of an API, a host is one whose requests it takes. The server's is named before the words, or in the settings.
    @Test
    void anApi_takesTheRequestsOfAHost() {
        said(
                "Created api: a",
                200,
                "create",
                "api",
                "a",
                "f",
                "-p",
                "/",
                "--host",
                "a.example",
                "--domain",
                "b.example");
        asked(
                "POST /v1/api {\"authentication\":\"public\",\"enabled\":true,\"failures\":\"problem\",\"function\":\"f\","
                        + "\"hosts\":[\"a.example\",\"b.example\"],\"methods\":[\"GET\"],\"name\":\"a\","
                        + "\"protocols\":[\"http\",\"https\"],\"tags\":[],\"uris\":[\"/\"]}");
    }

    @Test
    void anApi_saysByWhatItsCallersAreKnown() {
        said(
                "Created api: desk",
                200,
                "create",
                "api",
                "desk",
                "f",
                "-p",
                "/desk",
                "--auth",
                "basic",
                "--auth-secret",
                "users");
        said(
                "Created api: t",
                200,
                "create",
                "api",
                "t",
                "f",
                "-p",
                "/t",
                "--auth",
                "oauth2",
                "--auth-provider",
                "sso",
                "--audience",
                "https://t",
                "--scope",
                "read",
                "--scope",
                "write",
                "--claim",
                "email");
        assertThat(server.asked().getFirst().text())
                .startsWith("{\"access\":{\"secret\":\"users\"},\"authentication\":\"basic\",");
        assertThat(server.asked().getLast().text())
                .startsWith("{\"access\":{\"audience\":\"https://t\",\"provider\":\"sso\","
                        + "\"claims\":[\"email\"],\"scopes\":[\"read\",\"write\"]},"
                        + "\"authentication\":\"oauth2\",");
    }

    @Test
    void aTagWithoutAKey_isAUsageError() {
        assertThat(shell.run("update", "application", "app1", "--tag", "web").exitCode())
                .isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void subscriptions_drivers_andTheirTypes() {
        said(
                "Created subscription: sub1",
                201,
                "create",
                "subscription",
                "--name",
                "sub1",
                "--event-type",
                "a.b",
                "f1",
                "--secret",
                "s1");
        said(
                "Created event driver type: ticker",
                201,
                "create",
                "eventdrivertype",
                "ticker",
                "kars7e/timer:latest",
                "--expose");
        said(
                "Created event driver: d1",
                201,
                "create",
                "eventdriver",
                "ticker",
                "--name",
                "d1",
                "--set",
                "seconds=2",
                "--set",
                "flag",
                "--secret",
                "s1");
        said("Updated subscription: sub1", 200, "update", "subscription", "sub1", "f2", "--event-type", "a.c");
        said("Updated event driver: d1", 200, "update", "event-driver", "d1", "ticker");
        said("Updated event driver type: ticker", 200, "update", "event-driver-type", "ticker", "i", "--set", "a=b=c");
        said("Deleted event driver: d1", 200, "delete", "eventdriver", "d1");
        said("Deleted event driver type: ticker", 200, "delete", "event-driver-type", "ticker");
        said("Deleted subscription: sub1", 200, "delete", "subscription", "sub1");
        asked(
                "POST /v1/event/subscriptions {\"eventType\":\"a.b\",\"function\":\"f1\",\"name\":\"sub1\","
                        + "\"secrets\":[\"s1\"],\"tags\":null}",
                "POST /v1/event/drivertypes {\"config\":null,\"image\":\"kars7e/timer:latest\",\"expose\":true,"
                        + "\"name\":\"ticker\",\"tags\":[]}",
                "POST /v1/event/drivers {\"config\":[{\"key\":\"seconds\",\"value\":\"2\"},{\"key\":\"flag\"}],"
                        + "\"name\":\"d1\",\"reason\":null,\"secrets\":[\"s1\"],\"expose\":false,\"tags\":[],"
                        + "\"type\":\"ticker\"}",
                "PUT /v1/event/subscriptions/sub1 {\"eventType\":\"a.c\",\"function\":\"f2\",\"name\":\"sub1\","
                        + "\"secrets\":[],\"tags\":null}",
                "PUT /v1/event/drivers/d1 {\"config\":null,\"name\":\"d1\",\"reason\":null,\"secrets\":[],"
                        + "\"expose\":false,\"tags\":[],\"type\":\"ticker\"}",
                "PUT /v1/event/drivertypes/ticker {\"config\":[{\"key\":\"a\",\"value\":\"b=c\"}],\"image\":\"i\","
                        + "\"expose\":false,\"name\":\"ticker\",\"tags\":[]}",
                "DELETE /v1/event/drivers/d1 ",
                "DELETE /v1/event/drivertypes/ticker ",
                "DELETE /v1/event/subscriptions/sub1 ");
    }

    @Test
    void aSubscription_goesToASink() {
        said(
                "Created subscription: s",
                201,
                "create",
                "subscription",
                "--name",
                "s",
                "--event-type",
                "a.*",
                "--sink",
                "https://example.com/hook",
                "--sink-auth",
                "webhook=key",
                "--sink-mode",
                "binary",
                "--sink-origin",
                "events.example.org");
        said(
                "Updated subscription: s",
                200,
                "update",
                "subscription",
                "s",
                "--event-type",
                "b",
                "--sink",
                "home:<T,T>:g");
        said(
                "Created subscription: d",
                201,
                "create",
                "subscription",
                "--name",
                "d",
                "--event-type",
                "b",
                "--sink",
                "driver:out");
        asked(
                "POST /v1/event/subscriptions {\"eventType\":\"a.*\",\"function\":\"\",\"name\":\"s\","
                        + "\"secrets\":[],\"tags\":null,\"sink\":{\"url\":\"https://example.com/hook\","
                        + "\"auth\":\"webhook\",\"secret\":\"key\",\"mode\":\"binary\","
                        + "\"origin\":\"events.example.org\"}}",
                "PUT /v1/event/subscriptions/s {\"eventType\":\"b\",\"function\":\"\",\"name\":\"s\","
                        + "\"secrets\":[],\"tags\":null,\"sink\":{\"gate\":\"home:<T,T>:g\"}}",
                "POST /v1/event/subscriptions {\"eventType\":\"b\",\"function\":\"\",\"name\":\"d\","
                        + "\"secrets\":[],\"tags\":null,\"sink\":{\"driver\":\"out\"}}");
        server.reply(200, "{\"name\":\"s\",\"eventType\":\"b\",\"function\":\"\",\"sink\":{\"url\":\"https://x/\"}}");
        assertThat(shell.run("get", "subscription", "s").out()).contains("| https://x/ ");
        assertThat(shell.run("create", "subscription", "--event-type", "a").err())
                .contains("FUNCTION, or --sink URL");
        assertThat(shell.run("create", "subscription", "f", "--sink", "https://x/")
                        .err())
                .contains("or --sink URL");
        assertThat(shell.run("create", "subscription", "f", "--sink-mode", "binary")
                        .err())
                .contains("go with --sink");
    }

    @Test
    void whatHasNoName_getsOne() {
        server.reply(201, "{}").reply(201, "{}");
        assertThat(shell.run("create", "subscription", "f1", "--event-type", "a.b")
                        .out())
                .matches("Created subscription: [a-z]+-[a-z]+-[0-9]{6}\n");
        assertThat(shell.run("create", "event-driver", "ticker").out())
                .matches("Created event driver: [a-z]+-[a-z]+-[0-9]{6}\n");
    }

    @Test
    void tables_showWhatDispatchShows() {
        server.reply(200, "[{\"name\":\"app1\",\"status\":\"READY\"}]");
        assertThat(shell.run("get", "applications").out()).contains("NAME | STATUS", "app1 | READY");
        server.reply(
                200,
                "[{\"name\":\"a\",\"function\":\"f\",\"protocols\":[\"http\",\"https\"],\"methods\":[\"GET\"],"
                        + "\"hosts\":null,\"uris\":[\"/acme/a\"],\"authentication\":\"public\",\"status\":\"READY\"}]");
        assertThat(shell.run("get", "api").out())
                .contains("PROTOCOL   | METHOD | DOMAIN | PATH", "http,https | GET", "/acme/a", "false");
        server.reply(200, "{\"name\":\"s\",\"eventType\":\"a.b\",\"function\":\"f\",\"status\":\"READY\"}");
        assertThat(shell.run("get", "subscription", "s").out()).contains("s    | a.b        | f             | READY");
        server.reply(
                200,
                "[{\"name\":\"d\",\"type\":\"t\",\"status\":\"ERROR\",\"reason\":[\"why\"],\"secrets\":[\"s\"],"
                        + "\"config\":[{\"key\":\"k\",\"value\":\"v\"},{\"key\":\"flag\"}],\"url\":\"\"}]");
        assertThat(shell.run("get", "eventdriver").out()).contains("ERROR (why)", "k=v flag");
        server.reply(200, "[{\"name\":\"t\",\"image\":\"i\",\"expose\":true,\"created-time\":0}]");
        assertThat(shell.run("get", "eventdrivertypes").out()).contains("t    | i     | true   | -");
    }

    private void said(String line, int status, String... words) {
        server.reply(status, "{}");
        assertThat(shell.run(words)).isEqualTo(new Shell.Outcome(0, line + "\n", ""));
    }

    private void asked(String... requests) {
        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target() + " " + asked.body())
                .containsExactly(requests);
    }

    @Test
    void anApisLimits_areSent_ifThereAreAny() {
        server.reply(200, "{\"name\":\"hello\"}");
        assertThat(shell.run(
                                "create",
                                "api",
                                "hello",
                                "f",
                                "--rate",
                                "10/s",
                                "--burst",
                                "20",
                                "--client-rate",
                                "5/m",
                                "--client-burst",
                                "1",
                                "--body-bytes",
                                "100")
                        .exitCode())
                .isZero();
        assertThat(server.only().body())
                .contains(
                        "\"limits\":{\"rate\":\"10/s\",\"clientRate\":\"5/m\",\"burst\":20,\"clientBurst\":1,\"bodyBytes\":100}");
        assertThat(shell.run("create", "api", "hello", "f", "--burst", "many").err())
                .contains("--burst is a whole number, not many");
    }

    @Test
    void whichVersionsRun_isSent_ifItIsSaid() {
        server.reply(200, "{\"name\":\"hello\"}");
        assertThat(shell.run("create", "api", "hello", "f", "--route", "1=90", "--route", "2=10", "--sticky")
                        .exitCode())
                .isZero();
        assertThat(server.only().body())
                .contains("\"routes\":[{\"version\":1,\"weight\":90},{\"version\":2,\"weight\":10}],\"sticky\":true");
        server.reply(200, "{\"name\":\"hello\"}");
        assertThat(shell.run("update", "api", "hello", "f", "--alias", "live").exitCode())
                .isZero();
        assertThat(server.asked().getLast().body())
                .contains("\"alias\":\"live\"")
                .doesNotContain("sticky");
        assertThat(shell.run("create", "api", "hello", "f", "--route", "live").err())
                .contains("a route is VERSION=WEIGHT, such as 3=90, not live");
    }

    @Test
    void howLongAnswersAreKept_isSent_ifItIsSaid() {
        server.reply(200, "{\"name\":\"hello\"}");
        assertThat(shell.run("create", "api", "hello", "f", "--cache", "30s", "--vary", "accept")
                        .exitCode())
                .isZero();
        assertThat(server.only().body()).contains("\"cache\":{\"seconds\":30,\"vary\":[\"accept\"]}");
        assertThat(shell.run("create", "api", "hello", "f", "--vary", "accept").err())
                .contains("give --cache too");
    }

    @Test
    void howAnswersStream_isSent_ifItIsSaid() {
        server.reply(200, "{\"name\":\"hello\"}");
        assertThat(shell.run("create", "api", "hello", "f", "--stream", "events", "--bodies", "input")
                        .exitCode())
                .isZero();
        assertThat(server.only().body()).contains("\"stream\":\"events\"", "\"bodies\":\"input\"");
    }
}
