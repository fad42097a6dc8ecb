package dev.sluice.authn;

import dev.sluice.org.Founding;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    private static final String OPENID = "oidc";
    private static final String LDAP = "ldap";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern ORGANIZATION = Pattern.compile("[A-Za-z0-9_-]{1,64}(~[0-9]{1,4})?");
    private static final Set<PosixFilePermission> OWNERS =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final Set<String> FIELDS = Set.of("providers", "publicUrl");
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
            return parse(JSON.readTree(Files.readAllBytes(file)), data);
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

    /// One to choose.
    ///
    /// @param takesPasswords whether we ask for the user's password: if not, the provider does it at its own place
    public record Choice(String name, boolean takesPasswords) {}

    /// Those that vouch for users of an organization, in the order of the file.
    ///
    /// @param organization its token, as in [#of]
    List<Choice> serving(String organization) {
        return byName.values().stream()
                .filter(provider -> provider.organization().equals(Founding.ORGANIZATION)
                        || provider.organization().equals(organization))
                .map(IdentityProviders::choice)
                .toList();
    }

    /// The one of that name, whosever it is.
    public Optional<Choice> choice(String name) {
        return named(name).map(IdentityProviders::choice);
    }

    /// Whether any organization has one of its own.
    public boolean areSomeOfOrganizations() {
        return byName.values().stream()
                .anyMatch(provider -> !provider.organization().equals(Founding.ORGANIZATION));
    }

    private static Choice choice(IdentityProvider provider) {
        return new Choice(provider.name(), provider instanceof LdapProvider);
    }

    /// The names of those that vouch for users of one organization only.
    ///
    /// @param organization its token: those of a deleted organization vouch for nobody in the next one of its name
    public Set<String> of(String organization) {
        return byName.values().stream()
                .filter(provider -> provider.organization().equals(organization))
                .map(IdentityProvider::name)
                .collect(Collectors.toUnmodifiableSet());
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

    /// @param data where names of files begin
    /// @throws IllegalArgumentException saying what is wrong, without any secret
    static IdentityProviders parse(JsonNode json, Path data) {
        var told = new Description("the file", json);
        told.requireKnown(FIELDS);
        JsonNode list = json.path("providers");
        told.require(list.isArray(), "providers must be a list");
        told.require(list.size() <= PROVIDERS_MAX, "there can be " + PROVIDERS_MAX + " providers");
        var byName = new LinkedHashMap<String, IdentityProvider>();
        for (JsonNode one : list) {
            IdentityProvider provider = provider(one, data);
            told.require(
                    byName.put(provider.name(), provider) == null, "two providers have one name: " + provider.name());
        }
        Optional<URI> publicUrl = told.text("publicUrl").map(IdentityProviders::origin);
        return new IdentityProviders(byName, publicUrl);
    }

    private static IdentityProvider provider(JsonNode json, Path data) {
        var unnamed = new Description("a provider", json);
        String name = unnamed.required("name");
        unnamed.require(NAME.matcher(name).matches(), "its name has lower-case letters, digits and dashes");
        var told = new Description(name, json);
        String organization = told.text("organization").orElse(Founding.ORGANIZATION);
        told.require(ORGANIZATION.matcher(organization).matches(), "organization is the name of one");
        return switch (told.text("kind").orElse(OPENID)) {
            case OPENID -> OpenIdProvider.of(told, name, organization);
            case LDAP -> LdapProvider.of(told, name, organization, data);
            default -> throw new IllegalArgumentException(name + ": kind is " + OPENID + " or " + LDAP);
        };
    }

    /// `https://host[:port]` and nothing behind it.
    private static URI origin(String text) {
        URI uri = Description.uri(text);
        boolean isOrigin = "https".equals(uri.getScheme())
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawPath().isEmpty()
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null;
        if (!isOrigin) {
            throw new IllegalArgumentException("publicUrl must be https://HOST[:PORT], without a path");
        }
        return uri;
    }
}
