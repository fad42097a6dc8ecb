package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.Blobs;
import dev.sluice.blob.disk.DiskBlobs;
import dev.sluice.bytes.Digest;
import dev.sluice.store.Store;
import dev.sluice.store.rocks.RocksStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server that collects is killed again and again, at any moment: all that the root leads to is there, with its
/// bytes, and the next cycle frees all else.
@Timeout(120)
final class CollectorCrashTest {
    private static final int ROUNDS = 5;
    private static final int CYCLES_MAX = 40;
    private static final Path LIBRARIES = Path.of("target", "native");
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
    private static final int BOOTSTRAP_ITEMS = 2;

    @TempDir
    Path directory;

    @Test
    void killedInACycle_losesNothingReachable_andTheNextOneFreesTheRest() throws Exception {
        var random = new Random();
        for (int round = 0; round < ROUNDS; round++) {
            Instant then = START.plus(Duration.ofDays(2L * round));
            runAndKill(then, random);
            try (Store store = new RocksStore(directory.resolve("store"), LIBRARIES)) {
                var blobs = new DiskBlobs(directory.resolve("blobs"), () -> then);
                assertThat(Reachable.stored(store)).as("reachable objects").containsAll(Reachable.from(store));
                assertThat(listed(blobs)).as("reachable bytes").containsAll(needed(store));
                if (round % 2 == 0) {
                    collectAndCompare(store, blobs, then.plus(Duration.ofDays(1)));
                }
            }
        }
    }

    private void collectAndCompare(Store store, Blobs blobs, Instant now) throws Exception {
        var fs = new LabeledFs(store, new SecureRandom(), CollectingProcess.settings(now));
        var reachable = Reachable.from(store);
        var collector = new Collector(fs, store, new SecureRandom(), Duration.ZERO);
        collector.collect();
        collector.collect();
        assertThat(Reachable.from(store)).isEqualTo(reachable);
        assertThat(reachable).as("nothing else is left").containsAll(Reachable.stored(store));
        assertThat(Reachable.notes(store)).isZero();
        Map<String, Cost> sums = Sums.kept(store, List.of(""));
        Map<String, Cost> counted = Sums.counted(store);
        assertThat(Objects.requireNonNull(sums.get("")).items())
                .isEqualTo(Objects.requireNonNull(counted.get("")).items() - BOOTSTRAP_ITEMS);
        assertThat(counted).containsOnlyKeys("");
        var later = now.plus(BlobCollector.GRACE).plusSeconds(1);
        new BlobCollector(fs, store, blobs, () -> later, Duration.ZERO).collect();
        assertThat(listed(blobs)).isEqualTo(needed(store));
    }

    private void runAndKill(Instant now, Random random) throws IOException, InterruptedException {
        int cycles = random.nextInt(CYCLES_MAX);
        long micros = random.nextLong(20_000);
        Process process = start(now);
        try (BufferedReader lines = process.inputReader()) {
            for (int i = 0; i <= cycles; i++) {
                assertThat(lines.readLine()).isEqualTo("CYCLE");
            }
            long kill = System.nanoTime() + micros * 1_000;
            while (System.nanoTime() < kill) {
                Thread.onSpinWait();
            }
            process.toHandle().destroyForcibly(); // the Process would close its output, too
            lines.lines().forEach(line -> assertThat(line).startsWith("C"));
        }
        process.waitFor();
    }

    private Process start(Instant now) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CollectingProcess.class.getName(),
                        directory.toString(),
                        LIBRARIES.toString(),
                        now.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static Set<String> listed(Blobs blobs) throws IOException {
        var names = new TreeSet<String>();
        List<Digest> page = blobs.list(Optional.empty(), 100);
        while (!page.isEmpty()) {
            page.forEach(name -> names.add(name.hex()));
            page = blobs.list(Optional.of(page.getLast()), 100);
        }
        return names;
    }

    /// The bytes that reachable objects name.
    private static Set<String> needed(Store store) {
        var names = new HashSet<String>();
        Reachable.from(store)
                .forEach(key -> store.get(key)
                        .filter(_ -> key.at(4) == 'o')
                        .map(StoredObject::decode)
                        .filter(object -> object.kind() == Kind.BLOB)
                        .ifPresent(object -> names.add(
                                BlobRef.decode(object.bytes()).digest().hex())));
        return names;
    }
}
