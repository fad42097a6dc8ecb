package dev.sluice.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every `Blobs` does.
@Timeout(120)
public abstract class BlobsContract {
    private static final Bytes CONTENT = Bytes.utf8("some content");
    private static final long PLENTY = 1L << 40;

    protected Blobs blobs;

    protected abstract Blobs open() throws IOException;

    /// How many things are kept, whole or not.
    protected abstract long kept() throws IOException;

    @BeforeEach
    void openTheBlobs() throws IOException {
        blobs = open();
    }

    @Test
    void put_thenOpen_yieldsTheSameBytes_underTheirDigest() throws Exception {
        Digest digest = put(CONTENT);
        assertThat(digest).isEqualTo(Digest.of(CONTENT));
        assertThat(read(digest, 0)).isEqualTo(CONTENT);
        assertThat(read(put(Bytes.EMPTY), 0)).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void open_ofWhatWasNeverPut_isEmpty() throws Exception {
        assertThat(blobs.open(Digest.of(CONTENT))).isEmpty();
    }

    @Test
    void stream_fromAnOffset_yieldsTheRest() throws Exception {
        Digest digest = put(CONTENT);
        assertThat(read(digest, 5)).isEqualTo(CONTENT.slice(5, 12));
        assertThat(read(digest, 12)).isEqualTo(Bytes.EMPTY);
        try (var blob = blobs.open(digest).orElseThrow()) {
            assertThat(blob.length()).isEqualTo(12);
            assertThatIllegalArgumentException().isThrownBy(() -> blob.stream(13));
            assertThatIllegalArgumentException().isThrownBy(() -> blob.stream(-1));
        }
    }

    @Test
    void streams_ofOneBlob_areIndependent() throws Exception {
        try (var blob = blobs.open(put(CONTENT)).orElseThrow()) {
            InputStream one = blob.stream(0);
            InputStream other = blob.stream(0);
            assertThat(one.read()).isEqualTo('s');
            assertThat(one.skip(4)).isEqualTo(4);
            assertThat(other.readAllBytes()).isEqualTo(CONTENT.toArray());
            assertThat(one.readAllBytes()).isEqualTo(CONTENT.slice(5, 12).toArray());
            assertThat(one.skip(1)).isZero();
        }
    }

    @Test
    void stream_ofAClosedBlob_fails() throws Exception {
        var blob = blobs.open(put(CONTENT)).orElseThrow();
        InputStream stream = blob.stream(0);
        blob.close();
        assertThatIOException().isThrownBy(stream::read);
    }

    @Test
    void put_ofTheSameContentTwice_keepsItOnce() throws Exception {
        assertThat(put(CONTENT)).isEqualTo(put(CONTENT));
        assertThat(kept()).isEqualTo(1);
    }

    @Test
    void put_ofMoreThanAllowed_isRefused_andLeavesNothing() throws Exception {
        assertThatExceptionOfType(BlobTooLarge.class).isThrownBy(() -> blobs.put(stream(CONTENT), 11));
        assertThatExceptionOfType(BlobTooLarge.class).isThrownBy(() -> blobs.put(new Endless(), 1 << 20));
        assertThat(kept()).isZero();
        assertThat(blobs.put(stream(CONTENT), 12)).isEqualTo(Digest.of(CONTENT));
        assertThat(blobs.put(stream(Bytes.EMPTY), 0)).isEqualTo(Digest.of(Bytes.EMPTY));
    }

    @Test
    void put_whoseInputFails_leavesNothing() throws Exception {
        assertThatIOException()
                .isThrownBy(() -> blobs.put(new SequenceInputStream(stream(CONTENT), new Broken()), PLENTY))
                .withMessage("the peer went away");
        assertThat(kept()).isZero();
    }

    @Test
    void put_onAnInterruptedThread_eitherKeepsAll_orNothing() throws Exception {
        Thread.currentThread().interrupt();
        try {
            put(CONTENT);
        } catch (IOException interrupted) {
            assertThat(kept()).isZero();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(read(put(CONTENT), 0)).isEqualTo(CONTENT);
    }

    @Test
    void upload_pieceByPiece_isKeptWhenFinished() throws Exception {
        try (var upload = blobs.begin(12)) {
            upload.write(CONTENT.slice(0, 5));
            upload.write(Bytes.EMPTY);
            upload.write(CONTENT.slice(5, 12));
            assertThat(upload.finish()).isEqualTo(Digest.of(CONTENT));
        }
        assertThat(read(Digest.of(CONTENT), 0)).isEqualTo(CONTENT);
        assertThat(kept()).isEqualTo(1);
    }

    @Test
    void upload_closedBeforeItsEnd_leavesNothing() throws Exception {
        try (var upload = blobs.begin(12)) {
            upload.write(CONTENT);
        }
        assertThat(kept()).isZero();
        assertThat(blobs.open(Digest.of(CONTENT))).isEmpty();
    }

    @Test
    void upload_afterItsEnd_takesNothingMore() throws Exception {
        try (var upload = blobs.begin(100)) {
            upload.write(CONTENT);
            upload.finish();
            assertThatIOException().isThrownBy(() -> upload.write(CONTENT));
            assertThatIOException().isThrownBy(upload::finish);
        }
        assertThat(read(Digest.of(CONTENT), 0)).isEqualTo(CONTENT);
    }

    @Test
    void put_ofALargeBlob_passesItThroughASmallBuffer() throws Exception {
        long length = 100 << 20;
        var content = new Endless();
        var limited = new InputStream() {
            private long left = length;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] target, int offset, int count) {
                int most = (int) Math.min(count, left);
                left -= most;
                return most == 0 ? -1 : content.read(target, offset, most);
            }
        };
        Digest digest = blobs.put(limited, length);
        assertThat(content.largestRead).isLessThanOrEqualTo(1 << 20);
        try (var blob = blobs.open(digest).orElseThrow()) {
            assertThat(blob.length()).isEqualTo(length);
            assertThat(blob.stream(length - 3).readAllBytes()).containsExactly(7, 7, 7);
        }
    }

