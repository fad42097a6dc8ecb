package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PasswordHashTest {
    /// Of `htpasswd -B`.
    private static final String BCRYPT = "$2y$05$4sC2./HmAIwpKuN/ef66.OhxThCvywe2M3ptRCz5amsbdKsvM031.";

    /// Of the reference implementation's tests.
    private static final String ARGON2 =
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    @Test
    void whatOthersHaveMade_isChecked() {
        assertThat(PasswordHash.of(BCRYPT).orElseThrow().matches("open sesame")).isTrue();
        assertThat(PasswordHash.of(BCRYPT).orElseThrow().matches("open sesamf")).isFalse();
        assertThat(PasswordHash.of(ARGON2).orElseThrow().matches("password")).isTrue();
        assertThat(PasswordHash.of(ARGON2).orElseThrow().matches("passwore")).isFalse();
        // of Python's hashlib.pbkdf2_hmac
        var pbkdf2 = PasswordHash.of(
                        "$pbkdf2-sha256$i=10000$MDEyMzQ1Njc4OWFiY2RlZg$A6lR2UARVhBe4DqIvHaYP82CyMuqMSxu3lQAWXnCPRY")
                .orElseThrow();
        assertThat(pbkdf2.matches("öpen sesame")).isTrue();
        assertThat(pbkdf2.matches("open sesame")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "open sesame",
                "$apr1$x$y",
                "{SHA}x",
                "$2y$13$MDGZY7sjBNQTzTOaf51lpe7fNap7cqYsg7vkbinR.Lh3uaha/T14.",
                "$2y$03$MDGZY7sjBNQTzTOaf51lpe7fNap7cqYsg7vkbinR.Lh3uaha/T14.",
                "$2x$05$4sC2./HmAIwpKuN/ef66.OhxThCvywe2M3ptRCz5amsbdKsvM031.",
                "$argon2id$v=19$m=65537,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=5,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=8,t=1,p=2$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=2,p=1$c2E$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2d$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$pbkdf2-sha256$i=1000001$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$pbkdf2-sha256$i=9999$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$pbkdf2-sha256$i=10000$c29tZXNhbHQ$CTFh",
            })
    void whatIsNone_orCostsTooMuch_isNone(String text) {
        assertThat(PasswordHash.of(text)).isEmpty();
    }

    @Test
    void anyText_isOneOrNone() {
        var random = new Random(7);
        for (String good : new String[] {BCRYPT, ARGON2}) {
            for (int i = 0; i < 20_000; i++) {
                var text = new StringBuilder(good);
                for (int n = random.nextInt(3); n >= 0; n--) {
                    text.setCharAt(random.nextInt(good.length()), (char) (' ' + random.nextInt(100)));
                }
                text.setLength(random.nextInt(4) == 0 ? random.nextInt(good.length()) : good.length());
                assertThat(PasswordHash.of(text.toString())).isNotNull();
            }
        }
    }
}
