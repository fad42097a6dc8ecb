package dev.sluice.api;

import static dev.sluice.api.ApiServer.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What one can send to a gate by its path, and what comes back.
final class InvokeRoutesTest extends ApiTest {
    private static final String ME = "dispatch/serviceaccount/admin";
    private static final String TYPE = "multipart/form-data; boundary=b0undary";

    /// Says what it was given, and answers with the status that it is asked for.
    private static final String MIRROR = """
            import json
            from syscalls import ResponseDict, ResponseRaw

            def handle(syscall, payload=b"", blobs=None, headers=None, invoker=None, **_):
                asked = json.loads(payload)
                if isinstance(asked, dict) and "status" in asked:
                    return ResponseRaw(b"\\x00\\xff raw", asked["status"])
                contents = {}
                for name, fd in (blobs or {}).items():
                    created = syscall.dent_create_blob(syscall.get_current_label(), fd)
                    contents[name] = created.success
                label = str(syscall.get_current_label())
                return ResponseDict({"payload": payload.decode(), "headers": headers, "blobs": contents, "label": label})
            """;

    private Asker stranger;
    private String mine;
    private String open;

    @BeforeAll
    void start() {
        stranger = api.developer("blue", "function"); // not `runs`: who may list runs is told of withheld ones
        mine = gate("~:mirror", "T");
        open = gate("home:<T," + ME + ">:mirror", "T");
    }

