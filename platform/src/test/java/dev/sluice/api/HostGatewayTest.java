package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is served at hosts of organizations, asked over raw sockets.
final class HostGatewayTest extends HostTest {
    private static final String SHOP = "shop.example.org";

    @BeforeAll
    void functions() {
        function(acme, "acme");
        function(blue, "blue");
        hold(acme, SHOP);
        serve(acme, "shop-all", "/", at(SHOP));
    }

    private void function(Asker asker, String says) {
        String source =
                "def handle(context, payload):\n    return \"" + says + "'s \" + context[\"httpContext\"][\"uri\"]\n";
        assertThat(api.post(asker, "/v1/function", ApiServer.python("f", source))
                        .status())
                .isEqualTo(201);
        await().untilAsserted(() ->
                assertThat(api.get(asker, "/v1/function/f").text("status")).isEqualTo("READY"));
    }

    private void hold(Asker asker, String host) {
        show(host, value(made(asker, host)));
        ready(asker, host);
    }

    private static String at(String host) {
        return ",\"hosts\":[\"" + host + "\"]";
    }

    private static String api(String name, String path, String more) {
        return "{\"name\":\"" + name + "\",\"function\":\"f\",\"enabled\":true,\"uris\":[\"" + path + "\"]" + more
                + "}";
    }

    private void serve(Asker asker, String name, String path, String more) {
        Answer made = api.post(asker, "/v1/api", api(name, path, more));
        assertThat(made.status()).as(made.body()).isEqualTo(200);
    }

