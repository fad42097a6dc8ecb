package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Asker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Whatever is asked for, and of whatever host, at either listener: no answer sends a browser to another host. Logins,
/// which do send browsers on, are in [LoginRoutesTest].
final class OpenRedirectsTest extends ApiTest {
    private static final List<String> TARGETS = List.of(
            "//evil.test",
            "//evil.test/",
            "//evil.test/..",
            "///evil.test/%2e%2e",
            "/\\evil.test/",
            "/%5cevil.test/",
            "/%2f%2fevil.test/",
            "/acme/..//evil.test/",
            "/acme//evil.test",
            "/acme/hello//evil.test/",
            "/acme/hello/",
            "/acme/hello/../..//evil.test",
            "/acme/hello?next=//evil.test",
            "/acme/hello/%0d%0aLocation:%20//evil.test",
            "http://evil.test/",
            "http://evil.test/acme/hello/",
            "http://127.0.0.1@evil.test/acme/hello",
            "/driver//evil.test",
            "/v1//evil.test",
            "/v1/function/",
            "/v1/iam/redirect?redirect=//evil.test",
            "/v1/iam/oauth2/start?rd=//evil.test",
            "/v1/iam/oauth2/start?rd=/%5cevil.test",
            "/console//evil.test",
            "/console");
    private static final List<String> HOSTS = List.of("127.0.0.1", "evil.test", "127.0.0.1@evil.test", "//evil.test");

    @BeforeAll
    void function() {
        Asker boss = api.developer("acme", "*");
        api.post(
                boss,
                "/v1/function",
                ApiServer.python(
                        "hello",
                        "def handle(context, payload):"
                                + " return {'statusCode': 302, 'headers': {'Location': '//evil.test'}}"));
        await().untilAsserted(() ->
                assertThat(api.get(boss, "/v1/function/hello").text("status")).isEqualTo("READY"));
        assertThat(api.post(
                                boss,
                                "/v1/api",
                                "{\"name\":\"hello\",\"function\":\"hello\",\"enabled\":true,\"uris\":[\"/hello\"]}")
                        .status())
                .isEqualTo(200);
    }

    private static List<String> head(int port, String target, String host) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            String asked = "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(asked.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            int end = answer.indexOf("\r\n\r\n");
            return answer.substring(0, end < 0 ? answer.length() : end).lines().toList();
        }
    }

    @Test
    void noAnswer_leadsToAnotherHost() throws Exception {
        for (int port : new int[] {api.port(), api.gateway.port()}) {
            for (String target : TARGETS) {
                for (String host : HOSTS) {
                    List<String> head = head(port, target, host);
                    assertThat(head).as("%s at %s", target, host).isNotEmpty();
                    assertThat(head.getFirst()).startsWith("HTTP/1.1 ");
                    assertThat(head)
                            .as("%s at %s", target, host)
                            .noneMatch(line -> isElsewhere(line.toLowerCase(Locale.ROOT)));
                }
            }
        }
    }

    /// By a header that browsers follow.
    private static boolean isElsewhere(String line) {
        boolean isFollowed = line.startsWith("location:") || line.startsWith("refresh:");
        String to = line.substring(line.indexOf(':') + 1).strip();
        return isFollowed && (!to.startsWith("/") || to.startsWith("//") || to.startsWith("/\\"));
    }

    @Test
    void aLocationOfAFunction_isNoneOfTheAnswers() throws Exception {
        List<String> head = head(api.gateway.port(), "/acme/hello", "127.0.0.1");
        assertThat(head.getFirst()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(head).noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("location:"));
    }
}
