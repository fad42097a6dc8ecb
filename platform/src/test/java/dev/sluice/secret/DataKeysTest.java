package dev.sluice.secret;

import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Principal;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.testing.Tasks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the organizations' keys are wrapped, and what becomes of them.
final class DataKeysTest {
    private static final Principal ACME = Principal.of("acme");

    private final SecureRandom random = new SecureRandom();
    private final Store store = new MemoryStore();
    private final Path file;

    DataKeysTest(@TempDir Path directory) {
        file = directory.resolve(DataKeys.FILE);
    }

    private DataKeys keys() throws IOException {
        return DataKeys.at(store, file, random);
    }

    private Secrets secrets(DataKeys keys) {
        var fs = new LabeledFs(store, random);
        fs.bootstrap();
        return new Secrets(fs, keys, _ -> {}, random);
    }

    private static void make(Secrets secrets) {
        var content = new Secret.Content(Map.of("password", "one"), Map.of());
        Tasks.root().run(() -> secrets.create(ACME, "s", content));
    }

    private static Map<String, String> read(Secrets secrets) {
        return Tasks.root().run(() -> secrets.read(ACME, "s").values());
    }

    private Bytes wrapped(String organization) {
        return store.get(DataKeys.place(organization)).orElseThrow();
    }

    private void put(String organization, Bytes wrapped) {
        assertThat(store.compareAndSet(DataKeys.place(organization), wrapped(organization), wrapped))
                .isTrue();
    }

    private static byte[] bytes(SecretKey key) {
        return key.getEncoded();
    }

    @Test
    void anOrganization_hasOneKey_whichARestartKeeps() throws IOException {
        DataKeys keys = keys();
        assertThat(keys.find("acme")).isEmpty();
        byte[] key = bytes(keys.make("acme"));
        assertThat(key).hasSize(32);
        assertThat(bytes(keys.make("acme"))).isEqualTo(key);
        assertThat(bytes(keys.make("blue"))).isNotEqualTo(key);
        assertThat(bytes(keys().find("acme").orElseThrow())).isEqualTo(key);
    }

