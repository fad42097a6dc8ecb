package dev.sluice.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.RsaKeys;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/// Flag over environment over file over default, seen from what arrives at a server.
final class SettingsTest extends RecordedTest {
    private String organization(String... args) {
        shell.run(args);
        return server.asked().getLast().header("X-Dispatch-Org");
    }

    @Test
    void theStrongerSource_wins() {
        assertThat(organization("whoami")).isEqualTo("acme");

        shell.set("SLUICE_ORGANIZATION", "of-environment");
        assertThat(organization("whoami")).isEqualTo("of-environment");
        assertThat(organization("whoami", "--organization", "of-flag")).isEqualTo("of-flag");

        shell.set("SLUICE_ORGANIZATION", "");
        assertThat(organization("whoami")).isEqualTo("acme");
    }

    /// Else an account of one organization would ask about another one, whose context happens to be the current one.
    @Test
    void anAccountsOrganization_winsOverTheContexts_only() throws Exception {
        Path key = RsaKeys.pkcs8(RsaKeys.generate(), home.resolve("k.pem"));
        shell.set("SLUICE_JWT_PRIVATE_KEY", key.toString());
        assertThat(organization("whoami", "--service-account", "blue/ci")).isEqualTo("blue");
        assertThat(organization("whoami", "--service-account", "ci")).isEqualTo("acme");
        assertThat(organization("whoami", "--service-account", "blue/ci", "--organization", "green"))
                .isEqualTo("green");
        assertThat(organization("whoami", "--service-account", "blue/ci", "--token", "t"))
                .as("whom the token speaks for, only the server knows")
                .isEqualTo("acme");

        shell.set("SLUICE_SERVICE_ACCOUNT", "blue/ci");
        assertThat(organization("whoami")).isEqualTo("blue");
        assertThat(organization("whoami", "--service-account", "green/ci")).isEqualTo("green");
        shell.set("SLUICE_ORGANIZATION", "acme");
        assertThat(organization("whoami")).isEqualTo("acme");
    }

