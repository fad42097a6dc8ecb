package dev.sluice.source;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.http.HttpRefused;
import dev.sluice.kernel.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.regex.Pattern;

/// A webhook as Standard Webhooks has it: the sender signs the message's id and when he sent it together with the body,
/// so that an old one is worth nothing.
///
/// Source: the Standard Webhooks specification 1.0.0.
///
/// @param type      of its events
/// @param tolerance by which his clock and ours may differ, on the way too
public record StandardWebhook(String type, Duration tolerance) implements Webhook {
    static final Set<String> SETTINGS = Set.of("scheme", "type", "toleranceSeconds", "label");

    /// Of events that are called nothing else.
    static final String TYPE = "webhook.received";

    private static final int TOLERANCE_SECONDS = 300;
    private static final int TOLERANCE_SECONDS_MAX = 3_600;
    private static final Pattern ID = Pattern.compile("[!-~&&[^.]]{1,256}");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,11}");
    private static final String VERSION = "v1,";
    private static final String SECRET = "whsec_";

    /// @throws Refused `INVALID`
    public static StandardWebhook of(Settings settings) {
        settings.requireAmong(SETTINGS);
        int seconds = settings.number("toleranceSeconds", TOLERANCE_SECONDS, 1, TOLERANCE_SECONDS_MAX);
        return new StandardWebhook(settings.eventType(TYPE), Duration.ofSeconds(seconds));
    }

    @Override
    public Claim claim(Map<String, String> headers, Instant now) {
        String id = headers.getOrDefault("webhook-id", "");
        String seconds = headers.getOrDefault("webhook-timestamp", "");
        String signatures = headers.getOrDefault("webhook-signature", "");
        if (id.isEmpty() || seconds.isEmpty() || signatures.isEmpty()) {
            throw Webhook.unsigned();
        }
        if (!ID.matcher(id).matches() || !SECONDS.matcher(seconds).matches()) {
            throw new HttpRefused(400, "webhook-id or webhook-timestamp is not what Standard Webhooks says");
        }
        Duration off = Duration.between(Instant.ofEpochSecond(Long.parseLong(seconds)), now)
                .abs();
        if (off.compareTo(tolerance) > 0) {
            throw new HttpRefused(
                    401,
                    "the request was not sent within the last " + tolerance.toSeconds()
                            + " seconds: compare the clocks, or send it anew");
        }
        return new Claim("", id, Hmac.SHA256, Bytes.utf8(id + "." + seconds + "."), signatures(signatures));
    }

    /// Of the first version: what is signed otherwise is for others.
    private static List<Bytes> signatures(String header) {
        var found = new ArrayList<Bytes>();
        var each = new StringTokenizer(header, " ");
        while (each.hasMoreTokens() && found.size() < Claim.SIGNATURES_MAX) {
            String one = each.nextToken();
            if (one.startsWith(VERSION)) {
                found.add(base64(one.substring(VERSION.length()))
                        .orElseThrow(() -> new HttpRefused(400, "webhook-signature has one that is not base64")));
            }
        }
        if (found.isEmpty()) {
            throw new HttpRefused(400, "webhook-signature has none of version v1");
        }
        return found;
    }

    private static Optional<Bytes> base64(String text) {
        try {
            return Optional.of(Bytes.takeOver(Base64.getDecoder().decode(text)));
        } catch (IllegalArgumentException wrong) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<Bytes> key(String secret) {
        String text = secret.startsWith(SECRET) ? secret.substring(SECRET.length()) : secret;
        return base64(text).filter(key -> key.length() > 0);
    }

    @Override
    public Optional<Message> read(Claim claim, String contentType, Bytes body) {
        return Optional.of(new Message(type, claim.id(), "", contentType, body, Digest.of(Bytes.utf8(claim.id()))));
    }
}
