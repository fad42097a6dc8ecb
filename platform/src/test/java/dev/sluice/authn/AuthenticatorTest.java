package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.authn.Caller.Known;
import dev.sluice.authn.Caller.Reason;
import dev.sluice.authn.Caller.Rejected;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import dev.sluice.org.Action;
import dev.sluice.org.Founding;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policy;
import dev.sluice.org.PublicKeyText;
import dev.sluice.org.Resource;
import dev.sluice.org.ServiceAccount;
import dev.sluice.store.MemoryStore;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AuthenticatorTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static KeyPair key;
    private static KeyPair otherKey;

    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Organizations organizations = new Organizations(fs, deed -> {});
    private final SetClock clock = new SetClock(START);

    @TempDir
    private Path directory;

    private Authenticator authenticator;

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        key = generator.generateKeyPair();
        otherKey = generator.generateKeyPair();
    }

    @BeforeEach
    void found() throws Exception {
        authenticator = new Authenticator(
                organizations,
                new Bearers(organizations, Bearers.Rules.DEFAULT, clock),
                new Delegations(organizations, TokenKey.at(directory, clock), clock));
        fs.bootstrap();
        new Founding(organizations, clock).found((RSAPublicKey) key.getPublic());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER ", "Bearer   "})
    void aGoodToken_isKnown(String scheme) throws Exception {
        Known admin = known(authenticator.authenticate(Optional.of(scheme + token(claims())), Optional.empty()));
        assertThat(admin.component()).isEqualTo(Component.of(Principal.of("dispatch", "serviceaccount", "admin")));
        assertThat(admin.organization().name()).isEqualTo("dispatch");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic ", "Digest ", "Token ", "JWT ", "Bearer2 ", ""})
    void aGoodToken_behindAnotherWord_isRejected(String scheme) throws Exception {
        assertUnauthenticated(authenticator.authenticate(Optional.of(scheme + token(claims())), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512"})
    void eachRsaSignature_isTaken(String algorithm) throws Exception {
        assertThat(ask(sign(JWSAlgorithm.parse(algorithm), new RSASSASigner(key.getPrivate()), claims())))
                .isInstanceOf(Known.class);
    }

    @Test
    void noToken_isAnonymous() {
        assertThat(authenticator.authenticate(Optional.empty(), Optional.of("dispatch")))
                .isInstanceOf(Caller.Anonymous.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Bearer",
                "Bearer ",
                "Bearer x",
                "Bearer a.b.c",
                "Bearer ..",
                "Basic YTpi",
                "Bearer\tx",
                "Token x",
                "Bearer eyJhbGciOiJub25lIn0.e30.",
                "Bearer e30.e30.e30",
                "BearerX y",
            })
    void aBadCredential_isRejected_neverAnonymous(String authorization) {
        assertUnauthenticated(authenticator.authenticate(Optional.of(authorization), Optional.empty()));
    }

    @Test
    void algNone_isRejected() throws Exception {
        assertUnauthenticated(ask(new PlainJWT(claims().build()).serialize()));
    }

    @Test
    void hmacWithThePublicKeyAsSecret_isRejected() throws Exception {
        byte[] pem = Base64.getDecoder().decode(PublicKeyText.print((RSAPublicKey) key.getPublic()));
        assertUnauthenticated(ask(sign(JWSAlgorithm.HS256, new MACSigner(pem), claims())));
        assertUnauthenticated(
                ask(sign(JWSAlgorithm.HS256, new MACSigner(key.getPublic().getEncoded()), claims())));
    }

    @Test
    void anotherRsaFamily_isRejected() throws Exception {
        assertUnauthenticated(ask(sign(JWSAlgorithm.PS256, new RSASSASigner(key.getPrivate()), claims())));
    }

    @Test
    void anotherKey_isRejected() throws Exception {
        assertUnauthenticated(ask(sign(JWSAlgorithm.RS256, new RSASSASigner(otherKey.getPrivate()), claims())));
    }

    @Test
    void aChangedToken_isRejected() throws Exception {
        String good = token(claims());
        String[] parts = good.split("\\.", -1);
        String other = token(claims().issuer("dispatch/other")).split("\\.", -1)[1];
        assertUnauthenticated(ask(parts[0] + "." + other + "." + parts[2]));
        assertUnauthenticated(ask(good.substring(0, good.length() - 8)));
        assertUnauthenticated(ask(good + "x".repeat(RememberedTokens.TOKEN_CHARS_MAX)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "admin",
                "/admin",
                "dispatch/",
                "dispatch/admin/x",
                "dispatch//admin",
                "other/admin",
                "dispatch/other",
                "dispatch/ADMIN",
                "../admin",
                "dispatch/..",
                "BOOTSTRAP_USER",
            })
    void anUnknownIssuer_isRejected(String issuer) throws Exception {
        assertUnauthenticated(ask(token(claims().issuer(issuer))));
    }

    @Test
    void withoutAnIssuer_itIsRejected() throws Exception {
        assertUnauthenticated(ask(token(claims().issuer(null))));
    }

    @Test
    void anExpiredToken_isRejected() throws Exception {
        assertUnauthenticated(ask(token(claims().issueTime(at(-4000)).expirationTime(at(-400)))));
        assertUnauthenticated(ask(token(claims().expirationTime(at(0)))));
    }

    @Test
    void aTokenWithoutAnEnd_isRejected() throws Exception {
        assertUnauthenticated(ask(token(claims().expirationTime(null))));
    }

    @Test
    void aTokenThatLivesTooLong_isRejected() throws Exception {
        assertUnauthenticated(ask(token(claims().expirationTime(at(3661)))));
        assertUnauthenticated(ask(token(claims().issueTime(null).expirationTime(at(3721)))));
        assertThat(ask(token(claims().issueTime(null).expirationTime(at(3600)))))
                .isInstanceOf(Known.class);
    }

    @Test
    void aTokenFromTheFuture_isRejected_beyondTheSkew() throws Exception {
        assertUnauthenticated(ask(token(claims().issueTime(at(61)))));
        assertUnauthenticated(ask(token(claims().notBeforeTime(at(61)))));
        assertThat(ask(token(claims().issueTime(at(59)).notBeforeTime(at(59))))).isInstanceOf(Known.class);
    }

    @Test
    void aTokenForAnotherAudience_isRejected() throws Exception {
        assertUnauthenticated(ask(token(claims().audience("elsewhere"))));
        assertThat(ask(token(claims().audience("sluice")))).isInstanceOf(Known.class);
    }

    @Test
    void aCriticalHeader_isRejected() throws Exception {
        var header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .criticalParams(Set.of("b64"))
                .base64URLEncodePayload(true)
                .build();
        var jwt = new SignedJWT(header, claims().build());
        jwt.sign(new RSASSASigner(key.getPrivate()));
        assertUnauthenticated(ask(jwt.serialize()));
    }

    @Test
    void aRememberedToken_endsWhenItSays() throws Exception {
        String token = token(claims());
        assertThat(ask(token)).isInstanceOf(Known.class);
        clock.set(START.plusSeconds(3599));
        assertThat(ask(token)).isInstanceOf(Known.class);
        clock.set(START.plusSeconds(3600));
        assertUnauthenticated(ask(token));
    }

    @Test
    void aRememberedToken_diesWithItsKey() throws Exception {
        String token = token(claims());
        assertThat(ask(token)).isInstanceOf(Known.class);
        replaceAdminKey((RSAPublicKey) otherKey.getPublic());
        assertUnauthenticated(ask(token));
        assertThat(ask(sign(JWSAlgorithm.RS256, new RSASSASigner(otherKey.getPrivate()), claims())))
                .isInstanceOf(Known.class);
    }

    @Test
    void aDeletedAccount_isRejected_thoughItsTokenWasRemembered() throws Exception {
        String token = token(claims());
        assertThat(ask(token)).isInstanceOf(Known.class);
        Organization dispatch = organizations.tenant("dispatch").orElseThrow().organization();
        inIam(() -> organizations.removeAccount(dispatch, "admin"));
        assertUnauthenticated(ask(token));
    }

    @Test
    void anotherOrganization_mustExist() throws Exception {
        String token = "Bearer " + token(claims());
        Caller nowhere = authenticator.authenticate(Optional.of(token), Optional.of("nowhere"));
        assertThat(nowhere).isEqualTo(new Rejected(Reason.FORBIDDEN, "dispatch"));
        for (String broken : List.of("T", "a,b", "dispatch ", "../dispatch", "dispatch/x", "x".repeat(100))) {
            assertThat(authenticator.authenticate(Optional.of(token), Optional.of(broken)))
                    .isEqualTo(new Rejected(Reason.FORBIDDEN, "dispatch"));
        }
        assertThat(authenticator.authenticate(Optional.of(token), Optional.of("")))
                .isInstanceOf(Known.class);
    }

    @Test
    void anAdministrator_reachesAnotherOrganization_aLocalAccountDoesNot() throws Exception {
        Organization blue = register("blue");
        addAccount("dispatch", "bot");
        addAccount("blue", "bot");
        addPolicy(blue, "bot", "*", "*");
        String admin = "Bearer " + token(claims());
        String bot = "Bearer " + token(claims().issuer("dispatch/bot"));
        String blueBot = "Bearer " + token(claims().issuer("blue/bot"));

        assertThat(known(authenticator.authenticate(Optional.of(admin), Optional.of("blue")))
                        .organization())
                .isEqualTo(blue);
        // A policy of blue names `bot`: its own, never the account of the same name in dispatch.
        assertThat(authenticator.authenticate(Optional.of(bot), Optional.of("blue")))
                .isEqualTo(new Rejected(Reason.FORBIDDEN, "dispatch"));
        assertThat(known(authenticator.authenticate(Optional.of(bot), Optional.empty()))
                        .taskFor(Operation.of(Action.GET, Resource.RUNS)))
                .isEmpty();
        assertThat(known(authenticator.authenticate(Optional.of(blueBot), Optional.empty()))
                        .taskFor(Operation.of(Action.GET, Resource.RUNS)))
                .isPresent();
        assertThat(authenticator.authenticate(Optional.of(blueBot), Optional.of("dispatch")))
                .isEqualTo(new Rejected(Reason.FORBIDDEN, "blue"));
    }

    @Test
    void aNewPolicy_isInForceAtOnce() throws Exception {
        Organization dispatch = organizations.tenant("dispatch").orElseThrow().organization();
        addAccount("dispatch", "dev");
        String token = token(claims().issuer("dispatch/dev"));
        Operation list = Operation.of(Action.GET, Resource.FUNCTION);
        assertThat(known(ask(token)).taskFor(list)).isEmpty();
        addPolicy(dispatch, "dev", "get", "function");
        assertThat(known(ask(token)).taskFor(list)).isPresent();
    }

    @Test
    void aLentTask_readsAndWritesWhatWasLent_andNoMore() throws Exception {
        Task task = known(ask(token(claims())))
                .taskFor(Operation.of(Action.CREATE, Resource.RUNS).deliveringAllThatMayBeRead())
                .orElseThrow();
        assertThat(task.mayDeliver(Label.parse("dispatch/secret/s&dispatch/runs,T"), Label.PUBLIC))
                .isTrue();
        assertThat(task.mayDeliver(Label.parse("dispatch/user/alice,T"), Label.PUBLIC))
                .isFalse();
        assertThat(task.mayDeliver(Label.parse("dispatch,T"), Label.PUBLIC)).isFalse();
        assertThat(task.mayObserve(Label.parse("dispatch/runs,T"))).isTrue();
        assertThat(task.mayObserve(Label.parse("blue/runs,T"))).isFalse();
        assertThat(task.vouchesFor(Component.parse("dispatch/runs/hello"))).isTrue();
        assertThat(task.vouchesFor(Component.parse("dispatch/secret"))).isFalse();
        assertThat(task.vouchesFor(Component.parse("dispatch/serviceaccount/admin")))
                .isTrue();
    }

    @Test
    void whoeverActsAsHisOrganization_isLentItAll_toWriteOnlyWhereHeWrites() throws Exception {
        Known whole = known(ask(token(claims()))).asOrganization().orElseThrow();
        Task get = whole.taskFor(Operation.of(Action.GET, Resource.RUNS)).orElseThrow();
        assertThat(get.mayDeliver(Label.parse("dispatch/user/alice&dispatch/secret/s,T"), Label.PUBLIC))
                .isTrue();
        assertThat(get.mayObserve(Label.parse("blue/runs,T"))).isFalse();
        assertThat(get.vouchesFor(Component.parse("dispatch/runs"))).isFalse();
        Task create = whole.taskFor(Operation.of(Action.CREATE, Resource.RUNS)).orElseThrow();
        assertThat(create.vouchesFor(Component.parse("dispatch/function"))).isTrue();
        assertThat(create.vouchesFor(Component.parse("blue"))).isFalse();
    }

    @Test
    void anOwnTask_isLentNothing() throws Exception {
        Task task = known(ask(token(claims()))).task();
        assertThat(task.mayObserve(Label.parse("dispatch/serviceaccount/admin,T")))
                .isTrue();
        assertThat(task.mayObserve(Label.parse("dispatch/runs,T"))).isFalse();
        assertThat(task.vouchesFor(Component.parse("dispatch/runs"))).isFalse();
    }

    @Test
    void anAnonymousTask_seesThePublicOnly() {
        Task task = new Caller.Anonymous().task();
        assertThat(task.mayObserve(Label.PUBLIC)).isTrue();
        assertThat(task.mayObserve(Label.parse("dispatch,T"))).isFalse();
        assertThat(task.mayDeliver(Label.parse("dispatch,T"), Label.PUBLIC)).isFalse();
        assertThat(task.vouchesFor(Component.parse("dispatch/serviceaccount/admin")))
                .isFalse();
    }

    @Test
    void records_areForIamOnly() throws Exception {
        FsPath account = FsPath.home(Label.parse("dispatch/iam,dispatch/iam"))
                .child("serviceaccount")
                .child("admin");
        Task function = known(ask(token(claims())))
                .taskFor(Operation.of(Action.CREATE, Resource.FUNCTION))
                .orElseThrow();
        assertThatThrownBy(() -> function.run(() -> fs.read(account, Kind.FILE)))
                .isInstanceOf(Refused.class);
        Organization dispatch = organizations.tenant("dispatch").orElseThrow().organization();
        assertThatThrownBy(() -> function.run(() -> {
                    organizations.put(dispatch, new Policy("i", "p", true, List.of(), 0, 0));
                    return dispatch;
                }))
                .isInstanceOf(Refused.class);
    }

    private Caller ask(String token) {
        return authenticator.authenticate(Optional.of("Bearer " + token), Optional.empty());
    }

    private static Known known(Caller caller) {
        assertThat(caller).isInstanceOf(Known.class);
        return (Known) caller;
    }

    private static void assertUnauthenticated(Caller caller) {
        assertThat(caller).isEqualTo(Rejected.UNAUTHENTICATED);
    }

    /// As Dispatch's client makes them.
    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("dispatch/admin")
                .issueTime(at(-60))
                .expirationTime(at(3600));
    }

    private static Date at(long secondsAfterStart) {
        return Date.from(START.plus(Duration.ofSeconds(secondsAfterStart)));
    }

    private static String token(JWTClaimsSet.Builder claims) throws Exception {
        return sign(JWSAlgorithm.RS256, new RSASSASigner(key.getPrivate()), claims);
    }

    private static String sign(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet.Builder claims) throws Exception {
        var jwt = new SignedJWT(
                new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT).build(), claims.build());
        jwt.sign(signer);
        return jwt.serialize();
    }

    private void replaceAdminKey(RSAPublicKey to) {
        Organization dispatch = organizations.tenant("dispatch").orElseThrow().organization();
        inIam(() -> organizations.put(dispatch, new ServiceAccount("i", "admin", PublicKeyText.print(to), 0, 1)));
    }

    private void addAccount(String organization, String name) {
        Organization home = organizations.tenant(organization).orElseThrow().organization();
        String text = PublicKeyText.print((RSAPublicKey) key.getPublic());
        inIam(() -> organizations.put(home, new ServiceAccount("i", name, text, 0, 0)));
    }

    private void addPolicy(Organization home, String subject, String action, String resource) {
        var rule = new Policy.Rule(List.of(subject), List.of(action), List.of(resource));
        inIam(() -> organizations.put(home, new Policy("i", subject + "-policy", false, List.of(rule), 0, 0)));
    }

    private Organization register(String name) {
        var organization = new Organization("i", name, name, 0);
        inIam(() -> organizations.register(organization));
        inIam(() -> organizations.prepare(organization));
        return organization;
    }

    private static void inIam(Runnable writes) {
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.FALSE)).run(() -> {
            writes.run();
            return writes;
        });
    }
}
