package dev.sluice.fuzz;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.authn.TokenKey;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fuzz.Scenario.Body;
import dev.sluice.fuzz.Scenario.Presence;
import dev.sluice.fuzz.Scenario.Step;
import dev.sluice.http.LocalServer;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Founding;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policy;
import dev.sluice.org.PublicKeyText;
import dev.sluice.org.ServiceAccount;
import dev.sluice.secret.DataKeys;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// What all worlds begin with: two organizations, their people, and one function of each organization. Made once;
/// every world is a copy.
final class Realm {
    static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    /// Alice's token, signed by somebody else.
    static final String FORGED = "forged";
    /// Alice's token of yesterday.
    static final String EXPIRED = "expired";

    /// What each organization has one of.
    static final String FUNCTION = "f";

    /// Beyond the numbers of worlds: no object of a world has the id of one that is there before.
    private static final int SEED_OF_DEVELOPERS = 1_000;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(60);

    private final KeyPair key;
    private final Map<String, String> tokens = new HashMap<>();
    private TurnStore store = new TurnStore();
    private MemoryBlobs blobs = new MemoryBlobs();

    private final TokenKey tokenKey;
    private final Path masterKey = newMasterKey();

    private boolean hasFunctions = true;

    private Realm(KeyPair key, TokenKey tokenKey) {
        this.key = key;
        this.tokenKey = tokenKey;
    }

    /// One account.
    ///
    /// @param resources what it may do everything with; empty for nothing
    record Member(String organization, String name, List<String> actions, List<String> resources) {}

    static final List<Member> MEMBERS = List.of(
            new Member("acme", "alice", List.of(), List.of()),
            new Member("acme", "bob", List.of("get", "create"), List.of("runs")),
            new Member("acme", "dev", List.of("*"), List.of("function", "runs")),
            new Member("blue", "mallory", List.of("*"), List.of("function", "runs")));

    static Realm found() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(PublicKeyText.MODULUS_BITS_MIN);
        var realm = new Realm(generator.generateKeyPair(), newTokenKey());
        realm.register(generator.generateKeyPair());
        for (String developer : List.of("dev", "mallory")) {
            realm.hasFunctions &= realm.develop(developer);
        }
        return realm;
    }

    private void register(KeyPair strange) {
        var fs = new LabeledFs(store, new SeededRandom(0));
        fs.bootstrap();
        var organizations = new Organizations(fs, deed -> {});
        new Founding(organizations, CLOCK).found((RSAPublicKey) key.getPublic());
        for (Member member : MEMBERS) {
            var tenant = new Organization("i", member.organization(), member.organization(), 0);
            if (organizations.tenant(tenant.name()).isEmpty()) {
                asRoot(() -> organizations.register(tenant));
                asRoot(() -> organizations.prepare(tenant));
            }
            String text = PublicKeyText.print((RSAPublicKey) key.getPublic());
            asRoot(() -> organizations.put(tenant, new ServiceAccount("i", member.name(), text, 0, 0)));
            var rule = new Policy.Rule(List.of(member.name()), member.actions(), member.resources());
            asRoot(() -> organizations.put(tenant, new Policy("i", member.name(), false, List.of(rule), 0, 0)));
            String issuer = member.organization() + "/" + member.name();
            tokens.put(member.name(), sign(issuer, key.getPrivate(), NOW.plus(TOKEN_LIFETIME)));
        }
        tokens.put(FORGED, sign("acme/alice", strange.getPrivate(), NOW.plus(TOKEN_LIFETIME)));
        tokens.put(EXPIRED, sign("acme/alice", key.getPrivate(), NOW.minusSeconds(1)));
    }

    /// Whether each organization has its function: a build without a guard may not manage to make one.
    boolean hasFunctions() {
        return hasFunctions;
    }

    /// Has somebody make the function of his organization.
    private boolean develop(String developer) {
        String json = "{\"name\":\"" + FUNCTION + "\",\"image\":\"python3\",\"handler\":\"" + World.HANDLER
                + "\",\"source\":\"" + Base64.getEncoder().encodeToString(archive()) + "\"}";
        List<String> type = List.of("Content-Type", "application/json");
        var creating = new Step(developer, "POST", "/v1/function", type, new Body.Same(json), Presence.BOTH);
        var asking =
                new Step(developer, "GET", "/v1/function/" + FUNCTION, List.of(), new Body.Same(""), Presence.BOTH);
        try (var driver = new ScriptedDriver();
                Sink sink = Sink.open();
                World world = new World(this, SEED_OF_DEVELOPERS + developer.length(), driver, sink);
                LocalServer server = LocalServer.start(world.handler())) {
            var client = new Client(this, server, sink.url());
            String answer = client.send(creating, 0);
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!answer.contains("READY")) {
                if (System.nanoTime() > end || answer.contains("ERROR")) {
                    return false;
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
                answer = client.send(asking, 0);
            }
            store = new TurnStore(world.copyOfStore());
            blobs = world.copyOfBlobs();
            return true;
        }
    }

    private static byte[] archive() {
        byte[] source = World.source(Interpreter.Trust.ANYTHING).getBytes(StandardCharsets.UTF_8);
        var bytes = new ByteArrayOutputStream();
        try (var out = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            var entry = new TarArchiveEntry(World.FILE);
            entry.setSize(source.length);
            out.putArchiveEntry(entry);
            out.write(source);
            out.closeArchiveEntry();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static TokenKey newTokenKey() {
        try {
            Path directory = Files.createTempDirectory("sluice-fuzz");
            try {
                return TokenKey.at(directory, CLOCK);
            } finally {
                Files.deleteIfExists(directory.resolve("token.key"));
                Files.deleteIfExists(directory.resolve("token.key.lock"));
                Files.delete(directory);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Path newMasterKey() {
        try {
            Path directory = Files.createTempDirectory("sluice-fuzz");
            Path file = directory.resolve(DataKeys.FILE);
            DataKeys.at(new MemoryStore(), file, new SecureRandom());
            directory.toFile().deleteOnExit();
            directory.resolve(DataKeys.FILE + ".lock").toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// What the organizations' secrets are sealed with.
    DataKeys keys(Store kept, SecureRandom random) {
        try {
            return DataKeys.at(kept, masterKey, random);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// What signs delegated tokens.
    TokenKey tokenKey() {
        return tokenKey;
    }

    /// The token of an account.
    String token(String account) {
        String token = tokens.get(account);
        if (token == null) {
            throw new IllegalArgumentException("nobody is called " + account);
        }
        return token;
    }

    MemoryStore copyOfStore() {
        return store.copy();
    }

    MemoryBlobs copyOfBlobs() {
        return new MemoryBlobs(blobs);
    }

    /// Acts with all authority there is.
    static void asRoot(Runnable body) {
        new Task(Label.BOTTOM, Label.TOP, Privilege.mintTcb(Component.FALSE)).run(() -> {
            body.run();
            return body;
        });
    }

    private static String sign(String issuer, PrivateKey key, Instant end) {
        try {
            var claims = new JWTClaimsSet.Builder()
                    .issuer(issuer)
                    .expirationTime(Date.from(end))
                    .build();
            var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
            jwt.sign(new RSASSASigner(key));
            return jwt.serialize();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
