package dev.sluice.authn;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSearchRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldif.LDIFException;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// An LDAP directory on loopback, with LDAPS, StartTLS and an authority of its own. It notes who binds and what is
/// searched.
public final class TestDirectory implements AutoCloseable {
    public static final String BASE = "dc=corp,dc=test";

    /// Who looks users up.
    public static final String READER = "cn=sluice,ou=service," + BASE;

    private static final char[] NO_PASSWORD = "test".toCharArray();

    /// The names that were bound with, in order.
    public final List<String> binds = new CopyOnWriteArrayList<>();

    /// The filters that were searched with, in order.
    public final List<String> searches = new CopyOnWriteArrayList<>();

    public volatile Runnable beforeSearch = () -> {};

    /// Is told who binds, before it is answered.
    public volatile Consumer<String> beforeBind = _ -> {};

    /// Whether those whom it does not know may bind with any password.
    public volatile boolean takesAnybody;

    private final InMemoryDirectoryServer server;
    private final Path authority;

    /// @param host whom its certificate names: `127.0.0.1` is where it is
    public TestDirectory(Path directory, String host) throws IOException, GeneralSecurityException, LDAPException {
        KeyPair ca = keys();
        KeyPair own = keys();
        X509Certificate caCertificate = certificate("CN=Test CA", ca, "CN=Test CA", ca, "");
        X509Certificate certificate = certificate("CN=directory", own, "CN=Test CA", ca, host);
        authority = directory.resolve("ca-" + System.nanoTime() + ".pem");
        Files.writeString(
                authority,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder().encodeToString(caCertificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        SSLContext tls = tls(own, certificate, caCertificate);
        var config = new InMemoryDirectoryServerConfig(BASE);
        config.setSchema(null);
        config.setListenerConfigs(
                InMemoryListenerConfig.createLDAPConfig(
                        "start", InetAddress.getLoopbackAddress(), 0, tls.getSocketFactory()),
                InMemoryListenerConfig.createLDAPConfig("clear", InetAddress.getLoopbackAddress(), 0, null),
                InMemoryListenerConfig.createLDAPSConfig(
                        "tls", InetAddress.getLoopbackAddress(), 0, tls.getServerSocketFactory(), null));
        config.addInMemoryOperationInterceptor(new Notes());
        server = new InMemoryDirectoryServer(config);
        fill();
        server.startListening();
    }

    private void fill() throws LDAPException {
        entry("dn: " + BASE, "objectClass: domain", "dc: corp");
        for (String unit : List.of("people", "groups", "service")) {
            entry("dn: ou=" + unit + "," + BASE, "objectClass: organizationalUnit", "ou: " + unit);
        }
        entry("dn: " + READER, "objectClass: person", "cn: sluice", "userPassword: reader");
        person("jon", "correct horse", "mail: Jon@Example.com");
        person("eve", "evil", "mail: eve@example.com");
        group("dev", "jon");
        group("ops", "eve");
    }

    /// @param attributes as LDIF
    public void person(String uid, String password, String... attributes) throws LDAPException {
        var lines = new ArrayList<>(List.of(
                "dn: uid=" + uid + ",ou=people," + BASE,
                "objectClass: person",
                "uid: " + uid,
                "userPassword: " + password));
        lines.addAll(List.of(attributes));
        entry(lines.toArray(String[]::new));
    }

    public void group(String name, String... members) throws LDAPException {
        add("cn=" + name + ",ou=groups", members);
    }

    /// A group anywhere.
    public void add(String rdns, String... members) throws LDAPException {
        var lines = new ArrayList<>(List.of("dn: " + rdns + "," + BASE, "objectClass: groupOfNames"));
        for (String member : members) {
            lines.add("member: uid=" + member + ",ou=people," + BASE);
        }
        entry(lines.toArray(String[]::new));
    }

    /// @param ldif its lines
    public void entry(String... ldif) throws LDAPException {
        try {
            server.add(ldif);
        } catch (LDIFException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }

    public String ldaps() {
        return "ldaps://127.0.0.1:" + server.getListenPort("tls");
    }

    public String startTls() {
        return "ldap://127.0.0.1:" + server.getListenPort("start");
    }

    /// Where it begins no TLS, and would answer without.
    public String inTheClear() {
        return "ldap://127.0.0.1:" + server.getListenPort("clear");
    }

    /// A provider's description that looks users up.
    public String description(String name, String organization, String more) {
        return describe(
                name,
                organization,
                "\"url\":\"" + ldaps() + "\",\"bindDn\":\"" + READER
                        + "\",\"bindPassword\":\"reader\",\"groupBase\":\"ou=groups," + BASE + "\"" + more);
    }

    /// A provider's description with an address and no account of ours.
    public String describe(String name, String organization, String more) {
        return "{\"kind\":\"ldap\",\"name\":\"" + name + "\",\"organization\":\"" + organization
                + "\",\"userBase\":\"ou=people," + BASE + "\",\"caFile\":\"" + authority + "\"," + more + "}";
    }

    /// Ends all connections, without an answer.
    public void hangUp() {
        server.closeAllConnections(false);
    }

    @Override
    public void close() {
        server.shutDown(true);
    }

    private final class Notes extends InMemoryOperationInterceptor {
        @Override
        public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest request) {
            binds.add(request.getRequest().getBindDN());
            beforeBind.accept(request.getRequest().getBindDN());
            if (takesAnybody && request.getRequest().getBindDN().startsWith("cn=")) {
                request.setRequest(new SimpleBindRequest(READER, "reader"));
            }
        }

        @Override
        public void processSearchRequest(InMemoryInterceptedSearchRequest request) {
            searches.add(request.getRequest().getFilter().toString());
            beforeSearch.run();
        }
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static SSLContext tls(KeyPair keys, X509Certificate... chain) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry("directory", keys.getPrivate(), NO_PASSWORD, chain);
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /// @param host whom it names; empty for an authority
    private static X509Certificate certificate(String subject, KeyPair keys, String issuer, KeyPair ca, String host)
            throws GeneralSecurityException, IOException {
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.valueOf(System.nanoTime()),
                Date.from(now.minusSeconds(3600)),
                Date.from(now.plusSeconds(3600)),
                new X500Name(subject),
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(host.isEmpty()));
        if (!host.isEmpty()) {
            int kind = Character.isDigit(host.charAt(0)) ? GeneralName.iPAddress : GeneralName.dNSName;
            builder.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(kind, host)));
        }
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(ca.getPrivate())));
        } catch (OperatorCreationException impossible) {
            throw new GeneralSecurityException(impossible);
        }
    }
}
