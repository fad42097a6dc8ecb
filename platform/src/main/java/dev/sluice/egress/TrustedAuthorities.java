package dev.sluice.egress;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// Whose signature makes a server's certificate count: the authorities that the JDK trusts, and a file's.
public final class TrustedAuthorities {
    private TrustedAuthorities() {}

    /// @throws IOException if the file cannot be read, or holds none
    static KeyStore with(Optional<Path> more) throws IOException {
        try {
            KeyStore all = KeyStore.getInstance("PKCS12");
            all.load(null, null);
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    for (X509Certificate authority : x509.getAcceptedIssuers()) {
                        add(all, authority);
                    }
                }
            }
            if (more.isPresent()) {
                addFile(all, more.get());
            }
            return all;
        } catch (GeneralSecurityException wrong) {
            throw new IOException("the trusted certificates cannot be used", wrong);
        }
    }

    /// For a client that believes the JDK's and those of a PEM file.
    ///
    /// @throws IOException if the file cannot be read, or holds none
    public static SSLContext context(Path more) throws IOException {
        try {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(with(Optional.of(more)));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException wrong) {
            throw new IOException("the trusted certificates cannot be used", wrong);
        }
    }

    /// For a client that believes those of the PEM text, or, without it, the JDK's and those of a PEM file.
    ///
    /// @throws IOException if the file cannot be read, or one of both holds none
    static SSLContext context(Optional<Path> more, Optional<String> only) throws IOException, GeneralSecurityException {
        KeyStore trusted = with(more);
        if (only.isPresent()) {
            trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            addAll(trusted, new ByteArrayInputStream(only.get().getBytes(StandardCharsets.UTF_8)), "the text");
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private static void addFile(KeyStore all, Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            addAll(all, in, String.valueOf(file.getFileName()));
        }
    }

    private static void addAll(KeyStore all, InputStream pem, String where)
            throws IOException, GeneralSecurityException {
        var certificates = CertificateFactory.getInstance("X.509").generateCertificates(pem);
        if (certificates.isEmpty()) {
            throw new IOException("there is no certificate in " + where);
        }
        for (Certificate certificate : certificates) {
            add(all, certificate);
        }
    }

    private static void add(KeyStore all, Certificate authority) throws GeneralSecurityException {
        all.setCertificateEntry("authority-" + all.size(), authority);
    }
}
