package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.host.DnsServer;
import dev.sluice.host.HostClaims;
import dev.sluice.host.HostName;
import dev.sluice.store.MemoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hosts when the server ends at any moment.
final class HostRestartTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String HOST = "www.example.org";
    private static final String PATH = "/v1/host/" + HOST;
    private static final String WISH = "{\"name\":\"" + HOST + "\"}";

    @Test
    void whatWasHad_isHad_afterAKill_withoutAnotherProof(@TempDir Path directory) throws Exception {
        try (var dns = new DnsServer();
                var server = new KilledServer(
                        directory,
                        List.of("--host-dns", "127.0.0.1:" + dns.address().getPort()))) {
            String value = server.post("/v1/host", WISH)
                    .json()
                    .path("challenge")
                    .path("value")
                    .asString("");
            server.killAndRestart();
            assertThat(server.get(PATH).json().path("status").asString("")).isEqualTo("PROVING");
            dns.put("_sluice-challenge." + HOST, value);
            await().atMost(PATIENCE)
                    .until(() ->
                            server.get(PATH).json().path("status").asString("").equals("READY"));
            dns.remove("_sluice-challenge." + HOST);
            server.killAndRestart();
            assertThat(server.get(PATH).json().path("status").asString("")).isEqualTo("READY");
        }
    }

    @Test
    void whatACrashLeft_isGivenFree(@TempDir Path directory) throws Exception {
        var store = new MemoryStore();
        var left = new HostClaims(store);
        left.take(new HostName("deleted.example.org"), new HostClaims.Holder("acme", "acme"));
        left.take(new HostName("departed.example.org"), new HostClaims.Holder("departed", "departed"));
        try (var server = new ApiServer(directory, store, new MemoryBlobs())) {
            server.developer("acme", "*");
            server.recover();
            var now = new HostClaims(store);
            assertThat(now.holder("deleted.example.org")).isEmpty();
            assertThat(now.holder("departed.example.org")).isEmpty();
        }
    }
}
