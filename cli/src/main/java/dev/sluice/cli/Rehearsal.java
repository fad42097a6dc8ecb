package dev.sluice.cli;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// Goes through the usual commands once, against a server of its own that knows one answer, so that the JDK can record
/// for its AOT cache which classes they need:
///
/// `java -XX:AOTCacheOutput=FILE -cp JARS dev.sluice.cli.Rehearsal`
///
/// Leaves nothing behind and prints nothing.
public final class Rehearsal {
    private static final int KEY_BITS = 2048;
    private static final Duration PATIENCE = Duration.ofMillis(300);

    private static final String ANSWER = """
            [{"name": "a", "status": "READY", "reason": null, "createdTime": 1, "finished": 1.5, "blocking": true}]
            """;

    private static final List<List<String>> COMMANDS = List.of(
            List.of("--help"),
            List.of("get", "run", "--help"),
            List.of("version", "--client"),
            List.of("version"),
            List.of("whoami"),
            List.of("get", "functions"),
            List.of("get", "functions", "-o", "json"),
            List.of("get", "runs", "-o", "yaml"),
            List.of("exec", "a", "--wait", "--input", "{\"name\": \"Jon\"}"),
            List.of("invoke", "~:a", "{}"),
            List.of("fs", "ls", "~"),
            List.of("get", "nothing"));

    private Rehearsal() {}

    /// Takes no arguments.
    public static void main(String[] args) throws IOException, GeneralSecurityException {
        Path home = Files.createTempDirectory("sluice-rehearsal");
        Path key = home.resolve("key.pem");
        Path source = home.resolve("a.py");
        Path config = home.resolve("config.json");
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> serve(server));
            Files.writeString(key, newKey());
            Files.writeString(source, "def handle(context, payload): return payload\n");
            Files.writeString(config, """
                    {"current": "a", "contexts": {"a": {"host": "127.0.0.1", "port": %d, "scheme": "http",
                     "organization": "a", "serviceaccount": "a/a", "jwtprivatekey": "%s"}}}
                    """.formatted(server.getLocalPort(), key));
            COMMANDS.forEach(command -> run(home, config, command));
            run(home, config, List.of("create", "function", "a", source.toString(), "--image", "python3"));
        } finally {
            for (Path file : List.of(key, source, config, home)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void run(Path home, Path config, List<String> command) {
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var environment = new HashMap<>(System.getenv());
        environment.keySet().removeIf(name -> name.startsWith("SLUICE_"));
        environment.put("SLUICE_CONFIG", config.toString());
        var terminal = new Terminal(
                new ByteArrayInputStream(new byte[0]),
                nowhere,
                nowhere,
                environment,
                home,
                Clock.systemUTC(),
                Optional::empty);
        Sluice.run(command.toArray(String[]::new), terminal);
    }

    private static String newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        String base64 = Base64.getMimeEncoder()
                .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n";
    }

    /// Until the socket is closed.
    private static void serve(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                answer(client);
            } catch (IOException e) {
                // The client said nothing that makes sense in HTTP, or the server is closed: on to the next one.
            }
        }
    }

    private static void answer(Socket client) throws IOException {
        client.setSoTimeout((int) PATIENCE.toMillis());
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        int length = 0;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line.substring("Content-Length: ".length()));
            }
        }
        in.skip(length);
        String answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + ANSWER.length()
                + "\r\n\r\n" + ANSWER;
        client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
    }
}
