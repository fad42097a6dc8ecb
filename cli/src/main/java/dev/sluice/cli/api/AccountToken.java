package dev.sluice.cli.api;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/// The token by which a service account speaks: a JWT signed with the account's own key, for Sluice, good for an
/// hour.
public final class AccountToken {
    /// The server's clock may be behind ours by this much.
    private static final Duration SKEW = Duration.ofSeconds(60);

    private static final Duration LIFE = Duration.ofHours(1);

    private static final String AUDIENCE = "sluice";

    private AccountToken() {}

    /// @param account `ORGANIZATION/NAME`
    /// @throws Failure when the key cannot be used
    public static String sign(String account, Path key, Instant now) {
        KeyFile.SigningKey signing = KeyFile.read(key);
        Json claims = Json.Obj.empty()
                .with("iss", account)
                .with("aud", AUDIENCE)
                .with("iat", Json.Num.of(now.minus(SKEW).getEpochSecond()))
                .with("exp", Json.Num.of(now.plus(LIFE).getEpochSecond()));
        Json header =
                Json.Obj.empty().with("alg", signing.kind().tokenAlgorithm()).with("typ", "JWT");
        String signed = base64(header) + "." + base64(claims);
        return signed + "." + encode(signature(signed, signing, key));
    }

    private static byte[] signature(String text, KeyFile.SigningKey signing, Path file) {
        try {
            Signature signature = Signature.getInstance(signing.kind().signature());
            signature.initSign(signing.key());
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new Failure("cannot sign with the private key " + file, e);
        }
    }

    private static String base64(Json json) {
        return encode(JsonText.compact(json).getBytes(StandardCharsets.UTF_8));
    }

    private static String encode(byte[] content) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(content);
    }
}
