package dev.sluice.store.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import dev.sluice.store.StoreContract;
import dev.sluice.store.StoreFailed;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksStoreTest extends StoreContract {
    static final Path LIBRARIES = Path.of("target", "native");

    @TempDir
    Path directory;

    @Override
    protected Store open() {
        return new RocksStore(directory.resolve("store"), LIBRARIES);
    }

    @Test
    void theDirectory_isForItsOwnerOnly() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("store"))))
                .isEqualTo("rwx------");
    }

    @Test
    void reopening_findsAllThatWasCommitted_alsoBehind() {
        Bytes large = Bytes.takeOver(new byte[1 << 20]);
        for (int i = 0; i < 100; i++) {
            store.commitBehind(new Batch().put(Bytes.utf8("k" + i), large));
        }
        store.putIfAbsent(Bytes.utf8("z"), large);
        store.close();
        store = open();
        for (int i = 0; i < 100; i++) {
            assertThat(store.get(Bytes.utf8("k" + i))).contains(large);
        }
        assertThat(store.scan(Bytes.utf8("k"), Bytes.EMPTY, 1000)).hasSizeGreaterThan(10);
        assertThat(store.get(Bytes.utf8("z"))).contains(large);
    }

    @Test
    void reads_thatNeedTheDisk_areServedToManyVirtualThreads() throws Exception {
        for (int i = 0; i < 2_000; i++) {
            store.commitBehind(new Batch().put(Bytes.utf8("k%04d".formatted(i)), Bytes.takeOver(new byte[2_000])));
        }
        store.close();
        store = open();
        inParallel(50, Thread.ofVirtual().factory(), i -> {
            for (int k = i; k < 2_000; k += 50) {
                assertThat(store.get(Bytes.utf8("k%04d".formatted(k)))).isPresent();
            }
            assertThat(store.scan(Bytes.utf8("k"), Bytes.EMPTY, 1_000)).hasSize(1_000);
        });
    }

    @Test
    void aTornEndOfTheLog_costsItsLastBatchOnly() throws Exception {
        Bytes value = Bytes.takeOver(new byte[10_000]);
        for (int i = 0; i < 10; i++) {
            store.putIfAbsent(Bytes.utf8("k" + i), value);
        }
        store.close();
        try (var log = new RandomAccessFile(log().toFile(), "rw")) {
            log.setLength(log.length() - 100);
        }
        store = open();
        for (int i = 0; i < 9; i++) {
            assertThat(store.get(Bytes.utf8("k" + i))).contains(value);
        }
        assertThat(store.get(Bytes.utf8("k9"))).isEmpty();
    }

    @Test
    void aDamagedLog_isRefused_insteadOfForgettingWhatFollows() throws Exception {
        Bytes value = Bytes.takeOver(new byte[10_000]);
        for (int i = 0; i < 10; i++) {
            store.putIfAbsent(Bytes.utf8("k" + i), value);
        }
        store.close();
        try (var log = new RandomAccessFile(log().toFile(), "rw")) {
            log.seek(log.length() / 2);
            log.write(1);
        }
        assertThatExceptionOfType(StoreFailed.class).isThrownBy(this::open).withMessageContaining("cannot be opened");
    }

    private Path log() throws IOException {
        try (var files = Files.list(directory.resolve("store"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    @Test
    void openingAStoreThatIsOpen_isRefusedClearly() {
        assertThatExceptionOfType(StoreFailed.class).isThrownBy(this::open).withMessageContaining("in use");
    }

    @Test
    void openingWhatIsNoDirectory_isRefusedClearly() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatExceptionOfType(StoreFailed.class)
                .isThrownBy(() -> new RocksStore(file, LIBRARIES))
                .withMessageContaining("cannot be opened");
    }

    @Test
    void closing_whileOthersReadAndWrite_endsThemAll_andCrashesNothing() throws Exception {
        Bytes key = Bytes.utf8("key");
        store.putIfAbsent(key, key);
        var refused = new AtomicInteger();
        inParallel(9, Thread.ofPlatform().factory(), i -> {
            if (i == 8) {
                await().until(() -> store.get(Bytes.utf8("w7")).isPresent());
                store.close();
                return;
            }
            try {
                while (true) {
                    switch (i % 4) {
                        case 0 -> store.get(key);
                        case 1 -> store.scan(Bytes.EMPTY, Bytes.EMPTY, 100);
                        case 2 -> store.commit(new Batch().put(Bytes.utf8("w" + i), key));
                        default -> store.commitBehind(new Batch().put(Bytes.utf8("w" + i), key));
                    }
                }
            } catch (IllegalStateException closed) {
                refused.incrementAndGet();
            }
        });
        assertThat(refused).hasValue(8);
    }
}
