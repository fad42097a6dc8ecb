package dev.sluice.source;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.http.HttpRefused;
import dev.sluice.kernel.Refused;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A webhook whose sender signs the body and nothing else. The same body is the same message: anybody who saw one could
/// send it again, and no other id or time of it would be worth anything.
///
/// @param header that has the signature, in lower case
/// @param prefix of the signature
public record PlainWebhook(String type, String header, Hmac hmac, boolean isHex, String prefix) implements Webhook {
    /// What the setting `scheme` says for this one.
    public static final String SCHEME = "hmac";

    static final Set<String> SETTINGS = Set.of("scheme", "type", "header", "algorithm", "encoding", "prefix", "label");

    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Pattern PREFIX = Pattern.compile("[!-~]{0,32}");
    private static final List<String> ALGORITHMS = List.of("sha256", "sha512", "sha1");
    private static final String HEX = "hex";
    private static final List<String> ENCODINGS = List.of(HEX, "base64");

    /// @throws Refused `INVALID`
    public static PlainWebhook of(Settings settings) {
        settings.requireAmong(SETTINGS);
        String header = settings.text("header", "X-Signature", HEADER, "a header's name");
        Hmac hmac = Hmac.valueOf(settings.word("algorithm", ALGORITHMS).toUpperCase(Locale.ROOT));
        return new PlainWebhook(
                settings.eventType(StandardWebhook.TYPE),
                header.toLowerCase(Locale.ROOT),
                hmac,
                settings.word("encoding", ENCODINGS).equals(HEX),
                settings.text("prefix", "", PREFIX, "at most 32 visible characters, such as sha256="));
    }

    @Override
    public Claim claim(Map<String, String> headers, Instant now) {
        String signature = headers.getOrDefault(header, "");
        if (signature.isEmpty()) {
            throw Webhook.unsigned();
        }
        try {
            if (signature.startsWith(prefix)) {
                String text = signature.substring(prefix.length());
                byte[] hash = isHex
                        ? HexFormat.of().parseHex(text)
                        : Base64.getDecoder().decode(text);
                if (hash.length == hmac.bytes()) {
                    return new Claim("", "", hmac, Bytes.EMPTY, List.of(Bytes.takeOver(hash)));
                }
            }
        } catch (IllegalArgumentException wrong) {
            throw malformed();
        }
        throw malformed();
    }

    private static HttpRefused malformed() {
        return new HttpRefused(400, "the signature is not of the form that this webhook is set to");
    }

    @Override
    public Optional<Bytes> key(String secret) {
        return secret.isEmpty() ? Optional.empty() : Optional.of(Bytes.utf8(secret));
    }

    @Override
    public Optional<Message> read(Claim claim, String contentType, Bytes body) {
        Digest once = Digest.of(body);
        return Optional.of(new Message(type, once.hex(), "", contentType, body, once));
    }
}
