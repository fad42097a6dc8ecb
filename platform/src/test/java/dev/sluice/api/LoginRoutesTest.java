package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.authn.TestProvider;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LoginRoutesTest {
    private static final String CATCHER = "http://127.0.0.1:33527/catcher";

    @TempDir
    private static Path directory;

    private static TestProvider provider;
    private static TestProvider ofBlue;
    private static ApiServer server;
    private static final HttpClient BROWSER = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        provider = new TestProvider();
        ofBlue = new TestProvider();
        TestProvider.write(
                directory,
                provider.description("test", "dispatch"),
                ofBlue.description("own", "blue"),
                provider.description("late", "late"));
        server = new ApiServer(directory);
        member("acme", "acme-policy", false, "jon@example.com", "group:dev");
        member("blue", "blue-policy", false, "group:dev");
        member("dispatch", "operators", true, "root@example.com");
    }

    @AfterAll
    static void stop() {
        server.close();
        provider.close();
        ofBlue.close();
        BROWSER.close();
    }

    @Test
    void dispatchsClient_logsIn_asItAlwaysDid() throws Exception {
        String e2 = URLEncoder.encode(CATCHER, StandardCharsets.UTF_8);
        String e1 = URLEncoder.encode("/v1/iam/redirect?redirect=" + e2, StandardCharsets.UTF_8);
        var start = get("/v1/iam/oauth2/start?rd=" + e1);
        assertThat(start.statusCode()).isEqualTo(302);
        Map<String, String> back = TestProvider.logIn(URI.create(location(start)));
        var callback = get(callback(back), "Cookie", cookie(start, 0));
        assertThat(callback.statusCode()).isEqualTo(302);
        assertThat(location(callback)).isEqualTo("/v1/iam/redirect?redirect=" + e2);
        assertThat(callback.headers().allValues("Set-Cookie").getFirst())
                .matches("_oauth2_proxy=[A-Za-z0-9_-]{43}; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax");
        String session = cookie(callback, 0);
        var redirect = get(location(callback), "Cookie", session);
        assertThat(redirect.statusCode()).isEqualTo(302);
        assertThat(location(redirect)).isEqualTo(CATCHER + "?cookie=" + session.replace("=", "%3D"));
        var home = get("/home", "Cookie", session, "X-Dispatch-Org", "acme");
        assertThat(home.statusCode()).isEqualTo(200);
        var auth = get("/v1/iam/oauth2/auth", "Cookie", session);
        assertThat(auth.statusCode()).isEqualTo(202);
        assertThat(auth.headers().firstValue("X-Auth-Request-Email")).contains("jon@example.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.test/",
                "//evil.test/",
                "/\\evil.test/",
                "\\\\evil.test",
                "/\t/evil.test",
                "javascript:alert(1)",
                "home",
                ""
            })
    void aGoalElsewhere_isRefused(String goal) throws Exception {
        assertThat(get("/v1/iam/oauth2/start?rd=" + URLEncoder.encode(goal, StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1:1/",
                "http://127.0.0.1/",
                "http://127.0.0.1:1@evil.test/",
                "http://127.0.0.1.evil.test:1/",
                "http://localhost.evil.test:1/",
                "http://evil.test:1/?http://127.0.0.1:1/",
                "http://127.0.0.1:1\\@evil.test/",
                "http://127.0.0.1:1/?a=b",
                "http://127.0.0.1:1/#a",
                "http://127.0.0.1:0/",
                "http://127.0.0.1:65536/",
                "http://user@127.0.0.1:1/",
                "http://[::1]:1/",
                "//127.0.0.1:1/",
                ""
            })
    void aSession_isHandedOn_toTheUsersOwnMachineOnly(String target) throws Exception {
        var answer = get(
                "/v1/iam/redirect?redirect=" + URLEncoder.encode(target, StandardCharsets.UTF_8), "Cookie", session());
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Location")).isEmpty();
    }

    @Test
    void aRefusedLogin_isToldToTheClientThatWaits_andToNobodyElse() throws Exception {
        String waits = "http://127.0.0.1:33527/catcher/" + "0a".repeat(16);
        String said = "&error=access_denied&error_description=";
        String told = "the identity provider did not log you in (access_denied";
        assertThat(refused(waits, said + "not%20you")).isEqualTo(told + ": not you)");
        assertThat(refused(waits, said + "a%1B%5B2Jb")).isEqualTo(told + ")");
        assertThat(refused(waits, said + "a".repeat(201))).isEqualTo(told + ")");
        assertThat(refused(waits, "")).isEqualTo("the identity provider did not log you in");
        for (String elsewhere : List.of(
                CATCHER,
                waits.replace("127.0.0.1", "127.0.0.1.evil.test"),
                waits.replace("http:", "https:"),
                waits + "/x",
                waits.replace("33527", "0"))) {
            assertThat(refused(elsewhere, said)).as(elsewhere).isEqualTo("403");
        }
    }

    /// @return what a program at `target` is told of a login that the provider turned down, or the status without
    private static String refused(String target, String told) throws Exception {
        String goal = "/v1/iam/redirect?redirect=" + URLEncoder.encode(target, StandardCharsets.UTF_8);
        var start = get("/v1/iam/oauth2/start?rd=" + URLEncoder.encode(goal, StandardCharsets.UTF_8));
        String state = TestProvider.logIn(URI.create(location(start))).get("state");
        String callback = "/v1/iam/oauth2/callback?state=" + state + told;
        assertThat(get(callback).statusCode()).as("another browser").isEqualTo(400);
        var answer = get(callback, "Cookie", cookie(start, 0));
        if (answer.statusCode() != 302) {
            return Integer.toString(answer.statusCode());
        }
        assertThat(location(answer)).startsWith(target + "?error=");
        return URLDecoder.decode(location(answer).substring(target.length() + 7), StandardCharsets.UTF_8);
    }

    @Test
    void handingOn_needsASession() throws Exception {
        String target = "/v1/iam/redirect?redirect=" + URLEncoder.encode(CATCHER, StandardCharsets.UTF_8);
        var without = get(target);
        assertThat(without.statusCode()).isEqualTo(500);
        assertThat(without.body()).contains("No Such Cookie");
        assertThat(get(target, "Cookie", "_oauth2_proxy=" + "A".repeat(43)).statusCode())
                .isEqualTo(401);
    }

    @Test
    void aUser_isAMemberWhereAPolicyNamesHim_andNobodyElsewhere() throws Exception {
        String jons = session();
        assertThat(home(jons, "acme")).isEqualTo(200);
        assertThat(get("/me", "Cookie", jons, "X-Dispatch-Org", "acme").body()).contains("acme/user/jon@example.com");
        for (String organization : List.of("blue", "dispatch", "missing", "")) {
            assertThat(home(jons, organization)).as(organization).isEqualTo(403);
        }
        assertThat(get("/home", "Cookie", jons).statusCode()).isEqualTo(403);
    }

    @Test
    void whomAGlobalPolicyNames_comesInEverywhere_asTheOperators() throws Exception {
        String roots = session("test", "root@example.com", List.of());
        assertThat(get("/me", "Cookie", roots, "X-Dispatch-Org", "acme").body())
                .contains("dispatch/user/root@example.com");
        assertThat(home(roots, "blue")).isEqualTo(200);
    }

    @Test
    void anOrganizationsOwnProvider_speaksForItsGroups_andNowhereElse() throws Exception {
        String eves = session("own", "eve@example.com", List.of("dev"));
        assertThat(get("/me", "Cookie", eves, "X-Dispatch-Org", "blue").body()).contains("blue/group/dev");
        assertThat(home(eves, "acme")).as("a group of that name").isEqualTo(403);
        String liars = session("own", "jon@example.com", List.of());
        assertThat(home(liars, "acme")).as("a mail address of that name").isEqualTo(403);
        String roots = session("own", "root@example.com", List.of());
        assertThat(home(roots, "blue")).as("an operator's mail address").isEqualTo(403);
        String others = session("test", "eve@example.com", List.of("dev"));
        assertThat(home(others, "acme")).as("the operator's groups").isEqualTo(403);
    }

    @Test
    void aDeletedOrganizationsProvider_vouchesForNobody_inTheNextOneOfItsName() throws Exception {
        member("late", "late-policy", false, "jon@example.com");
        String before = session("late", "jon@example.com", List.of());
        assertThat(home(before, "late")).isEqualTo(200);
        assertThat(server.delete(server.admin(), "/v1/iam/organization/late?cascade=true")
                        .status())
                .isEqualTo(200);
        assertThat(home(before, "late")).as("the session has ended").isEqualTo(401);
        assertThat(server.post(server.admin(), "/v1/iam/organization", "{\"name\":\"late\"}")
                        .status())
                .isEqualTo(201);
        member("late", "late-policy", false, "jon@example.com");
        assertThat(home(session("late", "jon@example.com", List.of()), "late")).isEqualTo(403);
        var next = new ApiServer.Asker(server.admin().token(), "late");
        assertThat(server.get(next, "/v1/iam/session?user=jon@example.com").body())
                .as("its sessions are nobody's there")
                .isEqualTo("[]");
        assertThat(server.get(next, "/v1/audit").body()).doesNotContain("session.open");
        assertThat(get("/v1/iam/oauth2/providers?organization=late").body())
                .as("nobody is led to it")
                .contains("\"test\"")
                .doesNotContain("\"late\"");
        assertThat(home(session(), "late")).as("the operator's provider").isEqualTo(200);
    }

    @Test
    void aToken_decides_whateverCookieComesWithIt() throws Exception {
        var both = get("/home", "Cookie", session(), "X-Dispatch-Org", "acme", "Authorization", "Bearer bad");
        assertThat(both.statusCode()).isEqualTo(401);
    }

    @Test
    void aCookieThatProvesNothing_isRefused_alsoWhereNobodyIsServed() throws Exception {
        for (String bad : List.of("_oauth2_proxy=", "_oauth2_proxy=x", "_oauth2_proxy=" + "A".repeat(43))) {
            assertThat(home(bad, "acme")).isEqualTo(401);
        }
        assertThat(home("unset", "acme")).isEqualTo(401);
        assertThat(home(session() + "; " + session(), "acme")).as("two").isEqualTo(400);
    }

    @Test
    void anotherOriginsPage_isNotTheUser() throws Exception {
        String jons = session();
        String own = "http://127.0.0.1:" + server.port();
        var org = List.of("Cookie", jons, "X-Dispatch-Org", "acme");
        assertThat(get("/home", with(org, "Origin", "https://evil.test")).statusCode())
                .isEqualTo(403);
        assertThat(get("/home", with(org, "Origin", "http://127.0.0.1:1")).statusCode())
                .isEqualTo(403);
        assertThat(get("/home", with(org, "Origin", "null")).statusCode()).isEqualTo(403);
        assertThat(get("/home", with(org, "Sec-Fetch-Site", "same-site")).statusCode())
                .isEqualTo(403);
        var mine = get("/home", with(org, "Origin", own));
        assertThat(mine.statusCode()).isEqualTo(200);
        assertThat(mine.headers().firstValue("Access-Control-Allow-Credentials"))
                .isEmpty();
        assertThat(send("POST", "/v1/iam/logout", "Cookie", jons).statusCode()).isEqualTo(403);
        assertThat(home(jons, "acme")).isEqualTo(200);
        var preflight = send("OPTIONS", "/home", "Origin", "https://evil.test");
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Credentials"))
                .isEmpty();
        assertThat(preflight
                        .headers()
                        .firstValue("Access-Control-Allow-Headers")
                        .orElseThrow())
                .doesNotContainIgnoringCase("X-Dispatch-Org");
    }

    @Test
    void whoLogsOut_isOut_andWithAll_everywhere() throws Exception {
        String one = session("test", "kim@example.com", List.of());
        String two = session("test", "kim@example.com", List.of());
        String three = session("test", "kim@example.com", List.of());
        assertThat(out(one, "")).isEqualTo(204);
        assertThat(get("/v1/iam/oauth2/auth", "Cookie", one).statusCode()).isEqualTo(401);
        assertThat(get("/v1/iam/oauth2/auth", "Cookie", two).statusCode()).isEqualTo(202);
        assertThat(out(two, "?all=true")).isEqualTo(204);
        assertThat(get("/v1/iam/oauth2/auth", "Cookie", three).statusCode()).isEqualTo(401);
        assertThat(out(three, "")).isEqualTo(401);
    }

    @Test
    void aLogin_makesANewSession_andEndsTheOneBefore() throws Exception {
        String before = session();
        var start = get("/v1/iam/oauth2/start");
        var callback = get(
                callback(TestProvider.logIn(URI.create(location(start)))), "Cookie", cookie(start, 0) + "; " + before);
        assertThat(cookie(callback, 0)).isNotEqualTo(before);
        assertThat(home(before, "acme")).isEqualTo(401);
    }

    @Test
    void aCallback_thatThisBrowserDidNotBegin_logsNobodyIn() throws Exception {
        var start = get("/v1/iam/oauth2/start");
        String callback = callback(TestProvider.logIn(URI.create(location(start))));
        var victim = get(callback);
        assertThat(victim.statusCode()).isEqualTo(400);
        assertThat(victim.headers().allValues("Set-Cookie")).noneMatch(one -> one.startsWith("_oauth2_proxy"));
        assertThat(get(callback, "Cookie", cookie(start, 0)).statusCode()).isEqualTo(302);
        assertThat(get(callback, "Cookie", cookie(start, 0)).statusCode())
                .as("again")
                .isEqualTo(400);
    }

    @Test
    void aUser_delegatesNothing_yet() throws Exception {
        var request = HttpRequest.newBuilder(uri("/faasten/delegate"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"component\":\"acme/user/jon@example.com\"}"))
                .headers("Cookie", session(), "X-Dispatch-Org", "acme");
        assertThat(BROWSER.send(request.build(), HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(403);
    }

    private static void member(String organization, String policy, boolean global, String... subjects) {
        if (server.organizations.tenant(organization).isEmpty()) {
            server.developer(organization, "function");
        }
        server.admit(organization, policy, global, subjects);
    }

    private static String session() throws Exception {
        return session("test", "jon@example.com", List.of());
    }

    private static String session(String at, String mail, List<String> groups) throws Exception {
        TestProvider asked = at.equals("own") ? ofBlue : provider;
        asked.mail = mail;
        asked.groups = groups;
        var start = get("/v1/iam/oauth2/start?provider=" + at);
        String callback = callback(TestProvider.logIn(URI.create(location(start))));
        String session = cookie(get(callback, "Cookie", cookie(start, 0)), 0);
        asked.mail = "jon@example.com";
        asked.groups = List.of();
        return session;
    }

    private static int home(String cookie, String organization) throws Exception {
        return get("/home", "Cookie", cookie, "X-Dispatch-Org", organization).statusCode();
    }

    private static int out(String cookie, String query) throws Exception {
        return send("POST", "/v1/iam/logout" + query, "Cookie", cookie, "X-Dispatch-Org", "")
                .statusCode();
    }

    private static String callback(Map<String, String> back) {
        return "/v1/iam/oauth2/callback?code=" + back.getOrDefault("code", "") + "&state="
                + back.getOrDefault("state", "");
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElseThrow();
    }

    private static String cookie(HttpResponse<String> answer, int at) {
        return answer.headers().allValues("Set-Cookie").get(at).split(";", -1)[0];
    }

    private static String[] with(List<String> headers, String name, String value) {
        return java.util.stream.Stream.concat(headers.stream(), java.util.stream.Stream.of(name, value))
                .toArray(String[]::new);
    }

    private static URI uri(String target) {
        return URI.create("http://127.0.0.1:" + server.port() + target);
    }

    private static HttpResponse<String> get(String target, String... headers) throws Exception {
        return send("GET", target, headers);
    }

    private static HttpResponse<String> send(String method, String target, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(target)).method(method, HttpRequest.BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return BROWSER.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
