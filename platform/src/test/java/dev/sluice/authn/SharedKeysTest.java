package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.authn.Doorkeeper.Finding;
import dev.sluice.authn.Doorkeeper.Ring;
import dev.sluice.authn.SharedKeys.Signed;
import dev.sluice.bytes.Bytes;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class SharedKeysTest {
    private static final byte[] KEY = new byte[SharedKeys.KEY_BYTES_MIN];
    private static final Finding KNOWN = new Finding.Known("shop");
    private static final Finding UNKNOWN = new Finding.Unknown();

    private final SetClock clock = new SetClock(Instant.parse("2026-11-23T12:00:00Z"));
    private final SharedKeys keys = new SharedKeys(new SecureRandom(), clock);

    private Finding show(String door, Instant at) throws GeneralSecurityException {
        Bytes base = Bytes.utf8("signed " + at);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        var ring = new Ring("1", Map.of("shop", Base64.getEncoder().encodeToString(KEY)));
        var signed = new Signed("shop", at, base, Bytes.takeOver(mac.doFinal(base.toArray())));
        return keys.signed(door, () -> Optional.of(ring), signed);
    }

    @Test
    void aSignature_countsForAWhile_once() throws Exception {
        Instant began = clock.instant();
        assertThat(show("a", began.minusSeconds(1)))
                .as("before this process began")
                .isEqualTo(UNKNOWN);
        clock.pass(SharedKeys.AGE_MAX);
        assertThat(show("a", began)).isEqualTo(KNOWN);
        assertThat(show("a", began)).as("the same once more").isEqualTo(UNKNOWN);
        assertThat(show("b", began)).as("at another door").isEqualTo(KNOWN);
        clock.pass(Duration.ofSeconds(1));
        assertThat(show("c", began)).as("too old").isEqualTo(UNKNOWN);
        assertThat(show("a", clock.instant().plus(SharedKeys.SKEW))).isEqualTo(KNOWN);
        assertThat(show("a", clock.instant().plus(SharedKeys.SKEW).plusSeconds(1)))
                .as("of the future")
                .isEqualTo(UNKNOWN);
    }

    @Test
    void aKeyThatIsShort_orNone_isUnusable() {
        String good = Base64.getEncoder().encodeToString(KEY);
        String few = Base64.getEncoder().encodeToString(new byte[SharedKeys.KEY_BYTES_MIN - 1]);
        assertThat(SharedKeys.unusable(new Ring("1", Map.of("a", good, "b", few, "c", "no base64"))))
                .isEqualTo(2);
    }
}
