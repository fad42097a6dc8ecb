package dev.sluice.org;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ServiceAccountTest {
    private static final String ED25519_HEAD = "302a300506032b6570032100";
    private static final long NOW = 1_700_000_000;
    private static PublicKey rsa;
    private static PublicKey ec;
    private static PublicKey ed25519;

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Organizations organizations = new Organizations(fs, deed -> {});
    private Organization dispatch;

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = newKey("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
        ec = newKey("EC", new ECGenParameterSpec("secp256r1"));
        ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
    }

    @BeforeEach
    void found() {
        fs.bootstrap();
        new Founding(organizations, Clock.systemUTC()).found((RSAPublicKey) rsa);
        dispatch = organizations.tenant("dispatch").orElseThrow().organization();
    }

    @Test
    void eachKindOfKey_isReadAsItIsPrinted() {
        for (PublicKey key : List.of(rsa, ec, ed25519)) {
            assertThat(PublicKeyText.parse(PublicKeyText.print(key))).contains(key);
        }
    }

    /// RFC 8037 appendix A.3; the other kinds are compared with another implementation in `BearersTest`.
    @Test
    void thumbprints_areThoseOfTheStandards() throws Exception {
        assertThat(PublicKeyText.thumbprint(
                        ed25519("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")))
                .isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        for (PublicKey key : List.of(rsa, ec, ed25519)) {
            assertThat(PublicKeyText.thumbprint(key)).matches("[A-Za-z0-9_-]{43}");
        }
    }

    @Test
    void aKeyThatCannotBeTrusted_isNoKey() throws Exception {
        var weak = List.of(
                newKey("RSA", new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F4)),
                newKey("EC", new ECGenParameterSpec("secp384r1")),
                KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPublic(),
                KeyPairGenerator.getInstance("X25519").generateKeyPair().getPublic());
        for (PublicKey key : weak) {
            assertThat(PublicKeyText.parse(PublicKeyText.print(key)))
                    .as(key.getAlgorithm())
                    .isEmpty();
        }
    }

    /// With such a key, some signatures are good for any message.
    @Test
    void anEd25519KeyOfSmallOrder_isNoKey() throws Exception {
        for (String point : List.of(
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")) {
            assertThat(PublicKeyText.parse(text(HexFormat.of().parseHex(ED25519_HEAD + point))))
                    .as(point)
                    .isEmpty();
        }
    }

    @Test
    void anEcPointOffTheCurve_isNoKey() {
        byte[] encoded = ec.getEncoded();
        encoded[encoded.length - 1] ^= 1;
        assertThat(PublicKeyText.parse(text(encoded))).isEmpty();
    }

    @Test
    void anRsaExponentThatProvesNothing_isNoKey() throws Exception {
        var modulus = ((RSAPublicKey) rsa).getModulus();
        for (BigInteger exponent : List.of(
                BigInteger.ONE, BigInteger.TWO.pow(16), BigInteger.TWO.pow(70).add(BigInteger.ONE))) {
            byte[] e = exponent.toByteArray();
            byte[] n = modulus.toByteArray();
            byte[] sequence = der(0x30, concat(der(0x02, n), der(0x02, e)));
            byte[] bits = der(0x03, concat(new byte[] {0}, sequence));
            byte[] algorithm = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
            assertThat(PublicKeyText.parse(text(der(0x30, concat(algorithm, bits)))))
                    .as("exponent of %s bits", exponent.bitLength())
                    .isEmpty();
        }
    }

    @Test
    void whatIsNoKey_isRefusedInDispatchsWords() {
        String pem = "-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----\n";
        assertRefused(
                () -> PublicKeyText.require("no base64!"),
                Refusal.INVALID,
                "error validating service account: public key is not base64 encoded");
        for (String inner : List.of("no pem", pem, "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----\n")) {
            assertRefused(
                    () -> PublicKeyText.require(base64(inner)),
                    Refusal.INVALID,
                    "error validating service account: invalid public key or public key not in PEM format");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "x", "=", "AAAA", "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0="})
    void garbage_isNoKey(String text) {
        assertThat(PublicKeyText.parse(text)).isEmpty();
        assertThat(PublicKeyText.parse(text + "A".repeat(20_000))).isEmpty();
    }

    @Test
    void whatWasStoredWithOneKey_stillLoads() {
        FsPath path =
                OrgPaths.directory(dispatch.principal(), OrgPaths.ACCOUNTS).child("old");
        String text = PublicKeyText.print(rsa);
        Bytes stored = Bytes.utf8("{\"id\":\"i\",\"name\":\"old\",\"publicKey\":\"" + text
                + "\",\"createdSeconds\":7,\"modifiedSeconds\":8}");
        Label label = OrgPaths.iamLabel(dispatch.principal());
        asRoot(() -> fs.create(path, Kind.FILE, label, stored, Privilege.mintTcb(label.integrity())));
        var keys = organizations.account(dispatch, "old").orElseThrow().keys();
        assertThat(keys).hasSize(1);
        String epoch = keys.getFirst().epoch();
        assertThat(keys.getFirst())
                .isEqualTo(new Organizations.AccountKey(PublicKeyText.thumbprint(rsa), rsa, Instant.MAX, epoch));
        asRoot(() -> organizations.change(dispatch, "old", old -> old.with(key(ec), NOW)));
        var more = organizations.account(dispatch, "old").orElseThrow().keys();
        assertThat(more).hasSize(2).contains(keys.getFirst());
    }

    @Test
    void keys_comeAndGo_oneByOne() {
        ServiceAccount one = new ServiceAccount("i", "ci", PublicKeyText.print(rsa), 1, 1);
        ServiceAccount two = one.with(key(ec), NOW);
        assertThat(two.keys()).hasSize(2).containsAll(one.keys());
        assertThat(two.modifiedSeconds()).isEqualTo(NOW);
        ServiceAccount other = two.without(one.keys().getFirst().id(), NOW);
        assertThat(other.keys()).containsExactly(key(ec));
        assertThat(other.withAll(List.of(key(ed25519)), NOW).keys()).containsExactly(key(ed25519));
        assertRefused(() -> one.without("another", NOW), Refusal.NOT_FOUND);
        assertRefused(() -> one.without(one.keys().getFirst().id(), NOW), Refusal.INVALID);
    }

    @Test
    void theLastKeyThatWorks_stays_whateverElseHasEnded() {
        ServiceAccount one = new ServiceAccount("i", "ci", PublicKeyText.print(rsa), 1, 1);
        ServiceAccount two = one.with(ServiceAccount.Key.of(PublicKeyText.print(ec), 1, NOW), NOW - 1);
        String good = one.keys().getFirst().id();
        assertThat(two.without(good, NOW - 1).keys()).hasSize(1);
        assertRefused(() -> two.without(good, NOW), Refusal.INVALID);
        assertThat(two.without(key(ec).id(), NOW).keys()).isEqualTo(one.keys());
    }

    /// What somebody was given by proving a key ends with that key, and with all that the account has given.
    @Test
    void anEpoch_isAKeysOwn_andAnotherOneWhenTheAccountIsRenewed() {
        asRoot(() -> organizations.create(dispatch, new ServiceAccount("i", "ci", PublicKeyText.print(rsa), 1, 1)));
        String first = epochs("ci").getFirst();
        asRoot(() -> organizations.change(dispatch, "ci", account -> account.with(key(ec), NOW)));
        assertThat(epochs("ci")).hasSize(2).contains(first).doesNotHaveDuplicates();
        asRoot(() -> organizations.renew(dispatch, "ci"));
        assertThat(epochs("ci")).hasSize(2).doesNotContain(first);
        asRoot(() -> organizations.change(
                dispatch,
                "ci",
                account -> account.withAll(List.of(account.keys().getFirst()), NOW)));
        String last = epochs("ci").getFirst();
        asRoot(() -> organizations.removeAccount(dispatch, "ci"));
        asRoot(() -> organizations.create(dispatch, new ServiceAccount("i", "ci", PublicKeyText.print(rsa), 1, 1)));
        assertThat(epochs("ci")).doesNotContain(first, last);
    }

    private List<String> epochs(String account) {
        return organizations.account(dispatch, account).orElseThrow().keys().stream()
                .map(Organizations.AccountKey::epoch)
                .toList();
    }

    @Test
    void oneKeyUnderTwoNames_isRefused() {
        ServiceAccount one = new ServiceAccount("i", "ci", PublicKeyText.print(rsa), 1, 1);
        assertRefused(
                () -> one.with(new ServiceAccount.Key("again", PublicKeyText.print(rsa), 1, 0), NOW), Refusal.EXISTS);
        String id = one.keys().getFirst().id();
        assertRefused(() -> one.with(new ServiceAccount.Key(id, PublicKeyText.print(ec), 1, 0), NOW), Refusal.EXISTS);
    }

    @Test
    void tooManyKeys_badNames_badEnds_areRefused() throws Exception {
        ServiceAccount account = new ServiceAccount("i", "ci", PublicKeyText.print(rsa), 1, 1);
        for (ServiceAccount.Key bad : List.of(
                new ServiceAccount.Key("", PublicKeyText.print(ec), 1, 0),
                new ServiceAccount.Key("a b", PublicKeyText.print(ec), 1, 0),
                new ServiceAccount.Key("k", PublicKeyText.print(ec), 1, -1),
                new ServiceAccount.Key("k", PublicKeyText.print(ec), 1, Long.MAX_VALUE),
                new ServiceAccount.Key("k", "nothing", 1, 0))) {
            assertRefused(() -> account.with(bad, NOW), Refusal.INVALID);
        }
        ServiceAccount full = account;
        for (int i = 1; i < ServiceAccount.KEYS_MAX; i++) {
            full = full.with(
                    key(KeyPairGenerator.getInstance("Ed25519")
                            .generateKeyPair()
                            .getPublic()),
                    NOW);
        }
        ServiceAccount eight = full;
        assertRefused(() -> eight.with(key(ec), NOW), Refusal.INVALID);
    }

    /// A key that is removed while somebody adds another must not come back.
    @Test
    void changesAtOnce_areBothKept() {
        asRoot(() -> organizations.change(dispatch, "admin", admin -> admin.with(key(ec), NOW)));
        var isFirst = new AtomicBoolean(true);
        asRoot(() -> organizations.change(dispatch, "admin", admin -> {
            if (isFirst.getAndSet(false)) {
                asRoot(() -> organizations.change(
                        dispatch, "admin", meanwhile -> meanwhile.without(PublicKeyText.thumbprint(rsa), NOW)));
            }
            return admin.with(key(ed25519), NOW);
        }));
        assertThat(organizations.account(dispatch, "admin").orElseThrow().keys())
                .extracting(Organizations.AccountKey::key)
                .containsExactly(ec, ed25519);
    }

    @Test
    void anAccountThatIsNotThere_isNotChanged() {
        for (String name : List.of("nobody", "", "a/b", "..", "x".repeat(200))) {
            assertRefused(() -> asRoot(() -> organizations.change(dispatch, name, same -> same)), Refusal.NOT_FOUND);
        }
    }

    private static ServiceAccount.Key key(PublicKey key) {
        return ServiceAccount.Key.of(PublicKeyText.print(key), NOW, ServiceAccount.NEVER);
    }

    private static void assertRefused(Runnable doing, Refusal refusal) {
        assertThatThrownBy(doing::run)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(refusal));
    }

    private static void assertRefused(Runnable doing, Refusal refusal, String reason) {
        assertThatThrownBy(doing::run).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.refusal()).isEqualTo(refusal);
            assertThat(refused.reason()).isEqualTo(reason);
        });
    }

    private static PublicKey newKey(String kind, AlgorithmParameterSpec parameters) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
        generator.initialize(parameters);
        return generator.generateKeyPair().getPublic();
    }

    private static PublicKey ed25519(String point) {
        return PublicKeyText.parse(text(HexFormat.of().parseHex(ED25519_HEAD + point)))
                .orElseThrow();
    }

    private static String text(byte[] encoded) {
        String base64 = Base64.getEncoder().encodeToString(encoded);
        return base64("-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] der(int tag, byte[] content) {
        byte[] head = content.length < 128
                ? new byte[] {(byte) tag, (byte) content.length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length};
        return concat(head, content);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static void asRoot(Runnable body) {
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.FALSE)).run(() -> {
            body.run();
            return body;
        });
    }
}
