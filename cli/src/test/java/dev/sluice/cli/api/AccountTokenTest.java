package dev.sluice.cli.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cli.Failure;
import dev.sluice.cli.RsaKeys;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class AccountTokenTest {
    @TempDir
    Path directory;

    private KeyPair pair;
    private Path file;

    @BeforeEach
    void generate() throws GeneralSecurityException {
        pair = RsaKeys.generate();
        file = directory.resolve("key.pem");
    }

    private String[] sign(String account) {
        return AccountToken.sign(account, file, Shell.NOW).split("\\.", -1);
    }

    private static String decoded(String part) {
        return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
    }

    private void assertIsVerifiedByThePublicKey(String[] parts) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(pair.getPublic());
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    }

    @Test
    void aToken_saysWhoAndForHowLong_andNothingElse() throws IOException, GeneralSecurityException {
        RsaKeys.pkcs8(pair, file);

        String[] parts = sign("acme/ci");

        assertThat(decoded(parts[0])).isEqualTo("{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
        long now = Shell.NOW.getEpochSecond();
        assertThat(decoded(parts[1]))
                .isEqualTo("{\"iss\":\"acme/ci\",\"aud\":\"sluice\",\"iat\":" + (now - 60) + ",\"exp\":" + (now + 3600)
                        + "}");
        assertThat(String.join("", parts)).doesNotContain("=", "+", "/");
        assertIsVerifiedByThePublicKey(parts);
    }

    @Test
    void aPkcs1Key_signsAsWell() throws IOException, GeneralSecurityException {
        RsaKeys.pem("RSA PRIVATE KEY", RsaKeys.pkcs1(pair), file);

        assertIsVerifiedByThePublicKey(sign("acme/ci"));
    }

    @Test
    void aPkcs1Key_thatIsLabeledAsDispatchDoes_signsAsWell() throws IOException, GeneralSecurityException {
        RsaKeys.pem("PRIVATE KEY", RsaKeys.pkcs1(pair), file);

        assertIsVerifiedByThePublicKey(sign("acme/ci"));
    }

    @Test
    void aKeyOfAnotherKind_isRefused() throws IOException, GeneralSecurityException {
        for (String kind : new String[] {"Ed448", "X25519", "DSA"}) {
            byte[] key = KeyPairGenerator.getInstance(kind)
                    .generateKeyPair()
                    .getPrivate()
                    .getEncoded();
            RsaKeys.pem("PRIVATE KEY", key, file);

            assertRefused("is not an RSA, P-256 or Ed25519 key");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKeyThatWasMadeHere_signs_andTheServerGetsItsOtherHalf(KeyKind kind) throws Exception {
        String printed = KeyPairFile.make(file, kind);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).startsWith("-----BEGIN PRIVATE KEY-----\n");
        String pem = decodedText(printed);
        assertThat(pem).startsWith("-----BEGIN PUBLIC KEY-----\n").endsWith("-----END PUBLIC KEY-----\n");
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        PublicKey key = KeyFactory.getInstance(kind.algorithm()).generatePublic(new X509EncodedKeySpec(der));

        String[] parts = sign("acme/ci");

        assertThat(decoded(parts[0])).isEqualTo("{\"alg\":\"" + kind.tokenAlgorithm() + "\",\"typ\":\"JWT\"}");
        Signature signature = Signature.getInstance(kind.signature());
        signature.initVerify(key);
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    }

    @Test
    void aKeyIsNeverOverwritten() throws IOException {
        Files.writeString(file, "somebody's key");

        assertThatThrownBy(() -> KeyPairFile.make(file, KeyKind.RSA))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("is there already");
        assertThat(file).hasContent("somebody's key");
        assertThatThrownBy(() -> KeyPairFile.make(directory.resolve("nowhere").resolve("key"), KeyKind.RSA))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("cannot write the private key");
    }

    @Test
    void kinds_haveWords() {
        assertThat(KeyKind.words()).containsExactly("rsa", "p256", "ed25519");
        assertThat(KeyKind.named("ed25519")).contains(KeyKind.ED25519);
        assertThat(KeyKind.named("dsa")).isEmpty();
    }

    private static String decodedText(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    @Test
    void anEncryptedKey_isRefused() throws IOException {
        RsaKeys.pem("ENCRYPTED PRIVATE KEY", new byte[100], file);

        assertRefused("is encrypted");
    }

    @Test
    void whatIsNoKeyAtAll_isRefused() throws IOException {
        for (String text : new String[] {
            "",
            "hello",
            "-----BEGIN PRIVATE KEY-----\n====\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----"
        }) {
            Files.writeString(file, text);

            assertRefused("is not an RSA, P-256 or Ed25519 key");
        }
    }

    @Test
    void aFileThatIsNotThere_isRefused() {
        assertRefused("does not exist");
    }

    private void assertRefused(String why) {
        assertThatThrownBy(() -> sign("acme/ci")).isInstanceOf(Failure.class).hasMessageContaining(why);
    }
}
