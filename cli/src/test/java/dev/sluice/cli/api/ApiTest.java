package dev.sluice.cli.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Certificate;
import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.RsaKeys;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.Test;

/// Who the server is told is asking, and what the user is told when that fails.
final class ApiTest extends RecordedTest {
    private Path newKey() throws IOException, GeneralSecurityException {
        return RsaKeys.pkcs8(RsaKeys.generate(), home.resolve("k.pem"));
    }

    private Shell with(String... more) throws IOException {
        return shell.configured("""
                {"current": "a", "contexts": {"a": {"host": "127.0.0.1", "port": %d, "scheme": "http"%s}}}
                """.formatted(server.port(), String.join("", more)));
    }

    @Test
    void withoutAnything_theOrganizationIsEmpty_andTheCookieIsUnset() throws IOException {
        with().run("get", "functions");

        assertThat(server.only().header("Accept")).isEqualTo("application/json");
        assertThat(server.only().header("X-Dispatch-Org")).isEmpty();
        assertThat(server.only().header("Cookie")).isEqualTo("unset");
        assertThat(server.only().header("Authorization")).isEqualTo("(absent)");
    }

    @Test
    void aStoredCookie_isSentVerbatim() throws IOException {
        with(",\"cookie\":\"_oauth2_proxy=a|b=\"").run("get", "functions");

        assertThat(server.only().header("Cookie")).isEqualTo("_oauth2_proxy=a|b=");
    }

    @Test
    void anAccountAndItsKey_winOverTheCookie() throws IOException, GeneralSecurityException {
        with(",\"cookie\":\"c=1\",\"serviceaccount\":\"acme/ci\",\"jwtprivatekey\":\"" + newKey() + "\"")
                .run("get", "functions");

        assertThat(server.only().header("Authorization")).matches("Bearer [\\w-]+\\.[\\w-]+\\.[\\w-]+");
        assertThat(server.only().header("Cookie")).isEqualTo("(absent)");
    }

    @Test
    void anAccountWithoutKey_isNotEnough() throws IOException {
        with(",\"serviceaccount\":\"acme/ci\"").run("get", "functions");

        assertThat(server.only().header("Authorization")).isEqualTo("(absent)");
        assertThat(server.only().header("Cookie")).isEqualTo("unset");
    }

    @Test
    void aTokenFlag_winsOverAll() throws IOException {
        with(",\"serviceaccount\":\"acme/ci\",\"jwtprivatekey\":\"/no/such/key\"")
                .run("--token", "t0ken", "get", "functions");

        assertThat(server.only().header("Authorization")).isEqualTo("Bearer t0ken");
    }

    @Test
    void token_printsWhatRequestsCarry_andAsksNobody() throws IOException, GeneralSecurityException {
        with(",\"serviceaccount\":\"acme/ci\",\"jwtprivatekey\":\"" + newKey() + "\"");

        String printed = shell.run("token").out();

        assertThat(server.asked()).isEmpty();
        shell.run("whoami");
        assertThat(server.only().header("Authorization")).isEqualTo("Bearer " + printed.strip());
        assertThat(with().run("token").exitCode()).isEqualTo(1);
    }

    @Test
    void aKeyThatIsNotThere_asksNoServer() throws IOException {
        var outcome = with(",\"serviceaccount\":\"acme/ci\",\"jwtprivatekey\":\"/no/such/key\"")
                .run("get", "functions");

        assertThat(outcome).isEqualTo(new Shell.Outcome(1, "", "the private key /no/such/key does not exist\n"));
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void version_tellsTheServerNothing() throws IOException, GeneralSecurityException {
        server.reply(200, "{\"version\":\"v9\"}").reply(200, "{\"version\":\"v9\"}");
        with(",\"cookie\":\"c=1\",\"organization\":\"o\",\"serviceaccount\":\"a/b\",\"jwtprivatekey\":\"" + newKey()
                + "\"");

        assertThat(shell.run("version").out()).matches("Client: v[0-9.]+\nServer: v9\n");
        assertThat(shell.run("version", "-o", "json").out().replaceAll("\\s", ""))
                .matches("\\{\"client\":\\{\"version\":\"v[0-9.]+\"},\"server\":\\{\"version\":\"v9\"}}");

        Recorder.Asked asked = server.asked().getFirst();
        assertThat(asked.target()).isEqualTo("/v1/version");
        assertThat(asked.header("Authorization")).isEqualTo("(absent)");
        assertThat(asked.header("X-Dispatch-Org")).isEqualTo("(absent)");
        assertThat(asked.header("Cookie")).isEqualTo("(absent)");
    }

    @Test
    void versionOfTheClient_asksNobody() {
        assertThat(shell.run("version", "--client").exitCode()).isZero();
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void aRefusalWithoutCode_isShownWithTheStatus() {
        server.reply(502, "{\"message\":\"bad gateway\"}")
                .reply(503, "text/html", "<html>")
                .reply(500, "");

        assertThat(shell.run("whoami").err()).isEqualTo("[Code: 502] bad gateway\n");
        assertThat(shell.run("whoami").err()).startsWith("[Code: 503] ");
        assertThat(shell.run("whoami").err()).startsWith("[Code: 500] ");
    }

    @Test
    void aRedirect_isNotFollowed() {
        server.reply(302, "");

        assertThat(shell.run("whoami").exitCode()).isEqualTo(1);
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void anAnswerThatIsNoJson_isAnError() {
        server.reply(200, "text/html", "<html>");

        var outcome = shell.run("get", "functions");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("the server's answer is not JSON");
    }

    @Test
    void aServerThatIsNotThere_isNamed_withWhereTheAddressCameFrom() throws IOException {
        int port = closedPort();
        shell.configured("{\"current\":\"c\",\"contexts\":{\"c\":{\"host\":\"127.0.0.1\",\"port\":" + port
                + ",\"scheme\":\"http\"}}}");

        var outcome = shell.run("whoami");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("http://127.0.0.1:" + port)
                .contains("connection refused")
                .contains("context \"c\" of " + shell.config())
                .contains("./sluice up")
                .contains("./sluice status");
    }

    @Test
    void debug_showsRequestsWithoutCredentials() throws IOException {
        var outcome = with().run("--debug", "--token", "t0ken", "whoami");

        assertThat(outcome.err())
                .isEqualTo("> GET http://127.0.0.1:" + server.port() + "/me\n< 200\n")
                .doesNotContain("t0ken");
    }

    @Test
    void aSelfSignedCertificate_isRefused_unlessTheContextSaysInsecure()
            throws IOException, InterruptedException, GeneralSecurityException {
        try (var tls = new Recorder(new Certificate(home).server())) {
            String address = "\"host\":\"127.0.0.1\",\"scheme\":\"https\",\"port\":" + tls.port();
            shell.configured("{\"current\":\"a\",\"contexts\":{\"a\":{" + address + "},\"b\":{" + address
                    + ",\"insecure\":true}}}");

            var refused = shell.run("whoami");
            int askedBefore = tls.asked().size();
            shell.run("manage", "context", "--set", "b");
            var accepted = shell.run("whoami");
            var byFlag = shell.run("whoami", "--insecure=false");

            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err()).contains("certificate");
            assertThat(askedBefore).isZero();
            assertThat(accepted.exitCode()).isZero();
            assertThat(byFlag.exitCode()).isEqualTo(1);
        }
    }

    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
