package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.authn.TestDirectory;
import dev.sluice.authn.TestProvider;
import dev.sluice.bytes.Bytes;
import dev.sluice.org.Organization;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TerminalRoutesTest {
    @TempDir
    private static Path directory;

    private static TestProvider provider;
    private static TestDirectory ldap;
    private static ApiServer server;

    @BeforeAll
    static void start() throws Exception {
        provider = new TestProvider();
        ldap = new TestDirectory(directory, "127.0.0.1");
        TestProvider.write(directory, provider.description("sso", "dispatch"), ldap.description("corp", "acme", ""));
        server = new ApiServer(directory);
        server.developer("acme", "function");
        server.admit("acme", "p", false, "group:dev");
    }

    @AfterAll
    static void stop() {
        server.close();
        provider.close();
        ldap.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "organization=acme | [sso browser device, corp browser password]",
                "organization=missing | [sso browser device]",
                "organization= | [sso browser device]",
                "provider=corp | [corp browser password]",
                "provider=missing&organization=acme | []"
            })
    void theProviders_areTold_withWhatTheyCanDo(String query, String expected) {
        var answer = server.get(ApiServer.NOBODY, "/v1/iam/oauth2/providers?" + query);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()
                        .path("providers")
                        .valueStream()
                        .map(one -> one.path("name").asString() + " "
                                + one.path("flows").get(0).asString() + " "
                                + one.path("flows").get(1).asString())
                        .toList())
                .hasToString(expected);
    }

    @Test
    void whoKnowsHisPassword_hasASession_thatIsLikeTheOnesOfBrowsers() {
        String cookie = cookie("jon", "correct horse");
        assertThat(cookie).matches("_oauth2_proxy=[A-Za-z0-9_-]{43}");
        assertThat(me(cookie).body()).contains("acme/user/jon@example.com").contains("acme/group/dev");
        ApiServer.Asker iam = server.addAccount(acme(), "manager", "iam");
        String jons = "/v1/iam/session?user=jon@example.com";
        assertThat(server.get(iam, jons).body()).contains("\"provider\":\"corp\"");
        assertThat(server.delete(iam, jons).status()).isEqualTo(204);
        assertThat(me(cookie).status()).isEqualTo(401);
        String next = cookie("jon", "correct horse");
        assertThat(send("/v1/iam/logout", "", "Cookie", next).status()).isEqualTo(204);
        assertThat(me(next).status()).isEqualTo(401);
    }

    @Test
    void aWrongPassword_andAnUnknownName_areOneAnswer() {
        var wrong = password("jon", "wrong");
        var unknown = password("ewe", "wrong");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.body()).contains("the name or the password is wrong");
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.body()).isEqualTo(wrong.body());
        assertThat(lasting(unknown.headers())).isEqualTo(lasting(wrong.headers()));
        assertThat(password(" ", "wrong").status()).isEqualTo(401);
        assertThat(password("jon", "").status()).isEqualTo(422);
        assertThat(send("/v1/iam/oauth2/password", body("none", "jon", "correct horse"))
                        .status())
                .isEqualTo(404);
        assertThat(send("/v1/iam/oauth2/password", body("sso", "jon", "correct horse"))
                        .status())
                .as("a provider that asks by itself")
                .isEqualTo(404);
    }

    private static Map<String, List<String>> lasting(Map<String, List<String>> headers) {
        var lasting = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        lasting.putAll(headers);
        lasting.remove("Date");
        lasting.remove("X-Request-Id");
        return lasting;
    }

    /// Or it could guess from the addresses of all who look at it.
    @Test
    void aPage_sendsNoPassword_whoseverItIs() {
        int asked = ldap.binds.size();
        String own = "http://127.0.0.1:" + server.port();
        for (String[] browser : List.of(
                new String[] {"Origin", "https://evil.test"},
                new String[] {"Origin", "null"},
                new String[] {"Origin", own},
                new String[] {"Sec-Fetch-Site", "cross-site"})) {
            var answer = send("/v1/iam/oauth2/password", body("corp", "jon", "correct horse"), browser);
            assertThat(answer.status()).as(String.join(" ", browser)).isEqualTo(403);
            assertThat(answer.body()).doesNotContain("cookie");
        }
        assertThat(ldap.binds).hasSize(asked);
    }

    @Test
    void whoGuesses_isToldToWait() {
        for (int i = 0; i < 10; i++) {
            assertThat(password("guessed", "wrong").status()).isEqualTo(401);
        }
        var last = password("guessed", "wrong");
        assertThat(last.status()).isEqualTo(429);
        assertThat(last.headers().get("Retry-After")).containsExactly("900");
        assertThat(last.body()).contains("too many logins failed");
    }

    @Test
    void loggingIn_andBeingRefused_areOnRecord_withoutAPassword() {
        password("eve", "secret that is wrong");
        String cookie = cookie("eve", "evil");
        ApiServer.Asker iam = server.addAccount(acme(), "auditor", "iam");
        Awaitility.await()
                .untilAsserted(() -> assertThat(server.get(iam, "/v1/audit").body())
                        .contains("\"kind\":\"session.open\"", "acme/user/eve@example.com")
                        .contains("\"kind\":\"login.refused\"", "\"account\":\"eve\"", "\"why\":\"WRONG\"")
                        .doesNotContain("secret that is wrong", cookie.substring(cookie.indexOf('=') + 1)));
    }

    private static Organization acme() {
        return server.home("acme");
    }

    private static ApiServer.Answer me(String cookie) {
        return server.send(new ApiServer.Asker("", "acme"), "GET", "/me", Bytes.EMPTY, "Cookie", cookie);
    }

    private static String cookie(String account, String password) {
        var answer = password(account, password);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().get("Cache-Control")).containsExactly("no-store");
        return answer.text("cookie");
    }

    private static ApiServer.Answer password(String account, String password) {
        return send("/v1/iam/oauth2/password", body("corp", account, password));
    }

    private static String body(String at, String account, String password) {
        return "{\"provider\":\"" + at + "\",\"username\":\"" + account + "\",\"password\":\"" + password + "\"}";
    }

    private static ApiServer.Answer send(String path, String body, String... headers) {
        return server.send(ApiServer.NOBODY, "POST", path, Bytes.utf8(body), headers);
    }
}
