package dev.sluice.acme;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Where the operator lets certificates be ordered.
///
/// @param directory the URL of the authority's directory, with TLS
/// @param authority a PEM file of certificates that the directory's may be signed by, beside those that the JDK trusts
/// @param contact   a mail address that the authority is told
public record AcmeSettings(URI directory, Optional<Path> authority, Optional<String> contact) {
    public static final String DIRECTORY = "--acme-directory";
    public static final String AUTHORITY = "--acme-ca";
    public static final String CONTACT = "--acme-contact";
    public static final String TERMS = "--acme-terms";

    private static final String AGREED = "agreed";
    private static final int CHARS_MAX = 254;
    private static final Pattern MAIL = Pattern.compile("[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,189}");

    /// Empty where nothing is to be ordered.
    ///
    /// @param given option → value
    /// @throws IllegalArgumentException for whoever typed them
    public static Optional<AcmeSettings> of(Map<String, String> given) {
        String url = given.get(DIRECTORY);
        if (url == null) {
            if (Stream.of(AUTHORITY, CONTACT, TERMS).anyMatch(given::containsKey)) {
                throw new IllegalArgumentException("the other --acme options need " + DIRECTORY);
            }
            return Optional.empty();
        }
        if (!AGREED.equals(given.get(TERMS))) {
            throw new IllegalArgumentException("an authority serves those who agree to its terms: read them, and say "
                    + TERMS + " " + AGREED + " beside " + DIRECTORY);
        }
        Optional<Path> authority = Optional.ofNullable(given.get(AUTHORITY)).map(Path::of);
        if (authority.isPresent() && !Files.isReadable(authority.get())) {
            throw new IllegalArgumentException(AUTHORITY + " is a PEM file of certificates, and cannot be read");
        }
        Optional<String> contact = Optional.ofNullable(given.get(CONTACT));
        if (contact.isPresent() && !MAIL.matcher(contact.get()).matches()) {
            throw new IllegalArgumentException(CONTACT + " is a mail address, as operator@example.org");
        }
        return Optional.of(new AcmeSettings(directory(url), authority, contact));
    }

    private static URI directory(String text) {
        try {
            var url = new URI(text);
            if (text.length() <= CHARS_MAX
                    && "https".equals(url.getScheme())
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null) {
                return url;
            }
        } catch (URISyntaxException wrong) {
            throw new IllegalArgumentException(NO_URL, wrong);
        }
        throw new IllegalArgumentException(NO_URL);
    }

    private static final String NO_URL = DIRECTORY + " is an URL with https, of " + CHARS_MAX + " characters at most";
}
