package dev.sluice.oci;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An image that is made of one that was pulled, whose layers it has to the byte, and one layer more. The same parts
/// make the same image, with the same digest.
///
/// @param type of the manifest
public record Assembled(String type, Bytes manifest, Bytes config, List<Piece> layers) {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int PORT = 8080;
    private static final String NOBODY = "65534:65534";
    private static final String BEGINNING_OF_TIME = "1970-01-01T00:00:00Z";

    public Assembled {
        layers = List.copyOf(layers);
    }

    /// The bytes of an image as it is kept, [Fetched#packed], from one of them on.
    public interface Packed {
        /// The caller closes it.
        InputStream from(long offset) throws IOException;
    }

    /// A layer, as it is stored.
    record Piece(Digest digest, long sizeBytes, Content content) {}

    interface Content {
        InputStream open() throws IOException;
    }

    /// @param added      a tar with gzip around it
    /// @param diff       the digest of the tar
    /// @param entryPoint what is started, on a port of its own, by nobody in particular
    public static Assembled on(Packed base, Bytes added, Digest diff, List<String> entryPoint)
            throws PullFailed, IOException {
        Fetched.Head head;
        try (InputStream in = base.from(0)) {
            head = Fetched.Head.read(in);
        }
        if (!(Manifest.parse(head.manifest(), head.type()) instanceof Manifest.Image image)) {
            throw new PullFailed("the base image cannot be used: it is an index");
        }
        if (image.layers().size() >= Manifest.LAYERS_MAX) {
            throw new PullFailed("the base image has " + image.layers().size() + " layers, and one more is too many: it"
                    + " could not be pulled again");
        }
        var layers = new ArrayList<Piece>();
        long offset = head.lengthBytes();
        for (Manifest.Part layer : image.layers()) {
            long at = offset;
            layers.add(new Piece(layer.digest(), layer.sizeBytes(), () -> base.from(at)));
            offset += layer.sizeBytes();
        }
        layers.add(new Piece(Digest.of(added), added.length(), () -> new ByteArrayInputStream(added.readOnlyArray())));
        Bytes config = config(head.config(), diff, entryPoint);
        return new Assembled(bare(head.type()), manifest(head, config, added), config, layers);
    }

    private static String bare(String type) {
        return type.indexOf(';') < 0
                ? type
                : type.substring(0, type.indexOf(';')).strip();
    }

    private static Bytes config(Bytes base, Digest diff, List<String> entryPoint) throws PullFailed {
        ObjectNode root = (ObjectNode) Manifest.Json.object(base, "the configuration");
        ((ArrayNode) root.path("rootfs").path("diff_ids")).add("sha256:" + diff.hex());
        root.put("created", BEGINNING_OF_TIME);
        if (root.path("history") instanceof ArrayNode history) {
            history.addObject().put("created", BEGINNING_OF_TIME).put("created_by", "sluice push");
        }
        JsonNode had = root.path("config");
        ObjectNode config = had.isObject() ? (ObjectNode) had : root.putObject("config");
        config.remove(List.of("Cmd", "Healthcheck", "OnBuild", "Volumes"));
        config.put("User", NOBODY).put("WorkingDir", "/");
        config.putObject("ExposedPorts").putObject(PORT + "/tcp");
        ArrayNode command = config.putArray("Entrypoint");
        entryPoint.forEach(command::add);
        return Bytes.takeOver(JSON.writeValueAsBytes(root));
    }

    private static Bytes manifest(Fetched.Head head, Bytes config, Bytes added) throws PullFailed {
        ObjectNode root = (ObjectNode) Manifest.Json.object(head.manifest(), "the manifest");
        boolean isDocker = bare(head.type()).equals(Manifest.DOCKER_MANIFEST);
        root.put("mediaType", bare(head.type())).remove(List.of("annotations", "subject"));
        part((ObjectNode) root.path("config"), config);
        part(
                ((ArrayNode) root.path("layers"))
                        .addObject()
                        .put(
                                "mediaType",
                                isDocker
                                        ? "application/vnd.docker.image.rootfs.diff.tar.gzip"
                                        : "application/vnd.oci.image.layer.v1.tar+gzip"),
                added);
        return Bytes.takeOver(JSON.writeValueAsBytes(root));
    }

    private static void part(ObjectNode node, Bytes content) {
        node.put("size", content.length())
                .put("digest", "sha256:" + Digest.of(content).hex());
    }
}
