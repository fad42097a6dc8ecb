package dev.sluice.bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.audit.AuditLog;
import dev.sluice.audit.DecisionLog;
import dev.sluice.authn.Authenticator;
import dev.sluice.authn.Bearers;
import dev.sluice.authn.Delegations;
import dev.sluice.authn.TokenKey;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policy;
import dev.sluice.org.PublicKeyText;
import dev.sluice.org.ServiceAccount;
import dev.sluice.store.rocks.RocksStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/// Organizations on a disk, each with an account `dev` and policies that all speak of it, and what authenticates it.
final class IamWorld implements AutoCloseable {
    private static final String ACCOUNT = "dev";

    private final RocksStore store;
    private final Organizations organizations;
    private final Authenticator authenticator;
    private final KeyPair key;
    private final DecisionLog decisions;

    /// @param directory an empty one, or none yet
    IamWorld(Path directory) throws IOException {
        Files.createDirectories(directory);
        this.store = new RocksStore(directory.resolve("store"), directory.resolve("native"));
        var fs = new LabeledFs(store, new SecureRandom());
        fs.bootstrap();
        this.organizations = new Organizations(fs, _ -> {});
        this.key = keyPair();
        Clock clock = Clock.systemUTC();
        this.decisions = new AuditLog(store, new SecureRandom(), clock).decisions();
        this.authenticator = new Authenticator(
                organizations,
                new Bearers(organizations, Bearers.Rules.DEFAULT, clock),
                new Delegations(organizations, TokenKey.at(directory, clock), clock));
    }

    /// An organization and a token of its account.
    record Tenant(String organization, String token) {}

    Authenticator authenticator() {
        return authenticator;
    }

    DecisionLog decisions() {
        return decisions;
    }

    RSAPublicKey publicKey() {
        return (RSAPublicKey) key.getPublic();
    }

    /// Makes organizations with as many policies each.
    ///
    /// @param prefix of their names
    List<Tenant> fill(String prefix, int count, int policies) {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                var organization = new Organization("i", prefix + i, prefix + i, 0);
                executor.execute(() -> add(organization, policies));
            }
        }
        return IntStream.range(0, count)
                .mapToObj(i -> new Tenant(prefix + i, token(prefix + i)))
                .toList();
    }

    private void add(Organization organization, int policies) {
        asRoot(() -> organizations.register(organization));
        String pem = PublicKeyText.print(publicKey());
        asRoot(() -> organizations.create(organization, new ServiceAccount("i", ACCOUNT, pem, 0, 0)));
        for (int i = 0; i < policies; i++) {
            Policy policy = policy(i);
            asRoot(() -> organizations.put(organization, policy));
        }
    }

    /// In a task of its own each: what one has read is not let out by the next.
    private static void asRoot(Runnable body) {
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.FALSE)).run(() -> {
            body.run();
            return body;
        });
    }

    /// The first one lets it run everything, the others get some functions by name.
    private static Policy policy(int number) {
        List<String> subjects = List.of(ACCOUNT, "user" + number + "@example.com");
        var rule = number == 0
                ? new Policy.Rule(subjects, List.of("*"), List.of("runs"))
                : new Policy.Rule(subjects, List.of("get"), List.of("function/f" + number + "-*"));
        return new Policy("i", "p" + number, false, List.of(rule), 0, 0);
    }

    /// Another one at each call.
    String token(String organization) {
        try {
            var claims = new JWTClaimsSet.Builder()
                    .issuer(organization + "/" + ACCOUNT)
                    .jwtID(Long.toString(System.nanoTime()))
                    .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
                    .build();
            var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
            jwt.sign(new RSASSASigner(key.getPrivate()));
            return jwt.serialize();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
