package dev.sluice.blob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every `Blobs` does for whoever collects them.
@Timeout(60)
public abstract class RemovalContract {
    private static final Instant START = Instant.ofEpochSecond(1_000_000);
    private static final Bytes CONTENT = Bytes.utf8("some content");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private Blobs blobs;

    protected abstract Blobs open(InstantSource clock) throws IOException;

    @BeforeEach
    void openTheBlobs() throws IOException {
        blobs = open(now::get);
    }

    @Test
    void list_givesEachNameOnce_inOrder_pageByPage() throws Exception {
        assertThat(blobs.list(Optional.empty(), 10)).isEmpty();
        var put = new ArrayList<Digest>();
        for (int i = 0; i < 500; i++) {
            put.add(put(Bytes.utf8("content " + i)));
        }
        put.sort(Comparator.comparing(Digest::hex));
        var listed = new ArrayList<Digest>();
        List<Digest> page = blobs.list(Optional.empty(), 7);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(7);
            listed.addAll(page);
            page = blobs.list(Optional.of(page.getLast()), 7);
        }
        assertThat(listed).isEqualTo(put);
        Digest gone = put.get(250);
        assertThat(blobs.remove(gone, START.plusMillis(1), () -> true)).isTrue();
        assertThat(blobs.list(Optional.of(gone), 1)).containsExactly(put.get(251));
    }

    @Test
    void remove_deletesWhatIsOldAndGarbage() throws Exception {
        Digest digest = put(CONTENT);
        assertThat(blobs.remove(digest, START.plusMillis(1), () -> true)).isTrue();
        assertThat(blobs.open(digest)).isEmpty();
        assertThat(blobs.list(Optional.empty(), 10)).isEmpty();
        assertThat(blobs.remove(digest, START.plusMillis(1), () -> true)).isFalse();
        assertThat(put(CONTENT)).isEqualTo(digest);
        assertThat(blobs.open(digest)).isPresent();
    }

    @Test
    void remove_leavesWhatIsYoung_needed_orHeld() throws Exception {
        Digest digest = put(CONTENT);
        assertThat(blobs.remove(digest, START, () -> true)).as("young").isFalse();
        assertThat(blobs.remove(digest, START.plusMillis(1), () -> false))
                .as("needed")
                .isFalse();
        Blobs.Hold hold = blobs.hold(digest);
        Blobs.Hold another = blobs.hold(digest);
        hold.close();
        hold.close();
        assertThat(blobs.remove(digest, START.plusMillis(1), () -> true))
                .as("held by another still")
                .isFalse();
        another.close();
        assertThat(blobs.open(digest)).isPresent();
        assertThat(blobs.remove(digest, START.plusMillis(1), () -> true)).isTrue();
    }

    @Test
    void anotherPut_makesABlobYoungAgain() throws Exception {
        Digest digest = put(CONTENT);
        now.set(START.plus(Duration.ofHours(1)));
        put(CONTENT);
        assertThat(blobs.remove(digest, now.get(), () -> true)).isFalse();
        assertThat(blobs.remove(digest, now.get().plusMillis(1), () -> true)).isTrue();
    }

    @Test
    void whoHasABlobOpen_readsOnAfterItIsRemoved() throws Exception {
        Digest digest = put(CONTENT);
        try (var blob = blobs.open(digest).orElseThrow()) {
            assertThat(blobs.remove(digest, START.plusMillis(1), () -> true)).isTrue();
            assertThat(blob.stream(0).readAllBytes()).isEqualTo(CONTENT.toArray());
        }
    }

    /// While it is decided that a blob is garbage, no put of the same bytes ends: what was put is there.
    @Test
    void putBesideARemoval_isThereAfterwards() throws Exception {
        Digest digest = put(CONTENT);
        now.set(START.plus(Duration.ofHours(1)));
        var isAsked = new CountDownLatch(1);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var isPut = new AtomicBoolean();
            Future<Boolean> removal = executor.submit(() -> blobs.remove(digest, now.get(), () -> {
                isAsked.countDown();
                boolean ended = waitALittle(isPut);
                assertThat(ended).isFalse();
                return true;
            }));
            isAsked.await();
            Future<Digest> putting = executor.submit(() -> {
                Digest again = put(CONTENT);
                isPut.set(true);
                return again;
            });
            assertThat(removal.get()).isTrue();
            assertThat(putting.get()).isEqualTo(digest);
        }
        assertThat(blobs.open(digest)).isPresent();
    }

    private static boolean waitALittle(AtomicBoolean until) {
        long end = System.nanoTime() + Duration.ofMillis(200).toNanos();
        while (!until.get() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return until.get();
    }

    private Digest put(Bytes content) throws IOException {
        return blobs.put(new ByteArrayInputStream(content.toArray()), Long.MAX_VALUE);
    }
}
