package dev.sluice.build;

import dev.sluice.bytes.Bytes;
import dev.sluice.egress.TrustedAuthorities;
import dev.sluice.image.Runtime;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/// Where the operator lets builds fetch packages from: for each kind of them an index, and where else its files lie.
public final class Registries {
    /// No packages are fetched.
    public static final Registries NONE = new Registries(Map.of(), Bytes.EMPTY, Optional.empty());

    private static final Map<String, Kind> WORDS = Map.of(
            "python", Kind.PYTHON,
            "nodejs", Kind.NODEJS,
            "java", Kind.JAVA,
            "powershell", Kind.POWERSHELL,
            "debian", Kind.DEBIAN);
    private static final int KEYRING_BYTES_MAX = 256 << 10;

    private static final Pattern PATH =
            Pattern.compile("/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*(\\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?");
    private static final int PATH_CHARS_MAX = 2048;

    private final Map<Kind, List<URI>> addresses;
    private final Bytes keyring;
    private final Optional<SSLContext> tls;

    private Registries(Map<Kind, List<URI>> addresses, Bytes keyring, Optional<SSLContext> tls) {
        this.addresses = addresses;
        this.keyring = keyring;
        this.tls = tls;
    }

    /// What is fetched.
    enum Kind {
        PYTHON,
        NODEJS,
        JAVA,
        POWERSHELL,
        DEBIAN;

        static Kind of(Runtime language) {
            return switch (language) {
                case PYTHON3 -> PYTHON;
                case NODEJS -> NODEJS;
                case JAVA -> JAVA;
                case POWERSHELL -> POWERSHELL;
            };
        }
    }

    /// @param stated `KIND=URL` for each; the first of a kind is its index
    /// @throws IllegalArgumentException for whoever typed them
    public static Registries of(List<String> stated) {
        var addresses = new EnumMap<Kind, List<URI>>(Kind.class);
        for (String one : stated) {
            int equals = one.indexOf('=');
            Kind kind = WORDS.get(one.substring(0, Math.max(0, equals)));
            if (kind == null) {
                throw new IllegalArgumentException(
                        "write python=URL, nodejs=URL, java=URL, powershell=URL or debian=URL");
            }
            addresses.computeIfAbsent(kind, _ -> new ArrayList<>()).add(address(one.substring(equals + 1)));
        }
        return new Registries(addresses, Bytes.EMPTY, Optional.empty());
    }

    /// The same, where only what these keys have signed is a Debian mirror's, instead of those of the host's system.
    ///
    /// @param file as gpg exports keys, at most 256 KiB
    /// @throws IllegalArgumentException if it cannot be read
    public Registries signedBy(Path file) {
        try {
            if (Files.size(file) > KEYRING_BYTES_MAX) {
                throw new IllegalArgumentException("a keyring has at most " + KEYRING_BYTES_MAX + " bytes");
            }
            return new Registries(addresses, Bytes.takeOver(Files.readAllBytes(file)), tls);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("the keyring cannot be read", unreadable);
        }
    }

    /// The same, where these certificates vouch for a registry too.
    ///
    /// @param file as PEM
    /// @throws IllegalArgumentException if it cannot be read, or holds none
    public Registries trusting(Path file) {
        try {
            return new Registries(addresses, keyring, Optional.of(TrustedAuthorities.context(file)));
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("the certificates cannot be read", unreadable);
        }
    }

    /// What signs a Debian mirror; empty for the keys of the host's system.
    Bytes keyring() {
        return keyring;
    }

    /// Who vouches for a registry; nothing where those do that the JDK trusts.
    Optional<SSLContext> tls() {
        return tls;
    }

    private static URI address(String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text : text + "/");
            boolean isWeb = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            if (isWeb
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && isPlain(uri.getRawPath())) {
                return uri;
            }
        } catch (URISyntaxException wrong) {
            throw new IllegalArgumentException("that is no URL of a registry", wrong);
        }
        throw new IllegalArgumentException("a registry's URL is http:// or https://, a host and a path");
    }

    /// How the option that would be needed calls a kind.
    static String word(Kind kind) {
        return WORDS.entrySet().stream()
                .filter(word -> word.getValue() == kind)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /// The index first; nothing where the operator named none.
    List<URI> addresses(Kind kind) {
        return addresses.getOrDefault(kind, List.of());
    }

    /// `https://example.com:8443`
    static String origin(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }

    /// What a build may fetch when it asks so: something below one of the addresses of the kinds that it installs.
    ///
    /// @throws BuildFailed for anything else; what builds run is hostile
    URI permitted(Set<Kind> kinds, String origin, String path) throws BuildFailed {
        if (path.length() <= PATH_CHARS_MAX && PATH.matcher(path).matches() && isPlain(path)) {
            for (Kind kind : kinds) {
                for (URI address : addresses(kind)) {
                    if (origin(address).equals(origin) && path.startsWith(address.getRawPath())) {
                        return parsed(origin + path);
                    }
                }
            }
        }
        throw elsewhere();
    }

    private static URI parsed(String asked) throws BuildFailed {
        try {
            return new URI(asked);
        } catch (URISyntaxException halfEscaped) {
            throw elsewhere();
        }
    }

    private static BuildFailed elsewhere() {
        return new BuildFailed("the build wanted what is in none of the registries that the operator configured");
    }

    /// No segment leads upwards, however it is written: escaped, escaped twice, or with parameters behind it,
    /// which some servers cut off before they look where a path leads.
    private static boolean isPlain(String path) {
        if (path.contains("%25")) {
            return false;
        }
        String decoded = path.replaceAll("(?i)%2e", ".").replaceAll("(?i)%2f|(?i)%5c", "/");
        for (String segment : decoded.replaceAll("(?i)%3b", ";").split("[/?]", -1)) {
            int parameters = segment.indexOf(';');
            String name = parameters < 0 ? segment : segment.substring(0, parameters);
            if (name.equals(".") || name.equals("..")) {
                return false;
            }
        }
        return true;
    }
}