    /// All of them are one caller: one would get another's answer.
    @Test
    void whoIsNobody_hasNoIdempotencyKeys() {
        Answer answer = api.send(NOBODY, "POST", target(open), Bytes.utf8("1"), "Idempotency-Key", "k");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("Idempotency-Key is for callers who say who they are");
        assertThat(api.send(stranger, "POST", target(open), Bytes.utf8("1"), "Idempotency-Key", "k")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aFunction_getsThePayloadSorted_andHeadersWithoutCredentials() {
        Answer answer = api.send(
                root,
                "POST",
                target(mine),
                Bytes.utf8("{\"b\": [1, 2], \"a\": null}"),
                "X-Trace",
                "7",
                "Cookie",
                "session=secret",
                "Proxy-Authorization",
                "Basic secret");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("payload").asString("")).isEqualTo("{\"a\":null,\"b\":[1,2]}");
        JsonNode headers = answer.json().path("headers");
        assertThat(headers.path("x-trace").asString("")).isEqualTo("7");
        assertThat(headers.propertyNames()).doesNotContain("authorization", "cookie", "proxy-authorization");
        assertThat(answer.body()).doesNotContain("secret").doesNotContain(root.token());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 302, 404, 418, 500, 599})
    void statusAndBytes_passThrough(int status) {
        Answer answer = api.post(root, target(mine), "{\"status\":" + status + "}");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).endsWith(" raw");
        assertThat(answer.headers().get("content-type")).containsExactly("application/octet-stream");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 205, 304})
    void aStatusWithoutBody_hasNone(int status) {
        for (int again = 0; again < 2; again++) {
            Answer answer = api.post(root, target(mine), "{\"status\":" + status + "}");
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void files_reachTheFunction_byTheirNames() {
        Answer answer = parts(
                root,
                mine,
                part("payload", "{}"),
                part("blob\"; filename=\"a.txt", "one"),
                part("blob", "two"),
                part("blob\"; filename=\"a.txt", "again"),
                part("blob", ""),
                part("label", ME + ",T"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("blobs").propertyNames()).containsExactlyInAnyOrder("a.txt", "blob0", "blob1");
        assertThat(answer.json().path("label").asString("")).startsWith(ME + ",");
    }

    @Test
    void whatIsNotAsItShould_isRefused() {
        String payload = part("payload", "{}");
        assertThat(parts(root, mine, part("blob", "x")).status()).isEqualTo(400);
        assertThat(parts(root, mine, payload, payload).status()).isEqualTo(400);
        assertThat(parts(root, mine, part("payload", "{")).status()).isEqualTo(400);
        assertThat(parts(root, mine, payload, part("other", "x")).status()).isEqualTo(400);
        assertThat(parts(root, mine, payload, part("blob\"; filename=\"" + "n".repeat(256), "x"))
                        .status())
                .isEqualTo(400);
        assertThat(parts(root, mine, payload, part("blob\"; filename*=UTF-8''a%01b; more=\"", "x"))
                        .status())
                .isEqualTo(400);
        assertThat(parts(root, mine, payload, part("label", "T,T"), part("label", ME + ",T"))
                        .status())
                .isEqualTo(400);
        assertThat(api.send(root, "POST", target(mine), Bytes.utf8("{}"), "Content-Type", "text/plain")
                        .status())
                .isEqualTo(415);
    }

    /// S38.
    @ParameterizedTest
    @ValueSource(strings = {"T", "a,b,c", "alice,T&bob", "", " T,T", "T,T ", "Tom", "alice,"})
    void aLabelThatNobodyUnderstands_isNeverTakenForNone(String label) {
        assertThat(parts(root, open, part("payload", "{}"), part("label", label))
                        .status())
                .isEqualTo(400);
        if (label.equals(label.strip()) && !label.isEmpty()) {
            assertThat(api.send(root, "POST", target(open), Bytes.utf8("{}"), "X-Faasten-Label", label)
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void nobody_leavesNoBlob() {
        assertThat(parts(NOBODY, open, part("payload", "{}")).status()).isEqualTo(200);
        assertThat(parts(NOBODY, open, part("payload", "{}"), part("blob", "x")).status())
                .isEqualTo(401);
        assertThat(parts(new Asker("garbage", ""), open, part("payload", "{}")).status())
                .isEqualTo(401);
    }

    /// S04, S05, S21, S35: whatever the reason, the same status, bytes and headers.
    @Test
    void whoMayNot_learnsNothing() {
        String guarded = gate("home:<T," + ME + ">:guarded", ME);
        api.put(root, "/faasten/fs/" + encoded("home:<T," + ME + ">:file"), "x");
        String home = "home:<" + ME + "," + ME + ">:";
        for (Asker asker : List.of(NOBODY, stranger)) {
            Answer missing = api.post(asker, target("home:<T," + ME + ">:missing"), "{}");
            assertThat(missing.status()).isEqualTo(404);
            assertSame(missing, api.post(asker, target(guarded), "{}"));
            assertSame(missing, api.post(asker, target("home:<T," + ME + ">:file"), "{}"));
            assertSame(missing, api.post(asker, target(home + "mirror"), "{}"));
            assertSame(missing, api.post(asker, target(home + "nothing"), "{}"));
            assertSame(missing, api.post(asker, target("home:<F,F>:x"), "{}"));
            for (String label : List.of(ME + ",T", "F,T")) {
                assertSame(missing, api.send(asker, "POST", target(open), Bytes.utf8("{}"), "X-Faasten-Label", label));
                assertSame(missing, parts(asker, open, part("payload", "{}"), part("label", label)));
            }
        }
        assertThat(api.post(root, target(guarded), "{}").status()).isEqualTo(200);
    }

    private static void assertSame(Answer expected, Answer actual) {
        assertThat(actual.status()).isEqualTo(expected.status());
        assertThat(actual.body()).isEqualTo(expected.body());
        assertThat(comparable(actual)).isEqualTo(comparable(expected));
    }

    private static Map<String, List<String>> comparable(Answer answer) {
        var headers = new HashMap<>(answer.headers());
        headers.keySet().removeAll(List.of("date", "x-request-id"));
        return headers;
    }

    private String gate(String path, String clearance) {
        String id = api.send(root, "POST", "/blobs", Bytes.utf8(MIRROR)).text("blob");
        String body = "{\"path\":\"" + path + "\",\"blob\":\"" + id + "\",\"image\":\"python3\",\"handler\":"
                + "\"workload.handle\",\"convention\":\"faasten\",\"clearance\":\"" + clearance + "\"}";
        assertThat(api.post(root, "/gates", body).status()).isEqualTo(201);
        return path;
    }

    /// @param name may go on with more parameters of the disposition
    private static String part(String name, String content) {
        return "--b0undary\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n";
    }

    private Answer parts(Asker asker, String path, String... parts) {
        return api.send(
                asker,
                "POST",
                target(path),
                Bytes.utf8(String.join("", parts) + "--b0undary--\r\n"),
                "Content-Type",
                TYPE);
    }

    private static String target(String path) {
        return "/faasten/invoke/" + encoded(path);
    }

    private static String encoded(String path) {
        return URLEncoder.encode(path, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
