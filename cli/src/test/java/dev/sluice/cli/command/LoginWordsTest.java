package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LoginWordsTest extends RecordedTest {
    private static final String COOKIE = "_oauth2_proxy=abc";
    private static final String PROVIDERS = "{\"providers\":[{\"name\":\"sso\",\"flows\":[\"browser\",\"device\"]}]}";
    private static final String BEGUN = """
            {"device_code":"secret-handle","user_code":"ABCD-EFGH","verification_uri":"https://idp.test/device",
             "verification_uri_complete":"https://idp.test/device?c=A","expires_in":300,"interval":1}
            """;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient browser = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        threads.close();
        browser.close();
    }

    @Test
    void login_goesThroughTheBrowser_asDispatchsClientDoes() throws Exception {
        server.reply(200, PROVIDERS.replace("sso", "acme sso")).reply(302, "");
        Future<Shell.Outcome> login = inBackground(() -> shell.run("login", "--provider", "acme sso"));
        String opened = openedAddress();
        String catcher = catcher(opened);

        assertThat(opened)
                .isEqualTo("http://127.0.0.1:" + server.port() + "/v1/iam/oauth2/start?rd="
                        + encoded("/v1/iam/redirect?redirect=" + encoded(catcher)) + "&provider=acme+sso");
        assertThat(catcher).matches("http://127\\.0\\.0\\.1:[0-9]+/catcher/[0-9a-f]{32}");
        assertThat(get(catcher + "?cookie=" + encoded(COOKIE)).body())
                .isEqualTo("Cookie received. Please close this page.");

        Shell.Outcome outcome = login.get(20, TimeUnit.SECONDS);
        assertThat(outcome)
                .isEqualTo(new Shell.Outcome(
                        0,
                        "You have successfully logged in, cookie saved to " + shell.config() + "\n",
                        "Logging into: " + opened + "\n"));
        assertThat(server.asked().stream().map(Recorder.Asked::target))
                .containsExactly(
                        "/v1/iam/oauth2/providers?provider=acme%20sso",
                        opened.substring(opened.indexOf("/v1")), "/v1/iam/oauth2/auth", "/home");
        assertThat(written()).contains("\"cookie\": \"" + COOKIE + "\"");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shell.config())))
                .isEqualTo("rw-------");
        shell.run("get", "functions");
        assertThat(server.asked().getLast().header("Cookie")).isEqualTo(COOKIE);
    }

    /// What opens browsers may be installed where there is nothing to show one on.
    @Test
    void aMachineWithoutADisplay_isToldOfTheOtherWay_andMayStillBeLoggedInAt() throws Exception {
        for (String display : List.of("DISPLAY", "WAYLAND_DISPLAY", "")) {
            server.reply(200, PROVIDERS).reply(302, "");
            Files.deleteIfExists(home.resolve("opened"));
            Future<Shell.Outcome> login = inBackground(() -> shell.set("DISPLAY", "")
                    .set("WAYLAND_DISPLAY", "")
                    .set(display.isEmpty() ? "OTHER" : display, ":0")
                    .run("login"));
            String opened = openedAddress();
            get(catcher(opened) + "?cookie=" + encoded(COOKIE));

            Shell.Outcome outcome = login.get(20, TimeUnit.SECONDS);
            assertThat(outcome.exitCode()).isZero();
            String advice =
                    "There seems to be no browser here: open that address in one of this machine, or log in from"
                            + " another one with: sluice login --device\n";
            assertThat(outcome.err()).isEqualTo("Logging into: " + opened + "\n" + (display.isEmpty() ? advice : ""));
        }
    }

    @Test
    void aPage_cannotLogTheTerminalIn_asSomebodyElse() throws Exception {
        server.reply(200, PROVIDERS).reply(302, "");
        Future<Shell.Outcome> login = inBackground(() -> shell.run("login"));
        String opened = openedAddress();
        String catcher = catcher(opened);
        assertThat(opened).endsWith("&provider=sso");
        String port = catcher.substring(0, catcher.indexOf("/catcher"));
        for (String other : List.of("/catcher", "/catcher/", "/catcher/" + "0".repeat(32), "/")) {
            assertThat(get(port + other + "?cookie=" + encoded("_oauth2_proxy=evil"))
                            .statusCode())
                    .as(other)
                    .isEqualTo(404);
        }
        for (String bad :
                List.of("", "?", "?cookie=", "?cookie=x", "?cookie=a%3Db%0d%0aX:y", "?cookie=a%3Db;c", "?x=1")) {
            assertThat(get(catcher + bad).statusCode()).as(bad).isEqualTo(404);
        }
        assertThat(login.isDone()).isFalse();
        assertThat(get(catcher + "?cookie=" + encoded(COOKIE)).statusCode()).isEqualTo(200);
        assertThat(login.get(20, TimeUnit.SECONDS).exitCode()).isZero();
        assertThat(written()).contains(COOKIE).doesNotContain("evil");
    }

    @Test
    void aLoginThatTheProviderRefuses_endsAtOnce_withItsReason() throws Exception {
        String before = written();
        server.reply(200, PROVIDERS).reply(302, "");
        Future<Shell.Outcome> login = inBackground(() -> shell.run("login"));
        String catcher = catcher(openedAddress());
        String port = catcher.substring(0, catcher.indexOf("/catcher"));
        assertThat(get(port + "/catcher?error=no").statusCode()).isEqualTo(404);
        assertThat(login.isDone()).isFalse();

        String page = get(catcher + "?error=" + encoded("turned down (\u001b[2Jaccess_denied)"))
                .body();

        assertThat(page).isEqualTo("You are not logged in: turned down (?[2Jaccess_denied). Please close this page.");
        Shell.Outcome outcome = login.get(20, TimeUnit.SECONDS);
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .endsWith("error logging in: turned down (?[2Jaccess_denied)."
                        + " Nothing has changed: to begin again, sluice login\n");
        assertThat(written()).isEqualTo(before);
    }

    @Test
    void aTerminalWithoutABrowser_showsACode_andAsksUntilItIsApproved() throws Exception {
        server.reply(200, PROVIDERS).reply(200, BEGUN).reply(202, "{\"interval\":1}");
        server.reply(503, "{\"code\":503,\"message\":\"busy\"}");
        server.reply(200, "{\"cookie\":\"" + COOKIE + "\"}");

        Shell.Outcome outcome = shell.run("login", "--device", "--provider", "sso");

        assertThat(outcome)
                .isEqualTo(new Shell.Outcome(
                        0, "You have successfully logged in, cookie saved to " + shell.config() + "\n", """
                        To log in, open in a browser, on any machine:
                          https://idp.test/device
                        and enter the code: ABCD-EFGH
                        or open: https://idp.test/device?c=A
                        """));
        assertThat(server.asked().stream().map(asked -> asked.method() + " " + asked.target()))
                .containsExactly(
                        "GET /v1/iam/oauth2/providers?provider=sso",
                        "POST /v1/iam/oauth2/device?provider=sso",
                        "POST /v1/iam/oauth2/device/token",
                        "POST /v1/iam/oauth2/device/token",
                        "POST /v1/iam/oauth2/device/token",
                        "GET /v1/iam/oauth2/auth",
                        "GET /home");
        assertThat(server.asked().get(4).text()).isEqualTo("{\"device_code\":\"secret-handle\"}");
        assertThat(server.asked())
                .allSatisfy(asked -> assertThat(asked.header("Authorization")).isEqualTo("(absent)"));
        assertThat(written()).contains("\"cookie\": \"" + COOKIE + "\"").doesNotContain("secret-handle");
    }

    @Test
    void aLoginThatIsTurnedDown_changesNothing() throws Exception {
        String before = written();
        server.reply(200, PROVIDERS).reply(200, BEGUN).reply(403, "{\"code\":403,\"message\":\"turned down\"}");

        Shell.Outcome outcome = shell.run("login", "--device");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).endsWith("error logging in: [Code: 403] turned down\n");
        assertThat(written()).isEqualTo(before);
    }

    @Test
    void aLoginThatNobodyApproves_ends() throws Exception {
        server.reply(200, PROVIDERS).reply(200, BEGUN.replace("300", "2"));
        server.reply(202, "{\"interval\":1}").reply(202, "{\"interval\":1}").reply(200, "{\"cookie\":\"a=b\"}");

        Shell.Outcome outcome = shell.run("login", "--device");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("nobody approved the login in time");
        assertThat(server.asked().getFirst().target()).isEqualTo("/v1/iam/oauth2/providers?organization=acme");
        assertThat(server.asked()).hasSize(4);
    }

    @Test
    void aServerThatAnswersNonsense_logsNobodyIn() throws Exception {
        String before = written();
        server.reply(200, "{}");
        assertThat(shell.run("login", "--device").exitCode()).isEqualTo(1);
        server.reply(200, PROVIDERS).reply(200, "{}");
        assertThat(shell.run("login", "--device").exitCode()).isEqualTo(1);
        server.reply(200, PROVIDERS).reply(200, BEGUN).reply(200, "{\"cookie\":\"a=b\\r\\nX: y\"}");
        assertThat(shell.run("login", "--device").err()).contains("holds no session");
        server.reply(200, PROVIDERS)
                .reply(200, BEGUN.replace("ABCD-EFGH", "\\u001b[2J"))
                .reply(403, "{}");
        assertThat(shell.run("login", "--device").err()).contains("?[2J").doesNotContain("\u001b");
        assertThat(written()).isEqualTo(before);
    }

    @Test
    void whatExcludesEachOther_isAUsageError() {
        assertThat(shell.run("login", "--service-account", "a", "--key-file", "k", "--device")
                        .exitCode())
                .isEqualTo(2);
        assertThat(shell.run("login", "--key-file", "k", "--provider", "p").exitCode())
                .isEqualTo(2);
        assertThat(shell.run("login", "--key-file", "k", "--username", "u").exitCode())
                .isEqualTo(2);
        assertThat(shell.run("login", "--device", "--username", "u").exitCode()).isEqualTo(2);
        assertThat(shell.run("login", "--password-stdin").exitCode()).isEqualTo(2);
        assertThat(shell.run("login", "--provider", "").exitCode()).isEqualTo(2);
        assertThat(shell.run("logout", "--local", "--all").exitCode()).isEqualTo(2);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void logout_endsTheSession_andForgetsIt() throws Exception {
        loggedIn();
        server.reply(204, "");

        assertThat(shell.run("logout")).isEqualTo(new Shell.Outcome(0, "You have successfully logged out\n", ""));

        assertThat(server.only().method() + " " + server.only().target()).isEqualTo("POST /v1/iam/logout");
        assertThat(server.only().header("Cookie")).isEqualTo(COOKIE);
        assertThat(server.only().header("X-Dispatch-Org")).isEqualTo("acme");
        assertThat(written()).contains("\"cookie\": \"\"").doesNotContain(COOKIE);
    }

    @Test
    void logout_ofAll_says_so_andNeedsASession() throws Exception {
        assertThat(shell.run("logout", "--all").err()).contains("no session");
        loggedIn();
        server.reply(204, "");
        assertThat(shell.run("logout", "--all").exitCode()).isZero();
        assertThat(server.only().target()).isEqualTo("/v1/iam/logout?all=true");
    }

    @Test
    void logout_ofASessionThatIsOver_forgetsIt() throws Exception {
        for (int status : List.of(401, 404)) {
            loggedIn();
            server.reply(status, "{\"code\":" + status + ",\"message\":\"m\"}");
            assertThat(shell.run("logout").exitCode()).isZero();
            assertThat(written()).doesNotContain(COOKIE);
        }
    }

    @Test
    void logout_thatTheServerDidNotHear_keepsTheSession_unlessOneInsists() throws Exception {
        loggedIn();
        server.reply(503, "{\"code\":503,\"message\":\"busy\"}");
        Shell.Outcome outcome = shell.run("logout");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("you are still logged in").contains("--local");
        assertThat(written()).contains(COOKIE);
        assertThat(shell.run("logout", "--local").exitCode()).isZero();
        assertThat(written()).doesNotContain(COOKIE);
        assertThat(server.asked()).hasSize(1);
    }

    private void loggedIn() throws IOException {
        shell.configured("""
                {"current": "local", "contexts": {"local": {"host": "127.0.0.1", "port": %d, "scheme": "http",
                  "organization": "acme", "cookie": "%s"}}}
                """.formatted(server.port(), COOKIE));
    }

    private String written() throws IOException {
        return Files.readString(shell.config());
    }

    /// With an `xdg-open` that writes down what it should open.
    private Future<Shell.Outcome> inBackground(Callable<Shell.Outcome> command) throws IOException {
        Path bin = Files.createDirectories(home.resolve("bin"));
        Path opener = Files.writeString(
                bin.resolve("xdg-open"),
                "#!/bin/sh\nprintf '%s' \"$1\" > '" + home + "/.opening' && mv '" + home + "/.opening' '" + home
                        + "/opened'\n");
        Files.setPosixFilePermissions(opener, PosixFilePermissions.fromString("rwx------"));
        shell.set("PATH", bin.toString()).set("DISPLAY", ":0");
        return threads.submit(command);
    }

    private String openedAddress() throws IOException, InterruptedException {
        Path opened = home.resolve("opened");
        for (int i = 0; i < 400 && !Files.exists(opened); i++) {
            Thread.sleep(50);
        }
        return Files.readString(opened);
    }

    /// Where the server would hand the cookie on to.
    private static String catcher(String opened) {
        String rd =
                URLDecoder.decode(opened.replaceFirst(".*[?]rd=", "").replaceFirst("&.*", ""), StandardCharsets.UTF_8);
        return URLDecoder.decode(rd.replaceFirst(".*[?]redirect=", ""), StandardCharsets.UTF_8);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpResponse<String> get(String address) throws IOException, InterruptedException {
        return browser.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
