package dev.sluice.http;

import dev.sluice.tls.CertificateTable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a TLS listener speaks: TLS 1.3 and 1.2 with the certificate of the host that is asked for, then HTTP/1.1 or,
/// where it is offered, HTTP/2 (RFC 9113, RFC 7301). A session is resumed for an hour at most, so a certificate that
/// was taken back is not believed for longer, and only where the server's own was shown: Java 25 compares the
/// certificates before a handshake has a name, so that hosts with their own always make a whole one.
final class TlsProtocols {
    static final Duration SESSION = Duration.ofHours(1);
    static final int SESSIONS_MAX = 20_000;

    /// As RFC 7301 spells it.
    private static final String ALPN_HTTP_1_1 = "http/1.1";

    private static final Logger LOG = LoggerFactory.getLogger(TlsProtocols.class);

    private TlsProtocols() {}

    static List<ConnectionFactory> of(
            CertificateTable certificates, HttpConfiguration configuration, boolean isHttp2Offered) {
        configuration.addCustomizer(new SecureRequestCustomizer(false));
        configuration.addCustomizer(new SniCheck(certificates));
        var protocols = new ArrayList<ConnectionFactory>();
        var names = new ArrayList<String>();
        if (isHttp2Offered) {
            ConnectionFactory http2 = Http2.of(configuration);
            protocols.add(http2);
            names.add(http2.getProtocol());
        }
        var http = new HttpConnectionFactory(configuration);
        protocols.add(http);
        names.add(ALPN_HTTP_1_1);
        protocols.add(new Challenges());
        names.add(CertificateTable.ACME_TLS);
        var alpn = new ALPNServerConnectionFactory(names.toArray(String[]::new));
        alpn.setDefaultProtocol(HttpVersion.HTTP_1_1.asString());
        protocols.addFirst(alpn);
        protocols.addFirst(new SslConnectionFactory(server(certificates, false), alpn.getProtocol()));
        var question = new ClientQuestion(server(certificates, true), alpn.getProtocol(), certificates);
        var detector = new DetectorConnectionFactory(question);
        detector.setInputBufferSize(ClientHello.BYTES_MAX + 1);
        protocols.addFirst(detector);
        return protocols;
    }

    /// Each with sessions of its own: none that was made without the question is resumed where it is asked.
    private static SslContextFactory.Server server(CertificateTable certificates, boolean isClientAsked) {
        var server = new SslContextFactory.Server();
        server.setSslContext(context(certificates));
        server.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        server.setWantClientAuth(isClientAsked);
        return server;
    }

    private static SSLContext context(CertificateTable certificates) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {certificates.keys()}, new TrustManager[] {new ClientQuestion.Later()}, null);
            SSLSessionContext sessions = context.getServerSessionContext();
            sessions.setSessionTimeout((int) SESSION.toSeconds());
            sessions.setSessionCacheSize(SESSIONS_MAX);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this Java has no TLS", impossible);
        }
    }

    /// Ends connections that were made to see a certificate, at the first word after the handshake (RFC 8737).
    private static final class Challenges extends AbstractConnectionFactory {
        Challenges() {
            super(CertificateTable.ACME_TLS);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            return configure(new Ending(endPoint, connector.getExecutor()), connector, endPoint);
        }
    }

    private static final class Ending extends AbstractConnection {
        Ending(EndPoint endPoint, Executor executor) {
            super(endPoint, executor);
        }

        @Override
        public void onOpen() {
            super.onOpen();
            fillInterested();
        }

        @Override
        public void onFillable() {
            try {
                if (getEndPoint().fill(BufferUtil.allocate(1)) == 0) {
                    fillInterested();
                    return;
                }
            } catch (IOException gone) {
                LOG.debug("a challenge was not looked at", gone);
            }
            close();
        }
    }
}
