package dev.sluice.source;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.bytes.Json;
import dev.sluice.http.HttpRefused;
import dev.sluice.kernel.Refused;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A repository's webhook at GitHub. An event `push` becomes one of type `github.push`, under the id of its delivery,
/// with the payload as its data and `"event":"push"` beside that.
///
/// Source: GitHub, "Validating webhook deliveries"; contracts/faasten.md 7.3.
///
/// @param repository `OWNER/NAME`, or `OWNER/*` for all of an owner's
/// @param isSha1Let  whether the old signature does where the new one is not there
public record GithubWebhook(String repository, boolean isSha1Let) implements Webhook {
    static final Set<String> SETTINGS = Set.of("repository", "sha1", "label");

    private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9_.-]{1,100}/([A-Za-z0-9_.-]{1,100}|\\*)");
    private static final Pattern NAMED = Pattern.compile("[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{0,100}");
    private static final Pattern EVENT = Pattern.compile("[a-z_]{1,64}");
    private static final Pattern DELIVERY = Pattern.compile("[A-Za-z0-9-]{1,128}");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]+");
    private static final String PING = "ping";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String IN_FORM = "payload=";
    private static final String JSON_TYPE = "application/json";
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    /// @throws Refused `INVALID`
    public static GithubWebhook of(Settings settings) {
        settings.requireAmong(SETTINGS);
        String repository = settings.text("repository", "octocat/hello-world");
        if (!REPOSITORY.matcher(repository).matches()) {
            throw Settings.invalid("the setting repository is OWNER/NAME, or OWNER/* for all of an owner's");
        }
        return new GithubWebhook(repository, settings.flag("sha1"));
    }

    @Override
    public Claim claim(Map<String, String> headers, Instant now) {
        String event = headers.getOrDefault("x-github-event", "");
        String delivery = headers.getOrDefault("x-github-delivery", "");
        if (!EVENT.matcher(event).matches() || !DELIVERY.matcher(delivery).matches()) {
            throw new HttpRefused(400, "X-GitHub-Event and X-GitHub-Delivery say what is delivered, as GitHub does");
        }
        String signature = headers.getOrDefault("x-hub-signature-256", "");
        if (!signature.isEmpty()) {
            return claim(event, delivery, Hmac.SHA256, "sha256=", signature);
        }
        String old = headers.getOrDefault("x-hub-signature", "");
        if (!isSha1Let || old.isEmpty()) {
            throw Webhook.unsigned();
        }
        return claim(event, delivery, Hmac.SHA1, "sha1=", old);
    }

    private static Claim claim(String event, String delivery, Hmac hmac, String prefix, String signature) {
        String hex = signature.startsWith(prefix) ? signature.substring(prefix.length()) : "";
        if (hex.length() != 2 * hmac.bytes() || !HEX.matcher(hex).matches()) {
            throw new HttpRefused(400, "the signature is not " + prefix + " and " + 2 * hmac.bytes() + " hex digits");
        }
        Bytes hash = Bytes.takeOver(HexFormat.of().parseHex(hex));
        return new Claim(event, delivery, hmac, Bytes.EMPTY, List.of(hash));
    }

    @Override
    public Optional<Bytes> key(String secret) {
        return secret.isEmpty() ? Optional.empty() : Optional.of(Bytes.utf8(secret));
    }

    @Override
    public Optional<Message> read(Claim claim, String contentType, Bytes body) {
        if (claim.kind().equals(PING)) {
            return Optional.empty();
        }
        ObjectNode payload = payload(contentType, body);
        String about = payload.path("repository").path("full_name").asString("");
        String owner =
                about.isEmpty() ? payload.path("organization").path("login").asString("") + "/" : about;
        if (!isFor(owner)) {
            throw new HttpRefused(403, "this webhook is for another repository: compare its setting repository");
        }
        payload.put("event", claim.kind());
        return Optional.of(new Message(
                "github." + claim.kind(),
                claim.id(),
                about,
                JSON_TYPE,
                Bytes.takeOver(JSON.writeValueAsBytes(payload)),
                Digest.of(body)));
    }

    /// As GitHub, whatever the case. What is about no repository is about its owner.
    private boolean isFor(String about) {
        if (!NAMED.matcher(about).matches()) {
            return false;
        }
        boolean isAny = repository.endsWith("/*");
        String asked = isAny ? repository.substring(0, repository.length() - 1) : repository;
        return isAny ? about.regionMatches(true, 0, asked, 0, asked.length()) : about.equalsIgnoreCase(asked);
    }

    private static ObjectNode payload(String contentType, Bytes body) {
        Bytes json = contentType.toLowerCase(Locale.ROOT).startsWith(FORM) ? inForm(body) : body;
        try {
            if (Json.isValid(json) && JSON.readTree(json.readOnlyArray()) instanceof ObjectNode payload) {
                return payload;
            }
        } catch (JacksonException twice) {
            throw malformed();
        }
        throw malformed();
    }

    private static Bytes inForm(Bytes body) {
        String text = body.utf8();
        if (!text.startsWith(IN_FORM) || text.indexOf('&') >= 0) {
            throw malformed();
        }
        try {
            return Bytes.utf8(URLDecoder.decode(text.substring(IN_FORM.length()), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException wrong) {
            throw malformed();
        }
    }

    private static HttpRefused malformed() {
        return new HttpRefused(400, "the payload is no JSON object: have GitHub send application/json");
    }
}
