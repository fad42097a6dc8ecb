package dev.sluice.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Which credentials a listener shows to whom: those of the host that he names (RFC 6066), or the server's own. What
/// is changed counts for the next handshake; connections that are open are not touched. Thread-safe.
///
/// Whoever asks for the protocol `acme-tls/1` (RFC 8737) is shown what answers a challenge, and nothing else; nobody
/// else is shown that.
public final class CertificateTable {
    /// The protocol in which challenges are answered, and nothing is said.
    public static final String ACME_TLS = "acme-tls/1";

    /// @param before what was shown until a moment ago: a handshake that chose it can end
    private record Shown(
            String alias, Credentials now, @Nullable Shown before) {
        Shown withoutBefore() {
            return new Shown(alias, now, null);
        }
    }

    private final Shown own;
    private final Map<String, Shown> served = new ConcurrentHashMap<>();
    private final Map<String, Shown> challenges = new ConcurrentHashMap<>();
    private final AtomicLong aliases = new AtomicLong();
    private volatile Predicate<String> asking = _ -> false;

    /// @param own for whoever names no host, or none that is in the table
    public CertificateTable(Credentials own) {
        this.own = new Shown("own", own, null);
    }

    /// @param host in lower case, without a final dot; of a wildcard `*.example.org`
    public void serve(String host, Credentials credentials) {
        served.compute(host, (_, before) -> shown(host, credentials, before));
    }

    public void forget(String host) {
        served.remove(host);
    }

    /// Has a challenge for a host answered by these, until [#endChallenge].
    public void challenge(String host, Credentials credentials) {
        challenges.put(host, shown(host, credentials, null));
    }

    public void endChallenge(String host) {
        challenges.remove(host);
    }

    private Shown shown(String host, Credentials credentials, @Nullable Shown before) {
        String alias = aliases.incrementAndGet() + "/" + host;
        return new Shown(alias, credentials, before == null ? null : before.withoutBefore());
    }

    /// The entry that a host is served by, so that two names can be told apart: itself, a wildcard, or empty for the
    /// server's own.
    public String entry(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (served.containsKey(name)) {
            return name;
        }
        String parent = "*" + name.substring(Math.max(0, name.indexOf('.')));
        return served.containsKey(parent) ? parent : "";
    }

    /// Has clients that name a host of these asked for a certificate of theirs, from now on.
    public void askClients(Predicate<String> hosts) {
        asking = hosts;
    }

    /// @param host in lower case
    public boolean isClientAsked(String host) {
        return asking.test(host);
    }

    /// Whether the server's own certificate names a host, so that it is the server's.
    ///
    /// @param host in lower case, without a final dot
    public boolean isOwn(String host) {
        return own.now.isNaming(host);
    }

    /// The credentials of a host, if it has some.
    public Optional<Credentials> of(String host) {
        return Optional.ofNullable(served.get(entry(host))).map(Shown::now);
    }

    /// The name that a handshake asks for, in lower case; empty if it names none.
    public static String named(@Nullable ExtendedSSLSession session) {
        if (session == null) {
            return "";
        }
        return session.getRequestedServerNames().stream()
                .filter(name -> name.getType() == StandardConstants.SNI_HOST_NAME)
                .map(name -> new SNIHostName(name.getEncoded()).getAsciiName().toLowerCase(Locale.ROOT))
                .findFirst()
                .orElse("");
    }

    public X509ExtendedKeyManager keys() {
        return new Keys();
    }

    private Optional<Shown> chosen(SSLEngine engine) {
        var session = (ExtendedSSLSession) engine.getHandshakeSession();
        String host = named(session);
        if (ACME_TLS.equals(engine.getHandshakeApplicationProtocol())) {
            return Optional.ofNullable(challenges.get(host));
        }
        return Optional.of(served.getOrDefault(entry(host), own));
    }

    private Optional<Credentials> withAlias(String alias) {
        if (alias.equals(own.alias)) {
            return Optional.of(own.now);
        }
        String host = alias.substring(alias.indexOf('/') + 1);
        for (Shown shown : new @Nullable Shown[] {served.get(host), challenges.get(host)}) {
            for (Shown one = shown; one != null; one = one.before) {
                if (one.alias.equals(alias)) {
                    return Optional.of(one.now);
                }
            }
        }
        return Optional.empty();
    }

    /// The table, as TLS asks it.
    private final class Keys extends X509ExtendedKeyManager {
        @Override
        public @Nullable String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, SSLEngine engine) {
            String algorithm = type.equals("RSASSA-PSS") ? "RSA" : type;
            return chosen(engine)
                    .filter(shown -> shown.now.key().getAlgorithm().equals(algorithm))
                    .map(Shown::alias)
                    .orElse(null);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return withAlias(alias).map(Credentials::chain).orElse(null);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return withAlias(alias).map(Credentials::key).orElse(null);
        }

        @Override
        public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, Socket socket) {
            return null; // listeners have engines
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, Socket socket) {
            return null;
        }
    }
}
