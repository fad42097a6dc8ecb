package dev.sluice.http;

import dev.sluice.tls.CertificateTable;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// A plain and a TLS listener over one handler: HTTP/1.1 and, where it is offered, HTTP/2 over TLS; each
/// request on a virtual thread of its own.
///
/// Bounded: connections, of all and of one client, header bytes, the wait for the head and for the next byte in either
/// direction (not the time a handler takes),
/// the memory of all large bodies together. A body is bounded by whoever reads it. `close` stops listening at once and
/// cuts requests that still run.
public final class WebServer implements AutoCloseable {
    public static final int CONNECTIONS_MAX = 4096;
    static final int HEADER_BYTES_MAX = 16 << 10;
    static final Duration IDLE = Duration.ofSeconds(30);
    private static final int POOL_THREADS_MAX = 64;

    /// Encoded slashes and percent signs are names in our paths; `|` is raw in those of Faasten's client. Whatever
    /// else is ambiguous stays refused: encoded dots, empty segments, path parameters, bad UTF-8. [PathText] then
    /// refuses control characters, which the two leniencies on characters would let through.
    static final UriCompliance URIS = UriCompliance.RFC3986.with(
            "SLUICE",
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
            UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS,
            UriCompliance.Violation.ILLEGAL_PATH_CHARACTERS);

    /// A line ends in CR LF: what another server before this one takes for one line must not be two here.
    static final HttpCompliance MESSAGES = HttpCompliance.RFC9110.without(
            "SLUICE", HttpCompliance.Violation.LF_HEADER_TERMINATION, HttpCompliance.Violation.LF_CHUNK_TERMINATION);

    private final Server server;
    private final ServerConnector plain;
    private final ServerConnector tls;

    private WebServer(Server server, ServerConnector plain, ServerConnector tls) {
        this.server = server;
        this.plain = plain;
        this.tls = tls;
    }

    /// @param port the plain port, 0 for a free one
    /// @param tlsPort the TLS port, 0 for a free one
    /// @param isHttp2Offered whether clients of the TLS port may choose HTTP/2
    public record Ports(InetAddress address, int port, int tlsPort, boolean isHttp2Offered) {
        /// Only this machine can connect.
        public static Ports loopback(int port, int tlsPort) {
            return new Ports(InetAddress.getLoopbackAddress(), port, tlsPort, false);
        }

        public Ports withHttp2(boolean isOffered) {
            return new Ports(address, port, tlsPort, isOffered);
        }
    }

    /// Binds both ports and serves.
    ///
    /// @throws IOException when a port is taken; nothing listens then
    public static WebServer start(Ports ports, CertificateTable certificates, Handler handler) throws IOException {
        return start(ports, certificates, handler, IDLE, LargeBodies.ofThisProcess());
    }

    static WebServer start(
            Ports ports, CertificateTable certificates, Handler handler, Duration idle, LargeBodies memory)
            throws IOException {
        var patience = new Patience(idle, HeadDeadline.WITHIN, new ClientConnections(ClientConnections.MAX, false));
        return start(ports, certificates, handler, patience, memory);
    }

    /// What a client may ask of a server before it says anything of use.
    ///
    /// @param idle how long for the next byte
    /// @param head how long for the whole head of a request, and for a handshake
    /// @param connections how many at once
    record Patience(Duration idle, Duration head, ClientConnections connections) {}

    static WebServer start(
            Ports ports, CertificateTable certificates, Handler handler, Patience patience, LargeBodies memory)
            throws IOException {
        var threads = new QueuedThreadPool(POOL_THREADS_MAX, 4);
        threads.setName("http");
        threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        var server = new Server(threads);
        ServerConnector plain = connector(server, ports, ports.port(), patience, List.of(http()));
        ServerConnector tls = connector(
                server,
                ports,
                ports.tlsPort(),
                patience,
                TlsProtocols.of(certificates, configuration(), ports.isHttp2Offered()));
        server.addConnector(plain);
        server.addConnector(tls);
        server.addBean(new NetworkConnectionLimit(CONNECTIONS_MAX, server));
        var ids = new RequestIds(new SecureRandom());
        server.setErrorHandler(new JsonErrors(ids));
        server.setHandler(new JettyBridge(handler, memory, ids));
        server.setStopTimeout(0);
        var web = new WebServer(server, plain, tls);
        web.begin();
        new HeadDeadline(List.of(plain, tls), patience.head(), Clock.systemUTC()).begin();
        return web;
    }

    private static ServerConnector connector(
            Server server, Ports ports, int port, Patience patience, List<ConnectionFactory> protocols) {
        var connector = new ServerConnector(server, 1, 1, protocols.toArray(ConnectionFactory[]::new));
        connector.setHost(ports.address().getHostAddress());
        connector.setPort(port);
        connector.setIdleTimeout(patience.idle().toMillis());
        connector.addBean(patience.connections());
        connector.setAcceptQueueSize(1024);
        return connector;
    }

    static ConnectionFactory http() {
        return new HttpConnectionFactory(configuration());
    }

    private static HttpConfiguration configuration() {
        var configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(HEADER_BYTES_MAX);
        configuration.setHttpCompliance(MESSAGES);
        configuration.setUriCompliance(URIS);
        configuration.setRelativeRedirectAllowed(true);
        return configuration;
    }

    private void begin() throws IOException {
        boolean serves = false;
        try {
            plain.open();
            tls.open();
            LifeCycle.start(server);
            serves = true;
        } finally {
            if (!serves) {
                close();
            }
        }
    }

    public int port() {
        return plain.getLocalPort();
    }

    public int tlsPort() {
        return tls.getLocalPort();
    }

    @Override
    public void close() {
        plain.close();
        tls.close();
        LifeCycle.stop(server);
    }
}
