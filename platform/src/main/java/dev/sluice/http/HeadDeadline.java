package dev.sluice.http;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.internal.HttpConnection;

/// Cuts clients that take too long for the head of a request or for the handshake of TLS, however steadily they send
/// a byte of it: the wait for the next byte alone would let each hold a connection for hours.
///
/// Looks at all connections again and again. Asks the parser itself how far it is, which is internal to Jetty:
/// nothing else knows of a head that is not there yet.
final class HeadDeadline implements Runnable {
    static final Duration WITHIN = Duration.ofSeconds(20);

    private final List<ServerConnector> connectors;
    private final Duration within;
    private final Clock clock;

    /// @param clock the one that Jetty reads when a connection is made
    HeadDeadline(List<ServerConnector> connectors, Duration within, Clock clock) {
        this.connectors = connectors;
        this.clock = clock;
        this.within = within;
    }

    /// Looks at them for as long as they serve.
    void begin() {
        ServerConnector any = connectors.getFirst();
        if (any.isRunning()) {
            long pauseMillis = Math.min(1000, within.toMillis() / 4);
            any.getScheduler().schedule(this, pauseMillis, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void run() {
        for (ServerConnector connector : connectors) {
            for (EndPoint endPoint : connector.getConnectedEndPoints()) {
                if (isLate(endPoint.getConnection(), endPoint)) {
                    endPoint.close();
                }
            }
        }
        begin();
    }

    private boolean isLate(Connection connection, EndPoint endPoint) {
        return switch (connection) {
            case HttpConnection http -> {
                HttpParser parser = http.getParser();
                boolean isInHead = parser.inHeaderState() && !parser.isStart();
                yield isInHead && System.nanoTime() - parser.getBeginNanoTime() > within.toNanos();
            }
            case SslConnection tls
            when isShaken(tls) -> isLate(tls.getSslEndPoint().getConnection(), endPoint);
            case SslConnection _ -> clock.millis() - endPoint.getCreatedTimeStamp() > within.toMillis();
            case null -> false;
            default ->
                connection.getClass().getEnclosingClass() == DetectorConnectionFactory.class // no name has come yet
                        && clock.millis() - endPoint.getCreatedTimeStamp() > within.toMillis();
        };
    }

    private static boolean isShaken(SslConnection tls) {
        return !tls.getSSLEngine().getSession().getProtocol().equals("NONE");
    }
}
