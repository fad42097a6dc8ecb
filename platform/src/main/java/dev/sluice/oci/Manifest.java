package dev.sluice.oci;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What an image consists of, as its registry says it.
sealed interface Manifest {
    int LAYERS_MAX = 127;

    /// Of an image's layers together, compressed.
    long LAYERS_BYTES_MAX = 1L << 30;

    String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    /// What a client says it understands.
    String ACCEPT = String.join(", ", OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST);

    /// Bytes in a registry.
    record Part(String mediaType, Digest digest, long sizeBytes) {}

    /// One image for one machine.
    record Image(Part config, List<Part> layers) implements Manifest {}

    /// The manifests of an image for several machines.
    record Index(List<ForMachine> manifests) implements Manifest {
        /// The one for the machines that this server runs on.
        Part ofThisMachine() throws PullFailed {
            return manifests.stream()
                    .filter(one ->
                            one.os().equals("linux") && one.architecture().equals("amd64"))
                    .map(ForMachine::manifest)
                    .findFirst()
                    .orElseThrow(() -> new PullFailed("the image is not for linux/amd64"));
        }
    }

    record ForMachine(Part manifest, String os, String architecture) {}

    /// @param stated the type that the registry answered with
    static Manifest parse(Bytes text, String stated) throws PullFailed {
        JsonNode root = Json.object(text, "the manifest");
        String own = root.path("mediaType").asString("");
        String header = stated.indexOf(';') < 0
                ? stated.strip()
                : stated.substring(0, stated.indexOf(';')).strip();
        if (!own.isEmpty() && !own.equals(header)) {
            throw bad("its registry says that it is of another type than it says itself");
        }
        if (root.path("schemaVersion").asInt(0) != 2) {
            throw bad("only version 2 of Docker's manifests and OCI's are understood");
        }
        return switch (header) {
            case OCI_INDEX, DOCKER_LIST -> index(root);
            case OCI_MANIFEST, DOCKER_MANIFEST -> image(root);
            default -> throw bad("it is of a type that is not understood");
        };
    }

    private static Index index(JsonNode root) throws PullFailed {
        var all = new ArrayList<ForMachine>();
        for (JsonNode one : root.path("manifests")) {
            JsonNode platform = one.path("platform");
            all.add(new ForMachine(
                    part(one),
                    platform.path("os").asString(""),
                    platform.path("architecture").asString("")));
        }
        return new Index(all);
    }

    private static Image image(JsonNode root) throws PullFailed {
        var layers = new ArrayList<Part>();
        long bytes = 0;
        for (JsonNode one : root.path("layers")) {
            Part layer = part(one);
            layers.add(layer);
            bytes += layer.sizeBytes();
            if (layers.size() > LAYERS_MAX || bytes > LAYERS_BYTES_MAX) {
                throw new PullFailed("an image has at most " + LAYERS_MAX + " layers, of " + (LAYERS_BYTES_MAX >> 20)
                        + " MiB together as they are stored");
            }
        }
        if (layers.isEmpty()) {
            throw bad("it has no layers");
        }
        return new Image(part(root.path("config")), layers);
    }

    private static Part part(JsonNode node) throws PullFailed {
        String digest = node.path("digest").asString("");
        long size = node.path("size").asLong(-1);
        if (!digest.startsWith("sha256:") || size < 0 || size > LAYERS_BYTES_MAX) {
            throw bad("a part of it has no SHA-256 digest, or no size up to " + (LAYERS_BYTES_MAX >> 20) + " MiB");
        }
        try {
            return new Part(
                    node.path("mediaType").asString(""), new Digest(digest.substring("sha256:".length())), size);
        } catch (IllegalArgumentException wrong) {
            throw bad("a part of it has no SHA-256 digest");
        }
    }

    private static PullFailed bad(String why) {
        return new PullFailed("the manifest of the image cannot be used: " + why);
    }

    /// How a layer is stored.
    enum Packing {
        GZIP,
        PLAIN;

        static Packing of(Part layer) throws PullFailed {
            String type = layer.mediaType();
            if (type.endsWith("+zstd") || type.endsWith(".zstd")) {
                throw new PullFailed("a layer of the image is compressed with zstd, which this server does not read:"
                        + " push the image with gzip instead");
            }
            return switch (type) {
                case "application/vnd.oci.image.layer.v1.tar+gzip",
                        "application/vnd.docker.image.rootfs.diff.tar.gzip" -> GZIP;
                case "application/vnd.oci.image.layer.v1.tar", "application/vnd.docker.image.rootfs.diff.tar" -> PLAIN;
                default -> throw new PullFailed("a layer of the image is of a type that is not understood");
            };
        }
    }

    /// What is used of an image's configuration.
    ///
    /// @param diffs the digests of the layers as they are unpacked
    record Config(List<Digest> diffs) {
        /// @param layers how many the manifest names
        static Config parse(Bytes text, int layers) throws PullFailed {
            JsonNode root = Json.object(text, "the configuration");
            if (!root.path("os").asString("").equals("linux")
                    || !root.path("architecture").asString("").equals("amd64")) {
                throw new PullFailed("the image is not for linux/amd64");
            }
            var diffs = new ArrayList<Digest>();
            for (JsonNode one : root.path("rootfs").path("diff_ids")) {
                try {
                    diffs.add(new Digest(one.asString("").replaceFirst("^sha256:", "")));
                } catch (IllegalArgumentException wrong) {
                    throw new PullFailed("the configuration of the image names a layer that has no SHA-256 digest");
                }
            }
            if (diffs.size() != layers) {
                throw new PullFailed("the configuration of the image has other layers than its manifest");
            }
            return new Config(diffs);
        }
    }

    /// Reads JSON that is hostile.
    final class Json {
        private static final JsonMapper JSON = JsonMapper.shared();

        private Json() {}

        static JsonNode object(Bytes text, String what) throws PullFailed {
            try {
                JsonNode root = JSON.readTree(text.readOnlyArray());
                if (root.isObject()) {
                    return root;
                }
            } catch (JacksonException notJson) {
                throw new PullFailed(what + " of the image is no JSON");
            }
            throw new PullFailed(what + " of the image is no JSON object");
        }
    }
}
