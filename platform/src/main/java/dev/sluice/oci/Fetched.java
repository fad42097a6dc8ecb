package dev.sluice.oci;

import dev.sluice.bytes.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// An image that a registry gave: its manifest and configuration to the byte, and the files that hold its layers as
/// they
/// came.
///
/// It is kept as one run of bytes, which begins with whose it is: so equal images are one blob within an organization,
/// and two for two of them.
///
/// @param type of the manifest
public record Fetched(String type, Bytes manifest, Bytes config, List<Path> layers) {
    private static final int HEAD_BYTES_MAX = 16 << 20;

    public Fetched {
        layers = List.copyOf(layers);
    }

    /// The image as it is kept. Closing it closes the files of the layers.
    public InputStream packed(String organization) throws IOException {
        var streams = new ArrayList<InputStream>();
        streams.add(new ByteArrayInputStream(head(organization)));
        for (Path layer : layers) {
            streams.add(Files.newInputStream(layer));
        }
        return new SequenceInputStream(Collections.enumeration(streams));
    }

    /// How many bytes [#packed] has.
    public long packedBytes(String organization) throws IOException {
        long bytes = head(organization).length;
        for (Path layer : layers) {
            bytes += Files.size(layer);
        }
        return bytes;
    }

    private byte[] head(String organization) {
        var head = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(head)) {
            for (byte[] part : List.of(
                    organization.getBytes(StandardCharsets.UTF_8),
                    type.getBytes(StandardCharsets.UTF_8),
                    manifest.readOnlyArray(),
                    config.readOnlyArray())) {
                out.writeInt(part.length);
                out.write(part);
            }
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
        return head.toByteArray();
    }

    /// What stands before the layers in [#packed].
    ///
    /// @param lengthBytes how many bytes it has
    record Head(String type, Bytes manifest, Bytes config, long lengthBytes) {
        /// Reads up to the first byte of the first layer.
        static Head read(InputStream packed) throws IOException {
            var in = new DataInputStream(packed);
            Bytes owner = part(in);
            Bytes type = part(in);
            Bytes manifest = part(in);
            Bytes config = part(in);
            long parts = (long) owner.length() + type.length() + manifest.length() + config.length();
            return new Head(type.utf8(), manifest, config, 4 * Integer.BYTES + parts);
        }

        private static Bytes part(DataInputStream in) throws IOException {
            int length = in.readInt();
            if (length < 0 || length > HEAD_BYTES_MAX) {
                throw new IOException("that is no image that was kept");
            }
            return Bytes.takeOver(in.readNBytes(length));
        }
    }
}
