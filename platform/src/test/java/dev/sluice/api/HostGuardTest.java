package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.acme.Certificates;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import dev.sluice.host.DnsServer;
import dev.sluice.host.HostClaims;
import dev.sluice.host.HostProofs;
import dev.sluice.host.HostRules;
import dev.sluice.org.Organization;
import dev.sluice.secret.Secrets;
import dev.sluice.store.MemoryStore;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.TlsIdentity;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A proof that comes when nobody looks for it any more, while the wish is still on the disk.
final class HostGuardTest extends HostTest {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aProofThatOutlivesItsOrganization_isNoClaim_whateverOfItIsStillThere(boolean isEnded, @TempDir Path directory)
            throws Exception {
        String host = isEnded ? "www.over.example" : "www.going.example";
        String challenge = "_sluice-challenge." + host;
        String value = value(made(acme, host));
        Organization organization = api.home("acme");
        var claims = new HostClaims(new MemoryStore());
        try (var other = new DnsServer();
                var egress = Egress.open(EgressSettings.NONE);
                var hosts = hosts(directory, claims, other, egress)) {
            other.put(challenge, value);
            CountDownLatch go = other.hold(challenge);
            hosts.recover(organization);
            await().atMost(PATIENCE).until(() -> other.asked(challenge) > 0);
            if (isEnded) {
                hosts.forget(organization);
            }
            go.countDown();
            if (isEnded) {
                hold(() -> assertThat(claims.holder(host)).isEmpty());
            } else {
                await().atMost(PATIENCE).until(() -> claims.holder(host).isPresent());
            }
        }
    }

    /// Those of a server beside the other one, over the same files.
    private Hosts hosts(Path directory, HostClaims claims, DnsServer other, Egress egress) throws Exception {
        Clock clock = Clock.systemUTC();
        var table = new CertificateTable(TlsIdentity.at(directory, clock));
        var proofs = new HostProofs(new HostRules(false, Optional.of(other.address())), egress);
        var secrets = new Secrets(api.fs, api.keys, api.audit, new SecureRandom());
        var ordered = new Certificates(directory, Optional.empty(), table, clock);
        var certificates = new HostCertificates(ordered, secrets, new HostRecords(api.audit), clock);
        return new Hosts(api.fs, claims, proofs, certificates, clock);
    }
}
