package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.blob.Blobs;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.Reservation;
import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.fs.Usage;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

final class HandlesTest {
    private static final Bytes TEXT = Bytes.utf8("text");

    private final MemoryStore store = new MemoryStore();
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final Handles handles = new Handles(blobs);

    private Reservation room() {
        var unlinked = new UnlinkedBlobs(new LabeledFs(store, new SecureRandom()), blobs);
        return new Task(Label.PUBLIC, Label.TOP, Privilege.NONE, "acme").run(unlinked::reserve);
    }

    @Test
    void anOutput_isHeldFromItsEnd_toTheEndOfTheRun() throws Exception {
        String output = handles.createOutput(1_000, room());
        handles.write(output, TEXT);
        String other = handles.create();
        handles.write(other, Bytes.utf8("other"));
        handles.finish(other);
        handles.finish(output);
        assertThat(blobs.isHeld(Digest.of(TEXT))).isTrue();
        assertThat(blobs.isHeld(Digest.of(Bytes.utf8("other")))).isFalse();
        handles.close();
        assertThat(blobs.isHeld(Digest.of(TEXT))).isFalse();
    }

    @Test
    void anOutput_isChargedWhileItIsWritten_andNotWhereItIsNotKept() throws Exception {
        handles.write(handles.createOutput(1_000, room()), TEXT);
        assertThat(Usage.of(store, "acme").bytes()).isGreaterThanOrEqualTo(TEXT.length());
        handles.close();
        assertThat(Usage.of(store, "acme").bytes()).isZero();
    }

    /// A second one would take the place of the first, whose room nobody would give back.
    @Test
    void aRun_hasOneOutput() throws Exception {
        String output = handles.createOutput(1_000, room());
        handles.write(output, TEXT);
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> handles.createOutput(1_000, room()))
                .satisfies(refused -> assertThat(refused.refusal()).isEqualTo(Refusal.EXISTS));
        handles.finish(output);
        assertThat(handles.output().map(Handles.Output::blob).map(BlobRef::digest))
                .contains(Digest.of(TEXT));
        handles.close();
        assertThat(Usage.of(store, "acme").bytes()).isZero();
    }

    @Test
    void oneThatCannotBeClosed_keepsNoOtherOpen() throws Exception {
        var closed = new AtomicInteger();
        var some = new Handles(new Unclosable(blobs, closed));
        some.create();
        some.create();
        some.createOutput(10, room());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(some::close)
                .satisfies(failed -> assertThat(failed.getSuppressed()).hasSize(3));
        assertThat(closed).hasValue(3);
    }

    private record Unclosable(Blobs delegate, AtomicInteger closed) implements Blobs {
        @Override
        public Upload begin(long bytesMax) throws IOException {
            Upload upload = delegate.begin(bytesMax);
            return new Upload() {
                @Override
                public void write(Bytes piece) throws IOException {
                    upload.write(piece);
                }

                @Override
                public Digest finish() throws IOException {
                    return upload.finish();
                }

                @Override
                public void close() throws IOException {
                    closed.incrementAndGet();
                    throw new IOException("the disk is broken");
                }
            };
        }

        @Override
        public Optional<Blob> open(Digest digest) throws IOException {
            return delegate.open(digest);
        }

        @Override
        public List<Digest> list(Optional<Digest> after, int limit) throws IOException {
            return delegate.list(after, limit);
        }

        @Override
        public Hold hold(Digest digest) {
            return delegate.hold(digest);
        }

        @Override
        public boolean remove(Digest digest, Instant before, BooleanSupplier isGarbage) throws IOException {
            return delegate.remove(digest, before, isGarbage);
        }
    }
}
