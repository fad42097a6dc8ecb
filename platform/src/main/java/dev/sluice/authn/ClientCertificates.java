package dev.sluice.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.authn.Doorkeeper.Ring;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Verifies certificates that clients show, against the authorities that an organization lists for one of its doors.
/// That a client has the key of the first one TLS has shown. Thread-safe.
///
/// No list of those that were taken back is asked: who shall enter no more is taken out of reach by another authority,
/// or by certificates that do not live for long.
public final class ClientCertificates {
    /// The key under which a secret has the certificates of the authorities, in PEM, one after another.
    public static final String LISTED = "ca.crt";

    static final int AUTHORITIES_MAX = 50;
    static final int CHAIN_MAX = 10;
    private static final int LISTS_MAX = 1_000;
    private static final int PEM_CHARS_MAX = 64 << 10;
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USE = "2.5.29.37.0";
    private static final int DIGITAL_SIGNATURE = 0;

    /// The kinds of subject alternative names that are told, as RFC 5280 numbers them.
    private static final Map<Integer, String> NAMES = Map.of(1, "email", 2, "dns", 6, "uri");

    /// By the stamp of the list.
    private final Cache<String, Set<TrustAnchor>> read =
            Caffeine.newBuilder().maximumSize(LISTS_MAX).build();

    /// Whom a certificate is for.
    ///
    /// @param subject as RFC 2253 writes it; may be empty
    /// @param names   the alternative names of the kinds that are told, as `dns:api.example.org`
    public record Subject(String subject, List<String> names) {
        public Subject {
            names = List.copyOf(names);
        }

        /// One name for it: its subject, or the first alternative name where that is empty.
        public String name() {
            return subject.isEmpty() ? names.getFirst() : subject;
        }
    }

    /// Whether a list has authorities, and nothing else, under [#LISTED].
    public static boolean isUsable(Ring ring) {
        return !anchors(ring).isEmpty();
    }

    /// @return none unless all that is listed are certificates of authorities
    private static Set<TrustAnchor> anchors(Ring ring) {
        String pem = ring.entries().getOrDefault(LISTED, "");
        if (pem.length() > PEM_CHARS_MAX) {
            return Set.of();
        }
        try {
            List<X509Certificate> all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            boolean isOfAuthorities = all.stream().allMatch(one -> one.getBasicConstraints() >= 0);
            return all.size() > AUTHORITIES_MAX || !isOfAuthorities
                    ? Set.of()
                    : all.stream().map(one -> new TrustAnchor(one, null)).collect(Collectors.toUnmodifiableSet());
        } catch (CertificateException broken) {
            return Set.of();
        }
    }

    /// @param chain as it was shown: the client's own first, each signed by the next
    /// @return nothing unless one of the listed authorities vouches for it now, for a client, under some name
    public Optional<Subject> verified(List<X509Certificate> chain, Ring ring, Instant now) {
        Set<TrustAnchor> anchors = read.get(ring.stamp(), _ -> anchors(ring));
        List<X509Certificate> path = chain.stream()
                .filter(one -> anchors.stream().noneMatch(anchor -> one.equals(anchor.getTrustedCert())))
                .toList();
        boolean isBounded = !path.isEmpty() && path.size() <= CHAIN_MAX;
        if (anchors.isEmpty() || !isBounded || !chain.getFirst().equals(path.getFirst())) {
            return Optional.empty();
        }
        try {
            var rules = new PKIXParameters(anchors);
            rules.setRevocationEnabled(false);
            rules.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), rules);
            return isForClients(path.getFirst()) ? subject(path.getFirst()) : Optional.empty();
        } catch (GeneralSecurityException untrusted) {
            return Optional.empty();
        }
    }

    private static boolean isForClients(X509Certificate own) throws CertificateParsingException {
        List<String> uses = own.getExtendedKeyUsage();
        boolean[] keyUsage = own.getKeyUsage();
        return (uses == null || uses.contains(CLIENT_AUTH) || uses.contains(ANY_USE))
                && (keyUsage == null || keyUsage[DIGITAL_SIGNATURE]);
    }

    private static Optional<Subject> subject(X509Certificate own) throws CertificateParsingException {
        Collection<List<?>> alternatives = own.getSubjectAlternativeNames();
        List<String> names = alternatives == null
                ? List.of()
                : alternatives.stream()
                        .filter(one -> NAMES.containsKey(one.getFirst()))
                        .map(one -> NAMES.get(one.getFirst()) + ":" + one.get(1))
                        .toList();
        String subject = own.getSubjectX500Principal().getName();
        return subject.isEmpty() && names.isEmpty() ? Optional.empty() : Optional.of(new Subject(subject, names));
    }
}
