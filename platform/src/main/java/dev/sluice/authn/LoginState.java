package dev.sluice.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// A login that was begun and not finished yet.
///
/// @param state, nonce, verifier random, of this login alone
/// @param redirect our own address that the provider sends the browser back to
/// @param goal where the browser goes once it is logged in
record LoginState(
        String provider, String state, String nonce, String verifier, String redirect, String goal, long begunSeconds) {
    static final Duration LIFETIME = Duration.ofMinutes(10);
    static final int SEALED_CHARS_MAX = 4096;

    /// Seals begun logins for a cookie of the browser that began them, so that nothing is kept here for somebody who
    /// never comes back: whoever begins many takes no memory. A seal is good for this process, for a short time,
    /// and once. Thread-safe.
    static final class Seal {
        private static final int KEY_BYTES = 32;
        private static final int SPENT_MAX = 100_000;
        private static final JsonMapper JSON = JsonMapper.builder().build();

        private final byte[] key = new byte[KEY_BYTES];
        private final Clock clock;
        private final Cache<Digest, Boolean> spent =
                Caffeine.newBuilder().maximumSize(SPENT_MAX).build();

        Seal(SecureRandom random, Clock clock) {
            random.nextBytes(key);
            this.clock = clock;
        }

        String seal(LoginState login) {
            var sealed = new JWEObject(
                    new JWEHeader(JWEAlgorithm.DIR, EncryptionMethod.A256GCM),
                    new Payload(JSON.writeValueAsBytes(login)));
            try {
                sealed.encrypt(new DirectEncrypter(key));
            } catch (JOSEException impossible) {
                throw new IllegalStateException("every JDK has AES", impossible);
            }
            return sealed.serialize();
        }

        /// What was sealed here, not long ago, for that state; the second time it is nothing.
        Optional<LoginState> spend(String sealed, String state) {
            if (sealed.length() > SEALED_CHARS_MAX) {
                return Optional.empty();
            }
            try {
                JWEObject jwe = JWEObject.parse(sealed);
                jwe.decrypt(new DirectDecrypter(key));
                var login = JSON.readValue(jwe.getPayload().toBytes(), LoginState.class);
                Instant end = Instant.ofEpochSecond(login.begunSeconds()).plus(LIFETIME);
                boolean isGood = login.state().equals(state) && clock.instant().isBefore(end);
                return isGood && isFirst(state) ? Optional.of(login) : Optional.empty();
            } catch (ParseException | JOSEException | JacksonException notOurs) {
                return Optional.empty();
            }
        }

        private boolean isFirst(String state) {
            return spent.asMap().putIfAbsent(Digest.of(Bytes.utf8(state)), true) == null;
        }
    }

    /// Without the secrets.
    @Override
    public String toString() {
        return "LoginState[" + provider + "]";
    }
}
