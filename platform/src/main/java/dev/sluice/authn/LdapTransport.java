package dev.sluice.authn;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/// Connections to a directory: over TLS, to the host that its certificate names, and to no other that it refers to.
/// Thread-safe.
final class LdapTransport {
    private static final int MESSAGE_BYTES_MAX = 1 << 20;
    private static final int CONNECT_MILLIS = 5_000;

    private final LdapProvider provider;
    private final SSLSocketFactory tls;
    private final LDAPConnectionOptions options = new LDAPConnectionOptions();

    /// @param patience for an answer
    LdapTransport(LdapProvider provider, Duration patience) {
        this.provider = provider;
        this.tls = new NamedTls(tls(provider.authorities()));
        options.setUseSynchronousMode(true); // saves a thread
        options.setConnectTimeoutMillis((int) Math.min(CONNECT_MILLIS, patience.toMillis()));
        options.setResponseTimeoutMillis(patience.toMillis());
        options.setMaxMessageSize(MESSAGE_BYTES_MAX);
    }

    LDAPConnection unconnected() {
        return provider.startTls() ? new LDAPConnection(options) : new LDAPConnection(tls, options);
    }

    /// Afterwards all is encrypted.
    void connect(LDAPConnection connection) throws LDAPException {
        connection.connect(provider.host(), provider.port());
        if (provider.startTls()) {
            var _ = connection.processExtendedOperation(new StartTLSExtendedRequest(tls)); // throws unless it is TLS
        }
    }

    /// @param authorities empty for those that this machine trusts
    private static SSLSocketFactory tls(List<X509Certificate> authorities) {
        try {
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            if (authorities.isEmpty()) {
                trust.init((KeyStore) null);
            } else {
                KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
                store.load(null, null);
                for (X509Certificate authority : authorities) {
                    store.setCertificateEntry("ca-" + store.size(), authority);
                }
                trust.init(store);
            }
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException("every JDK has TLS", impossible);
        }
    }
}
