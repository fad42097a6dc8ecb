package dev.sluice.oci;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.egress.Egress;
import dev.sluice.egress.Outbound;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Brings images to registries: what one has already is not sent again. Thread-safe.
public final class Pusher {
    /// For all of an image.
    public static final Duration PUSH_MAX = Duration.ofMinutes(5);

    private static final int PIECE_BYTES = Outbound.BODY_BYTES_MAX;

    private final Egress egress;
    private final PlainHosts plain;

    public Pusher(Egress egress, PlainHosts plain) {
        this.egress = egress;
        this.plain = plain;
    }

    /// Sends the image, and names it by the reference's tag when all of it is there.
    ///
    /// @param organization who is charged for it
    /// @return the digest of the manifest
    /// @throws PullFailed  with what is wrong with the registry or the reference
    /// @throws IOException if a layer cannot be read
    public Digest push(String organization, Reference reference, Optional<Login> login, Assembled image)
            throws PullFailed, InterruptedException, IOException {
        if (reference.digest().isPresent()) {
            throw new PullFailed("an image is pushed by a tag, REGISTRY/REPOSITORY:TAG: its digest is what it is");
        }
        var asked = new Conversation(egress, plain, organization, reference, login, "pull,push");
        long end = System.nanoTime() + PUSH_MAX.toNanos();
        for (Assembled.Piece layer : image.layers()) {
            send(asked, layer, end);
        }
        send(
                asked,
                new Assembled.Piece(
                        Digest.of(image.config()),
                        image.config().length(),
                        () -> new ByteArrayInputStream(image.config().readOnlyArray())),
                end);
        Conversation.Said said = asked.say(
                "PUT", "manifests/" + reference.tag(), Map.of("Content-Type", image.type()), image.manifest(), end);
        asked.require(said, 201);
        return Digest.of(image.manifest());
    }

    private static void send(Conversation asked, Assembled.Piece piece, long end)
            throws PullFailed, InterruptedException, IOException {
        String digest = "sha256:" + piece.digest().hex();
        if (asked.say("HEAD", "blobs/" + digest, Map.of(), Bytes.EMPTY, end).status() == 200) {
            return;
        }
        Conversation.Said at = asked.say("POST", "blobs/uploads/", Map.of(), Bytes.EMPTY, end);
        asked.require(at, 202);
        try (InputStream content = piece.content().open()) {
            long sent = 0;
            while (piece.sizeBytes() - sent > PIECE_BYTES) {
                byte[] part = exactly(content, PIECE_BYTES);
                Map<String, String> range = Map.of(
                        "Content-Type",
                        "application/octet-stream",
                        "Content-Range",
                        sent + "-" + (sent + part.length - 1));
                at = asked.sayAt("PATCH", at.location(), range, Bytes.takeOver(part), end);
                asked.require(at, 202);
                sent += part.length;
            }
            Bytes last = Bytes.takeOver(exactly(content, (int) (piece.sizeBytes() - sent)));
            String where = at.location() + (at.location().indexOf('?') < 0 ? "?" : "&") + "digest=" + digest;
            asked.require(
                    asked.sayAt("PUT", where, Map.of("Content-Type", "application/octet-stream"), last, end), 201);
        }
    }

    private static byte[] exactly(InputStream content, int bytes) throws IOException {
        byte[] read = content.readNBytes(bytes);
        if (read.length < bytes) {
            throw new EOFException("a layer that ends early");
        }
        return read;
    }
}
