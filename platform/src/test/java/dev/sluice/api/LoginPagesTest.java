package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.org.Organization;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class LoginPagesTest {
    private static final HttpClient BROWSER = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    private static LoginSite site;
    private static ApiServer server;

    @BeforeAll
    static void start() throws Exception {
        site = LoginSite.at(directory, "test");
        server = site.api();
        server.developer("blue", "function");
        server.admit("acme", "p", false, "group:dev");
        server.admit("blue", "p", false, "group:dev");
    }

    @AfterAll
    static void stop() {
        site.close();
        BROWSER.close();
    }

    @Test
    void whoKnowsHisPassword_isLoggedIn_withTheGroupsOfHisOrganizationsDirectory() throws Exception {
        var page = get("/v1/iam/login?provider=corp&rd=%2Fhome");
        var done = post(page, "corp", "/home", "jon", "correct horse");
        assertThat(done.statusCode()).isEqualTo(303);
        assertThat(done.headers().firstValue("Location")).contains("/home");
        String session = cookie(done, "_oauth2_proxy");
        assertThat(get("/me", "Cookie", session, "X-Dispatch-Org", "acme").body())
                .contains("acme/user/jon@example.com")
                .contains("acme/group/dev");
        assertThat(get("/home", "Cookie", session, "X-Dispatch-Org", "blue").statusCode())
                .isEqualTo(403);
        String operators = cookie(post(page, "staff", "/home", "jon", "correct horse"), "_oauth2_proxy");
        assertThat(get("/home", "Cookie", operators, "X-Dispatch-Org", "acme").statusCode())
                .as("groups of the operator's directory count for nobody else's policies")
                .isEqualTo(403);
    }

    @Test
    void aWrongPassword_andAnUnknownName_areOnePage() throws Exception {
        var page = get("/v1/iam/login?provider=corp&rd=%2Fhome");
        var wrong = post(page, "corp", "/home", "eve", "wrong");
        var unknown = post(page, "corp", "/home", "ewe", "wrong");
        assertThat(wrong.statusCode()).isEqualTo(403);
        assertThat(wrong.body()).contains("role=\"alert\">the name or the password is wrong<");
        assertThat(unknown.statusCode()).isEqualTo(403);
        String seals = "name=\"seal\" value=\"[^\"]+\"";
        assertThat(unknown.body().replaceAll(seals, "").replace("ewe", "eve"))
                .isEqualTo(wrong.body().replaceAll(seals, ""));
        assertThat(wrong.headers().allValues("Set-Cookie")).noneMatch(one -> one.startsWith("_oauth2_proxy"));
        assertThat(post(page, "corp", "/home", "jon", "").statusCode()).isEqualTo(403);
    }

    @Test
    void whatIsTyped_isText() throws Exception {
        var page = get("/v1/iam/login?provider=corp&rd=%2Fhome%3F%22'%3E%3Cscript%3E");
        assertThat(page.body()).doesNotContain("<script>").contains("value=\"/home?&quot;&#39;&gt;&lt;script&gt;\"");
        var wrong = post(page, "corp", "/home", "\"><script>alert(1)</script>", "wrong");
        assertThat(wrong.body()).doesNotContain("<script>");
    }

    @Test
    void pages_runNothing_andAreFramedByNobody() throws Exception {
        for (var page : List.of(get("/v1/iam/login"), get("/v1/iam/login?provider=corp"))) {
            assertThat(page.headers().firstValue("Content-Security-Policy"))
                    .contains("default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
                            + "; form-action 'self'");
            assertThat(page.headers().firstValue("Cache-Control")).contains("no-store");
            assertThat(page.body()).doesNotContain("<script", "<style", "style=");
        }
        assertThat(get("/v1/iam/login.css").headers().firstValue("Content-Type"))
                .contains("text/css; charset=utf-8");
    }

    @Test
    void aFormThatIsNotOurs_logsNobodyIn() throws Exception {
        var page = get("/v1/iam/login?provider=corp&rd=%2Fhome");
        var other = get("/v1/iam/login?provider=corp&rd=%2Fhome");
        String cookie = cookie(page, "_sluice_form");
        String seal = seal(page);
        String own = "http://127.0.0.1:" + server.port();
        int asked = site.ldap().binds.size();
        assertThat(form(body(seal), "Origin", own).statusCode()).as("no cookie").isEqualTo(403);
        assertThat(form(body(seal), "Origin", own, "Cookie", cookie(other, "_sluice_form"))
                        .statusCode())
                .as("another page's")
                .isEqualTo(403);
        assertThat(form(body(""), "Origin", own, "Cookie", cookie).statusCode())
                .as("no seal")
                .isEqualTo(403);
        assertThat(form(body(seal), "Origin", "null", "Cookie", cookie).statusCode())
                .as("a page of nowhere")
                .isEqualTo(403);
        assertThat(form(body(seal), "Origin", "http://127.0.0.1:1", "Cookie", cookie)
                        .statusCode())
                .as("a tenant's port")
                .isEqualTo(403);
        assertThat(form(body(seal), "Cookie", cookie).statusCode())
                .as("no browser")
                .isEqualTo(403);
        assertThat(form(body(seal), "Sec-Fetch-Site", "cross-site", "Cookie", cookie)
                        .statusCode())
                .isEqualTo(403);
        assertThat(site.ldap().binds).hasSize(asked);
        assertThat(form(body(seal), "Origin", own, "Cookie", cookie).statusCode())
                .isEqualTo(303);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.test/", "//evil.test/", "/\\evil.test/", "javascript:alert(1)", ""})
    void aGoalElsewhere_isRefused(String goal) throws Exception {
        var page = get("/v1/iam/login?provider=corp");
        assertThat(post(page, "corp", goal, "jon", "correct horse").statusCode())
                .isEqualTo(400);
        assertThat(get("/v1/iam/login?rd=" + encoded(goal)).statusCode()).isEqualTo(400);
    }

    @Test
    void onlyAGoalThatLeadsToPrograms_letsTheFormLeadThere() throws Exception {
        String goal = encoded("/v1/iam/redirect?redirect=http%3A%2F%2F127.0.0.1%3A33527%2Fcatcher");
        assertThat(get("/v1/iam/login?provider=corp&rd=" + goal)
                        .headers()
                        .firstValue("Content-Security-Policy")
                        .orElseThrow())
                .endsWith("form-action 'self' http://127.0.0.1:* http://localhost:*");
    }

    @Test
    void severalProviders_areToChoose_andAnOrganizationsOwnWhereItIsNamed() throws Exception {
        var start = get("/v1/iam/oauth2/start?rd=%2Fhome");
        assertThat(start.statusCode()).isEqualTo(302);
        var page = get(start.headers().firstValue("Location").orElseThrow());
        assertThat(page.body())
                .contains("href=\"/v1/iam/oauth2/start?provider=test&amp;rd=%2Fhome\"")
                .contains("name=\"provider\" value=\"staff\"")
                .doesNotContain("corp");
        assertThat(get("/v1/iam/login?organization=acme").body()).contains(">corp<", ">staff<", ">test<");
        assertThat(get("/v1/iam/login?organization=missing").body())
                .doesNotContain("corp")
                .contains(">test<");
        assertThat(get("/v1/iam/oauth2/start?provider=corp&rd=%2Fhome")
                        .headers()
                        .firstValue("Location"))
                .contains("/v1/iam/login?provider=corp&rd=%2Fhome");
        assertThat(get("/v1/iam/login?provider=none").statusCode()).isEqualTo(404);
    }

    @Test
    void whoIsLoggedIn_seesIt_andLogsOutWithAFormOfOurs() throws Exception {
        String session = cookie(
                post(get("/v1/iam/login?provider=corp"), "corp", "/home", "jon", "correct horse"), "_oauth2_proxy");
        var page = get("/v1/iam/login", "Cookie", session);
        assertThat(page.body()).contains("<strong>jon@example.com</strong>");
        String cookies = session + "; " + cookie(page, "_sluice_form");
        String own = "http://127.0.0.1:" + server.port();
        assertThat(send("/v1/iam/logout", "seal=", "Origin", own, "Cookie", cookies)
                        .statusCode())
                .isEqualTo(403);
        assertThat(get("/v1/iam/oauth2/auth", "Cookie", session).statusCode()).isEqualTo(202);
        var out = send("/v1/iam/logout", "seal=" + seal(page), "Origin", own, "Cookie", cookies);
        assertThat(out.statusCode()).isEqualTo(200);
        assertThat(out.body()).contains("You are logged out");
        assertThat(get("/v1/iam/oauth2/auth", "Cookie", session).statusCode()).isEqualTo(401);
    }

    @Test
    void whoGuesses_isToldToWait() throws Exception {
        var page = get("/v1/iam/login?provider=corp&rd=%2Fhome");
        HttpResponse<String> last = page;
        for (int i = 0; i < 11; i++) {
            last = post(page, "corp", "/home", "guessed", "wrong");
        }
        assertThat(last.statusCode()).isEqualTo(429);
        assertThat(last.headers().firstValue("Retry-After")).contains("900");
        assertThat(last.body()).contains("too many logins failed");
        String typed = "{\"provider\":\"corp\",\"username\":\"guessed\",\"password\":\"wrong\"}";
        assertThat(server.post(ApiServer.NOBODY, "/v1/iam/oauth2/password", typed)
                        .status())
                .as("at a terminal too")
                .isEqualTo(429);
    }

    @Test
    void loggingIn_beingRefused_andLoggingOut_areOnRecord_forTheOrganizationOfTheProvider() throws Exception {
        var page = get("/v1/iam/login?provider=corp");
        post(page, "corp", "/home", "eve", "secret that is wrong");
        String session = cookie(post(page, "corp", "/home", "eve", "evil"), "_oauth2_proxy");
        var out = HttpRequest.newBuilder(uri("/v1/iam/logout"))
                .headers("Cookie", session, "X-Dispatch-Org", "acme")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(BROWSER.send(out, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(204);
        ApiServer.Asker iam = server.addAccount(server.home("acme"), "auditor", "iam");
        Awaitility.await()
                .untilAsserted(() -> assertThat(server.get(iam, "/v1/audit").body())
                        .contains(
                                "\"kind\":\"session.open\"",
                                "acme/user/eve@example.com",
                                "\"what\":\"eve@example.com\"")
                        .contains("\"kind\":\"session.close\"")
                        .contains("\"kind\":\"login.refused\"", "\"account\":\"eve\"", "\"why\":\"WRONG\"")
                        .doesNotContain("secret that is wrong"));
        String id = session.substring(session.indexOf('=') + 1);
        assertThat(server.get(iam, "/v1/audit").body()).doesNotContain(id);
        ApiServer.Asker other = server.addAccount(server.home("blue"), "auditor", "iam");
        assertThat(server.get(other, "/v1/audit").body()).doesNotContain("eve", "login.refused");
    }

    @Test
    void whoManagesAnOrganization_seesAndEndsTheSessionsOfItsOwnProviders() throws Exception {
        String own = cookie(
                post(get("/v1/iam/login?provider=corp"), "corp", "/home", "jon", "correct horse"), "_oauth2_proxy");
        String operators = cookie(
                post(get("/v1/iam/login?provider=staff"), "staff", "/home", "jon", "correct horse"), "_oauth2_proxy");
        ApiServer.Asker iam = server.addAccount(server.home("acme"), "manager", "iam");
        ApiServer.Asker other = server.addAccount(server.home("blue"), "manager", "iam");
        String jons = "/v1/iam/session?user=jon@example.com";
        assertThat(server.get(iam, jons).body())
                .contains("\"provider\":\"corp\"")
                .doesNotContain("staff");
        assertThat(server.get(other, jons).body()).isEqualTo("[]");
        assertThat(server.delete(other, jons).status()).isEqualTo(204);
        assertThat(get("/v1/iam/oauth2/auth", "Cookie", own).statusCode()).isEqualTo(202);
        assertThat(server.delete(server.account("acme", "dev"), jons).status()).isEqualTo(403);
        assertThat(server.delete(ApiServer.NOBODY, jons).status()).isEqualTo(401);
        assertThat(server.delete(iam, "/v1/iam/session").status()).isEqualTo(400);
        assertThat(server.delete(iam, jons).status()).isEqualTo(204);
        assertThat(get("/v1/iam/oauth2/auth", "Cookie", own).statusCode()).isEqualTo(401);
        assertThat(server.delete(iam, jons).status()).isEqualTo(204);
        List<JsonNode> closed = server.get(iam, "/v1/audit")
                .json()
                .valueStream()
                .filter(deed -> deed.path("kind").asString("").equals("session.close.all"))
                .toList();
        assertThat(closed).as("once, by who did it").hasSize(1);
        assertThat(closed.getFirst().toString())
                .contains("acme/serviceaccount/manager")
                .doesNotContain("acme/user/");
        assertThat(get("/v1/iam/oauth2/auth", "Cookie", operators).statusCode()).isEqualTo(202);
        Organization dispatch = server.home("dispatch");
        ApiServer.Asker local = server.addAccount(dispatch, "local", "iam");
        assertThat(server.delete(local, jons).status())
                .as("they hold in every organization")
                .isEqualTo(403);
        assertThat(server.delete(server.admin(), jons).status()).isEqualTo(204);
        assertThat(get("/v1/iam/oauth2/auth", "Cookie", operators).statusCode()).isEqualTo(401);
    }

    @Test
    void aBrowser_isToldOnAPage_whyALoginFailed() throws Exception {
        assertThat(get("/v1/iam/oauth2/callback?state=x&code=y", "Accept", "text/html")
                        .body())
                .startsWith("<!DOCTYPE html>")
                .contains("role=\"alert\"");
        assertThat(get("/v1/iam/oauth2/callback?state=x&code=y").body()).startsWith("{");
    }

    private static HttpResponse<String> post(
            HttpResponse<String> page, String at, String goal, String account, String password) throws Exception {
        return form(
                "provider=" + at + "&rd=" + encoded(goal) + "&account=" + encoded(account) + "&password="
                        + encoded(password) + "&seal=" + seal(page),
                "Origin",
                "http://127.0.0.1:" + server.port(),
                "Cookie",
                cookie(page, "_sluice_form"));
    }

    private static String body(String seal) {
        return "provider=corp&rd=%2Fhome&account=jon&password=correct+horse&seal=" + seal;
    }

    private static HttpResponse<String> form(String body, String... headers) throws Exception {
        return send("/v1/iam/login", body, headers);
    }

    private static HttpResponse<String> send(String target, String body, String... headers) throws Exception {
        var all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Content-Type", "application/x-www-form-urlencoded"));
        var request = HttpRequest.newBuilder(uri(target)).POST(HttpRequest.BodyPublishers.ofString(body));
        return BROWSER.send(request.headers(all.toArray(String[]::new)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String target, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(uri(target));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return BROWSER.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(String target) {
        return URI.create("http://127.0.0.1:" + server.port() + target);
    }

    private static String seal(HttpResponse<String> page) {
        Matcher found = Pattern.compile("name=\"seal\" value=\"([^\"]+)\"").matcher(page.body());
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private static String cookie(HttpResponse<String> answer, String name) {
        return answer.headers().allValues("Set-Cookie").stream()
                .filter(one -> one.startsWith(name + "="))
                .findFirst()
                .orElseThrow()
                .split(";", -1)[0];
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
