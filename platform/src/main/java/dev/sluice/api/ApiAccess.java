package dev.sluice.api;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// What an API says of how its callers show who they are.
///
/// @param secret   holds what is kept of their passwords or keys, by their names; empty for none
/// @param provider the identity provider whose access tokens count; empty for none
/// @param audience whom those tokens must be for; empty for none
/// @param scopes   all of which a token must have
/// @param claims   of a token that the function is told of, beside who its bearer is
record ApiAccess(String secret, String provider, String audience, List<String> scopes, List<String> claims) {
    static final String PUBLIC = "public";
    static final String BASIC = "basic";
    static final String APIKEY = "apikey";
    static final String HMAC = "hmac";
    static final String OAUTH2 = "oauth2";
    static final String MTLS = "mtls";
    static final List<String> AUTHENTICATIONS = List.of(PUBLIC, BASIC, OAUTH2, APIKEY, HMAC, MTLS);
    static final ApiAccess NOTHING = new ApiAccess("", "", "", List.of(), List.of());

    private static final int TEXT_CHARS_MAX = 256;
    private static final int LIST_MAX = 24;

    /// RFC 6749, 3.3.
    private static final Pattern SCOPE = Pattern.compile("^[!#-\\[\\]-~]+$");

    private static final Pattern CLAIM = Pattern.compile("^[!-~]+$");
    private static final List<String> FIELDS = List.of("secret", "provider", "audience", "scopes", "claims");

    ApiAccess {
        secret = Objects.requireNonNullElse(secret, "");
        provider = Objects.requireNonNullElse(provider, "");
        audience = Objects.requireNonNullElse(audience, "");
        scopes = List.copyOf(Objects.requireNonNullElse(scopes, List.of()));
        claims = List.copyOf(Objects.requireNonNullElse(claims, List.of()));
    }

    static ApiAccess of(JsonBody fields) {
        Optional<JsonBody> access = fields.field("access").map(node -> {
            if (!node.isObject()) {
                throw JsonBody.wrongType("access", "object", node);
            }
            return new JsonBody(node);
        });
        return access.map(ApiAccess::read).orElse(NOTHING);
    }

    private static ApiAccess read(JsonBody fields) {
        fields.names().stream()
                .filter(name -> !FIELDS.contains(name))
                .findFirst()
                .ifPresent(_ -> {
                    throw Rejection.of(
                            422, 602, "access in body should have no fields but " + String.join(", ", FIELDS));
                });
        return new ApiAccess(
                named(fields, "secret"),
                named(fields, "provider"),
                bounded(fields.text("audience").orElse("")),
                few(fields.matchingEach("scopes", SCOPE, TEXT_CHARS_MAX), "scopes"),
                few(fields.matchingEach("claims", CLAIM, TEXT_CHARS_MAX), "claims"));
    }

    private static String named(JsonBody fields, String field) {
        return fields.text(field).filter(text -> !text.isEmpty()).isEmpty()
                ? ""
                : fields.matching(field, ApiWish.FUNCTION, JsonBody.NAME_CHARS_MAX);
    }

    private static String bounded(String audience) {
        if (audience.length() > TEXT_CHARS_MAX) {
            throw Rejection.of(422, 603, "audience in body should be at most " + TEXT_CHARS_MAX + " chars long");
        }
        return audience;
    }

    private static List<String> few(List<String> texts, String field) {
        if (texts.size() > LIST_MAX) {
            throw Rejection.of(422, 603, field + " in body should have at most " + LIST_MAX + " items");
        }
        return texts;
    }

    Optional<String> secretIfAny() {
        return Optional.of(secret).filter(name -> !name.isEmpty());
    }

    /// Why an authentication cannot be had with this, if it cannot.
    Optional<String> unfit(String authentication) {
        boolean isOfTokens = !provider.isEmpty() || !audience.isEmpty() || !scopes.isEmpty() || !claims.isEmpty();
        return switch (authentication) {
            case "", PUBLIC ->
                when(
                        !equals(NOTHING),
                        "it says by what its callers are known, and is public: say authentication, too, as one of "
                                + String.join(", ", AUTHENTICATIONS.subList(1, AUTHENTICATIONS.size())));
            case BASIC, APIKEY, HMAC, MTLS ->
                when(
                                secret.isEmpty(),
                                "authentication " + authentication + " needs access.secret, the name of a secret"
                                        + " that lists " + listed(authentication))
                        .or(() -> when(
                                isOfTokens,
                                "provider, audience, scopes and claims of access are for authentication oauth2"));
            case OAUTH2 ->
                when(
                                provider.isEmpty() || audience.isEmpty(),
                                "authentication oauth2 needs access.provider, the identity provider whose tokens count,"
                                        + " and access.audience, whom they are for")
                        .or(() -> when(
                                !secret.isEmpty(), "access.secret is for authentication basic, apikey, hmac and mtls"));
            default -> Optional.of("this server has no authentication " + authentication);
        };
    }

    private static String listed(String authentication) {
        return switch (authentication) {
            case BASIC -> "passwords";
            case MTLS -> "authorities";
            default -> "keys";
        };
    }

    private static Optional<String> when(boolean isSo, String why) {
        return isSo ? Optional.of(why) : Optional.empty();
    }

    void writeTo(JsonWriter out) {
        if (equals(NOTHING)) {
            return;
        }
        out.name("access").beginObject();
        if (!secret.isEmpty()) {
            out.field("secret", secret);
        }
        if (!provider.isEmpty()) {
            out.field("provider", provider);
        }
        if (!audience.isEmpty()) {
            out.field("audience", audience);
        }
        if (!scopes.isEmpty()) {
            out.fieldOrNull("scopes", scopes);
        }
        if (!claims.isEmpty()) {
            out.fieldOrNull("claims", claims);
        }
        out.endObject();
    }
}
