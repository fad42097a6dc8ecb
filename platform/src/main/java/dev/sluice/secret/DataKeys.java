package dev.sluice.secret;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import javax.crypto.SecretKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys that organizations' secrets are sealed with: one for each organization, wrapped by the server's master
/// key. Another master key wraps them anew; what they have sealed is not touched. Without its key, all that an
/// organization has sealed is noise.
///
/// They stand beside the labeled file system, not in it: no label lets exactly those use one who may read any of
/// its secrets, and where one has ended nothing of it may be left on the disk.
///
/// Thread-safe. One process has the store; others may put a master key into the file.
public final class DataKeys {
    /// Of the master keys, in the data directory.
    public static final String FILE = "master.key";

    private static final int WRAPPED_AT_ONCE = 500;
    private static final int SHARD_BYTES = 4;
    private static final char KEY = 'K';
    private static final Bytes PREFIX = prefix();
    private static final Bytes SHARD = PREFIX.slice(0, SHARD_BYTES);
    private static final Logger LOG = LoggerFactory.getLogger(DataKeys.class);

    private final Store store;
    private final MasterKeyFile file;
    private final SecureRandom random;
    private final ReentrantReadWriteLock wrapping = new ReentrantReadWriteLock();
    private List<MasterKey> masters = List.of(); // the newest first; guarded by wrapping
    private String stamp = "";

    private DataKeys(Store store, MasterKeyFile file, SecureRandom random) {
        this.store = store;
        this.file = file;
        this.random = random;
    }

    /// Makes the first master key, unless something needs one that is missing.
    ///
    /// @param file of the master keys
    /// @throws IOException if the file cannot be used, or lacks a master key that something is wrapped with
    public static DataKeys at(Store store, Path file, SecureRandom random) throws IOException {
        var masterKeys = new MasterKeyFile(file, random);
        if (!masterKeys.exists()) {
            if (!store.scan(PREFIX, Bytes.EMPTY, 1).isEmpty()) {
                throw new IOException(file + ", the file of the master key, is missing: put it back, as nothing else"
                        + " opens the secrets that are stored");
            }
            masterKeys.rotate();
        }
        var keys = new DataKeys(store, masterKeys, random);
        keys.rewrap();
        return keys;
    }

    /// Makes another master key the one that wraps, where there is one. A server that runs need not be stopped: it
    /// wraps everything anew at once, as one that starts does, and then forgets the old one.
    ///
    /// @throws IOException if the file cannot be used
    public static void rotate(Path file, SecureRandom random) throws IOException {
        var masterKeys = new MasterKeyFile(file, random);
        if (masterKeys.exists()) {
            masterKeys.rotate();
        }
    }

    /// The key of an organization; empty if it has none.
    ///
    /// @throws Refused `UNAVAILABLE` if the key does not open
    Optional<SecretKey> find(String organization) {
        Lock using = wrapping.readLock();
        using.lock();
        try {
            return store.get(place(organization)).map(wrapped -> unwrap(organization, wrapped));
        } finally {
            using.unlock();
        }
    }

    /// The key of an organization, made if it has none.
    ///
    /// @throws Refused as [#find]
    SecretKey make(String organization) {
        Lock using = wrapping.readLock();
        using.lock();
        try {
            Bytes fresh = wrap(organization, Sealing.fresh(random));
            while (true) {
                Optional<Bytes> there = store.get(place(organization));
                if (there.isPresent()) {
                    return unwrap(organization, there.get());
                }
                store.putIfAbsent(place(organization), fresh);
            }
        } finally {
            using.unlock();
        }
    }

    /// Ends the key of an organization, and with it all that it has sealed.
    ///
    /// @return where the store must be rewritten, so that nothing of the key is left on the disk
    public Bytes destroy(String organization) {
        Lock changing = wrapping.writeLock();
        changing.lock();
        try {
            store.commit(new Batch().delete(place(organization)));
        } finally {
            changing.unlock();
        }
        return SHARD;
    }

