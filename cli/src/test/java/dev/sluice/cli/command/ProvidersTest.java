package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/// What somebody is told before he waits for a login that cannot come.
final class ProvidersTest extends RecordedTest {
    private static final String BOTH = """
            {"providers":[{"name":"sso","flows":["browser","device"]},{"name":"corp","flows":["browser","password"]}]}
            """;
    private static final String NONE = "{\"providers\":[]}";

    @Test
    void whereNobodyVouchesForUsers_nobodyWaits() throws IOException {
        String before = Files.readString(shell.config());
        for (String way : new String[] {"", "--device", "--username=jon"}) {
            server.reply(200, NONE);

            Shell.Outcome outcome = shell.run(("login " + way).strip().split(" "));

            assertThat(outcome.exitCode()).as(way).isEqualTo(1);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err())
                    .as(way)
                    .contains("the server has no identity provider for users of organization acme")
                    .contains("sluice login --service-account NAME --key-file FILE");
            assertThat(server.asked().getLast().target()).isEqualTo("/v1/iam/oauth2/providers?organization=acme");
        }
        assertThat(server.asked()).hasSize(3);
        assertThat(Files.readString(shell.config())).isEqualTo(before);
    }

    @Test
    void withoutAnOrganization_oneIsAskedFor() throws IOException {
        shell.configured(Files.readString(shell.config()).replace("acme", ""));
        server.reply(200, NONE);

        assertThat(shell.run("login").err()).contains("users of all organizations", "--organization ORG");
    }

    @Test
    void ofSeveral_oneIsToBeNamed() {
        server.reply(200, BOTH);

        Shell.Outcome outcome = shell.run("login");

        assertThat(outcome).isEqualTo(new Shell.Outcome(2, "", """
                        there are several identity providers: say with --provider which of them knows you
                          sluice login --provider sso
                          sluice login --provider sso --device
                          sluice login --provider corp
                          sluice login --provider corp --username YOU
                        """));
    }

    @Test
    void theOnlyOneThatCan_needNotBeNamed() {
        server.reply(200, BOTH).reply(403, "{\"code\":403,\"message\":\"no\"}");
        shell.run("login", "--device");
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/iam/oauth2/device?provider=sso");

        server.reply(200, BOTH).reply(401, "{\"code\":401,\"message\":\"no\"}");
        shell.answering("secret").run("login", "--username", "jon");
        assertThat(server.asked().getLast().text()).contains("\"provider\":\"corp\"");
    }

    @Test
    void oneThatCannot_andOneThatThereIsNot_areRefused_withThoseThatCan() {
        server.reply(200, BOTH.replaceFirst("\\{\"name\":\"sso\"[^}]*},", ""));
        assertThat(shell.run("login", "--device", "--provider", "corp").err())
                .contains("nobody logs in with a code there")
                .contains("  sluice login --provider corp --username YOU");
        server.reply(200, NONE).reply(200, BOTH);
        assertThat(shell.run("login", "--provider", "crop").err())
                .contains("no identity provider crop")
                .contains("  sluice login --provider corp\n");
        assertThat(server.asked().get(1).target()).isEqualTo("/v1/iam/oauth2/providers?provider=crop");
    }

    @Test
    void whereTheServerIsDown_nobodyWaits() {
        Shell.Outcome outcome = shell.run("login", "--port", "1");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("cannot reach http://127.0.0.1:1").doesNotContain("Logging into");
    }

    @Test
    void whereTheProviderIsDown_nobodyWaits() {
        server.reply(200, BOTH.replaceFirst(",\\{\"name\":\"corp\".*}]", "]"));
        server.reply(502, "{\"code\":502,\"message\":\"the identity provider cannot be reached\"}");

        Shell.Outcome outcome = shell.run("login");

        assertThat(outcome)
                .isEqualTo(new Shell.Outcome(
                        1, "", "error logging in: [Code: 502] the identity provider cannot be reached\n"));
        assertThat(home.resolve("opened")).doesNotExist();
    }

    @Test
    void whatAServerCallsItsProviders_doesNotSteerTheTerminal() {
        server.reply(200, BOTH.replace("corp", "\\u001b[2J"));

        assertThat(shell.run("login").err()).contains("?[2J").doesNotContain("\u001b");
    }
}
