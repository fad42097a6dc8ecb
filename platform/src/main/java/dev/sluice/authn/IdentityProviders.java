package dev.sluice.authn;

import dev.sluice.org.Founding;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The identity providers that the operator lists in `identity-providers.json` in the data directory. Whoever may
/// change that file can be anybody, and whoever reads it can pose as this server, so it is not used unless it is its
/// owner's alone.
public final class IdentityProviders {
    public static final String FILE = "identity-providers.json";
    public static final IdentityProviders NONE = new IdentityProviders(Map.of(), Optional.empty());

    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final int PROVIDERS_MAX = 1_000;
    private static final int TEXT_CHARS_MAX = 2_048;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern ORGANIZATION = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Set<PosixFilePermission> OWNERS =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final Set<String> FIELDS = Set.of("providers", "publicUrl");
    private static final Set<String> PROVIDER_FIELDS = Set.of(
            "name", "organization", "issuer", "clientId", "clientSecret", "scopes", "groupsClaim", "allowLoopbackHttp");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Map<String, IdentityProvider> byName;
    private final Optional<URI> publicUrl;

    private IdentityProviders(Map<String, IdentityProvider> byName, Optional<URI> publicUrl) {
        this.byName = byName;
        this.publicUrl = publicUrl;
    }

    /// Those of a data directory; none where it has no such file.
    ///
    /// @throws IOException if the file is not its owner's alone, or says something that makes no sense
    public static IdentityProviders at(Path data) throws IOException {
        Path file = data.resolve(FILE);
        if (!Files.exists(file)) {
            return NONE;
        }
        if (!OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
            throw new IOException("others than the owner have rights to " + file
                    + ", which holds the secrets of identity providers: chmod 600 " + file);
        }
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new IOException(file + " is larger than " + FILE_BYTES_MAX + " bytes");
        }
        try {
            return parse(JSON.readTree(Files.readAllBytes(file)));
        } catch (JacksonException notJson) {
            throw new IOException(file + " is not JSON", notJson);
        } catch (IllegalArgumentException wrong) {
            throw new IOException(file + ": " + wrong.getMessage(), wrong);
        }
    }

    /// The provider of that name, whosever it is.
    Optional<IdentityProvider> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// The names of those that vouch for users of every organization, in the order of the file.
    public List<String> operators() {
        return byName.values().stream()
                .filter(provider -> provider.organization().equals(Founding.ORGANIZATION))
                .map(IdentityProvider::name)
                .toList();
    }

    public boolean isEmpty() {
        return byName.isEmpty();
    }

    List<IdentityProvider> all() {
        return List.copyOf(byName.values());
    }

    /// Where browsers reach this server, if the operator says so.
    public Optional<URI> publicUrl() {
        return publicUrl;
    }

    /// @throws IllegalArgumentException saying what is wrong, without any secret
    static IdentityProviders parse(JsonNode json) {
        require(json.isObject(), "it must hold an object with a list of providers");
        requireKnown(json, FIELDS, "the file");
        JsonNode list = json.path("providers");
        require(list.isArray(), "providers must be a list");
        require(list.size() <= PROVIDERS_MAX, "there can be " + PROVIDERS_MAX + " providers");
        var byName = new LinkedHashMap<String, IdentityProvider>();
        for (JsonNode one : list) {
            IdentityProvider provider = provider(one);
            require(byName.put(provider.name(), provider) == null, "two providers have one name: " + provider.name());
        }
        Optional<URI> publicUrl = text(json, "publicUrl").map(IdentityProviders::origin);
        return new IdentityProviders(byName, publicUrl);
    }

    private static IdentityProvider provider(JsonNode json) {
        require(json.isObject(), "a provider must be an object");
        requireKnown(json, PROVIDER_FIELDS, "a provider");
        String name = required(json, "name");
        require(NAME.matcher(name).matches(), "a provider's name has lower-case letters, digits and dashes");
        String organization = text(json, "organization").orElse(Founding.ORGANIZATION);
        require(ORGANIZATION.matcher(organization).matches(), name + ": organization is the name of one");
        JsonNode loopback = json.path("allowLoopbackHttp");
        require(loopback.isMissingNode() || loopback.isBoolean(), name + ": allowLoopbackHttp must be true or false");
        var provider = new IdentityProvider(
                name,
                organization,
                required(json, "issuer"),
                required(json, "clientId"),
                text(json, "clientSecret"),
                scopes(json, name),
                text(json, "groupsClaim"),
                loopback.booleanValue(false));
        URI issuer = uri(provider.issuer());
        require(
                provider.mayReach(issuer) && issuer.getRawQuery() == null,
                name + ": issuer must be an https address (http://127.0.0.1 only with allowLoopbackHttp)");
        return provider;
    }

    private static List<String> scopes(JsonNode json, String name) {
        JsonNode list = json.path("scopes");
        if (list.isMissingNode()) {
            return List.of("openid", "email");
        }
        require(list.isArray(), name + ": scopes must be a list of words");
        var scopes = new ArrayList<String>();
        for (JsonNode scope : list) {
            require(scope.isString() && scope.stringValue().matches("[!-~]{1,100}"), name + ": a scope is one word");
            scopes.add(scope.stringValue());
        }
        require(scopes.contains("openid"), name + ": scopes must contain openid");
        return scopes;
    }

    /// `https://host[:port]` and nothing behind it.
    private static URI origin(String text) {
        URI uri = uri(text);
        require(
                ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                        && uri.getHost() != null
                        && uri.getRawUserInfo() == null
                        && uri.getRawPath().isEmpty()
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null,
                "publicUrl must be https://HOST[:PORT], without a path");
        return uri;
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException wrong) {
            throw new IllegalArgumentException("there is an address that is none", wrong);
        }
    }

    private static String required(JsonNode json, String field) {
        return text(json, field).orElseThrow(() -> new IllegalArgumentException("a provider needs " + field));
    }

    private static Optional<String> text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        require(
                value.isString()
                        && !value.stringValue().isEmpty()
                        && value.stringValue().length() <= TEXT_CHARS_MAX,
                field + " must be a text");
        return Optional.of(value.stringValue());
    }

    private static void requireKnown(JsonNode json, Set<String> known, String where) {
        for (String field : json.propertyNames()) {
            require(known.contains(field), where + " has no field " + (field.length() > 64 ? "of that name" : field));
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
