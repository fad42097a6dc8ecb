package dev.sluice.secret;

import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is kept of secrets, who reads it, and that nothing else is taken for it.
final class SecretsTest {
    private static final Principal ACME = Principal.of("acme");
    private static final Principal BLUE = Principal.of("blue");

    private final SecureRandom random = new SecureRandom();
    private final List<Deed> deeds = new ArrayList<>();
    private final LabeledFs fs;
    private final Secrets secrets;

    SecretsTest(@TempDir Path directory) throws IOException {
        var store = new MemoryStore();
        fs = new LabeledFs(store, random);
        fs.bootstrap();
        var keys = DataKeys.at(store, directory.resolve(DataKeys.FILE), random);
        secrets = new Secrets(fs, keys, deeds::add, random);
    }

    private static Secret.Content content(String value) {
        return new Secret.Content(Map.of("password", value), Map.of("role", "test"));
    }

    private Secret make(Principal organization, String name, String value) {
        return asRoot(() -> secrets.create(organization, name, content(value)));
    }

    private static <T> T asRoot(ScopedValue.CallableOp<T, RuntimeException> body) {
        return Tasks.root().run(body);
    }

    private @Nullable Refusal readingRefused(Principal organization, String name) {
        return refusal(Tasks.root(), () -> secrets.read(organization, name));
    }

    @Test
    void whoReads_isTaintedByThatSecretOnly() {
        make(ACME, "s", "one");
        make(ACME, "t", "two");
        Task task = Tasks.of("T,T", "acme/secret,T", "T");
        Secret read = task.run(() -> secrets.read(ACME, "s"));
        assertThat(read.values()).containsExactly(Map.entry("password", "one"));
        assertThat(read.content().tags()).containsExactly(Map.entry("role", "test"));
        assertThat(read.version()).isEqualTo(1);
        assertThat(task.label()).isEqualTo(Label.parse("acme/secret/s,T"));
    }

    @Test
    void whoMayNotRead_isDenied_whetherThereIsOneOrNot() {
        make(ACME, "s", "one");
        for (String clearance : List.of("T,T", "acme/secret/t,T", "acme/function,T", "blue/secret,T")) {
            for (String name : List.of("s", "missing")) {
                assertThat(refusal(Tasks.of("T,T", clearance, "T"), () -> secrets.read(ACME, name)))
                        .as(clearance + " " + name)
                        .isEqualTo(Refusal.DENIED);
            }
        }
        assertThat(refusal(Tasks.of("T,T", "acme/secret,T", "T"), () -> secrets.read(ACME, "missing")))
                .isEqualTo(Refusal.NOT_FOUND);
    }

    @Test
    void whoDoesNotVouch_changesNothing() {
        make(ACME, "s", "one");
        for (String privilege : List.of("T", "acme/secret/s", "acme/function", "blue/secret")) {
            Task task = Tasks.of("T,T", "acme/secret&blue/secret&acme/function,T", privilege);
            assertThat(refusal(task, () -> secrets.update(ACME, "s", content("x"))))
                    .isEqualTo(Refusal.DENIED);
            assertThat(refusal(task, () -> secrets.delete(ACME, "s"))).isEqualTo(Refusal.DENIED);
            assertThat(refusal(task, () -> secrets.create(ACME, "u", content("x"))))
                    .isEqualTo(Refusal.DENIED);
        }
        assertThat(asRoot(() -> secrets.read(ACME, "s")).values()).containsValue("one");
        assertThat(asRoot(() -> secrets.list(ACME, _ -> true))).hasSize(1);
    }

    @Test
    void whatIsChanged_isRefused_whicheverBitItIs() {
        make(ACME, "s", "one");
        SecretFile good = stored(ACME, "s");
        byte[] sealed = Base64.getDecoder().decode(good.newest().sealed());
        for (int bit = 0; bit < sealed.length * Byte.SIZE; bit += 5) {
            byte[] flipped = sealed.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            store(ACME, "s", _ -> file(good.id(), 1, flipped));
            assertThat(readingRefused(ACME, "s")).as("bit %d", bit).isEqualTo(Refusal.UNAVAILABLE);
        }
        for (int length : new int[] {0, 11, 27, sealed.length - 1}) {
            store(ACME, "s", _ -> file(good.id(), 1, Arrays.copyOf(sealed, length)));
            assertThat(readingRefused(ACME, "s")).as("%d bytes", length).isEqualTo(Refusal.UNAVAILABLE);
        }
        store(ACME, "s", _ -> good);
        assertThat(asRoot(() -> secrets.read(ACME, "s")).values()).containsValue("one");
    }

