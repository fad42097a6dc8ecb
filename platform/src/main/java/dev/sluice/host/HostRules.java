package dev.sluice.host;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/// What the operator asks of organizations that want a host.
///
/// @param isWaived whether nothing is to be shown: a host is whose it was asked for first
/// @param resolver the DNS server that is asked in place of the machine's own
public record HostRules(boolean isWaived, Optional<InetSocketAddress> resolver) {
    /// Shown by each organization, and asked for by the machine's resolver.
    public static final HostRules DEFAULT = new HostRules(false, Optional.empty());

    public static final String REQUIRED = "required";
    private static final String WAIVED = "waived";
    private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:]+]|[0-9]+(?:\\.[0-9]+){3}):([0-9]{1,5})");
    private static final int PORT_MAX = 65_535;

    /// @param claim [#REQUIRED] or `waived`
    /// @param server `ADDRESS:PORT`
    /// @throws IllegalArgumentException for what is none of these
    public static HostRules of(String claim, Optional<String> server) {
        if (!claim.equals(REQUIRED) && !claim.equals(WAIVED)) {
            throw new IllegalArgumentException("no word");
        }
        return new HostRules(claim.equals(WAIVED), server.map(HostRules::address));
    }

    private static InetSocketAddress address(String text) {
        var parts = SERVER.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no address and port");
        }
        int port = Integer.parseInt(parts.group(2));
        if (port == 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("no port");
        }
        return new InetSocketAddress(InetAddress.ofLiteral(parts.group(1)), port);
    }
}
