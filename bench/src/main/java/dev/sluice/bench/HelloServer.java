package dev.sluice.bench;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.Response;
import dev.sluice.http.WebServer;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/// The baseline of the warm bench: the same HTTP server with a handler that says hello.
public final class HelloServer {
    private HelloServer() {}

    /// @param args a directory of its own, in which it writes its port to `port`
    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        var hello = Bytes.utf8("{\"hello\":\"world\"}");
        try (var server = WebServer.start(
                WebServer.Ports.loopback(0, 0),
                new CertificateTable(TlsIdentity.at(directory, Clock.systemUTC())),
                _ -> Response.json(200, hello))) {
            Path written = directory.resolve("port.new");
            Files.writeString(written, Integer.toString(server.port()));
            Files.move(written, directory.resolve("port"));
            new CountDownLatch(1).await();
        }
    }
}