    @Test
    void aSecret_inAnothersPlace_isRefused() {
        make(ACME, "s", "one");
        make(ACME, "t", "two");
        SecretFile other = stored(ACME, "t");
        SecretFile own = stored(ACME, "s");
        store(ACME, "s", _ -> other);
        assertThat(readingRefused(ACME, "s")).as("as it is").isEqualTo(Refusal.UNAVAILABLE);
        store(ACME, "s", _ -> new SecretFile(own.id(), other.versions()));
        assertThat(readingRefused(ACME, "s")).as("with the id").isEqualTo(Refusal.UNAVAILABLE);
    }

    @Test
    void aSecretOfTheSameName_thatWasDeleted_isNotTakenForTheNewOne() {
        make(ACME, "s", "old");
        SecretFile old = stored(ACME, "s");
        asRoot(() -> {
            secrets.delete(ACME, "s");
            return secrets.create(ACME, "s", content("new"));
        });
        store(ACME, "s", now -> new SecretFile(now.id(), old.versions()));
        assertThat(readingRefused(ACME, "s")).isEqualTo(Refusal.UNAVAILABLE);
    }

    @Test
    void aVersion_inAnothersPlace_isRefused() {
        make(ACME, "s", "old");
        asRoot(() -> secrets.update(ACME, "s", content("new")));
        store(
                ACME,
                "s",
                now -> new SecretFile(
                        now.id(),
                        List.of(new SecretFile.Version(
                                2, now.versions().getLast().sealed()))));
        assertThat(readingRefused(ACME, "s")).isEqualTo(Refusal.UNAVAILABLE);
    }

    /// Whoever writes to the disk may bring the organizations' keys there too; with the same key, the name of the
    /// organization keeps them apart.
    @Test
    void aSecretOfAnotherOrganization_isRefused_evenWithTheSameKey() {
        Secret made = make(ACME, "s", "one");
        make(BLUE, "s", "two");
        store(BLUE, "s", _ -> stored(ACME, "s"));
        assertThat(readingRefused(BLUE, "s")).isEqualTo(Refusal.UNAVAILABLE);

        SecretKey key = Sealing.fresh(random);
        byte[] sealed = Sealing.seal(key, Secrets.context(ACME, "secret", "s", made.id(), 1), new byte[] {1}, random);
        assertThat(Sealing.open(key, Secrets.context(ACME, "secret", "s", made.id(), 1), sealed))
                .isPresent();
        assertThat(Sealing.open(key, Secrets.context(BLUE, "secret", "s", made.id(), 1), sealed))
                .isEmpty();
    }

    @Test
    void partsOfAContext_areToldApart() {
        SecretKey key = Sealing.fresh(random);
        byte[] sealed = Sealing.seal(key, List.of("ab", "c"), new byte[] {1}, random);
        assertThat(Sealing.open(key, List.of("a", "bc"), sealed)).isEmpty();
        assertThat(Sealing.open(key, List.of("ab", "c"), sealed)).isPresent();
    }

    @Test
    void theSameValue_isSealedAnewEachTime() {
        make(ACME, "s", "one");
        String first = stored(ACME, "s").newest().sealed();
        asRoot(() -> secrets.update(ACME, "s", content("one")));
        String second = stored(ACME, "s").newest().sealed();
        assertThat(second.substring(0, 16)).as("the nonce").isNotEqualTo(first.substring(0, 16));
    }

