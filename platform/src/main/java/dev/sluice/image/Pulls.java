package dev.sluice.image;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Digest;
import dev.sluice.bytes.Traces;
import dev.sluice.oci.Fetched;
import dev.sluice.oci.Login;
import dev.sluice.oci.PullFailed;
import dev.sluice.oci.Puller;
import dev.sluice.oci.Reference;
import dev.sluice.oci.Unpacked;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings images of registries to this server, and makes sure that a language's functions can run on them.
/// Thread-safe.
public final class Pulls {
    /// Images whose layers are being fetched or unpacked.
    private static final int AT_ONCE_MAX = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Pulls.class);

    private final Puller puller;
    private final Blobs blobs;
    private final Roots roots;
    private final Semaphore slots = new Semaphore(AT_ONCE_MAX, true);
    private final Map<Digest, Tries> tries = new ConcurrentHashMap<>();

    /// Pulls of one image that are not decided yet.
    ///
    /// @param isToStay whether its directory was there before them, or one of them was kept
    private record Tries(int count, boolean isToStay) {}

    public Pulls(Puller puller, Blobs blobs, Roots roots) {
        this.puller = puller;
        this.blobs = blobs;
        this.roots = roots;
    }

    /// An image that was pulled, held until it is closed: by then something must refer to it, and that be said. If
    /// nothing does, its directory is removed at once. For one thread.
    public final class Pulled implements AutoCloseable {
        private final Digest image;
        private final Blobs.Hold hold;
        private long storedBytes;
        private boolean isKept;

        private Pulled(Digest image) {
            this.image = image;
            this.hold = blobs.hold(image);
            var _ = tries.compute(
                    image,
                    (_, others) -> others == null
                            ? new Tries(1, roots.has(image))
                            : new Tries(others.count() + 1, others.isToStay()));
        }

        /// What it is kept as.
        public Digest image() {
            return image;
        }

        /// What it takes of the disk: as it came, and unpacked.
        public long storedBytes() {
            return storedBytes;
        }

        /// From now on something refers to it.
        public void keep() {
            isKept = true;
        }

        @Override
        public void close() {
            hold.close();
            var _ = tries.computeIfPresent(image, (_, all) -> {
                boolean isToStay = all.isToStay() || isKept;
                if (all.count() > 1) {
                    return new Tries(all.count() - 1, isToStay);
                }
                if (!isToStay) {
                    roots.discard(image);
                }
                return null;
            });
        }
    }

    /// Leaves nothing behind when it fails.
    ///
    /// @param organization its token; the image is shared with no other one
    /// @param login        for the reference's registry
    public Pulled pull(String organization, Reference reference, Runtime language, Optional<Login> login)
            throws PullFailed, InterruptedException {
        try {
            Puller.Found found = puller.find(organization, reference, login);
            slots.acquire();
            try {
                return keep(organization, found, language);
            } finally {
                slots.release();
            }
        } catch (IOException failed) {
            throw failed(failed);
        }
    }

    private Pulled keep(String organization, Puller.Found found, Runtime language)
            throws PullFailed, InterruptedException, IOException {
        Path work = roots.begin();
        try {
            Fetched fetched = found.fetch(work);
            long length = fetched.packedBytes(organization);
            Digest image;
            try (InputStream packed = fetched.packed(organization)) {
                image = blobs.put(packed, length);
            }
            var pulled = new Pulled(image);
            boolean isFit = false;
            try {
                Path root = roots.open(image);
                var _ = roots.command(root, language, language.memoryMibMin());
                pulled.storedBytes = length + Roots.bytes(root);
                isFit = true;
                return pulled;
            } finally {
                if (!isFit) {
                    pulled.close();
                }
            }
        } finally {
            Unpacked.remove(work);
        }
    }

    /// What an author is told of a disk that does not do what it should, or of layers that end early.
    static PullFailed failed(IOException failed) {
        String what = String.valueOf(failed.getMessage());
        if (what.contains("No space left on device")) {
            return new PullFailed("the server's disk is full: its operator makes room");
        }
        LOG.warn("an image could not be unpacked", Traces.withoutTexts(failed)); // its files' names
        return new PullFailed("a layer of the image cannot be read: it is damaged, or no archive");
    }
}
