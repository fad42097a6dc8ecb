package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Registries;
import dev.sluice.egress.EgressSettings;
import dev.sluice.host.DnsServer;
import dev.sluice.host.HostRules;
import dev.sluice.store.MemoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Tests of one server whose organizations show that hosts are theirs by records of a real DNS server.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HostTest {
    static final String HOSTS = "/v1/host";
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /// So long that what would happen has happened.
    private static final Duration A_WHILE = Duration.ofSeconds(4);

    DnsServer dns;
    ApiServer api;
    Asker acme;
    Asker blue;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        dns = new DnsServer();
        api = new ApiServer(
                directory,
                new MemoryStore(),
                new MemoryBlobs(),
                Registries.NONE,
                EgressSettings.NONE,
                new HostRules(false, Optional.of(dns.address())));
        acme = api.developer("acme", "*");
        blue = api.developer("blue", "*");
    }

    @AfterAll
    void end() {
        api.close();
        dns.close();
    }

    Answer ask(Asker asker, String name, String more) {
        return api.post(asker, HOSTS, "{\"name\":\"" + name + "\"" + more + "}");
    }

    Answer made(Asker asker, String name) {
        Answer made = ask(asker, name, "");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        return made;
    }

    static String value(Answer host) {
        return host.json().path("challenge").path("value").asString("");
    }

    void show(String host, String... values) {
        dns.put("_sluice-challenge." + host, values);
    }

    String status(Asker asker, String host) {
        return api.get(asker, HOSTS + "/" + host).text("status");
    }

    void ready(Asker asker, String host) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(status(asker, host)).isEqualTo("READY"));
    }

    static void hold(Runnable assertion) {
        await().during(A_WHILE).atMost(PATIENCE).untilAsserted(assertion::run);
    }
}