    /// Else the key of one account would sign what another one says.
    @Test
    void anAccountsKey_isItsOwn() throws Exception {
        Path key = RsaKeys.pkcs8(RsaKeys.generate(), home.resolve("k.pem"));
        shell.configured(with("\"serviceaccount\":\"ci\",\"jwtprivatekey\":\"" + key + "\"", "acme"));
        for (String own : new String[] {"ci", "acme/ci"}) {
            assertThat(shell.run("whoami", "--service-account", own).exitCode()).isZero();
        }
        int asked = server.asked().size();
        for (String other : new String[] {"blue/ci", "acme/cd", "cd"}) {
            var outcome = shell.run("whoami", "--service-account", other);
            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).endsWith(" speaks with a key of its own: --key-file FILE\n");
        }
        shell.configured(with("\"cookie\":\"a=b\"", "acme"));
        assertThat(shell.run("whoami", "--service-account", "ci").exitCode())
                .as("not as the user who is logged in")
                .isEqualTo(1);
        assertThat(server.asked()).hasSize(asked);
    }

    @Test
    void anAccountOfAContext_staysWhoItIs_whereverItActs() throws Exception {
        Path key = RsaKeys.pkcs8(RsaKeys.generate(), home.resolve("k.pem"));
        shell.configured(with("\"serviceaccount\":\"ci\",\"jwtprivatekey\":\"" + key + "\"", "acme"));
        assertThat(organization("whoami", "--organization", "blue")).isEqualTo("blue");
        String token = server.asked().getLast().header("Authorization");
        byte[] claims = Base64.getUrlDecoder()
                .decode(token.substring("Bearer ".length()).split("\\.", -1)[1]);
        assertThat(new String(claims, StandardCharsets.UTF_8)).startsWith("{\"iss\":\"acme/ci\"");
    }

    @Test
    void aUserOfNoOrganization_isToldToSayOne() throws Exception {
        String forbidden = "{\"code\":403,\"message\":\"Forbidden\"}";
        shell.configured(with("\"cookie\":\"a=b\"", ""));
        server.reply(403, forbidden).reply(403, forbidden);
        assertThat(shell.run("whoami").err())
                .isEqualTo("[Code: 403] Forbidden\nSay in which organization you act: --organization ORG\n");
        assertThat(shell.run("whoami", "--organization", "acme").err()).isEqualTo("[Code: 403] Forbidden\n");
    }

    @Test
    void anAccountOfNoOrganization_isNotSent() throws Exception {
        Path key = RsaKeys.pkcs8(RsaKeys.generate(), home.resolve("k.pem"));
        shell.configured(config(""));
        var outcome = shell.run("whoami", "--service-account", "ci", "--key-file", key.toString());
        assertThat(outcome)
                .isEqualTo(new Shell.Outcome(
                        1,
                        "",
                        "of which organization is the service account ci? Say --organization ORG"
                                + " or --service-account ORG/ci\n"));
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void aGlobalFlag_mayStandAnywhere() {
        assertThat(organization("--organization", "x", "get", "function", "f")).isEqualTo("x");
        assertThat(organization("get", "--organization=x", "function", "f")).isEqualTo("x");
        assertThat(organization("get", "function", "f", "--organization", "x")).isEqualTo("x");
        assertThat(organization("--organization", "x", "get", "function", "f", "--organization", "y"))
                .isEqualTo("y");
    }

    @Test
    void theEnvironment_leadsToAServerByItself() throws IOException {
        Files.delete(shell.config());
        shell.set("SLUICE_HOST", "127.0.0.1")
                .set("SLUICE_PORT", Integer.toString(server.port()))
                .set("SLUICE_SCHEME", "http")
                .set("SLUICE_TOKEN", "t")
                .set("SLUICE_OUTPUT", "json");

        assertThat(shell.run("whoami").out()).isEqualTo("{}\n");
        assertThat(server.only().header("Authorization")).isEqualTo("Bearer t");
    }

    @Test
    void aNamedFile_winsOverTheEnvironments_whichWinsOverTheUsualOne() throws IOException {
        Path a = Files.writeString(home.resolve("a.json"), config("a"));
        Path b = Files.writeString(home.resolve("b.json"), config("b"));

        shell.set("SLUICE_CONFIG", a.toString());

        assertThat(organization("whoami")).isEqualTo("a");
        assertThat(organization("whoami", "--config", b.toString())).isEqualTo("b");
    }

    private String config(String organization) {
        return with("\"cookie\":\"\"", organization);
    }

    private String with(String credentials, String organization) {
        return """
                {"current": "c", "contexts": {"c": {"host": "127.0.0.1", "port": %d, "scheme": "http",
                 %s, "organization": "%s"}}}
                """.formatted(server.port(), credentials, organization);
    }

    @Test
    void aNamedFileThatIsNotThere_isFatal() {
        var outcome = shell.run("whoami", "--config", "/no/such/file");

        assertThat(outcome)
                .isEqualTo(new Shell.Outcome(1, "", "the configuration file /no/such/file does not exist\n"));
        shell.set("SLUICE_CONFIG", "/no/other");
        assertThat(shell.run("whoami").err()).contains("/no/other does not exist");
    }

    @Test
    void aFileThatCannotBeUnderstood_isFatal() throws IOException {
        for (String text : new String[] {"", "[]", "{", "{\"current\":\"a\",\"current\":\"b\"}", "\u0000"}) {
            shell.configured(text);

            var outcome = shell.run("whoami");

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).contains(shell.config().toString());
        }
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void valuesThatMakeNoSense_areRefused() {
        assertThat(shell.run("whoami", "--port", "x").err()).contains("port");
        assertThat(shell.run("whoami", "--port", "0").err()).contains("port");
        assertThat(shell.run("whoami", "--scheme", "ftp").err()).contains("http or https");
        assertThat(shell.run("whoami", "--host", "a/b").err()).contains("host");
        assertThat(shell.run("whoami", "-o", "xml").exitCode()).isEqualTo(2);
        assertThat(shell.set("SLUICE_INSECURE", "perhaps").run("whoami").err()).contains("insecure");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void withoutAnyConfiguration_theRefusalSaysSo() throws IOException {
        Files.delete(shell.config());

        assertThat(shell.run("whoami", "--scheme", "http").err())
                .contains("http://localhost:443")
                .contains("there is no configuration file " + shell.config());
    }
}