    /// Looks if there is another master key, and wraps everything with it. To be called again and again by one thread.
    public void rewrapIfDue() {
        try {
            if (!file.stamp().equals(stamp)) {
                rewrap();
            }
        } catch (IOException cannot) {
            LOG.error("the master keys cannot be read again, so those of before are used: {}", cannot.getMessage());
        }
    }

    /// Wraps all with the newest master key, and forgets the others when nothing on the disk needs them.
    private void rewrap() throws IOException {
        stamp = file.stamp();
        List<MasterKey> stored = file.read();
        Lock changing = wrapping.writeLock();
        changing.lock();
        try {
            masters = stored;
            wrapAll();
            masters = List.of(stored.getFirst());
        } finally {
            changing.unlock();
        }
        if (stored.size() > 1) {
            store.rewrite(Set.of(SHARD));
            file.forgetBefore(stored.getFirst());
            LOG.info("the keys of secrets are wrapped with another master key");
        }
    }

    private void wrapAll() throws IOException {
        List<Store.Entry> page = store.scan(PREFIX, Bytes.EMPTY, WRAPPED_AT_ONCE);
        while (!page.isEmpty()) {
            var batch = new Batch();
            for (Store.Entry entry : page) {
                if (!masterOf(entry.value()).equals(Optional.of(masters.getFirst()))) {
                    String organization = organization(entry.key());
                    SecretKey key = opened(organization, entry.value())
                            .orElseThrow(() -> new IOException("a key of secrets does not open: put the file of the"
                                    + " master key back as it was before it was changed"));
                    batch.put(entry.key(), wrap(organization, key));
                }
            }
            store.commit(batch);
            page = store.scan(PREFIX, page.getLast().key(), WRAPPED_AT_ONCE);
        }
    }

    /// The id of the master key, then what it has sealed.
    private Bytes wrap(String organization, SecretKey key) {
        MasterKey master = masters.getFirst();
        byte[] sealed = Sealing.seal(master.key(), context(organization, master), key.getEncoded(), random);
        var out = new ByteArrayOutputStream();
        out.writeBytes(master.id().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(sealed);
        return Bytes.takeOver(out.toByteArray());
    }

    private SecretKey unwrap(String organization, Bytes wrapped) {
        return opened(organization, wrapped)
                .orElseThrow(() -> new Refused(Refusal.UNAVAILABLE, "the key of the secrets does not open"));
    }

    private Optional<SecretKey> opened(String organization, Bytes wrapped) {
        return masterOf(wrapped)
                .flatMap(master -> Sealing.open(
                        master.key(),
                        context(organization, master),
                        wrapped.slice(MasterKey.ID_CHARS, wrapped.length()).toArray()))
                .map(Sealing::key);
    }

    private Optional<MasterKey> masterOf(Bytes wrapped) {
        return masters.stream()
                .filter(master -> wrapped.startsWith(Bytes.utf8(master.id())))
                .findFirst();
    }

    /// Whose key it is: it opens as nobody else's.
    static List<String> context(String organization, MasterKey master) {
        return List.of("key of secrets", organization, master.id());
    }

    static Bytes place(String organization) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(PREFIX.readOnlyArray());
        out.writeBytes(organization.getBytes(StandardCharsets.UTF_8));
        return Bytes.takeOver(out.toByteArray());
    }

    private static String organization(Bytes place) {
        return place.slice(PREFIX.length(), place.length()).utf8();
    }

    /// All in one shard, so that one scan finds them.
    private static Bytes prefix() {
        byte[] shard = Digest.sha256().digest("keys of secrets".getBytes(StandardCharsets.UTF_8));
        byte[] prefix = Arrays.copyOf(shard, SHARD_BYTES + 1);
        prefix[SHARD_BYTES] = (byte) KEY;
        return Bytes.takeOver(prefix);
    }
}
