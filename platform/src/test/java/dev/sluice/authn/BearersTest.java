package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Founding;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.PublicKeyText;
import dev.sluice.org.ServiceAccount;
import dev.sluice.store.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tokens are written here letter by letter, as an attacker would.
final class BearersTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static KeyPair rsa;
    private static KeyPair otherRsa;
    private static KeyPair ec;
    private static KeyPair ed25519;

    private final SetClock clock = new SetClock(START);
    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Organizations organizations = new Organizations(fs, deed -> {});
    private Bearers bearers = new Bearers(organizations, Bearers.Rules.DEFAULT, clock);

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        rsa = generator.generateKeyPair();
        otherRsa = generator.generateKeyPair();
        KeyPairGenerator p256 = KeyPairGenerator.getInstance("EC");
        p256.initialize(new ECGenParameterSpec("secp256r1"));
        ec = p256.generateKeyPair();
        ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    @BeforeEach
    void found() {
        fs.bootstrap();
        new Founding(organizations, clock).found((RSAPublicKey) rsa.getPublic());
    }

    @Test
    void eachKindOfKey_signs_withItsOwnAlgorithmOnly() throws Exception {
        change(admin -> admin.with(key("ec", ec), 1).with(key("ed", ed25519), 1));
        List<String> algorithms = List.of("RS256", "RS384", "RS512", "ES256", "EdDSA");
        assertThat(algorithms).allMatch(algorithm -> isGood(token(header(algorithm), CLAIMS)));
        for (String said : Stream.concat(
                        algorithms.stream(),
                        Stream.of("PS256", "ES384", "ES512", "ES256K", "HS256", "Ed25519", "none", "None", ""))
                .toList()) {
            for (String used : algorithms) {
                if (!said.equals(used)) {
                    String text = unsigned(header(said), CLAIMS);
                    assertThat(isGood(text + "." + sign(used, text)))
                            .as("%s as %s", used, said)
                            .isFalse();
                }
            }
        }
    }

    /// What an attacker knows of each kind of key, as the secret of an HMAC.
    @Test
    void aPublicKeyIsNoSecret() throws Exception {
        change(admin -> admin.with(key("ec", ec), 1).with(key("ed", ed25519), 1));
        String text = unsigned(header("HS256"), CLAIMS);
        for (KeyPair pair : List.of(rsa, ec, ed25519)) {
            String printed = PublicKeyText.print(pair.getPublic());
            byte[] pem = Base64.getDecoder().decode(printed);
            for (byte[] secret :
                    List.of(pair.getPublic().getEncoded(), pem, printed.getBytes(StandardCharsets.US_ASCII))) {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(secret, "HmacSHA256"));
                assertThat(isGood(text + "." + encode(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)))))
                        .isFalse();
            }
        }
    }

    @Test
    void aTokenThatNamesItsKey_isVerifiedWithThatKeyOnly() throws Exception {
        change(admin -> admin.with(key("other", otherRsa), 1).with(key("ec", ec), 1));
        String mine = PublicKeyText.thumbprint(rsa.getPublic());
        assertThat(isGood(token("{\"alg\":\"RS256\",\"kid\":\"" + mine + "\"}", CLAIMS)))
                .isTrue();
        for (String kid : List.of("other", "ec", "unknown", "", " ", mine + "x", "../" + mine)) {
            assertThat(isGood(token("{\"alg\":\"RS256\",\"kid\":\"" + kid + "\"}", CLAIMS)))
                    .as("kid '%s'", kid)
                    .isFalse();
        }
    }

    @Test
    void aTokenThatNamesNoKey_isVerifiedWithEach() throws Exception {
        change(admin -> admin.withAll(List.of(key("other", otherRsa), key("ec", ec), key("mine", rsa)), 1));
        assertThat(isGood(token(header("RS256"), CLAIMS))).isTrue();
        assertThat(isGood(token(header("ES256"), CLAIMS))).isTrue();
        assertThat(isGood(token(header("EdDSA"), CLAIMS))).isFalse();
    }

    @Test
    void aKeyThatHasEnded_provesNothing_alsoWhereItsTokenWasRemembered() throws Exception {
        long end = START.plusSeconds(100).getEpochSecond();
        change(admin -> admin.with(new ServiceAccount.Key("ec", PublicKeyText.print(ec.getPublic()), 1, end), 1));
        String token = token(header("ES256"), CLAIMS);
        String another = token("{\"alg\":\"ES256\",\"kid\":\"ec\"}", CLAIMS);
        assertThat(isGood(token)).isTrue();
        assertThat(bearers.bearer(token).orElseThrow().end()).isEqualTo(START.plusSeconds(100));
        clock.set(START.plusSeconds(99));
        assertThat(isGood(token)).isTrue();
        clock.set(START.plusSeconds(100));
        assertThat(isGood(token)).isFalse();
        assertThat(isGood(another)).isFalse();
        assertThat(isGood(token(header("RS256"), CLAIMS))).isTrue();
    }

    @Test
    void aKeyThatWasRemoved_provesNothing_andTheOthersGoOn() throws Exception {
        change(admin -> admin.with(key("ec", ec), 1));
        String old = token(header("RS256"), CLAIMS);
        String fresh = token(header("ES256"), CLAIMS);
        assertThat(isGood(old)).isTrue();
        assertThat(isGood(fresh)).isTrue();
        change(admin -> admin.without(PublicKeyText.thumbprint(rsa.getPublic()), 2));
        assertThat(isGood(old)).isFalse();
        assertThat(isGood(fresh)).isTrue();
    }

    /// RFC 8725 section 2.3: two readers must not see two tokens in one.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"iss\":\"dispatch/other\",\"iss\":\"dispatch/admin\",\"exp\":1767228000}",
                "{\"iss\":\"dispatch/admin\",\"iss\":\"dispatch/admin\",\"exp\":1767228000}",
                "{\"iss\":\"dispatch/admin\",\"exp\":1,\"exp\":1767228000}",
                "{\"iss\":\"dispatch/admin\",\"exp\":1767228000,\"aud\":\"x\",\"aud\":\"sluice\"}",
                "{\"iss\":\"dispatch/admin\",\"exp\":1767228000}{}",
                "{\"iss\":\"dispatch/admin\",\"exp\":\"1767228000\"}",
                "{\"iss\":[\"dispatch/admin\"],\"exp\":1767228000}",
                "{'iss':'dispatch/admin','exp':1767228000}",
                "{\"iss\":\"dispatch/admin\",\"exp\":1767228000,\"aud\":[]}",
                "{\"iss\":\"dispatch/admin\",\"exp\":1767228000,\"aud\":null}",
                "{\"iss\":\"dispatch/admin\",\"exp\":1767228000,\"aud\":\"SLUICE\"}",
                "{\"iss\":\"dispatch/admin\",\"exp\":1767228000,\"aud\":\"other\"}",
                "{\"iss\":\"dispatch/admin\",\"exp\":null}",
                "{\"iss\":\"dispatch/admin\"}",
                "[]",
                "",
            })
    void claimsThatAreDuplicated_orOfAnotherKind_areNone(String claims) throws Exception {
        assertThat(isGood(token(header("RS256"), "{\"iss\":\"dispatch/admin\",\"exp\":1767228000}")))
                .isTrue();
        assertThat(isGood(token(header("RS256"), claims))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"alg\":\"none\",\"alg\":\"RS256\"}",
                "{\"alg\":\"RS256\",\"alg\":\"RS256\"}",
                "{\"alg\":\"RS256\",\"kid\":\"a\",\"kid\":\"b\"}",
                "{\"alg\":\"RS256\",\"kid\":1}",
                "{\"alg\":\"RS256\",\"crit\":[\"exp\"],\"exp\":1}",
                "{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":true}",
                "{\"alg\":[\"RS256\"]}",
                "{}",
                "",
            })
    void headersThatAreDuplicated_orOfAnotherKind_areNone(String header) throws Exception {
        assertThat(isGood(token(header, CLAIMS))).isFalse();
    }

    /// Where a header brings or points to a key, it is not looked at.
    @Test
    void aKeyInTheHeader_isNotAsked() throws Exception {
        RSAKey jwk = new RSAKey.Builder((RSAPublicKey) otherRsa.getPublic()).build();
        String text = unsigned("{\"alg\":\"RS256\",\"jwk\":" + jwk.toJSONString() + "}", CLAIMS);
        assertThat(isGood(text + "." + signature("SHA256withRSA", otherRsa.getPrivate(), text)))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("lives")
    void aToken_lives3660Seconds_fromWhenItWasIssued(long issuedAt, long endsAt, boolean isGood) throws Exception {
        long start = START.getEpochSecond();
        String claims =
                "{\"iss\":\"dispatch/admin\",\"iat\":%d,\"exp\":%d}".formatted(start + issuedAt, start + endsAt);
        assertThat(isGood(token(header("RS256"), claims))).isEqualTo(isGood);
    }

    private static Stream<Arguments> lives() {
        return Stream.of(
                Arguments.of(-60, 3600, true),
                Arguments.of(-60, 3601, false),
                Arguments.of(0, 3660, true),
                Arguments.of(0, 3661, false),
                Arguments.of(-3659, 1, true),
                Arguments.of(-3660, 1, false),
                Arguments.of(60, 3600, true),
                Arguments.of(61, 3600, false));
    }

    @Test
    void anOperator_setsAnotherLife_andDemandsTheAudience() throws Exception {
        long start = START.getEpochSecond();
        String minute = "{\"iss\":\"dispatch/admin\",\"iat\":%d,\"exp\":%d%s}";
        String plain = token(header("RS256"), minute.formatted(start, start + 60, ""));
        String longer = token(header("RS256"), minute.formatted(start, start + 61, ",\"aud\":\"sluice\""));
        String ours = token(header("RS256"), minute.formatted(start, start + 60, ",\"aud\":[\"x\",\"sluice\"]"));
        assertThat(Stream.of(plain, longer, ours)).allMatch(this::isGood);
        bearers = new Bearers(organizations, new Bearers.Rules(Duration.ofMinutes(1), true), clock);
        assertThat(isGood(plain)).isFalse();
        assertThat(isGood(longer)).isFalse();
        assertThat(isGood(ours)).isTrue();
    }

    @Test
    void aTokenOfTheLargestSize_isRead_andALargerOneIsNot() throws Exception {
        String claims = "{\"iss\":\"dispatch/admin\",\"exp\":1767228000,\"x\":\"%s\"}";
        String small = token(header("RS256"), claims.formatted(""));
        int room = (RememberedTokens.TOKEN_CHARS_MAX - small.length()) / 4 * 3 - 2;
        String large = token(header("RS256"), claims.formatted("x".repeat(room)));
        assertThat(large.length()).isLessThanOrEqualTo(RememberedTokens.TOKEN_CHARS_MAX);
        assertThat(isGood(large)).isTrue();
        String larger = token(header("RS256"), claims.formatted("x".repeat(room + 6)));
        assertThat(larger.length()).isGreaterThan(RememberedTokens.TOKEN_CHARS_MAX);
        assertThat(isGood(larger)).isFalse();
    }

    @Test
    void thumbprints_areThoseOfAnotherImplementation() throws Exception {
        assertThat(PublicKeyText.thumbprint(rsa.getPublic()))
                .isEqualTo(new RSAKey.Builder((RSAPublicKey) rsa.getPublic())
                        .build()
                        .computeThumbprint()
                        .toString());
        assertThat(PublicKeyText.thumbprint(ec.getPublic()))
                .isEqualTo(new ECKey.Builder(Curve.P_256, (ECPublicKey) ec.getPublic())
                        .build()
                        .computeThumbprint()
                        .toString());
    }

    private static final String CLAIMS = "{\"iss\":\"dispatch/admin\",\"iat\":1767225540,\"exp\":1767229200}";

    private boolean isGood(String token) {
        return bearers.bearer(token).isPresent();
    }

    private static String header(String algorithm) {
        return "{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}";
    }

    /// Signed as the header says, by the account's key of that kind; with RS256 where it says nothing of use.
    private static String token(String header, String claims) {
        String text = unsigned(header, claims);
        String algorithm = Stream.of("RS384", "RS512", "ES256", "EdDSA")
                .filter(header::contains)
                .findFirst()
                .orElse("RS256");
        return text + "." + sign(algorithm, text);
    }

    private static String unsigned(String header, String claims) {
        return encode(header.getBytes(StandardCharsets.UTF_8)) + "." + encode(claims.getBytes(StandardCharsets.UTF_8));
    }

    private static String sign(String algorithm, String text) {
        return switch (algorithm) {
            case "RS256" -> signature("SHA256withRSA", rsa.getPrivate(), text);
            case "RS384" -> signature("SHA384withRSA", rsa.getPrivate(), text);
            case "RS512" -> signature("SHA512withRSA", rsa.getPrivate(), text);
            case "ES256" -> signature("SHA256withECDSAinP1363Format", ec.getPrivate(), text);
            default -> signature("Ed25519", ed25519.getPrivate(), text);
        };
    }

    private static String signature(String algorithm, PrivateKey key, String text) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return encode(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static ServiceAccount.Key key(String id, KeyPair pair) {
        PublicKey key = pair.getPublic();
        return new ServiceAccount.Key(id, PublicKeyText.print(key), 1, ServiceAccount.NEVER);
    }

    private void change(UnaryOperator<ServiceAccount> how) {
        Organization dispatch = organizations.tenant("dispatch").orElseThrow().organization();
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.FALSE))
                .run(() -> organizations.change(dispatch, "admin", how));
    }
}
