package dev.sluice.oci;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.egress.Egress;
import dev.sluice.egress.Inbound;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Brings images from registries. They have the digests and sizes that were asked for. Thread-safe.
public final class Puller {
    /// Until it is known whether there is such an image.
    public static final Duration QUESTIONS_MAX = Duration.ofSeconds(12);

    /// For all layers of an image.
    public static final Duration LAYERS_MAX = Duration.ofMinutes(5);

    private static final int PIECE_BYTES = 64 << 10;

    private final Egress egress;
    private final PlainHosts plain;

    public Puller(Egress egress, PlainHosts plain) {
        this.egress = egress;
        this.plain = plain;
    }

    /// An image that its registry has, without its layers.
    public static final class Found {
        private final Conversation asked;
        private final Inbound manifest;
        private final Manifest.Image image;
        private final Bytes config;

        private Found(Conversation asked, Inbound manifest, Manifest.Image image, Bytes config) {
            this.asked = asked;
            this.manifest = manifest;
            this.image = image;
            this.config = config;
        }

        /// Fetches the layers.
        ///
        /// @param work an empty directory for them
        /// @throws PullFailed  with what is wrong with the registry or with what it has
        /// @throws IOException if they cannot be written
        public Fetched fetch(Path work) throws PullFailed, InterruptedException, IOException {
            return new Fetched(type(manifest), manifest.body(), config, layers(asked, image, work));
        }
    }

    /// Asks for an image for `linux/amd64`.
    ///
    /// @param organization who is charged for it
    /// @throws PullFailed  with what is wrong with the registry or with what it has, within [#QUESTIONS_MAX]
    public Found find(String organization, Reference reference, Optional<Login> login)
            throws PullFailed, InterruptedException {
        var asked = new Conversation(egress, plain, organization, reference, login, "pull");
        long end = System.nanoTime() + QUESTIONS_MAX.toNanos();
        Inbound found = manifest(asked, reference.wanted(), reference.digest(), end);
        if (Manifest.parse(found.body(), type(found)) instanceof Manifest.Index index) {
            Manifest.Part one = index.ofThisMachine();
            found = manifest(asked, "sha256:" + one.digest().hex(), Optional.of(one.digest()), end);
        }
        if (!(Manifest.parse(found.body(), type(found)) instanceof Manifest.Image image)) {
            throw new PullFailed("the manifest of the image cannot be used: it leads to another index");
        }
        Bytes config = config(asked, image.config(), end);
        Manifest.Config.parse(config, image.layers().size());
        for (Manifest.Part layer : image.layers()) {
            Manifest.Packing.of(layer);
        }
        return new Found(asked, found, image, config);
    }

    private static String type(Inbound answer) {
        return answer.headers().getOrDefault("content-type", "");
    }

    private static Inbound manifest(Conversation asked, String wanted, Optional<Digest> digest, long end)
            throws PullFailed, InterruptedException {
        Inbound found = asked.get("manifests/" + wanted, Map.of("Accept", Manifest.ACCEPT), end);
        Digest its = Digest.of(found.body());
        String stated = found.headers().getOrDefault("docker-content-digest", "sha256:" + its.hex());
        if (!digest.orElse(its).equals(its) || !stated.equals("sha256:" + its.hex())) {
            throw new PullFailed("the registry's manifest has another digest than the one that was asked for");
        }
        return found;
    }

    private static Bytes config(Conversation asked, Manifest.Part part, long end)
            throws PullFailed, InterruptedException {
        if (part.sizeBytes() > Inbound.BODY_BYTES_MAX) {
            throw new PullFailed("the configuration of the image is too large");
        }
        Bytes config =
                asked.get("blobs/sha256:" + part.digest().hex(), Map.of(), end).body();
        if (config.length() != part.sizeBytes() || !Digest.of(config).equals(part.digest())) {
            throw new PullFailed("the configuration of the image has another digest than its manifest says");
        }
        return config;
    }

    private static List<Path> layers(Conversation asked, Manifest.Image image, Path work)
            throws PullFailed, InterruptedException, IOException {
        long end = System.nanoTime() + LAYERS_MAX.toNanos();
        List<Path> files = new ArrayList<>();
        for (Manifest.Part layer : image.layers()) {
            Path file = work.resolve("layer" + files.size());
            boolean isIt = asked.get(
                    "blobs/sha256:" + layer.digest().hex(),
                    Map.of(),
                    end,
                    (_, _, body) -> isWritten(layer, body, file));
            if (!isIt) {
                throw new PullFailed("a layer of the image has another digest or size than its manifest says");
            }
            files.add(file);
        }
        return files;
    }

    private static boolean isWritten(Manifest.Part layer, InputStream body, Path file) throws IOException {
        MessageDigest sha = Digest.sha256();
        try (var out = Files.newOutputStream(file)) {
            var in = new DigestInputStream(body, sha);
            byte[] piece = in.readNBytes(PIECE_BYTES);
            long written = 0;
            while (piece.length > 0 && written + piece.length <= layer.sizeBytes()) {
                out.write(piece);
                written += piece.length;
                piece = in.readNBytes(PIECE_BYTES);
            }
            return written == layer.sizeBytes()
                    && piece.length == 0
                    && Digest.finish(sha).equals(layer.digest());
        }
    }
}
