package dev.sluice.http;

import dev.sluice.tls.CertificateTable;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/// Asks clients of some hosts for a certificate, and nobody else: a browser would show its user a question. That a
/// client has the key of what it shows is proved by the handshake. Whom it is from is looked at later, by whoever knows
/// which authorities count for a request; without that it says nothing.
final class ClientQuestion extends SslConnectionFactory {
    private final CertificateTable certificates;

    ClientQuestion(SslContextFactory.Server context, String next, CertificateTable certificates) {
        super(context, next);
        this.certificates = certificates;
    }

    @Override
    public Detection detect(ByteBuffer bytes) {
        return switch (ClientHello.of(bytes)) {
            case ClientHello.For(String name) when certificates.isClientAsked(name) -> Detection.RECOGNIZED;
            case ClientHello.For _, ClientHello.ForNobody() -> Detection.NOT_RECOGNIZED;
            case ClientHello.Unfinished() -> Detection.NEED_MORE_BYTES;
        };
    }

    /// Takes any certificate for now.
    static final class Later extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // whoever knows the authorities looks at it
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // as above
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            // as above
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException("listeners do not connect");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new UnsupportedOperationException("listeners do not connect");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            throw new UnsupportedOperationException("listeners do not connect");
        }

        /// Any: a list would tell whom an organization trusts.
        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
