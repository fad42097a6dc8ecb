package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.RsaKeys;
import dev.sluice.cli.Shell;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// In which context a login is kept, and where one is after logging out.
final class CredentialsTest extends RecordedTest {
    private static final String PROVIDERS =
            "{\"providers\":[{\"name\":\"corp\",\"flows\":[\"browser\",\"password\"]}]}";

    private Path key;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        key = RsaKeys.pkcs8(RsaKeys.generate(), home.resolve("k.pem"));
    }

    /// As the server writes the file: the administrator's.
    private void administrator() throws IOException {
        shell.configured("""
                {"current": "local", "contexts": {"local": {"host": "127.0.0.1", "port": %d, "scheme": "http",
                 "organization": "dispatch", "cookie": "", "insecure": false, "api-http-port": 8081,
                 "serviceaccount": "dispatch/admin", "jwtprivatekey": "%s"}}}
                """.formatted(server.port(), key));
    }

    private Shell.Outcome logIn(String account, String organization) {
        String file = key.toString();
        return shell.run("login", "--service-account", account, "--key-file", file, "--organization", organization);
    }

    private Shell.Outcome logInAs(String mail, String organization) {
        server.with("X-Auth-Request-Email", mail);
        server.reply(200, PROVIDERS)
                .reply(200, "{\"cookie\":\"_oauth2_proxy=of-" + mail.replaceAll("[@ ]", "") + "\"}");
        return shell.answering("p").run("login", "--username", "u", "--organization", organization);
    }

    private Json.Obj file() throws IOException, NotJson {
        byte[] written = Files.readAllBytes(shell.config());
        return JsonText.parse(written) instanceof Json.Obj object ? object : Json.Obj.empty();
    }

    private Json.Obj context(String name) throws IOException, NotJson {
        return file().objectAt("contexts").objectAt(name);
    }

    @Test
    void whoLogsIn_leavesTheAdministratorWhereHeIs_andGoesBackToHim() throws Exception {
        administrator();
        Json.Obj local = context("local");

        Shell.Outcome login = logIn("adm", "acme");

        assertThat(login.out()).isEqualTo("You have successfully logged in\n");
        assertThat(login.err()).contains("You act in context adm@acme now").contains("sluice context use local");
        assertThat(file().show("current")).isEqualTo("adm@acme");
        assertThat(context("local")).isEqualTo(local);
        assertThat(context("adm@acme").show("serviceaccount")).isEqualTo("adm");
        assertThat(context("adm@acme").show("port")).isEqualTo(String.valueOf(server.port()));
        assertThat(context("adm@acme").show("api-http-port")).isEqualTo("8081");
        shell.run("get", "runs");
        assertThat(server.asked().getLast().header("X-Dispatch-Org")).isEqualTo("acme");

        Shell.Outcome logout = shell.run("logout");

        assertThat(logout)
                .isEqualTo(new Shell.Outcome(
                        0,
                        "You have successfully logged out\n",
                        "You act in context local again, as dispatch/admin\n"));
        assertThat(file().show("current")).isEqualTo("local");
        assertThat(context("local")).isEqualTo(local);
        assertThat(file().objectAt("contexts").members()).containsOnlyKeys("local");
    }

    @Test
    void anAccount_bringsItsOrganization() throws Exception {
        administrator();
        shell.run("login", "--service-account", "acme/adm", "--key-file", key.toString());
        assertThat(server.asked().getLast().header("X-Dispatch-Org")).isEqualTo("acme");
        assertThat(context("adm@acme").show("organization")).isEqualTo("acme");

        shell.run("logout");
        shell.run("logout"); // the administrator: nobody is left where one organization is still named
        shell.run("login", "--service-account", "acme/adm", "--key-file", key.toString());
        assertThat(context("local").show("organization")).isEqualTo("acme");
    }

    @Test
    void theSameOne_staysWhereHeIs() throws Exception {
        administrator();

        assertThat(logIn("admin", "dispatch").err()).isEmpty();
        assertThat(logIn("adm", "acme").err()).contains("adm@acme");
        assertThat(logIn("acme/adm", "acme").err()).isEmpty();

        assertThat(file().objectAt("contexts").members()).containsOnlyKeys("local", "adm@acme");
        assertThat(context("adm@acme").show("before")).isEqualTo("local");
    }

    @Test
    void severalInTurn_leadBackOneByOne_whicheverLeavesFirst() throws Exception {
        administrator();
        logIn("adm", "acme");
        logInAs("jon@example.com", "acme");
        assertThat(file().show("current")).isEqualTo("jon@example.com@acme");
        assertThat(shell.run("context", "list").out())
                .contains("| dispatch/admin\n", "| acme/adm\n", "| jon@example.com\n");
        shell.run("context", "use", "adm@acme");

        assertThat(shell.run("logout").err()).contains("local again, as dispatch/admin");
        shell.run("context", "use", "jon@example.com@acme");
        assertThat(shell.run("logout").err()).contains("local again, as dispatch/admin");
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/iam/logout");
        assertThat(file().objectAt("contexts").members()).containsOnlyKeys("local");
    }

    @Test
    void aUser_isOneInEachOrganization_andAnotherUserAnother() throws Exception {
        logInAs("jon@example.com", "acme");
        assertThat(file().objectAt("contexts").members()).containsOnlyKeys("local");
        logInAs("jon@example.com", "blue");
        logInAs("eve@example.com", "blue");
        logInAs("eve@example.com", "blue");

        assertThat(file().objectAt("contexts").members())
                .containsOnlyKeys("local", "jon@example.com@blue", "eve@example.com@blue");
        assertThat(context("local").show("cookie")).isEqualTo("_oauth2_proxy=of-jonexample.com");
        assertThat(context("jon@example.com@blue").show("cookie")).isEqualTo("_oauth2_proxy=of-jonexample.com");
    }

    @Test
    void aSessionOfAnOlderClient_isFollowedByTheNextOne() throws Exception {
        shell.configured("""
                {"current": "a", "contexts": {"a": {"host": "127.0.0.1", "port": %d, "scheme": "http",
                  "organization": "acme", "cookie": "_oauth2_proxy=old"}}}
                """.formatted(server.port()));
        assertThat(shell.run("context", "list").out()).contains("(a user)");

        logInAs("jon@example.com", "acme");

        assertThat(file().objectAt("contexts").members()).containsOnlyKeys("a");
        assertThat(context("a").show("user")).isEqualTo("jon@example.com");
        assertThat(server.asked())
                .filteredOn(asked -> asked.target().equals("/v1/iam/logout"))
                .extracting(asked -> asked.header("Cookie"))
                .containsExactly("_oauth2_proxy=old");
        server.reply(200, PROVIDERS)
                .reply(200, "{\"cookie\":\"_oauth2_proxy=new\"}")
                .reply(200, "{}");
        server.reply(503, "{\"code\":503,\"message\":\"busy\"}");
        assertThat(shell.answering("p").run("login", "--username", "u").exitCode())
                .isZero();
        assertThat(context("a").show("cookie")).isEqualTo("_oauth2_proxy=new");
    }

    @Test
    void whatServersDoNotNameAsAMailAddress_isNoName() throws Exception {
        administrator();

        logInAs("a b", "acme");

        assertThat(file().show("current")).isEqualTo("user@acme");
        assertThat(shell.run("context", "list").out()).contains("(a user)");
    }

    @Test
    void aTokenInTheContext_andAnotherServer_areNotOverwritten() throws Exception {
        shell.configured("""
                {"current": "a", "contexts": {
                  "a": {"host": "127.0.0.1", "port": %d, "scheme": "http", "token": "t"},
                  "b": {"host": "elsewhere.test", "port": 443, "scheme": "https", "organization": "acme"},
                  "adm@acme": {"host": "elsewhere.test", "port": 443, "scheme": "https", "organization": "acme"}}}
                """.formatted(server.port()));

        logIn("adm", "acme");

        assertThat(context("a").show("token")).isEqualTo("t");
        assertThat(file().show("current")).isEqualTo("adm@acme-2");
        assertThat(context("adm@acme-2").show("token")).isEmpty();
        shell.run("context", "use", "b");
        String port = String.valueOf(server.port());
        assertThat(shell.run(
                                "login",
                                "--service-account",
                                "adm",
                                "--key-file",
                                key.toString(),
                                "--host",
                                "127.0.0.1",
                                "--port",
                                port,
                                "--scheme",
                                "http")
                        .exitCode())
                .isZero();
        assertThat(file().show("current")).isEqualTo("adm@acme-2");
        assertThat(context("b").show("serviceaccount")).isEmpty();
        assertThat(context("adm@acme").show("serviceaccount")).isEmpty();
    }

    @Test
    void aLoginThatIsRefused_changesNothing() throws Exception {
        administrator();
        String before = Files.readString(shell.config());
        server.reply(401, "{\"code\":401,\"message\":\"no\"}");

        assertThat(logIn("adm", "acme").exitCode()).isEqualTo(1);

        assertThat(Files.readString(shell.config())).isEqualTo(before);
    }

    @Test
    void whereTheContextBeforeIsGone_thisOneStays_withNobodyInIt() throws Exception {
        shell.configured("""
                {"current": "x", "contexts": {"x": {"host": "127.0.0.1", "port": %d, "scheme": "http",
                  "organization": "acme", "serviceaccount": "adm", "jwtprivatekey": "/k", "before": "gone"}}}
                """.formatted(server.port()));

        assertThat(shell.run("logout").err()).contains("sluice login --service-account adm --key-file /k");

        assertThat(file().show("current")).isEqualTo("x");
        assertThat(context("x").show("serviceaccount")).isEmpty();
        assertThat(shell.run("context", "use", "x").err()).contains("Nobody is logged in there", "sluice login");
        assertThat(shell.run("context", "list").out()).contains("(not logged in)");
    }
}
