package dev.sluice.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.HttpRefused;
import dev.sluice.kernel.Refused;
import dev.sluice.source.Webhook.Message;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GithubWebhookTest {
    /// GitHub's published example.
    private static final String SECRET = "It's a Secret to Everybody";
    private static final String SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    private static final GithubWebhook HOOK = hook(Map.of("repository", "octocat/Hello-World"));
    private static final String PUSH = """
            {"ref":"refs/heads/main","repository":{"full_name":"octocat/Hello-World"},"head_commit":{"id":"a"}}""";

    private static GithubWebhook hook(Map<String, String> settings) {
        return GithubWebhook.of(new Settings(settings));
    }

    private static String signature(Hmac hmac, String prefix, String secret, String body) {
        return prefix + HexFormat.of().formatHex(hmac.of(Bytes.utf8(secret), Bytes.utf8(body)));
    }

    private static Map<String, String> headers(String event, String... more) {
        var headers = new HashMap<>(Map.of("x-github-event", event, "x-github-delivery", "72d3162e-cc78-11e3"));
        for (int i = 0; i < more.length; i += 2) {
            headers.put(more[i], more[i + 1]);
        }
        return headers;
    }

    private static Optional<Message> open(GithubWebhook hook, Map<String, String> headers, String type, String body) {
        return hook.open(hook.claim(headers, Instant.EPOCH), type, Bytes.utf8(body), List.of("another", SECRET));
    }

    private static Optional<Message> signed(GithubWebhook hook, String event, String type, String body) {
        String signature = signature(Hmac.SHA256, "sha256=", SECRET, body);
        return open(hook, headers(event, "x-hub-signature-256", signature), type, body);
    }

    private static int refused(Runnable what) {
        try {
            what.run();
        } catch (HttpRefused refused) {
            return refused.status();
        }
        return 200;
    }

    @Test
    void githubsExample_isSignedAsItSays() {
        Claim claim = HOOK.claim(headers("push", "x-hub-signature-256", SIGNATURE), Instant.EPOCH);
        Bytes key = HOOK.key(SECRET).orElseThrow();
        assertThat(claim.isProved(Bytes.utf8("Hello, World!"), List.of(key))).isTrue();
        assertThat(claim.isProved(Bytes.utf8("Hello, World?"), List.of(key))).isFalse();
        assertThat(claim.isProved(Bytes.utf8("Hello, World!"), List.of(Bytes.utf8("x"))))
                .isFalse();
        assertThat(claim.isProved(Bytes.utf8("Hello, World!"), List.of())).isFalse();
    }

    @Test
    void aPush_isAnEvent_underTheIdOfItsDelivery() {
        Message push = signed(HOOK, "push", "application/json", PUSH).orElseThrow();
        assertThat(push.type()).isEqualTo("github.push");
        assertThat(push.id()).isEqualTo("72d3162e-cc78-11e3");
        assertThat(push.subject()).isEqualTo("octocat/Hello-World");
        assertThat(push.body().utf8()).isEqualTo(PUSH.replaceAll("}$", ",\"event\":\"push\"}"));
    }

    @Test
    void aForm_isWhatIsInIt() {
        String form = "payload=" + URLEncoder.encode(PUSH, StandardCharsets.UTF_8);
        Message push =
                signed(HOOK, "push", "application/x-www-form-urlencoded", form).orElseThrow();
        assertThat(push.body().utf8()).contains("\"event\":\"push\"");
    }

    @Test
    void aPing_isAnswered_andNoEvent_ifItIsSigned() {
        assertThat(signed(HOOK, "ping", "application/json", "{\"zen\":\"Keep it logically awesome.\"}"))
                .isEmpty();
        assertThat(refused(() -> open(HOOK, headers("ping", "x-hub-signature-256", SIGNATURE), "", "{}")))
                .isEqualTo(401);
    }

    @Test
    void whatIsNotSignedRight_isRefused() {
        assertThat(refused(() -> open(HOOK, headers("push"), "", PUSH))).isEqualTo(401);
        assertThat(refused(() -> open(HOOK, headers("push", "x-hub-signature-256", SIGNATURE), "", PUSH)))
                .isEqualTo(401);
        String other = signature(Hmac.SHA256, "sha256=", "guess", PUSH);
        assertThat(refused(() -> open(HOOK, headers("push", "x-hub-signature-256", other), "", PUSH)))
                .isEqualTo(401);
        String none = signature(Hmac.SHA256, "sha256=", SECRET, PUSH);
        Claim claim = HOOK.claim(headers("push", "x-hub-signature-256", none), Instant.EPOCH);
        for (List<String> noSecret : List.of(List.<String>of(), List.of(""))) {
            assertThat(refused(() -> HOOK.open(claim, "", Bytes.utf8(PUSH), noSecret)))
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "sha256",
                "sha256=",
                "sha256=757107",
                "sha256=757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1g",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1700",
                "sha1=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
            })
    void aMalformedSignature_isABadRequest(String signature) {
        assertThat(refused(() -> HOOK.claim(headers("push", "x-hub-signature-256", signature), Instant.EPOCH)))
                .isEqualTo(400);
    }

    @Test
    void whatSaysNoEventOrDelivery_isABadRequest() {
        for (String name : List.of("x-github-event", "x-github-delivery")) {
            Map<String, String> headers = headers("push", "x-hub-signature-256", SIGNATURE);
            headers.remove(name);
            assertThat(refused(() -> HOOK.claim(headers, Instant.EPOCH))).isEqualTo(400);
            headers.put(name, "a b");
            assertThat(refused(() -> HOOK.claim(headers, Instant.EPOCH))).isEqualTo(400);
        }
    }

    @Test
    void theOldSignature_doesOnlyWhereItIsLet_andTheNewOneIsNotThere() {
        String old = signature(Hmac.SHA1, "sha1=", SECRET, PUSH);
        GithubWebhook lax = hook(Map.of("repository", "octocat/Hello-World", "sha1", ""));
        assertThat(refused(() -> open(HOOK, headers("push", "x-hub-signature", old), "", PUSH)))
                .isEqualTo(401);
        assertThat(open(lax, headers("push", "x-hub-signature", old), "", PUSH)).isPresent();
        Map<String, String> both = headers("push", "x-hub-signature", old, "x-hub-signature-256", SIGNATURE);
        assertThat(refused(() -> open(lax, both, "", PUSH))).isEqualTo(401);
    }

    @Test
    void anotherRepository_isRefused() {
        String other = PUSH.replace("octocat/Hello", "octocat/Other");
        assertThat(refused(() -> signed(HOOK, "push", "", other))).isEqualTo(403);
        assertThat(refused(() -> signed(HOOK, "push", "", "{}"))).isEqualTo(403);
        GithubWebhook all = hook(Map.of("repository", "OctoCat/*"));
        assertThat(signed(all, "push", "", other)).isPresent();
        assertThat(signed(all, "organization", "", "{\"organization\":{\"login\":\"octocat\"}}"))
                .isPresent();
        assertThat(refused(() -> signed(all, "push", "", PUSH.replace("octocat/", "octocats/"))))
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "1", "{", "{}{}", "{\"a\":1,\"a\":2}"})
    void whatIsNoObject_isABadRequest(String body) {
        assertThat(refused(() -> signed(HOOK, "push", "application/json", body)))
                .isEqualTo(400);
    }

    @Test
    void whatIsNestedTooDeep_isABadRequest() {
        String deep = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);
        assertThat(refused(() -> signed(HOOK, "push", "application/json", deep)))
                .isEqualTo(400);
    }

    @Test
    void settingsThatMeanNothing_areRefused() {
        for (Map<String, String> settings : List.of(
                Map.<String, String>of(),
                Map.of("repository", "octocat"),
                Map.of("repository", "a/b/c"),
                Map.of("repository", "*/*"),
                Map.of("repository", "a/b", "sha1", "yes"),
                Map.of("repository", "a/b", "secret", "x"))) {
            assertThatThrownBy(() -> hook(settings)).isInstanceOf(Refused.class);
        }
    }
}