    @Test
    void puts_ofManyAtOnce_keepEachContentOnce() throws Exception {
        List<Bytes> contents = new ArrayList<>();
        var random = new Random(1);
        for (int i = 0; i < 10; i++) {
            byte[] content = new byte[200_000];
            random.nextBytes(content);
            contents.add(Bytes.takeOver(content));
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Digest>> digests = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Bytes content = contents.get(i % contents.size());
                digests.add(executor.submit(() -> put(content)));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(digests.get(i).get()).isEqualTo(Digest.of(contents.get(i % contents.size())));
            }
        }
        assertThat(kept()).isEqualTo(contents.size());
        for (Bytes content : contents) {
            assertThat(read(Digest.of(content), 0)).isEqualTo(content);
        }
    }

    @Test
    void reopening_findsWhatWasPut() throws Exception {
        Digest digest = put(CONTENT);
        blobs = open();
        assertThat(read(digest, 0)).isEqualTo(CONTENT);
    }

    private Digest put(Bytes content) throws IOException {
        return blobs.put(stream(content), PLENTY);
    }

    private Bytes read(Digest digest, long offset) throws IOException {
        try (var blob = blobs.open(digest).orElseThrow()) {
            return Bytes.takeOver(blob.stream(offset).readAllBytes());
        }
    }

    private static InputStream stream(Bytes content) {
        return new ByteArrayInputStream(content.toArray());
    }

    private static final class Broken extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("the peer went away");
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            return read();
        }
    }

    private static final class Endless extends InputStream {
        private int largestRead;

        @Override
        public int read() {
            return 7;
        }

        @Override
        public int read(byte[] target, int offset, int count) {
            largestRead = Math.max(largestRead, target.length);
            Arrays.fill(target, offset, offset + count, (byte) 7);
            return count;
        }
    }
}
