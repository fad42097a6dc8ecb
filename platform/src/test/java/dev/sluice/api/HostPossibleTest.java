package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.authn.Upkeep;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Registries;
import dev.sluice.bytes.Bytes;
import dev.sluice.egress.EgressSettings;
import dev.sluice.host.HostClaims;
import dev.sluice.host.HostName;
import dev.sluice.host.HostRules;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.store.MemoryStore;
import dev.sluice.tls.TestAuthority;
import dev.sluice.tls.TestAuthority.Wish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Hosts where nothing is to be shown: those that a server cannot give even so, its own and those with a certificate
/// that it cannot order, and what is on record of the others.
final class HostPossibleTest {
    private static final String HOSTS = "/v1/host";
    private static final String LATER_OWN = "gateway.cloud.example";
    private static final String ORDERED = ",\"tls\":{\"kind\":\"acme\"}";

    private final MemoryStore store = new MemoryStore();
    private ApiServer api;
    private Asker acme;

    @BeforeEach
    void serve(@TempDir Path directory) throws Exception {
        TestAuthority.Issued own = TestAuthority.root("operator").issue(Wish.of("sluice.example", "*.cloud.example"));
        Files.writeString(directory.resolve("tls.crt"), own.text());
        Files.writeString(directory.resolve("tls.key"), own.key());
        new HostClaims(store).take(new HostName(LATER_OWN), new HostClaims.Holder("acme", "acme"));
        var waived = new HostRules(true, Optional.empty());
        api = new ApiServer(directory, store, new MemoryBlobs(), Registries.NONE, EgressSettings.NONE, waived);
        acme = api.developer("acme", "*");
    }

    @AfterEach
    void end() {
        api.close();
    }

    private Answer ask(String name, String more) {
        return api.post(acme, HOSTS, "{\"name\":\"" + name + "\"" + more + "}");
    }

    private Answer again(String name, String more) {
        return api.put(acme, HOSTS + "/" + name, "{\"name\":\"" + name + "\"" + more + "}");
    }

    /// As a server made it that had other settings.
    private void hadBefore(String name, String more) {
        Organization home = api.home("acme");
        var kept = new KeptEntities<>(api.fs, HostWish.KIND, Clock.systemUTC());
        HostWish wish = kept.parse(Bytes.utf8("{\"name\":\"" + name + "\"" + more + "}"));
        Upkeep.of(home, Resource.API).run(() -> kept.create(home, wish));
    }

    @Test
    void aCertificateThatCannotBeOrdered_isRefused_andSaysWhatToDo() {
        assertThat(ask("www.ordered.example", "").status()).isEqualTo(201);
        for (Answer refused : new Answer[] {ask("www.other.example", ORDERED), again("www.ordered.example", ORDERED)}) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text("message")).contains("./sluice up --acme-directory", "another kind of tls");
        }
        assertThat(api.get(acme, HOSTS + "/www.other.example").status()).isEqualTo(404);
        assertThat(api.get(acme, HOSTS + "/www.ordered.example").text("status")).isEqualTo("READY");
    }

    @Test
    void aHostOfAnEarlierTime_whoseCertificateCannotBeOrdered_saysSo() {
        hadBefore("www.earlier.example", ORDERED);
        api.recover();
        Answer host = api.get(acme, HOSTS + "/www.earlier.example");
        assertThat(host.text("status")).isEqualTo("ERROR");
        assertThat(host.json().path("reason").path(0).asString("")).contains("./sluice up --acme-directory");
        assertThat(again("www.earlier.example", "").text("status")).isEqualTo("READY");
    }

    @Test
    void theServersOwnNames_areNobodys() {
        for (String name : new String[] {"sluice.example", "SLUICE.example", "api.cloud.example"}) {
            Answer refused = ask(name, "");
            assertThat(refused.status()).as(name).isEqualTo(400);
            assertThat(refused.text("message")).contains("this server's own", "take another name");
        }
        assertThat(ask("www.sluice.example", "").status()).isEqualTo(201);
        assertThat(ask("a.b.cloud.example", "").status()).isEqualTo(201);
    }

    @Test
    void aNameThatHasBecomeTheServersOwn_isTheOrganizationsNoMore() {
        hadBefore(LATER_OWN, "");
        api.recover();
        Answer host = api.get(acme, HOSTS + "/" + LATER_OWN);
        assertThat(host.text("status")).isEqualTo("ERROR");
        assertThat(host.json().path("reason").path(0).asString("")).contains("this server's own");
        assertThat(new HostClaims(store).holder(LATER_OWN)).isEmpty();
        assertThat(again(LATER_OWN, "").status()).isEqualTo(400);
        assertThat(api.delete(acme, HOSTS + "/" + LATER_OWN).status()).isEqualTo(200);
    }

    private List<String> recorded(String host) {
        List<String> all = new ArrayList<>();
        for (JsonNode one : api.get(acme, "/v1/audit").json()) {
            if (one.path("what").asString("").equals(host)) {
                all.addFirst(one.path("kind").asString("") + one.path("details"));
            }
        }
        return all;
    }

    @Test
    void whoGainsAndLosesAHost_andAnotherCertificate_areOnRecord_once() throws Exception {
        String host = "www.recorded.example";
        TestAuthority.Issued issued = TestAuthority.root("issuing").issue(Wish.of(host));
        var secret = JsonBody.JSON.createObjectNode().put("name", "pem");
        secret.putObject("secrets").put("tls.crt", issued.text()).put("tls.key", issued.key());
        assertThat(api.post(acme, "/v1/secret", secret.toString()).status()).isEqualTo(201);
        assertThat(ask(host, "").status()).isEqualTo(201);
        assertThat(recorded(host)).containsExactly("host.gain{\"proof\":\"waived\"}");
        String tls = ",\"tls\":{\"kind\":\"secret\",\"secret\":\"pem\"}";
        assertThat(again(host, tls).text("status")).isEqualTo("READY");
        assertThat(again(host, tls).status()).isEqualTo(200);
        api.recover();
        assertThat(recorded(host)).hasSize(2);
        String sha256 = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(issued.certificate().getEncoded()));
        assertThat(recorded(host).getLast()).startsWith("host.certificate").contains(sha256, "\"tls\":\"secret\"");
        assertThat(api.delete(acme, HOSTS + "/" + host).status()).isEqualTo(200);
        assertThat(recorded(host)).hasSize(3).last().isEqualTo("host.lose{}");
        Asker blue = api.developer("blue", "*");
        assertThat(api.get(blue, "/v1/audit").body()).doesNotContain(host);
    }
}
