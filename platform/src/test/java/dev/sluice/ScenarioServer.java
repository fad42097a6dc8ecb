package dev.sluice;

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
import dev.sluice.sandbox.KeptRoots;
import dev.sluice.store.rocks.RocksStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// The whole server as `Main` starts it, with organizations of one account each: its store, guests and listeners are
/// real.
public final class ScenarioServer implements AutoCloseable {
    public static final String ACCOUNT = "me";

    private final Platform platform;
    private final KeyPair key;

    private ScenarioServer(Platform platform, KeyPair key) {
        this.platform = platform;
        this.key = key;
    }

    /// @param options beside those for directories and ports
    public static ScenarioServer start(Path directory, List<String> organizations, String... options) throws Exception {
        System.setProperty("user.home", directory.resolve("home").toString());
        Path data = directory.resolve("data");
        Files.createDirectories(
                data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        KeptRoots.under(data.resolve("sandbox"));
        KeyPair key = newKey();
        try (var store = new RocksStore(data.resolve("store"), data.resolve("native"))) {
            found(store, organizations, (RSAPublicKey) key.getPublic());
        }
        var args = new ArrayList<>(List.of(
                "--data", data.toString(),
                "--guest-dir",
                        Path.of("..", "guest").toAbsolutePath().normalize().toString()));
        for (String port : List.of("--api-port", "--api-tls-port", "--gateway-port", "--gateway-tls-port")) {
            args.addAll(List.of(port, "0"));
        }
        args.addAll(List.of(options));
        return new ScenarioServer(Platform.open(Config.parse(args)), key);
    }

    private static void found(RocksStore store, List<String> names, RSAPublicKey key) throws IOException {
        var fs = new LabeledFs(store, new SecureRandom());
        fs.bootstrap();
        var organizations = new Organizations(fs, deed -> {});
        for (String name : names) {
            var organization = new Organization(UUID.randomUUID().toString(), name, name, 0);
            var rule = new Policy.Rule(List.of(ACCOUNT), List.of("*"), List.of("*"));
            asRoot(() -> organizations.prepare(organization));
            asRoot(() ->
                    organizations.put(organization, new ServiceAccount("i", ACCOUNT, PublicKeyText.print(key), 0, 0)));
            asRoot(() -> organizations.put(organization, new Policy("i", "all", false, List.of(rule), 0, 0)));
            asRoot(() -> organizations.register(organization));
        }
    }

    private static void asRoot(Runnable body) {
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.FALSE)).run(() -> {
            body.run();
            return body;
        });
    }

    private static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    public KeyPair key() {
        return key;
    }

    public URI api() {
        return URI.create(platform.endpoints().api());
    }

    @Override
    public void close() {
        platform.close();
    }
}
