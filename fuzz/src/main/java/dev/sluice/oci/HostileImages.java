package dev.sluice.oci;

import dev.sluice.bytes.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// Names of images, and what registries answer, as the fuzzer calls their parsers.
public final class HostileImages {
    private static final long UNPACKED_BYTES_MAX = 1 << 20;
    private static final long STEPS_MAX = 10_000;
    private static final int MESSAGE_CHARS_MAX = 250;
    private static final int BLOCK_BYTES = 512;
    private static final List<String> TYPES = List.of(
            Manifest.OCI_INDEX,
            Manifest.OCI_MANIFEST,
            Manifest.DOCKER_LIST,
            Manifest.DOCKER_MANIFEST,
            "text/html; charset=utf-8");

    private HostileImages() {}

    /// The name of an image.
    public static void reference(byte[] content) {
        try {
            Reference reference = Reference.parse(text(content));
            require(Reference.parse(reference.toString()).wanted().equals(reference.wanted()), "another image");
            require(Reference.registry(reference.registry()).equals(reference.registry()), "another registry");
        } catch (PullFailed expected) {
            requireShort(expected);
        }
    }

    /// How a registry wants to be asked.
    public static void challenge(byte[] content) {
        if (Challenge.parse(text(content)) instanceof Challenge.Bearer(var realm, var service)) {
            require(realm.length() + service.length() <= 2048, "a challenge without a bound");
        }
    }

    /// The first byte chooses the type that the registry states; the rest is a manifest, and a configuration.
    public static void manifest(byte[] content) {
        if (content.length == 0) {
            return;
        }
        Bytes json = Bytes.copyOf(content).slice(1, content.length);
        try {
            switch (Manifest.parse(json, TYPES.get((content[0] & 0xff) % TYPES.size()))) {
                case Manifest.Index index -> index.ofThisMachine();
                case Manifest.Image image -> {
                    for (Manifest.Part layer : image.layers()) {
                        require(layer.sizeBytes() >= 0, "a layer of a negative size");
                        Manifest.Packing.of(layer);
                    }
                }
            }
        } catch (PullFailed expected) {
            requireShort(expected);
        }
        try {
            require(Manifest.Config.parse(json, 1).diffs().size() == 1, "another number of layers");
        } catch (PullFailed expected) {
            requireShort(expected);
        }
    }

    /// Two layers one after another; the first byte says how many blocks the first has, and whether they are
    /// compressed. Nothing beside the root that they are unpacked in is touched.
    public static void layers(byte[] content) {
        if (content.length == 0) {
            return;
        }
        int middle = Math.min(1 + BLOCK_BYTES * (content[0] & 0x7f), content.length);
        boolean isPacked = content[0] < 0;
        try {
            Path directory = Files.createTempDirectory("layers");
            try {
                unpack(directory, content, middle, isPacked);
            } finally {
                Unpacked.remove(directory);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void unpack(Path directory, byte[] content, int middle, boolean isPacked) throws IOException {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path beside = Files.writeString(directory.resolve("beside"), "as it was");
        var unpacking = new Unpacking(root, UNPACKED_BYTES_MAX, STEPS_MAX);
        try {
            unpacking.layer(opened(content, 1, middle, isPacked));
            unpacking.layer(opened(content, middle, content.length, isPacked));
        } catch (PullFailed expected) {
            requireShort(expected);
        } catch (IOException broken) {
            require(!(broken instanceof java.nio.file.FileSystemLoopException), "links in a circle were followed");
        }
        require(Files.readString(beside).equals("as it was"), "a layer that wrote beside its root");
        try (Stream<Path> all = Files.list(directory)) {
            require(all.count() == 2, "a layer that made something beside its root");
        }
    }

    private static InputStream opened(byte[] content, int from, int to, boolean isPacked) throws IOException {
        var part = new ByteArrayInputStream(content, from, to - from);
        return isPacked ? new GZIPInputStream(part) : part;
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }

    private static void requireShort(PullFailed refusal) {
        require(String.valueOf(refusal.getMessage()).length() < MESSAGE_CHARS_MAX, "a refusal that repeats");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
