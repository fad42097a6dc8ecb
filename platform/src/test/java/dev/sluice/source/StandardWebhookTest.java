package dev.sluice.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.HttpRefused;
import dev.sluice.kernel.Refused;
import dev.sluice.source.Webhook.Message;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StandardWebhookTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static final long SENT = 1_614_265_330;
    private static final String BODY = "{\"test\": 2432232314}";
    private static final StandardWebhook HOOK = StandardWebhook.of(new Settings(Map.of()));

    private static Map<String, String> headers(String signature) {
        return new HashMap<>(Map.of(
                "webhook-id",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "webhook-timestamp",
                Long.toString(SENT),
                "webhook-signature",
                signature));
    }

    private static Optional<Message> open(Webhook hook, Map<String, String> headers, long now, String body) {
        Claim claim = hook.claim(headers, Instant.ofEpochSecond(now));
        return hook.open(claim, "application/json", Bytes.utf8(body), List.of(SECRET));
    }

    private static int status(Runnable what) {
        try {
            what.run();
        } catch (HttpRefused refused) {
            return refused.status();
        }
        return 200;
    }

    /// Those of the specification's libraries, and of Svix's manual.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | msg_p5jXN8AQM9LWM0D4loKWxJek | 1614265330"
                        + " | {\"test\": 2432232314} | v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                "whsec_plJ3nmyCDGBKInavdOK15jsl | msg_loFOjxBNrRLzqYUf | 1731705121"
                        + " | {\"event_type\":\"ping\",\"data\":{\"success\":true}}"
                        + " | v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
            })
    void publishedMessages_areSignedAsTheySay(String secret, String id, long sent, String body, String signature) {
        Map<String, String> headers =
                Map.of("webhook-id", id, "webhook-timestamp", Long.toString(sent), "webhook-signature", signature);
        Claim claim = HOOK.claim(headers, Instant.ofEpochSecond(sent));
        Message message = HOOK.open(claim, "application/json", Bytes.utf8(body), List.of(secret))
                .orElseThrow();
        assertThat(message.id()).isEqualTo(id);
        assertThat(message.type()).isEqualTo("webhook.received");
        assertThat(message.body().utf8()).isEqualTo(body);
    }

    @Test
    void oneOfSeveralSignatures_isEnough_andOnlyOfTheFirstVersion() {
        String several = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy " + SIGNATURE;
        assertThat(open(HOOK, headers(several), SENT, BODY)).isPresent();
        String other = SIGNATURE.replace("v1,", "v2,");
        assertThat(status(() -> open(HOOK, headers(other), SENT, BODY))).isEqualTo(400);
    }

    @Test
    void whatIsNotSignedRight_isRefused() {
        String wrong = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=";
        assertThat(status(() -> open(HOOK, headers(wrong), SENT, BODY))).isEqualTo(401);
        assertThat(status(() -> open(HOOK, headers(SIGNATURE), SENT, BODY + " ")))
                .isEqualTo(401);
        for (String name : headers("").keySet()) {
            Map<String, String> missing = headers(SIGNATURE);
            missing.remove(name);
            assertThat(status(() -> open(HOOK, missing, SENT, BODY))).isEqualTo(401);
        }
        Map<String, String> another = headers(SIGNATURE);
        another.put("webhook-id", "msg_other");
        assertThat(status(() -> open(HOOK, another, SENT, BODY))).isEqualTo(401);
        Map<String, String> later = headers(SIGNATURE);
        later.put("webhook-timestamp", Long.toString(SENT + 1));
        assertThat(status(() -> open(HOOK, later, SENT, BODY))).isEqualTo(401);
        Claim claim = HOOK.claim(headers(SIGNATURE), Instant.ofEpochSecond(SENT));
        for (List<String> none : List.of(List.<String>of(), List.of("whsec_"), List.of("not base64!"))) {
            assertThat(status(() -> HOOK.open(claim, "", Bytes.utf8(BODY), none)))
                    .isEqualTo(401);
        }
    }

    @Test
    void whatWasSentTooLongAgo_orWillBe_isRefused() {
        for (long now : List.of(SENT, SENT + 300, SENT - 300)) {
            assertThat(open(HOOK, headers(SIGNATURE), now, BODY)).isPresent();
        }
        for (long now : List.of(SENT + 301, SENT - 301)) {
            assertThat(status(() -> open(HOOK, headers(SIGNATURE), now, BODY))).isEqualTo(401);
        }
        StandardWebhook strict = StandardWebhook.of(new Settings(Map.of("toleranceSeconds", "10")));
        assertThat(status(() -> open(strict, headers(SIGNATURE), SENT + 11, BODY)))
                .isEqualTo(401);
    }

    /// An id with a dot could be read as another message: what is signed has dots between its parts.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "webhook-id | a.b",
                "webhook-id | a b",
                "webhook-timestamp | 1e9",
                "webhook-timestamp | -1",
                "webhook-timestamp | 999999999999",
                "webhook-signature | v1,!!!!",
                "webhook-signature | g0hM9SsE",
            })
    void whatIsMalformed_isABadRequest(String name, String value) {
        Map<String, String> headers = headers(SIGNATURE);
        headers.put(name, value);
        assertThat(status(() -> open(HOOK, headers, SENT, BODY))).isEqualTo(400);
    }

    @Test
    void aPlainSignature_isOfTheFormThatIsSet_andTheSameBodyIsTheSameMessage() {
        Bytes body = Bytes.utf8(BODY);
        byte[] hash = Hmac.SHA512.of(Bytes.utf8(SECRET), body);
        var hook = PlainWebhook.of(new Settings(Map.of(
                "scheme", "hmac", "header", "X-Sig", "algorithm", "sha512", "encoding", "base64", "prefix", "h=")));
        String right = "h=" + Base64.getEncoder().encodeToString(hash);
        Message message = open(hook, Map.of("x-sig", right), 0, BODY).orElseThrow();
        assertThat(message.id()).hasSize(64);
        assertThat(status(() -> open(hook, Map.of("x-sig", right), 0, BODY + " ")))
                .isEqualTo(401);
        assertThat(status(() -> open(hook, Map.of(), 0, BODY))).isEqualTo(401);
        for (String wrong : List.of(
                "h=", "h=AAAA", right.substring(2), "h=" + HexFormat.of().formatHex(hash))) {
            assertThat(status(() -> open(hook, Map.of("x-sig", wrong), 0, BODY)))
                    .isEqualTo(400);
        }
        var plain = PlainWebhook.of(new Settings(Map.of("scheme", "hmac", "type", "door.bell")));
        String hex = HexFormat.of().formatHex(Hmac.SHA256.of(Bytes.utf8(SECRET), body));
        assertThat(open(plain, Map.of("x-signature", hex), 0, BODY)
                        .orElseThrow()
                        .type())
                .isEqualTo("door.bell");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"type= a", "toleranceSeconds=0", "toleranceSeconds=3601", "header=X-A", "label=T,acme", "label=x"
            })
    void settingsThatMeanNothing_areRefused(String setting) {
        int mark = setting.indexOf('=');
        var settings = new Settings(Map.of(setting.substring(0, mark), setting.substring(mark + 1)));
        assertThatThrownBy(() -> {
                    StandardWebhook.of(settings);
                    settings.label();
                })
                .isInstanceOf(Refused.class);
    }
}
