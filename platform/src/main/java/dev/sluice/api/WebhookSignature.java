package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs what is sent, as Standard Webhooks 1.0 has it (symmetric, `v1`).
final class WebhookSignature {
    private static final String PREFIX = "whsec_";
    private static final String HMAC = "HmacSHA256";
    private static final int KEY_BYTES_MIN = 16;

    private WebhookSignature() {}

    /// The headers that make a message a signed one; nothing for a key that is none.
    ///
    /// @param key base64, with or without `whsec_`
    /// @param id  the same for each try
    static Optional<Map<String, String>> headers(String key, String id, Instant time, Bytes body) {
        byte[] secret;
        try {
            secret = Base64.getDecoder().decode(key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key);
        } catch (IllegalArgumentException wrong) {
            return Optional.empty();
        }
        if (secret.length < KEY_BYTES_MIN) {
            return Optional.empty();
        }
        String seconds = Long.toString(time.getEpochSecond());
        return Optional.of(Map.of(
                "webhook-id",
                id,
                "webhook-timestamp",
                seconds,
                "webhook-signature",
                "v1," + signature(secret, id + "." + seconds + ".", body)));
    }

    private static String signature(byte[] secret, String before, Bytes body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            mac.update(before.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(mac.doFinal(body.readOnlyArray()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("each JDK has " + HMAC, impossible);
        }
    }
}
