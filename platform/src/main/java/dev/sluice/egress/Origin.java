package dev.sluice.egress;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/// A server on the internet, as an URL names it: nothing of it can be changed by whoever fills in the rest.
///
/// @param scheme `http` or `https`
/// @param host   a name or an address, in lower case; an IPv6 address in brackets
public record Origin(String scheme, String host, int port) {
    private static final int HOST_CHARS_MAX = 253;
    private static final int PORT_MAX = 65_535;
    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final Pattern HOST = Pattern.compile("[a-z0-9.-]+|\\[[0-9a-f:.]+]");

    /// How some resolvers read an address that is written as a number, or with numbers in another base.
    private static final Pattern NUMBER = Pattern.compile("(^|\\.)(0[xX][0-9a-f]*|[0-9]+)\\.?$");

    private static final Pattern DOTTED = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

    /// @throws IllegalArgumentException with a text for whoever wrote it
    public Origin {
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("an URL begins with https:// or http://");
        }
        if (host.length() > HOST_CHARS_MAX || !HOST.matcher(host).matches() || !isHost(host)) {
            throw new IllegalArgumentException("that is no host: write a name, in ASCII, or an address");
        }
        if (port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException("a port is 1 to " + PORT_MAX);
        }
    }

    /// @param port 0 for the scheme's own
    public static Origin of(String scheme, String host, int port) {
        String its = scheme.toLowerCase(Locale.ROOT);
        return new Origin(its, host.toLowerCase(Locale.ROOT), port == 0 ? its.equals("http") ? HTTP : HTTPS : port);
    }

    /// Whether an URL can name it: `127.1` and other ways to write an address are none.
    private static boolean isHost(String text) {
        try {
            return text.equals(new URI("https://" + text).getHost())
                    && (text.startsWith("[")
                            || !NUMBER.matcher(text).find()
                            || DOTTED.matcher(text).matches());
        } catch (URISyntaxException wrong) {
            return false;
        }
    }

    /// `host:port`, as the operator's settings have it.
    String authority() {
        return host + ":" + port;
    }

    @Override
    public String toString() {
        return scheme + "://" + authority();
    }
}
