package dev.sluice.api;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
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
    private static final String HAND_ON = "/v1/iam/redirect?redirect=";

    /// Where `sluice` waits. Dispatch's client waits for a cookie at another path, and takes nothing else for an end.
    private static final Pattern CATCHER = Pattern.compile("http://127\\.0\\.0\\.1:[0-9]{1,5}/catcher/[0-9a-f]{32}");

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

    /// The program that waits for the end of a login to `goal`, if it is one that can be told that it failed.
    ///
    /// @param except as for [#isLoopback]
    static Optional<String> catcher(String goal, Set<Integer> except) {
        if (!goal.startsWith(HAND_ON)) {
            return Optional.empty();
        }
        try {
            String target = URLDecoder.decode(goal.substring(HAND_ON.length()), StandardCharsets.UTF_8);
            boolean waits = CATCHER.matcher(target).matches() && isLoopback(target, except);
            return waits ? Optional.of(target) : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /// This server as its browser calls it; empty for a host that is none.
    static Optional<URI> origin(boolean secure, String host) {
        return HOST.matcher(host).matches()
                ? Optional.of(URI.create((secure ? "https://" : "http://") + host))
                : Optional.empty();
    }
}
