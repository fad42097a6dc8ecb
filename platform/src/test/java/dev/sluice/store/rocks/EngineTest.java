package dev.sluice.store.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.store.Batch;
import dev.sluice.store.KeyRange;
import dev.sluice.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

final class EngineTest {
    private static final Bytes KEY = Bytes.utf8("key");

    @TempDir
    Path directory;

    @BeforeAll
    static void load() {
        RocksLibrary.load(RocksStoreTest.LIBRARIES);
    }

    @Test
    void aCachedRead_ofWhatIsOnDisk_needsTheDisk_butOnlyOnce() throws Exception {
        byte[] random = new byte[Store.VALUE_BYTES_MAX];
        new Random(1).nextBytes(random);
        Bytes value = Bytes.takeOver(random);
        try (var engine = new Engine(directory)) {
            engine.write(List.of(new Batch.Change(KEY, value)));
            assertThat(engine.get(KEY, Engine.Tier.CACHE)).contains(value);
        }
        try (var engine = new Engine(directory)) {
            assertThatExceptionOfType(RocksDBException.class)
                    .isThrownBy(() -> engine.get(KEY, Engine.Tier.CACHE))
                    .matches(Engine::needsDisk);
            assertThatExceptionOfType(RocksDBException.class)
                    .isThrownBy(() -> engine.page(new KeyRange(KEY, null), 1, false, Engine.Tier.CACHE))
                    .matches(Engine::needsDisk);
            assertThat(engine.get(KEY, Engine.Tier.DISK)).contains(value);
            assertThat(engine.get(KEY, Engine.Tier.CACHE)).contains(value);
            assertThat(engine.page(new KeyRange(KEY, null), 1, false, Engine.Tier.CACHE))
                    .containsExactly(new Store.Entry(KEY, value));
        }
    }

    @Test
    void aCachedScan_overManyDeletedKeys_isHandedOver() throws Exception {
        try (var engine = new Engine(directory)) {
            List<Bytes> keys = IntStream.range(0, 3_000)
                    .mapToObj(i -> Bytes.utf8("%06d".formatted(i)))
                    .toList();
            engine.write(keys.stream().map(key -> new Batch.Change(key, KEY)).toList());
            engine.write(keys.stream().map(key -> new Batch.Change(key, null)).toList());
            assertThatExceptionOfType(RocksDBException.class)
                    .isThrownBy(() -> engine.page(new KeyRange(Bytes.EMPTY, null), 1, false, Engine.Tier.CACHE))
                    .matches(Engine::needsDisk);
            assertThat(engine.page(new KeyRange(Bytes.EMPTY, null), 1, false, Engine.Tier.DISK))
                    .isEmpty();
        }
    }
}
