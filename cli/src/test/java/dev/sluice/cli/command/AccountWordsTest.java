package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.RsaKeys;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AccountWordsTest extends RecordedTest {
    private Path key;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        key = RsaKeys.pkcs8(RsaKeys.generate(), home.resolve("k.pem"));
    }

    private String written() throws IOException {
        return Files.readString(shell.config());
    }

    @Test
    void login_checksTheKeyAndRemembersIt() throws IOException {
        var outcome = shell.run("login", "--service-account", "svc", "--jwt-private-key", key.toString());

        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "You have successfully logged in\n", ""));
        assertThat(server.only().method() + " " + server.only().target()).isEqualTo("GET /home");
        assertThat(server.only().header("Authorization")).startsWith("Bearer ey");
        assertThat(written())
                .contains("\"serviceaccount\": \"svc\"")
                .contains("\"jwtprivatekey\": \"" + key + "\"")
                .contains("\"organization\": \"acme\"");
    }

    @Test
    void login_withAnOrganization_remembersItToo() throws IOException {
        shell.run("login", "--organization", "other", "--service-account", "svc", "--jwt-private-key", key.toString());

        assertThat(server.only().header("X-Dispatch-Org")).isEqualTo("other");
        assertThat(written()).contains("\"organization\": \"other\"");
    }

    @Test
    void login_thatIsRefused_changesNothing() throws IOException {
        String before = written();
        server.reply(403, "{\"code\": 403,\"message\": \"Forbidden\"}");

        var outcome = shell.run("login", "--service-account", "svc", "--jwt-private-key", key.toString());

        assertThat(outcome).isEqualTo(new Shell.Outcome(1, "", "error logging in: [Code: 403] Forbidden\n"));
        assertThat(written()).isEqualTo(before);
        server.reply(401, "{\"code\": 401,\"message\": \"Unauthorized\"}");
        assertThat(shell.run("login", "--service-account", "svc", "--jwt-private-key", key.toString())
                        .err())
                .isEqualTo("""
                        error logging in: [Code: 401] Unauthorized
                        Is the account in the organization that was named, and is the file its private key?
                        """);
    }

    @Test
    void whoIsNobody_isToldHowToLogIn() {
        String unauthorized = "{\"code\": 401,\"message\": \"Unauthorized\"}";
        server.reply(401, unauthorized).reply(401, unauthorized);
        assertThat(shell.run("get", "functions").err())
                .startsWith("[Code: 401] Unauthorized\nNobody is logged in here. To log in: sluice login, or ");
        assertThat(shell.run("get", "functions", "--token", "old").err())
                .contains("What you are logged in with is not good, or no longer. To log in: sluice login");
    }

    @Test
    void login_withoutAccountOrKey_isAUsageError() {
        var outcome = shell.run("login", "--service-account", "svc");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("--key-file");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void aKeyFile_isTheSameByItsShortName() throws IOException {
        shell.run("login", "--service-account", "svc", "--key-file", key.toString());

        assertThat(written()).contains("\"jwtprivatekey\": \"" + key + "\"");
    }

    @Test
    void login_withoutAnyConfiguration_writesOneForTheOwnerOnly() throws IOException {
        Files.delete(shell.config());
        Files.delete(shell.config().getParent());

        shell.run(
                "login",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(server.port()),
                "--scheme",
                "http",
                "--organization",
                "acme",
                "--service-account",
                "svc",
                "--jwt-private-key",
                key.toString());

        assertThat(written())
                .contains("\"current\": \"127-0-0-1\"")
                .contains("\"port\": " + server.port())
                .contains("\"insecure\": false");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shell.config())))
                .isEqualTo("rw-------");
        assertThat(shell.run("whoami").exitCode()).isZero();
    }

    @Test
    void logout_withoutASession_asksNoServer_andKeepsTheOrganization() throws IOException {
        shell.configured("""
                {"current":"a","contexts":{"a":{"host":"h","organization":"o","cookie":"",
                 "serviceaccount":"o/s","jwtprivatekey":"/k"},"b":{"serviceaccount":"o/t"}}}
                """);

        var outcome = shell.run("logout");

        assertThat(outcome)
                .isEqualTo(new Shell.Outcome(
                        0,
                        "You have successfully logged out\n",
                        "To log in again: sluice login --service-account o/s --key-file /k\n"));
        assertThat(server.asked()).isEmpty();
        assertThat(written()).isEqualTo("""
                {
                    "current": "a",
                    "contexts": {
                        "a": {
                            "host": "h",
                            "organization": "o",
                            "cookie": "",
                            "serviceaccount": "",
                            "jwtprivatekey": ""
                        },
                        "b": {
                            "serviceaccount": "o/t"
                        }
                    }
                }
                """);
    }

    @Test
    void setContext_switches_andKeepsWhatItDoesNotKnow() throws IOException {
        shell.configured("""
                {"later":[1.50,null],"current":"a","contexts":{"a":{"port":1},"b":{"port":2,"api-https-port":443}}}
                """);

        var outcome = shell.run("manage", "context", "--set", "b");

        assertThat(outcome.out()).isEqualTo("Set context to b\n");
        assertThat(written().replaceAll("\\s", ""))
                .isEqualTo("{\"later\":[1.50,null],\"current\":\"b\",\"contexts\":{\"a\":{\"port\":1},"
                        + "\"b\":{\"port\":2,\"api-https-port\":443}}}");
    }

    @Test
    void setContext_throughASymbolicLink_writesTheFileBehindIt() throws IOException {
        Path real = Files.move(shell.config(), home.resolve("real.json"));
        Files.createSymbolicLink(shell.config(), real);

        shell.run("manage", "context", "--set", "local");

        assertThat(shell.config()).isSymbolicLink();
        assertThat(Files.readString(real)).startsWith("{\n    \"current\": \"local\"");
    }

    @Test
    void setContext_toOneThatDoesNotExist_changesNothing() throws IOException {
        String before = written();

        assertThat(shell.run("manage", "context", "--set", "x"))
                .isEqualTo(new Shell.Outcome(1, "", "No such context x\nThere are: local\n"));
        assertThat(written()).isEqualTo(before);
    }

    @Test
    void context_showsAll_andMarksTheCurrentOne() throws IOException {
        shell.configured("""
                {"current":"b","contexts":{"a":{"scheme":"https","host":"h","port":1},
                 "b":{"scheme":"http","host":"i","port":2,"organization":"o","serviceaccount":"o/s"}}}
                """);

        assertThat(shell.run("manage", "context").out()).isEqualTo("""
                CONTEXT | SERVER      | ORGANIZATION | ACCOUNT
                ------------------------------------------------------
                a       | https://h:1 |              | (not logged in)
                * b     | http://i:2  | o            | o/s
                """);
    }
}
