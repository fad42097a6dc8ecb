package dev.sluice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Starts bare programs for comparison, by a small process of its own (`starter.py`): a start by the JVM itself costs
/// more, and that is not what is compared. For one thread.
final class Starter implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Process process;
    private final BufferedReader answers;
    private final Writer orders;
    private final Path directory;
    private final Path socket;
    private final ServerSocketChannel server;
    private int guests;

    private Starter(Process process, Path directory) throws IOException {
        this.process = process;
        this.directory = directory;
        this.socket = directory.resolve("starter.socket");
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
    }

    /// @param cpuMicros of all its processes that it has waited for
    record Start(long nanos, long cpuMicros) {}

    /// A guest's program with the channel that it has in a sandbox, and nothing around it.
    final class Guest implements AutoCloseable {
        private final long pid;
        private final SocketChannel channel;

        private Guest(long pid, SocketChannel channel) {
            this.pid = pid;
            this.channel = channel;
        }

        SocketChannel channel() {
            return channel;
        }

        @Override
        public void close() throws IOException {
            channel.close();
            order(Map.of("end", pid));
        }
    }

    static Starter in(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path script = directory.resolve("starter.py");
        Files.writeString(script, SluiceServer.resource("starter.py"));
        var process = new ProcessBuilder("/usr/bin/python3", "-I", "-S", script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new Starter(process, directory);
    }

    /// Until the program prints its first byte.
    Start run(List<String> command) throws IOException {
        return start(order(Map.of("run", command)));
    }

    /// As [#run], of a copy of the small process.
    Start fork() throws IOException {
        return start(order(Map.of("fork", true)));
    }

    /// @param command gets a directory of its own as its last argument, for its function
    Guest guest(List<String> command) throws IOException {
        var whole = new ArrayList<>(command);
        whole.add(directory.resolve("guest-" + guests++).toString());
        JsonNode said = order(Map.of("guest", whole, "socket", socket.toString()));
        return new Guest(said.path("pid").longValue(), server.accept());
    }

    /// What a file has on the disk.
    long storedBytes(Path file) throws IOException {
        return order(Map.of("stored", file.toString())).path("bytes").longValue();
    }

    private static Start start(JsonNode said) {
        return new Start(said.path("nanos").longValue(), said.path("cpu").longValue());
    }

    private JsonNode order(Map<String, ?> order) throws IOException {
        orders.write(JSON.writeValueAsString(order) + "\n");
        orders.flush();
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("what starts programs for comparison has ended");
        }
        JsonNode said = JSON.readTree(line);
        if (said.has("error")) {
            throw new IOException(said.path("error").stringValue());
        }
        return said;
    }

    @Override
    public void close() throws IOException {
        server.close();
        orders.close();
        process.destroy();
    }
}
