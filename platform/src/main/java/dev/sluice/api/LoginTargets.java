package dev.sluice.api;

import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a browser may be sent: our own paths, and a program on the user's own machine that waits for the cookie.
/// Whole texts are matched, and what stands in them is sent as it was: nothing is parsed that a browser could
/// parse in another way.
final class LoginTargets {
    private static final int CHARS_MAX = 1024;

    /// A path of ours: no second slash that would begin a host, and no backslash, which browsers take for one.
    private static final Pattern LOCAL = Pattern.compile("/|/[A-Za-z0-9._~-][!-\\[\\]-~]*");

    private static final Pattern LOOPBACK =
            Pattern.compile("http://(?:127\\.0\\.0\\.1|localhost):([0-9]{1,5})(?:/[A-Za-z0-9._~/-]*)?");

    private static final Pattern HOST = Pattern.compile("(?:[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?");
    private static final int PORT_MAX = 65_535;

    private LoginTargets() {}

    static boolean isLocal(String target) {
        return target.length() <= CHARS_MAX && LOCAL.matcher(target).matches();
    }

    /// @param except ports of this server that tenants answer on
    static boolean isLoopback(String target, Set<Integer> except) {
        Matcher match = LOOPBACK.matcher(target);
        if (target.length() > CHARS_MAX || !match.matches()) {
            return false;
        }
        int port = Integer.parseInt(match.group(1));
        return port > 0 && port <= PORT_MAX && !except.contains(port);
    }

    /// This server as its browser calls it; empty for a host that is none.
    static Optional<URI> origin(boolean secure, String host) {
        return HOST.matcher(host).matches()
                ? Optional.of(URI.create((secure ? "https://" : "http://") + host))
                : Optional.empty();
    }
}
