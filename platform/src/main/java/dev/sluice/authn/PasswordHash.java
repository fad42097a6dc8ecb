package dev.sluice.authn;

import dev.sluice.bytes.Bytes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// What is kept of a password in its place: bcrypt as `htpasswd -B` makes it, Argon2id, or PBKDF2 as `sluice hash
/// password` does. One whose check would cost more than a bound is none: whoever lists it does not decide how long the
/// server works for strangers.
public sealed interface PasswordHash {
    /// About a third of a second of one core.
    int BCRYPT_COST_MAX = 12;

    /// Of memory, in KiB.
    int ARGON2_KIB_MAX = 64 << 10;

    int PBKDF2_ITERATIONS_MIN = 10_000;
    int PBKDF2_ITERATIONS_MAX = 1_000_000;

    /// A text in one of the three forms; empty for every other.
    static Optional<PasswordHash> of(String text) {
        if (text.length() > Forms.CHARS_MAX) {
            return Optional.empty();
        }
        try {
            return Forms.bcrypt(text).or(() -> Forms.argon2(text)).or(() -> Forms.pbkdf2(text));
        } catch (IllegalArgumentException garbage) {
            return Optional.empty();
        }
    }

    /// Takes as long for the right password as for wrong ones.
    boolean matches(String password);

    record Bcrypt(String text) implements PasswordHash {
        @Override
        public boolean matches(String password) {
            return OpenBSDBCrypt.checkPassword(text, password.toCharArray());
        }
    }

    record Argon2(Argon2Parameters parameters, Bytes hash) implements PasswordHash {
        @Override
        public boolean matches(String password) {
            var generator = new Argon2BytesGenerator();
            generator.init(parameters);
            byte[] made = new byte[hash.length()];
            generator.generateBytes(password.toCharArray(), made);
            return MessageDigest.isEqual(made, hash.readOnlyArray());
        }
    }

    record Pbkdf2(int iterations, Bytes salt, Bytes hash) implements PasswordHash {
        @Override
        public boolean matches(String password) {
            var wanted = new PBEKeySpec(password.toCharArray(), salt.toArray(), iterations, hash.length() * Byte.SIZE);
            try {
                byte[] made = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(wanted)
                        .getEncoded();
                return MessageDigest.isEqual(made, hash.readOnlyArray());
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException("every JDK has PBKDF2", impossible);
            } finally {
                wanted.clearPassword();
            }
        }
    }

    /// How the three are written: the last two as the Password Hashing Competition has it.
    final class Forms {
        private static final int CHARS_MAX = 256;
        private static final int SALT_BYTES_MIN = 8;
        private static final int HASH_BYTES_MIN = 16;
        private static final int ARGON2_ROUNDS_MAX = 4;
        private static final int ARGON2_LANES_MAX = 8;
        private static final int ARGON2_LANE_KIB_MIN = 8;
        private static final String SALT_AND_HASH = "\\$([A-Za-z0-9+/]{1,86})\\$([A-Za-z0-9+/]{1,86})";
        private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$([0-9]{2})\\$[./A-Za-z0-9]{53}");
        private static final Pattern ARGON2 =
                Pattern.compile("\\$argon2id\\$v=19\\$m=([0-9]{1,6}),t=([0-9]),p=([0-9])" + SALT_AND_HASH);
        private static final Pattern PBKDF2 = Pattern.compile("\\$pbkdf2-sha256\\$i=([0-9]{1,7})" + SALT_AND_HASH);

        private Forms() {}

        private static Optional<PasswordHash> bcrypt(String text) {
            Matcher form = BCRYPT.matcher(text);
            boolean isOne = form.matches() && isIn(form, 1, 4, BCRYPT_COST_MAX);
            return isOne ? Optional.of(new Bcrypt(text)) : Optional.empty();
        }

        private static Optional<PasswordHash> argon2(String text) {
            Matcher form = ARGON2.matcher(text);
            boolean isOne = form.matches()
                    && isIn(form, 3, 1, ARGON2_LANES_MAX)
                    && isIn(form, 2, 1, ARGON2_ROUNDS_MAX)
                    && isIn(form, 1, ARGON2_LANE_KIB_MIN * number(form, 3), ARGON2_KIB_MAX)
                    && isLongEnough(form, 4);
            if (!isOne) {
                return Optional.empty();
            }
            Argon2Parameters parameters = new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                    .withMemoryAsKB(number(form, 1))
                    .withIterations(number(form, 2))
                    .withParallelism(number(form, 3))
                    .withSalt(bytes(form, 4).toArray())
                    .build();
            return Optional.of(new Argon2(parameters, bytes(form, 5)));
        }

        private static Optional<PasswordHash> pbkdf2(String text) {
            Matcher form = PBKDF2.matcher(text);
            boolean isOne = form.matches()
                    && isIn(form, 1, PBKDF2_ITERATIONS_MIN, PBKDF2_ITERATIONS_MAX)
                    && isLongEnough(form, 2);
            return isOne ? Optional.of(new Pbkdf2(number(form, 1), bytes(form, 2), bytes(form, 3))) : Optional.empty();
        }

        private static boolean isLongEnough(Matcher form, int salt) {
            return bytes(form, salt).length() >= SALT_BYTES_MIN
                    && bytes(form, salt + 1).length() >= HASH_BYTES_MIN;
        }

        private static boolean isIn(Matcher form, int group, int min, int max) {
            int number = number(form, group);
            return number >= min && number <= max;
        }

        private static int number(Matcher form, int group) {
            return Integer.parseInt(form.group(group));
        }

        private static Bytes bytes(Matcher form, int group) {
            return Bytes.takeOver(Base64.getDecoder().decode(form.group(group)));
        }
    }
}
