package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.authn.ClientCertificates.Subject;
import dev.sluice.authn.Doorkeeper.Ring;
import dev.sluice.tls.TestAuthority;
import dev.sluice.tls.TestAuthority.Wish;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which lists count, and who is known by his certificate.
final class ClientCertificatesTest {
    private static final Wish CLIENT = Wish.of("billing.acme.example").named("CN=billing");

    private final ClientCertificates certificates = new ClientCertificates();
    private TestAuthority root;

    @BeforeEach
    void make() throws Exception {
        root = TestAuthority.root("clients");
    }

    private static Ring ring(String listed) {
        return new Ring("1", Map.of(ClientCertificates.LISTED, listed));
    }

    private Optional<Subject> verified(X509Certificate... chain) {
        return certificates.verified(List.of(chain), ring(TestAuthority.pem(root.certificate())), Instant.now());
    }

    @Test
    void onlyAuthorities_areListed_andNotTooMany() throws Exception {
        String one = TestAuthority.pem(root.certificate());
        assertThat(ClientCertificates.isUsable(ring(one))).isTrue();
        assertThat(ClientCertificates.isUsable(ring(one.repeat(ClientCertificates.AUTHORITIES_MAX))))
                .isTrue();
        assertThat(ClientCertificates.isUsable(ring(one.repeat(ClientCertificates.AUTHORITIES_MAX + 1))))
                .isFalse();
        assertThat(ClientCertificates.isUsable(ring(one + "#".repeat(64 << 10))))
                .isFalse();
        String client = root.issue(CLIENT).text();
        assertThat(ClientCertificates.isUsable(ring(client))).isFalse();
        assertThat(ClientCertificates.isUsable(ring(one + client))).isFalse();
        assertThat(ClientCertificates.isUsable(ring(""))).isFalse();
        assertThat(ClientCertificates.isUsable(new Ring("1", Map.of()))).isFalse();
    }

    @Test
    void aChain_leadsFromTheFirstCertificate_toAnAuthority() throws Exception {
        X509Certificate client = root.issue(CLIENT).certificate();
        assertThat(verified(client).map(Subject::name)).contains("CN=billing");
        assertThat(verified(client, root.certificate())).isPresent();
        assertThat(verified(root.certificate(), client))
                .as("the key is the authority's")
                .isEmpty();
        assertThat(verified(root.certificate())).as("an authority is no client").isEmpty();
        assertThat(verified()).isEmpty();
        assertThat(certificates.verified(List.of(client), new Ring("2", Map.of()), Instant.now()))
                .isEmpty();
    }

    @Test
    void aLongChain_isNotFollowed() throws Exception {
        var above = new ArrayList<X509Certificate>();
        TestAuthority lowest = root;
        while (above.size() < ClientCertificates.CHAIN_MAX) {
            lowest = lowest.intermediate("ca" + above.size());
            above.addFirst(lowest.certificate());
            var chain = new ArrayList<>(above);
            chain.addFirst(lowest.issue(CLIENT).certificate());
            assertThat(verified(chain.toArray(X509Certificate[]::new)).isPresent())
                    .as("of " + chain.size())
                    .isEqualTo(chain.size() <= ClientCertificates.CHAIN_MAX);
        }
    }

    @Test
    void time_andUse_count() throws Exception {
        Instant now = Instant.now();
        X509Certificate client = root.issue(CLIENT).certificate();
        Ring ring = ring(TestAuthority.pem(root.certificate()));
        assertThat(certificates.verified(List.of(client), ring, now)).isPresent();
        assertThat(certificates.verified(List.of(client), ring, now.plus(Duration.ofDays(2))))
                .isEmpty();
        assertThat(certificates.verified(List.of(client), ring, now.minus(Duration.ofDays(2))))
                .isEmpty();
        for (KeyPurposeId use : new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_codeSigning}) {
            assertThat(verified(root.issue(CLIENT.usedFor(use)).certificate())).isEmpty();
        }
        for (KeyPurposeId use : new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth, KeyPurposeId.anyExtendedKeyUsage}) {
            assertThat(verified(root.issue(CLIENT.usedFor(use)).certificate())).isPresent();
        }
        assertThat(verified(root.issue(CLIENT.keyFor(KeyUsage.digitalSignature)).certificate()))
                .isPresent();
        assertThat(verified(root.issue(CLIENT.keyFor(KeyUsage.keyEncipherment)).certificate()))
                .as("of a key that signs nothing")
                .isEmpty();
    }

    @Test
    void aName_isTheSubject_orAnAlternative() throws Exception {
        assertThat(verified(root.issue(CLIENT.named("")).certificate()).map(Subject::name))
                .contains("dns:billing.acme.example");
    }
}