    @Test
    void anUpdate_isTheNextVersion_andTheLastTenAreKept() {
        make(ACME, "s", "v1");
        for (int version = 2; version <= Secrets.VERSIONS_MAX + 2; version++) {
            String value = "v" + version;
            assertThat(asRoot(() -> secrets.update(ACME, "s", content(value))).version())
                    .isEqualTo(version);
        }
        assertThat(asRoot(() -> secrets.read(ACME, "s")).values()).containsValue("v12");
        assertThat(asRoot(() -> secrets.readVersion(ACME, "s", 3)).values()).containsValue("v3");
        for (long version : new long[] {0, 2, 13}) {
            assertThat(refusal(Tasks.root(), () -> secrets.readVersion(ACME, "s", version)))
                    .isEqualTo(Refusal.NOT_FOUND);
        }
        assertThat(stored(ACME, "s").versions()).hasSize(Secrets.VERSIONS_MAX);
    }

    @Test
    void whatIsTooMuch_isRefused() {
        String large = "x".repeat(Secrets.CONTENT_BYTES_MAX);
        assertThat(refusal(Tasks.root(), () -> secrets.create(ACME, "s", content(large))))
                .isEqualTo(Refusal.TOO_LARGE);
        make(ACME, "s", "one");
        assertThat(refusal(Tasks.root(), () -> secrets.update(ACME, "s", content(large))))
                .isEqualTo(Refusal.TOO_LARGE);
        for (int i = 1; i < Secrets.SECRETS_MAX; i++) {
            make(ACME, "s" + i, "one");
        }
        assertThat(refusal(Tasks.root(), () -> secrets.create(ACME, "more", content("one"))))
                .isEqualTo(Refusal.QUOTA);
        assertThat(make(BLUE, "more", "one").version()).isEqualTo(1);
    }

    @Test
    void aSecret_thatACrashLeftUnlisted_isListedByWhateverIsDoneNext() {
        make(ACME, "s", "one");
        unlist();
        assertThat(asRoot(() -> secrets.list(ACME, _ -> true))).isEmpty();
        assertThat(refusal(Tasks.root(), () -> secrets.create(ACME, "s", content("two"))))
                .isEqualTo(Refusal.EXISTS);
        assertThat(asRoot(() -> secrets.list(ACME, _ -> true))).hasSize(1);
        unlist();
        asRoot(() -> secrets.update(ACME, "s", content("two")));
        assertThat(asRoot(() -> secrets.list(ACME, _ -> true))).hasSize(1);
        unlist();
        asRoot(() -> {
            secrets.delete(ACME, "s");
            return ACME;
        });
        assertThat(readingRefused(ACME, "s")).isEqualTo(Refusal.NOT_FOUND);
    }

    @Test
    void changes_areOnRecord_withoutValues() {
        make(ACME, "s", "marker");
        asRoot(() -> secrets.update(ACME, "s", content("marker")));
        asRoot(() -> {
            secrets.delete(ACME, "s");
            return ACME;
        });
        assertThat(deeds).extracting(Deed::kind).containsExactly("secret.create", "secret.update", "secret.delete");
        assertThat(deeds).extracting(Deed::target).containsOnly(Label.parse("acme/secret/s,acme/secret"));
        assertThat(deeds.toString()).contains("version=2").doesNotContain("marker");
    }

    @Test
    void noText_showsAValue() {
        Secret secret = make(ACME, "s", "marker");
        assertThat(secret + " " + secret.content()).doesNotContain("marker");
    }

    private void unlist() {
        Task root = Tasks.root();
        root.run(() -> {
            fs.unlink(FsPath.home(Label.parse("acme/secret,acme/secret")).child("s"), Tasks.all(root, "F"));
            return root;
        });
    }

    private static FsPath path(Principal organization, String name) {
        return FsPath.home(Secrets.label(organization, name)).child(name);
    }

    private SecretFile stored(Principal organization, String name) {
        return asRoot(() ->
                SecretFile.decode(fs.read(path(organization, name), Kind.FILE).bytes()));
    }

    private void store(Principal organization, String name, UnaryOperator<SecretFile> change) {
        SecretFile now = stored(organization, name);
        Bytes next = change.apply(now).encode();
        Task root = Tasks.root();
        root.run(() -> fs.write(path(organization, name), Kind.FILE, next, 0, Tasks.all(root, "F")));
    }

    private static SecretFile file(String id, long version, byte[] sealed) {
        String text = Base64.getEncoder().encodeToString(sealed);
        return new SecretFile(id, List.of(new SecretFile.Version(version, text)));
    }
}
