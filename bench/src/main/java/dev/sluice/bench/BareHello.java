package dev.sluice.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A server that says hello and does nothing else, in a process of its own: what HTTP alone costs.
record BareHello(ChildProcess process, HttpLoad load) implements AutoCloseable {
    /// @param directory for what it writes; is made
    static BareHello start(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        var process = ChildProcess.java(
                directory.resolve("log"), "dev.sluice.bench.HelloServer", List.of(directory.toString()));
        Path port = directory.resolve("port");
        while (!Files.exists(port)) {
            if (!process.isAlive()) {
                throw new IOException("the hello server did not start");
            }
            Thread.sleep(5);
        }
        return new BareHello(process, post(URI.create("http://127.0.0.1:" + Files.readString(port) + "/")));
    }

    static HttpLoad post(URI address) {
        return new HttpLoad(
                "POST", address, List.of("Content-Type: application/json"), "{\"blocking\":true,\"input\":{}}", 200);
    }

    @Override
    public void close() {
        process.close();
    }
}
