package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.PlainObject;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.sluice.authn.Caller.Delegate;
import dev.sluice.authn.Caller.Known;
import dev.sluice.authn.Caller.Rejected;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Founding;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Resource;
import dev.sluice.store.MemoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class DelegationsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String ME = "dispatch/serviceaccount/admin";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static KeyPair rsa;

    private final SetClock clock = new SetClock(START);
    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Organizations organizations = new Organizations(fs, deed -> {});

    @TempDir
    private Path directory;

    private ECKey key;
    private Delegations delegations;
    private Authenticator authenticator;

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        rsa = generator.generateKeyPair();
    }

    @BeforeEach
    void found() throws Exception {
        fs.bootstrap();
        new Founding(organizations, clock).found((RSAPublicKey) rsa.getPublic());
        TokenKey tokenKey = TokenKey.at(directory, clock);
        key = tokenKey.key();
        delegations = new Delegations(organizations, tokenKey, clock);
        authenticator =
                new Authenticator(organizations, new Bearers(organizations, Bearers.Rules.DEFAULT, clock), delegations);
    }

    @ParameterizedTest
    @ValueSource(strings = {ME, ME + "/app", ME + "/app|bob", ME + "/a&" + ME + "/b", "T", "bob|" + ME})
    void whatTheCallerIs_canBeGiven_inPart(String component) throws Exception {
        Delegate delegate = delegate(mint(admin(3600), component));
        assertThat(delegate.component()).isEqualTo(Component.parse(component));
        assertThat(delegate.home().name()).isEqualTo("dispatch");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"F", "dispatch", "dispatch/serviceaccount", "dispatch/serviceaccount/adminx", "bob", "x&T/a"})
    void whatTheCallerIsNot_cannotBeGiven(String component) throws Exception {
        assertThat(delegations.mint(admin(3600), Component.parse(component))).isEmpty();
    }

    @Test
    void aDelegate_holdsExactlyTheComponent_andNothingThatAPolicyLends() throws Exception {
        Task task = delegate(mint(admin(3600), ME + "/app")).task();
        assertThat(task.clearance()).isEqualTo(Label.parse(ME + "/app,T"));
        assertThat(task.holds(Component.parse(ME + "/app"))).isTrue();
        assertThat(task.holds(Component.parse(ME))).isFalse();
        assertThat(task.mayObserve(Label.parse(ME + "/app,T"))).isTrue();
        assertThat(task.mayObserve(Label.parse(ME + ",T"))).isFalse();
        assertThat(task.mayObserve(Label.parse("dispatch/function,T"))).isFalse();
        assertThat(task.mayDeliver(Label.parse(ME + ",T"), Label.PUBLIC)).isFalse();
    }

    @Test
    void aDelegate_givesNoMoreThanHeHas_forNoLongerThanHeHasIt() throws Exception {
        Delegate app = delegate(mint(admin(3600), ME + "/app"));
        for (String more : new String[] {ME, ME + "/other", "F"}) {
            assertThat(delegations.mint(app, Component.parse(more))).isEmpty();
        }
        clock.set(START.plusSeconds(590));
        String grandchild = mint(app, ME + "/app/view");
        assertThat(delegate(grandchild).component()).isEqualTo(Component.parse(ME + "/app/view"));
        clock.set(START.plusSeconds(599));
        assertThat(ask(grandchild)).isInstanceOf(Delegate.class);
        clock.set(START.plusSeconds(600));
        assertRejected(grandchild);
    }

    @Test
    void aToken_endsWithTheLogin_thatItWasMadeWith() throws Exception {
        String token = mint(admin(30), ME);
        clock.set(START.plusSeconds(29));
        assertThat(ask(token)).isInstanceOf(Delegate.class);
        clock.set(START.plusSeconds(30));
        assertRejected(token);
    }

    @Test
    void aToken_lasts_tenMinutes_alsoWhenRemembered() throws Exception {
        String token = mint(admin(3600), ME);
        assertThat(ask(token)).isInstanceOf(Delegate.class);
        clock.set(START.plusSeconds(600));
        assertRejected(token);
    }

    @Test
    void revoking_endsWhatWasGiven_andNothingElse() throws Exception {
        String token = mint(admin(3600), ME + "/app");
        assertThat(ask(token)).isInstanceOf(Delegate.class);
        Organization dispatch = organizations.tenant("dispatch").orElseThrow().organization();
        Upkeep.of(dispatch, Resource.IAM).run(() -> {
            organizations.renew(dispatch, "admin");
            return token;
        });
        assertRejected(token);
        assertThat(ask(mint(admin(3600), ME + "/app"))).isInstanceOf(Delegate.class);
    }

    @Test
    void aDeletedAccount_takesItsTokensAlong() throws Exception {
        String token = mint(admin(3600), ME);
        assertThat(ask(token)).isInstanceOf(Delegate.class);
        Organization dispatch = organizations.tenant("dispatch").orElseThrow().organization();
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.FALSE)).run(() -> {
            organizations.removeAccount(dispatch, "admin");
            return token;
        });
        assertRejected(token);
    }

    @Test
    void aTooLargeComponent_isNotGiven() throws Exception {
        String[] many = new String[60];
        Arrays.setAll(many, i -> ME + "/" + "x".repeat(120) + i);
        assertThat(delegations.mint(admin(3600), Component.parse(String.join("&", many))))
                .isEmpty();
    }

    /// S37: each is one step away from a good token.
    @ParameterizedTest
    @MethodSource("wrongClaims")
    void aTokenThatWeSigned_withAWrongClaim_isRejected(Consumer<ObjectNode> spoil) throws Exception {
        assertThat(ask(signed(_ -> {}))).isInstanceOf(Delegate.class);
        assertRejected(signed(spoil));
    }

    private static Stream<Arguments> wrongClaims() {
        long start = START.getEpochSecond();
        return Stream.<Consumer<ObjectNode>>of(
                        claims -> claims.put("exp", start),
                        claims -> claims.put("exp", start - 1),
                        claims -> claims.remove("exp"),
                        claims -> claims.put("exp", start + 601),
                        claims -> claims.put("nbf", start + 1),
                        claims -> claims.remove("nbf"),
                        claims -> claims.put("aud", "other"),
                        claims -> claims.remove("aud"),
                        claims -> claims.put("iss", "other"),
                        claims -> claims.remove("iss"),
                        claims -> claims.remove("jti"),
                        claims -> claims.put("jti", "x".repeat(RememberedTokens.TOKEN_CHARS_MAX)),
                        claims -> claims.remove("sub"),
                        claims -> claims.put("sub", ME),
                        claims -> claims.putObject("sub").putArray("DCFormula").add("x"),
                        claims -> claims.put("act", "dispatch/other"),
                        claims -> claims.put("act", "other/admin"),
                        claims -> claims.put("act", "admin"),
                        claims -> claims.remove("act"),
                        claims -> claims.put("epoch", "0123456789abcdef"),
                        claims -> claims.remove("epoch"))
                .map(Arguments::of);
    }

    @Test
    void aTokenThatWeDidNotSign_isRejected() throws Exception {
        String good = signed(_ -> {});
        String[] parts = good.split("\\.", -1);
        String payload = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        ECKey other = new ECKeyGenerator(Curve.P_256).keyID(key.getKeyID()).generate();
        String wider = base64(payload.replace("\"admin\"", "\"root\""));
        assertThat(wider).isNotEqualTo(parts[1]);
        byte[] publicKey = key.toECPublicKey().getEncoded();
        for (String token : new String[] {
            sign(JWSAlgorithm.ES256, new ECDSASigner(other), payload, key.getKeyID()),
            sign(JWSAlgorithm.RS256, new RSASSASigner(rsa.getPrivate()), payload, key.getKeyID()),
            sign(JWSAlgorithm.HS256, new MACSigner(publicKey), payload, key.getKeyID()),
            sign(JWSAlgorithm.HS256, new MACSigner(key.toPublicJWK().toJSONString()), payload, key.getKeyID()),
            sign(JWSAlgorithm.ES256, new ECDSASigner(key), payload, "another"),
            sign(JWSAlgorithm.ES256, new ECDSASigner(key), payload, null),
            sign(JWSAlgorithm.ES256, new ECDSASigner(key), "[]", key.getKeyID()),
            sign(JWSAlgorithm.ES256, new ECDSASigner(key), payload, key.getKeyID(), "account+jwt"),
            sign(JWSAlgorithm.ES256, new ECDSASigner(key), payload, key.getKeyID(), "JWT"),
            sign(JWSAlgorithm.ES256, new ECDSASigner(key), "no json", key.getKeyID()),
            new PlainObject(new Payload(payload)).serialize(),
            base64("{\"alg\":\"none\"}") + "." + parts[1] + ".",
            base64("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2],
            parts[0] + "." + wider + "." + parts[2],
            parts[0] + "." + parts[1] + ".",
            parts[0] + "." + parts[1],
            good + "x",
            good + "x".repeat(RememberedTokens.TOKEN_CHARS_MAX),
            "..",
            "garbage"
        }) {
            assertRejected(token);
        }
        assertThat(ask(good)).isInstanceOf(Delegate.class);
    }

    @Test
    void aCriticalHeaderThatNobodyKnows_isRejected() throws Exception {
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID(key.getKeyID())
                .type(new JOSEObjectType("delegation+jwt"))
                .criticalParams(Set.of("b64"))
                .base64URLEncodePayload(true)
                .build();
        String payload =
                new String(Base64.getUrlDecoder().decode(signed(_ -> {}).split("\\.", -1)[1]), StandardCharsets.UTF_8);
        var token = new JWSObject(header, new Payload(payload));
        token.sign(new ECDSASigner(key));
        assertRejected(token.serialize());
    }

    @Test
    void theKey_isMadeOnce_andIsItsOwnersOnly() throws Exception {
        Path file = directory.resolve("token.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(TokenKey.at(directory, clock).key()).isEqualTo(key);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> TokenKey.at(directory, clock)).isInstanceOf(IOException.class);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(file, key.toPublicJWK().toJSONString());
        assertThatThrownBy(() -> TokenKey.at(directory, clock)).isInstanceOf(IOException.class);
        ECKey other = new ECKeyGenerator(Curve.P_384).keyIDFromThumbprint(true).generate();
        ECKey renamed = new ECKeyGenerator(Curve.P_256).keyID("mine").generate();
        for (String text :
                new String[] {"x", other.toJSONString(), renamed.toJSONString(), key.toJSONString() + " ".repeat(40_000)
                }) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> TokenKey.at(directory, clock)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDelegate_isOfNoOtherOrganization() throws Exception {
        String token = mint(admin(3600), ME);
        assertThat(authenticator.authenticate(Optional.of("Bearer " + token), Optional.of("other")))
                .isInstanceOf(Delegate.class)
                .isNotInstanceOf(Known.class);
    }

    private Known admin(long seconds) {
        var tenant = organizations.tenant("dispatch").orElseThrow();
        var account = organizations.account(tenant.organization(), "admin").orElseThrow();
        var who = Identity.of(tenant, account, account.keys().getFirst().epoch(), START.plusSeconds(seconds));
        return new Known(new Lending(), who, tenant.organization());
    }

    private String mint(Caller.Proven by, String component) {
        return delegations.mint(by, Component.parse(component)).orElseThrow();
    }

    /// One of ours, with its claims changed and signed again.
    private String signed(Consumer<ObjectNode> spoil) throws Exception {
        String good = mint(admin(3600), ME);
        var claims = (ObjectNode) JSON.readTree(Base64.getUrlDecoder().decode(good.split("\\.", -1)[1]));
        spoil.accept(claims);
        return sign(JWSAlgorithm.ES256, new ECDSASigner(key), JSON.writeValueAsString(claims), key.getKeyID());
    }

    private static String sign(JWSAlgorithm algorithm, JWSSigner signer, String payload, @Nullable String kid)
            throws JOSEException {
        return sign(algorithm, signer, payload, kid, "delegation+jwt");
    }

    private static String sign(
            JWSAlgorithm algorithm, JWSSigner signer, String payload, @Nullable String kid, String type)
            throws JOSEException {
        var header = new JWSHeader.Builder(algorithm)
                .type(new JOSEObjectType(type))
                .keyID(kid)
                .build();
        var token = new JWSObject(header, new Payload(payload));
        token.sign(signer);
        return token.serialize();
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private Caller ask(String token) {
        return authenticator.authenticate(Optional.of("Bearer " + token), Optional.empty());
    }

    private Delegate delegate(String token) {
        assertThat(ask(token)).isInstanceOf(Delegate.class);
        return (Delegate) ask(token);
    }

    private void assertRejected(String token) {
        assertThat(ask(token)).isEqualTo(Rejected.UNAUTHENTICATED);
    }
}
