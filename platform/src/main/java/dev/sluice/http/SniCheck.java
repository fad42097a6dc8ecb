package dev.sluice.http;

import dev.sluice.tls.CertificateTable;
import javax.net.ssl.ExtendedSSLSession;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// Refuses a request for a host over a connection that was made to another (421, RFC 9110 15.5.20): what a client
/// was shown a certificate for is all that he reaches by it. Names without certificates of their own are one host.
final class SniCheck implements HttpConfiguration.Customizer {
    private final CertificateTable certificates;

    SniCheck(CertificateTable certificates) {
        this.certificates = certificates;
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        EndPoint.SslSessionData tls =
                request.getConnectionMetaData().getConnection().getEndPoint().getSslSessionData();
        String shown = tls != null && tls.sslSession() instanceof ExtendedSSLSession session
                ? CertificateTable.named(session)
                : "";
        if (!certificates
                .entry(shown)
                .equals(certificates.entry(host(request.getHttpURI().getHost())))) {
            throw new HttpException.RuntimeException(HttpStatus.MISDIRECTED_REQUEST_421, "Misdirected Request");
        }
        return request;
    }

    /// As a host is named elsewhere: a final dot is none of its name.
    private static String host(@Nullable String stated) {
        if (stated == null) {
            return "";
        }
        return stated.endsWith(".") ? stated.substring(0, stated.length() - 1) : stated;
    }
}
