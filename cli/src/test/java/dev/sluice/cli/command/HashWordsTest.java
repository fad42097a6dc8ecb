package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;

final class HashWordsTest extends RecordedTest {
    private static final Pattern HASH =
            Pattern.compile("\\$pbkdf2-sha256\\$i=600000\\$([A-Za-z0-9+/]{22})\\$([A-Za-z0-9+/]{43})\n");

    @Test
    void aPassword_isTypedTwiceUnseen_andHashed_withAnotherSaltEachTime() throws Exception {
        shell.answering("open sesame", "open sesame");
        String hash = shell.run("hash", "password").out();
        assertThat(shell.questions()).containsExactly("*Password: ", "*Once more: ");
        Matcher parts = HASH.matcher(hash);
        assertThat(parts.matches()).as(hash).isTrue();
        byte[] salt = Base64.getDecoder().decode(parts.group(1));
        var wanted = new PBEKeySpec("open sesame".toCharArray(), salt, 600_000, 256);
        assertThat(Base64.getDecoder().decode(parts.group(2)))
                .isEqualTo(SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(wanted)
                        .getEncoded());
        shell.typing("open sesame\n");
        assertThat(shell.run("hash", "password", "--password-stdin").out())
                .matches(HASH)
                .isNotEqualTo(hash);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void whatWasMistyped_orCannotBeTyped_isNoPassword() {
        assertThat(shell.run("hash", "password").err()).contains("--password-stdin");
        shell.answering("one", "two");
        assertThat(shell.run("hash", "password").err()).contains("not the same");
    }

    @Test
    void aKey_isRandom_andShownWithItsDigest() throws Exception {
        String out = shell.run("hash", "key").out();
        Matcher both = Pattern.compile(
                        "Key, for whoever calls: (sluice_[A-Za-z0-9_-]{43})\nDigest, for the secret: sha256:(.*)\n")
                .matcher(out);
        assertThat(both.matches()).as(out).isTrue();
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(both.group(1).getBytes(StandardCharsets.UTF_8));
        assertThat(both.group(2)).isEqualTo(HexFormat.of().formatHex(digest));
        assertThat(shell.run("hash", "key").out()).isNotEqualTo(out);
    }
}
