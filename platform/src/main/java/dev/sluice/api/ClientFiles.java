package dev.sluice.api;

import dev.sluice.bytes.PrivateFile;
import dev.sluice.org.Founding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Configuration files for the command line client, in Dispatch's format, that point at this server with the
/// administrator's key: `admin.json` in the data directory, and the user's own if he has none.
///
/// At every start host, port and scheme are brought up to date, whatever else stands in them is kept, and a file
/// that was not made for this server is left alone.
public final class ClientFiles {
    private static final String HOST = "127.0.0.1";
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final Logger LOG = LoggerFactory.getLogger(ClientFiles.class);

    private final Path keyFile;
    private final Ports ports;

    /// @param keyFile absolute
    public ClientFiles(Path keyFile, Ports ports) {
        this.keyFile = keyFile;
        this.ports = ports;
    }

    /// Where this server listens.
    public record Ports(int api, int apiTls, int gateway, int gatewayTls) {}

    /// Writes `admin.json` of a data directory.
    public void writeAdmin(Path data) throws IOException {
        Path file = data.resolve("admin.json");
        if (Files.exists(file)) {
            refresh(file);
        } else {
            create(file);
        }
    }

    /// Writes the file of a user who has none, or brings it up to date if it uses this server's key.
    public void writeUser(Path home) throws IOException {
        Path file = home.resolve(".sluice").resolve("config.json");
        if (!Files.exists(file)) {
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(file.getParent(), ownerOnly);
            create(file);
        } else if (isOurs(file)) {
            refresh(file);
        }
    }

    private void create(Path file) throws IOException {
        ObjectNode root = JSON.createObjectNode().put("current", "local");
        ObjectNode contexts = root.putObject("contexts");
        fill(contexts.putObject("local"), "http", ports.api(), false);
        fill(contexts.putObject("local-tls"), "https", ports.apiTls(), true);
        write(file, root);
    }

    private void fill(ObjectNode context, String scheme, int port, boolean insecure) {
        context.put("host", HOST).put("port", port).put("scheme", scheme);
        context.put("organization", Founding.ORGANIZATION).put("cookie", "").put("insecure", insecure);
        context.put("api-https-port", ports.gatewayTls()).put("api-http-port", ports.gateway());
        context.put("serviceaccount", Founding.ORGANIZATION + "/" + Founding.ADMIN);
        context.put("jwtprivatekey", keyFile.toString());
    }

    private void refresh(Path file) throws IOException {
        if (read(file) instanceof ObjectNode root && root.get("contexts") instanceof ObjectNode contexts) {
            point(contexts.get("local"), "http", ports.api());
            point(contexts.get("local-tls"), "https", ports.apiTls());
            write(file, root);
        } else {
            LOG.warn("{} is not a client configuration and was left as it is", file);
        }
    }

    private static void point(JsonNode node, String scheme, int port) {
        if (node instanceof ObjectNode context) {
            context.put("host", HOST).put("port", port).put("scheme", scheme);
        }
    }

    private boolean isOurs(Path file) throws IOException {
        return read(file)
                .path("contexts")
                .path("local")
                .path("jwtprivatekey")
                .asString("")
                .equals(keyFile.toString());
    }

    private static JsonNode read(Path file) throws IOException {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JacksonException notJson) {
            return JSON.missingNode();
        }
    }

    private static void write(Path file, ObjectNode root) throws IOException {
        PrivateFile.write(file, (JSON.writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
