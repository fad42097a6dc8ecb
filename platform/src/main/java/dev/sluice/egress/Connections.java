package dev.sluice.egress;

import dev.sluice.egress.EgressFailed.Why;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// Connections to servers outside that speak something else than HTTP: only to hosts that the operator lets external
/// gates name, and only to addresses that were checked. Bounded: how many, and how long one is silent.
///
/// Thread-safe; callers block.
public final class Connections {
    static final int OF_ONE_ORGANIZATION_MAX = 32;
    static final int OF_ALL_MAX = 256;
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final Duration IDLE_MAX = Duration.ofSeconds(60);

    private final EgressSettings settings;
    private final CheckedResolver resolver;
    private final Traffic traffic;

    /// How a connection is encrypted, and to whom.
    ///
    /// @param authorities PEM certificates that are trusted in place of the server's own
    public record Tls(Optional<String> authorities) {}

    Connections(EgressSettings settings, CheckedResolver.Lookup lookup, Traffic traffic) {
        this.settings = settings;
        this.resolver = new CheckedResolver(settings, lookup);
        this.traffic = traffic;
    }

    public static Connections of(EgressSettings settings) {
        return new Connections(settings, InetAddress::getAllByName, new Traffic(OF_ONE_ORGANIZATION_MAX, OF_ALL_MAX));
    }

    /// @param organization who is charged for it
    /// @throws EgressFailed also `FORBIDDEN` for a host that is none, or that the operator does not allow
    public Connection open(String organization, String host, int port, Optional<Tls> tls) throws EgressFailed {
        Origin origin = origin(host, port);
        if (!settings.allows(origin)) {
            throw new EgressFailed(Why.FORBIDDEN);
        }
        traffic.begin(organization);
        boolean isOpen = false;
        try {
            Socket socket = secured(connected(origin), origin, tls);
            isOpen = true;
            return new Connection(socket, () -> traffic.end(organization));
        } finally {
            if (!isOpen) {
                traffic.end(organization);
            }
        }
    }

    private static Origin origin(String host, int port) throws EgressFailed {
        try {
            return Origin.of("https", host, port);
        } catch (IllegalArgumentException none) {
            throw new EgressFailed(Why.FORBIDDEN);
        }
    }

    private Socket connected(Origin origin) throws EgressFailed {
        try {
            for (InetSocketAddress address : resolver.checked(origin.host(), origin.port())) {
                Optional<Socket> socket = connected(address);
                if (socket.isPresent()) {
                    return socket.get();
                }
            }
        } catch (UnknownHostException none) {
            throw new EgressFailed(Why.UNREACHABLE);
        } catch (CheckedResolver.Forbidden notPublic) {
            throw new EgressFailed(Why.FORBIDDEN);
        }
        throw new EgressFailed(Why.UNREACHABLE);
    }

    private static Optional<Socket> connected(InetSocketAddress address) {
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) IDLE_MAX.toMillis());
            socket.connect(address, (int) CONNECT_MAX.toMillis());
            return Optional.of(socket);
        } catch (IOException notThere) {
            close(socket);
            return Optional.empty();
        }
    }

    private Socket secured(Socket socket, Origin origin, Optional<Tls> tls) throws EgressFailed {
        if (tls.isEmpty()) {
            return socket;
        }
        try {
            SSLContext context =
                    TrustedAuthorities.context(settings.authorities(), tls.get().authorities());
            var secured =
                    (SSLSocket) context.getSocketFactory().createSocket(socket, origin.host(), origin.port(), true);
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            return secured;
        } catch (IOException | GeneralSecurityException untrusted) {
            close(socket);
            throw new EgressFailed(Why.UNREACHABLE);
        }
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException closedAnyway) {
            // there is nothing to be done about it
        }
    }
}