    /// What is answered to a request of these lines: status, and body.
    private String send(String... lines) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.gateway.port())) {
            socket.setSoTimeout(20_000);
            String request = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.substring(9, 12) + " " + answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }

    private String ask(String host, String path) throws IOException {
        return send("GET " + path + " HTTP/1.1", "Host: " + host);
    }

    private static final String NOTHING = "404 {\"message\":\"no API found with those values\"}";

    @Test
    void atItsOwnHost_anApi_isWithoutItsOrganizationsName() throws IOException {
        assertThat(ask(SHOP, "/")).isEqualTo("200 \"acme's /\"");
        assertThat(ask(SHOP, "/a/b?c=d")).isEqualTo("200 \"acme's /a/b\"");
        assertThat(ask("localhost", "/")).isEqualTo(NOTHING);
        assertThat(ask("localhost", "/acme")).isEqualTo(NOTHING);
        assertThat(ask("other.example.org", "/")).isEqualTo(NOTHING);
        assertThat(ask("a." + SHOP, "/")).isEqualTo(NOTHING);
        assertThat(ask("example.org", "/")).isEqualTo(NOTHING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop.example.org:80",
                "shop.example.org:65535",
                "SHOP.Example.ORG",
                "shop.example.org.",
                "Shop.example.org.:8080"
            })
    void aHost_isTheSame_howeverItIsWritten(String host) throws IOException {
        assertThat(ask(host, "/x")).isEqualTo("200 \"acme's /x\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop.example.org..",
                "shop.example.org@other.example.org",
                "other.example.org@shop.example.org",
                "shop.example.org/",
                "shop.example.org, other.example.org",
                "shop.example.org other.example.org",
                "shop.example.org%00",
                "shop.example.org\0",
                "[shop.example.org]",
                "shop.example.org:x",
                "shop.example.org:80:80",
                "http://shop.example.org",
                ""
            })
    void whatIsNoHost_isNone(String host) throws IOException {
        assertThat(ask(host, "/x")).matches("(?s)(400|404) .*").doesNotContain("acme");
    }

    @Test
    void aRequestThatNamesTwoHosts_isRefused() throws IOException {
        assertThat(send("GET /x HTTP/1.1", "Host: " + SHOP, "Host: other.example.org"))
                .startsWith("400 ");
        assertThat(send("GET /x HTTP/1.1", "Host: other.example.org", "Host: " + SHOP))
                .startsWith("400 ");
        assertThat(send("GET /x HTTP/1.1", "Host: " + SHOP, "Host: " + SHOP)).startsWith("400 ");
        assertThat(send("GET http://" + SHOP + "/x HTTP/1.1", "Host: other.example.org"))
                .startsWith("400 ");
        assertThat(send("GET http://other.example.org/x HTTP/1.1", "Host: " + SHOP))
                .startsWith("400 ");
        assertThat(send("GET /x HTTP/1.1", "Accept: */*")).startsWith("400 ");
    }

    @Test
    void anAbsoluteTarget_namesTheHost() throws IOException {
        assertThat(send("GET http://" + SHOP + "/x HTTP/1.1", "Host: " + SHOP)).isEqualTo("200 \"acme's /x\"");
        assertThat(send("GET /x HTTP/1.0", "Accept: */*")).isEqualTo(NOTHING);
        assertThat(send("GET /x HTTP/1.1", "Host: localhost", "X-Forwarded-Host: " + SHOP, "Forwarded: host=" + SHOP))
                .isEqualTo(NOTHING);
    }

    @Test
    void theLongestPath_thenTheMethod_thenTheHost_decides() throws IOException {
        String host = "order.example.org";
        hold(acme, host);
        serve(acme, "order-a", "/a", at(host));
        serve(acme, "order-put", "/a/put", at(host) + ",\"methods\":[\"PUT\"],\"failures\":\"problem\"");
        serve(acme, "order-acme", "/acme/here", at(host) + ",\"cors\":true");
        serve(acme, "order-everywhere", "/here", "");
        assertThat(ask(host, "/")).isEqualTo(NOTHING);
        assertThat(ask(host, "/ab")).isEqualTo(NOTHING);
        assertThat(ask(host, "/a/put")).startsWith("200 ");
        assertThat(ask("localhost", "/acme/here")).startsWith("200 ");
        assertThat(cors(host, "/acme/here")).isTrue();
        assertThat(cors("localhost", "/acme/here")).isFalse();
        assertThat(api.delete(acme, "/v1/api/order-acme").status()).isEqualTo(200);
        assertThat(cors(host, "/acme/here")).isFalse();
        assertThat(ask(host, "/acme/here")).startsWith("200 ");
    }

    private boolean cors(String host, String path) throws IOException {
        return send("OPTIONS " + path + " HTTP/1.1", "Host: " + host, "Access-Control-Request-Method: GET")
                .startsWith("204 ");
    }

    @Test
    void anOrganization_servesNothingAtTheHostOfAnother_beforeAndAfterItIsShown() throws IOException {
        String host = "wanted.example.org";
        Answer acmes = made(acme, host);
        made(blue, host);
        serve(blue, "elsewhere", "/page", "");
        assertThat(ask("localhost", "/blue/page")).isEqualTo("200 \"blue's /blue/page\"");
        refused(blue, host);
        refused(acme, host);
        show(host, value(acmes));
        ready(acme, host);
        refused(blue, host);
        Answer off = api.post(blue, "/v1/api", api("off", "/", at(host)).replace("true", "false"));
        assertThat(off.status()).isEqualTo(200);
        assertThat(ask(host, "/")).isEqualTo(NOTHING);
        assertThat(api.put(blue, "/v1/api/off", api("off", "/", at(host))).status())
                .isEqualTo(400);
        assertThat(ask(host, "/blue/page")).isEqualTo(NOTHING);
        serve(acme, "wanted", "/", at(host));
        assertThat(ask(host, "/blue/page")).isEqualTo("200 \"acme's /blue/page\"");
        assertThat(ask("localhost", "/blue/page")).isEqualTo("200 \"blue's /blue/page\"");
    }

    private void refused(Asker asker, String host) {
        Answer refused = api.post(asker, "/v1/api", api("refused", "/", at(host)));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("message"))
                .isEqualTo("bad request when processing API refused: your organization does not have the host " + host
                        + ": sluice create host " + host + " asks for it, and sluice get host " + host
                        + " tells what to do until it is READY; or keep the API disabled");
    }

    @Test
    void aHostThatIsGivenFree_isServedNoMore_andMayBeAnothers() throws IOException {
        String host = "moved.example.org";
        hold(acme, host);
        serve(acme, "moved", "/", at(host));
        assertThat(ask(host, "/")).isEqualTo("200 \"acme's /\"");
        assertThat(api.get(acme, "/v1/api/moved/flows").text("answers")).isEqualTo("leave");
        assertThat(api.delete(acme, HOSTS + "/" + host).status()).isEqualTo(200);
        assertThat(ask(host, "/")).isEqualTo(NOTHING);
        Answer freed = lacks(host);
        hold(blue, host);
        assertThat(ask(host, "/")).isEqualTo(NOTHING);
        assertThat(lacks(host).body()).as("whether another has it").isEqualTo(freed.body());
        serve(blue, "moved", "/", at(host));
        assertThat(ask(host, "/")).isEqualTo("200 \"blue's /\"");
        assertThat(api.delete(blue, HOSTS + "/" + host).status()).isEqualTo(200);
        hold(acme, host);
        assertThat(ask(host, "/")).isEqualTo("200 \"acme's /\"");
        await().until(() -> api.get(acme, "/v1/api/moved").text("status").equals("READY"));
        assertThat(api.get(acme, "/v1/api/moved").body()).doesNotContain("reason");
        assertThat(api.get(acme, "/v1/api/moved/flows").text("answers")).isEqualTo("leave");
    }

    /// An API whose host is the organization's no more says so.
    private Answer lacks(String host) {
        Answer seen = api.get(acme, "/v1/api/moved");
        assertThat(seen.text("status")).isEqualTo("ERROR");
        assertThat(seen.json().path("reason").path(0).asString())
                .contains("it is not served at " + host)
                .contains("sluice create host " + host);
        assertThat(api.get(acme, "/v1/api").body()).contains("it is not served at " + host);
        Answer flows = api.get(acme, "/v1/api/moved/flows");
        assertThat(flows.text("answers")).isEqualTo("none: your organization does not have " + host);
        assertThat(flows.json().path("hosts")).isEmpty();
        assertThat(flows.json().path("missingHosts").path(0).asString()).isEqualTo(host);
        return seen;
    }

    @Test
    void aWildcard_isNoHost_andTheMessageSaysSo() {
        Answer refused = api.post(acme, "/v1/api", api("wild", "/", at("*.example.org")));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("message")).contains("hosts in body have no wildcard: name each host");
        Answer host = ask(acme, "*.example.org", "");
        assertThat(host.status()).isEqualTo(422);
        assertThat(host.text("message")).contains("without a wildcard: ask for each host by its own name");
    }

    @Test
    void twoApisOfOneHost_areOneTooMany_andOfTwoHostsNot() {
        hold(acme, "one.example.org");
        hold(acme, "two.example.org");
        serve(acme, "one", "/same", at("One.Example.org"));
        serve(acme, "two", "/same", at("two.example.org"));
        serve(acme, "none", "/same", "");
        Answer third = api.post(
                acme, "/v1/api", api("third", "/same/", ",\"hosts\":[\"two.example.org\",\"one.example.org\"]"));
        assertThat(third.status()).isEqualTo(409);
        assertThat(third.text("message")).contains("give this one another path, method or host");
    }

    @Test
    void aDriver_isNotAskedAtTheHostOfAnother() throws IOException {
        String acmes = driver(acme);
        String blues = driver(blue);
        assertThat(ask("localhost", blues)).doesNotStartWith("404").doesNotStartWith("200");
        assertThat(ask(SHOP, blues)).isEqualTo(NOTHING);
        assertThat(ask(SHOP, acmes)).isEqualTo(ask("localhost", acmes)).doesNotStartWith("404");
        assertThat(ask(SHOP, "/driver/acme")).isEqualTo("200 \"acme's /driver/acme\"");
    }

    /// @return where it is asked
    private String driver(Asker asker) {
        api.post(asker, "/v1/secret", "{\"name\":\"hook\",\"secrets\":{\"secret\":\"it is a secret\"}}");
        api.post(asker, "/v1/event/drivertypes", "{\"name\":\"github\",\"image\":\"sluice/github:1\",\"expose\":true}");
        Answer made = api.post(
                asker,
                "/v1/event/drivers",
                "{\"name\":\"d\",\"type\":\"github\",\"secrets\":[\"hook\"],"
                        + "\"config\":[{\"key\":\"repository\",\"value\":\"octocat/hello\"}]}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        await().until(() -> api.get(asker, "/v1/event/drivers/d").text("status").equals("READY"));
        return URI.create(api.get(asker, "/v1/event/drivers/d").text("url")).getPath();
    }

    @Test
    void afterARestart_hostsAreServedStill() throws IOException {
        String host = "again.example.org";
        hold(acme, host);
        serve(acme, "again", "/", at(host));
        api.recover();
        assertThat(ask(host, "/")).isEqualTo("200 \"acme's /\"");
    }
}
