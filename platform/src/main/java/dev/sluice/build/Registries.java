package dev.sluice.build;

import dev.sluice.image.Runtime;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Where the operator lets builds fetch packages from: for each language an index, and where else its files lie.
public final class Registries {
    /// No packages are fetched.
    public static final Registries NONE = new Registries(Map.of());

    private static final Map<String, Runtime> WORDS =
            Map.of("python", Runtime.PYTHON3, "nodejs", Runtime.NODEJS, "java", Runtime.JAVA);

    private static final Pattern PATH =
            Pattern.compile("/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*(\\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?");
    private static final int PATH_CHARS_MAX = 2048;

    private final Map<Runtime, List<URI>> addresses;

    private Registries(Map<Runtime, List<URI>> addresses) {
        this.addresses = addresses;
    }

    /// @param stated `LANGUAGE=URL` for each; the first of a language is its index
    /// @throws IllegalArgumentException for whoever typed them
    public static Registries of(List<String> stated) {
        var addresses = new EnumMap<Runtime, List<URI>>(Runtime.class);
        for (String one : stated) {
            int equals = one.indexOf('=');
            Runtime language = WORDS.get(one.substring(0, Math.max(0, equals)));
            if (language == null) {
                throw new IllegalArgumentException("write python=URL, nodejs=URL or java=URL");
            }
            addresses.computeIfAbsent(language, _ -> new ArrayList<>()).add(address(one.substring(equals + 1)));
        }
        return new Registries(addresses);
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

    /// How the option that would be needed calls a language.
    static String word(Runtime language) {
        return WORDS.entrySet().stream()
                .filter(word -> word.getValue() == language)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(language.language());
    }

    /// The index first; nothing where the operator named none.
    List<URI> addresses(Runtime language) {
        return addresses.getOrDefault(language, List.of());
    }

    /// `https://example.com:8443`
    static String origin(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }

    /// What a build of a language may fetch when it asks so: something below one of its addresses.
    ///
    /// @throws BuildFailed for anything else; what builds run is hostile
    URI permitted(Runtime language, String origin, String path) throws BuildFailed {
        if (path.length() <= PATH_CHARS_MAX && PATH.matcher(path).matches() && isPlain(path)) {
            for (URI address : addresses(language)) {
                if (origin(address).equals(origin) && path.startsWith(address.getRawPath())) {
                    return URI.create(origin + path);
                }
            }
        }
        throw new BuildFailed("the build wanted what is in none of the registries that the operator configured");
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
