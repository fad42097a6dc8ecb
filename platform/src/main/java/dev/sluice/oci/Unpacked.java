package dev.sluice.oci;

import dev.sluice.bytes.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.zip.GZIPInputStream;

/// Makes a directory of an image that was kept.
public final class Unpacked {
    /// Of all layers of an image together, as archives that are not compressed.
    public static final long BYTES_MAX = 4L << 30;

    /// Of all layers of an image together, twenty for each of as many files as there may be: some seconds.
    static final long STEPS_MAX = 20L * Unpacking.ENTRIES_MAX;

    private static final int BUFFER_BYTES = 64 << 10;

    private Unpacked() {}

    /// Unpacks all layers, and compares each with what the image's configuration says of it.
    ///
    /// @param packed as [Fetched#packed] has it
    /// @param root   an empty directory
    /// @throws PullFailed  for what no image may hold; the directory is of no use then
    /// @throws IOException if it cannot be read or written
    public static void into(InputStream packed, Path root) throws PullFailed, IOException {
        Fetched.Head head = Fetched.Head.read(packed);
        if (!(Manifest.parse(head.manifest(), head.type()) instanceof Manifest.Image image)) {
            throw new IOException("that is no image that was kept");
        }
        var diffs = Manifest.Config.parse(head.config(), image.layers().size()).diffs();
        var unpacking = new Unpacking(root, BYTES_MAX, STEPS_MAX);
        for (int i = 0; i < diffs.size(); i++) {
            Manifest.Part layer = image.layers().get(i);
            var stored = new Limited(packed, layer.sizeBytes());
            MessageDigest sha = Digest.sha256();
            unpacking.layer(new DigestInputStream(opened(layer, stored), sha));
            if (!Digest.finish(sha).equals(diffs.get(i))) {
                throw new PullFailed("a layer of the image is another one than its configuration says");
            }
            stored.skipNBytes(stored.left());
        }
    }

    /// Whether there is a program at an absolute path, as a guest would see it whose root that is.
    public static boolean isProgram(Path root, String path) {
        try {
            Path found = new Places(root, STEPS_MAX).followed(path.substring(1));
            return Files.isRegularFile(found, LinkOption.NOFOLLOW_LINKS) && Files.isExecutable(found);
        } catch (PullFailed | IOException none) {
            return false;
        }
    }

    /// Removes a file, or a directory with all that is in it, if it is there. No link is followed.
    public static void remove(Path path) throws IOException {
        Unpacking.remove(path);
    }

    private static InputStream opened(Manifest.Part layer, InputStream stored) throws PullFailed, IOException {
        return switch (Manifest.Packing.of(layer)) {
            case GZIP -> new GZIPInputStream(stored, BUFFER_BYTES);
            case PLAIN -> new BufferedInputStream(stored, BUFFER_BYTES);
        };
    }

    /// The next bytes of a stream.
    private static final class Limited extends InputStream {
        private final InputStream in;
        private long left;

        Limited(InputStream in, long bytes) {
            this.in = in;
            this.left = bytes;
        }

        long left() {
            return left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(into, offset, (int) Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }

        @Override
        public int available() {
            return left > 0 ? 1 : 0;
        }
    }
}