    @Test
    void whoeverMakesAKeyAtOnce_getsTheSame() throws Exception {
        DataKeys keys = keys();
        Set<Bytes> made = ConcurrentHashMap.newKeySet();
        Callable<Boolean> making = () -> made.add(Bytes.copyOf(bytes(keys.make("acme"))));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(
                    IntStream.range(0, 50).mapToObj(_ -> making).toList())) {
                done.get();
            }
        }
        assertThat(made).hasSize(1);
    }

    @Test
    void aKey_isNotInTheStore_norIsTheMasterKey() throws IOException {
        byte[] key = bytes(keys().make("acme"));
        String wrapped = latin(wrapped("acme").toArray());
        assertThat(wrapped).doesNotContain(latin(key));
        assertThat(wrapped).doesNotContain(latin(bytes(master().key())));
    }

    private MasterKey master() throws IOException {
        List<MasterKey> all = new MasterKeyFile(file, random).read();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void anotherMasterKey_wrapsEverythingAnew_whileSecretsGoOn() throws IOException {
        DataKeys keys = keys();
        Secrets secrets = secrets(keys);
        make(secrets);
        byte[] key = bytes(keys.make("acme"));
        MasterKey old = master();
        Bytes before = wrapped("acme");

        DataKeys.rotate(file, random);
        assertThat(new MasterKeyFile(file, random).read()).hasSize(2);
        assertThat(read(secrets)).containsValue("one");
        keys.rewrapIfDue();
        assertThat(master().id()).isNotEqualTo(old.id());
        assertThat(wrapped("acme")).isNotEqualTo(before);
        assertThat(Sealing.open(
                        old.key(),
                        DataKeys.context("acme", old),
                        wrapped("acme")
                                .slice(MasterKey.ID_CHARS, wrapped("acme").length())
                                .toArray()))
                .as("the old one is worth nothing")
                .isEmpty();
        assertThat(read(secrets)).containsValue("one");
        assertThat(bytes(keys.make("acme"))).isEqualTo(key);
        assertThat(read(secrets(keys()))).containsValue("one");
        put("acme", before);
        assertThatThrownBy(() -> keys.find("acme")).isInstanceOf(Refused.class);
    }

    @Test
    void aKey_thatIsMadeMeanwhile_isWrappedByTheNewestMasterKey() throws IOException {
        DataKeys keys = keys();
        DataKeys.rotate(file, random);
        byte[] key = bytes(keys.make("acme"));
        keys.rewrapIfDue();
        assertThat(bytes(keys().find("acme").orElseThrow())).isEqualTo(key);
    }

    @Test
    void masterKeys_thatCameWhileNoServerRan_areTakenByTheNext() throws IOException {
        make(secrets(keys()));
        DataKeys.rotate(file, random);
        DataKeys.rotate(file, random);
        assertThat(read(secrets(keys()))).containsValue("one");
        MasterKey newest = master();
        assertThat(wrapped("acme").startsWith(Bytes.utf8(newest.id()))).isTrue();
    }

    @Test
    void manyKeys_areWrappedAnew() throws IOException {
        DataKeys keys = keys();
        IntStream.range(0, 1_100).forEach(i -> keys.make("o" + i));
        DataKeys.rotate(file, random);
        keys.rewrapIfDue();
        Bytes id = Bytes.utf8(master().id());
        assertThat(IntStream.range(0, 1_100).filter(i -> wrapped("o" + i).startsWith(id)))
                .hasSize(1_100);
    }

    @Test
    void aServer_doesNotStart_withoutTheMasterKeyThatItNeeds() throws IOException {
        keys().make("acme");
        byte[] own = Files.readAllBytes(file);
        Files.delete(file);
        assertThatThrownBy(this::keys).isInstanceOf(IOException.class).hasMessageContaining("missing");
        assertThat(file).doesNotExist();

        DataKeys.at(new MemoryStore(), file, random);
        byte[] others = Files.readAllBytes(file);
        assertThatThrownBy(this::keys).isInstanceOf(IOException.class);
        assertThat(Files.readAllBytes(file)).isEqualTo(others);

        Files.write(file, own);
        assertThat(keys().find("acme")).isPresent();
    }

    @Test
    void aFile_thatIsNoneOfOurs_isNotTaken() throws IOException {
        keys();
        String good = Files.readString(file);
        for (String bad : List.of(
                "",
                "x",
                good.substring(1),
                good.substring(good.indexOf(' ') + 1),
                good.replace(' ', '\t'),
                good + "x y\n",
                "a b\n",
                "x".repeat(9_000))) {
            Files.writeString(file, bad);
            assertThatThrownBy(this::keys).as(bad).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> DataKeys.rotate(file, random)).as(bad).isInstanceOf(IOException.class);
            assertThat(Files.readString(file)).isEqualTo(bad);
        }
        Files.writeString(file, good.repeat(200));
        assertThatThrownBy(this::keys).as("too large").isInstanceOf(IOException.class);
        byte[] weak = new byte[16];
        String id = Digest.of(Bytes.copyOf(weak)).hex().substring(0, MasterKey.ID_CHARS);
        Files.writeString(file, id + " " + Base64.getEncoder().encodeToString(weak) + "\n");
        assertThatThrownBy(this::keys).as("another kind of key").isInstanceOf(IOException.class);
    }

    @Test
    void masterKeys_areOnlySoMany_untilAServerNeedsOneOnly() throws IOException {
        keys();
        for (int i = 1; i < MasterKeyFile.KEYS_MAX; i++) {
            DataKeys.rotate(file, random);
        }
        assertThatThrownBy(() -> DataKeys.rotate(file, random)).hasMessageContaining("start the server");
        keys();
        DataKeys.rotate(file, random);
        assertThat(new MasterKeyFile(file, random).read()).hasSize(2);
    }

    @Test
    void aFile_thatOthersCanRead_isNotTaken() throws IOException {
        keys();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(this::keys).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> DataKeys.rotate(file, random)).isInstanceOf(IOException.class);
    }

    @Test
    void aLink_leadsToAFileOnAnotherDisk() throws IOException {
        Path elsewhere = Files.createDirectory(file.resolveSibling("elsewhere"));
        Files.createSymbolicLink(file, Path.of("elsewhere", "key"));
        DataKeys keys = keys();
        byte[] key = bytes(keys.make("acme"));
        DataKeys.rotate(file, random);
        keys.rewrapIfDue();
        assertThat(file).isSymbolicLink();
        assertThat(elsewhere.resolve("key")).isRegularFile();
        assertThat(bytes(keys().find("acme").orElseThrow())).isEqualTo(key);
        Files.delete(elsewhere.resolve("key"));
        assertThatThrownBy(this::keys).hasMessageContaining("missing");
    }

    @Test
    void aFile_thatIsGone_changesNothingForAServerThatRuns() throws IOException {
        DataKeys keys = keys();
        byte[] key = bytes(keys.make("acme"));
        Files.delete(file);
        keys.rewrapIfDue();
        assertThat(bytes(keys.find("acme").orElseThrow())).isEqualTo(key);
        assertThat(file).doesNotExist();
        DataKeys.rotate(file, random);
        assertThat(file).doesNotExist();
    }

    @Test
    void aKey_inAnothersPlace_orChanged_opensNothing() throws IOException {
        DataKeys keys = keys();
        keys.make("acme");
        keys.make("blue");
        Bytes own = wrapped("acme");
        put("acme", wrapped("blue"));
        assertThatThrownBy(() -> keys.find("acme")).isInstanceOf(Refused.class);
        for (int at = 0; at < own.length(); at++) {
            byte[] flipped = own.toArray();
            flipped[at] ^= 1;
            put("acme", Bytes.takeOver(flipped));
            assertThatThrownBy(() -> keys.find("acme")).as("byte %d", at).isInstanceOf(Refused.class);
        }
        put("acme", own.slice(0, 10));
        assertThatThrownBy(() -> keys.find("acme")).isInstanceOf(Refused.class);
    }

    @Test
    void aKeyThatHasEnded_opensNothingAnyMore() throws IOException {
        DataKeys keys = keys();
        Secrets secrets = secrets(keys);
        make(secrets);
        keys.make("blue");
        Bytes shard = keys.destroy("acme");
        assertThat(DataKeys.place("acme").startsWith(shard)).isTrue();
        assertThat(store.get(DataKeys.place("acme"))).isEmpty();
        assertThat(refusal(Tasks.root(), () -> secrets.read(ACME, "s"))).isEqualTo(Refusal.UNAVAILABLE);
        assertThat(keys.find("blue")).isPresent();
        byte[] next = bytes(keys.make("acme"));
        assertThat(next).hasSize(32);
        assertThat(refusal(Tasks.root(), () -> secrets.read(ACME, "s"))).isEqualTo(Refusal.UNAVAILABLE);
    }
}
