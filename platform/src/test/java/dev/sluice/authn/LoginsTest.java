package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.sluice.authn.LoginRefused.Why;
import dev.sluice.authn.TestProvider.Signature;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LoginsTest {
    private static final URI CALLBACK = URI.create("https://sluice.test/v1/iam/oauth2/callback");

    private final SetClock clock = new SetClock(Instant.now());

    @TempDir
    private Path data;

    private static RSAKey key;
    private TestProvider provider;
    private Logins logins;

    @BeforeAll
    static void makeKey() throws Exception {
        key = TestProvider.newKey();
    }

    @BeforeEach
    void start() throws Exception {
        provider = new TestProvider(key);
        logins = new Logins(
                TestProvider.write(data, provider.description("test", "dispatch")),
                new SecureRandom(),
                clock,
                Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() {
        logins.close();
        provider.close();
    }

    @Test
    void whoLogsIn_isWhomTheProviderVouchesFor() throws Exception {
        provider.mail = "Jon@Example.com";
        provider.groups = List.of("admins", "dev");
        Logins.Finished finished = logIn();
        assertThat(finished.user())
                .isEqualTo(new User("test", provider.issuer(), "jon@example.com", Set.of("admins", "dev")));
        assertThat(finished.goal()).isEqualTo("/home");
    }

    static Stream<Arguments> lies() {
        return Stream.of(
                lie("another nonce", claims -> claims.claim("nonce", "other"), Why.NOT_PROVEN),
                lie("no nonce", claims -> claims.claim("nonce", null), Why.NOT_PROVEN),
                lie("another audience", claims -> claims.audience("other"), Why.NOT_PROVEN),
                lie("no audience", claims -> claims.claim("aud", null), Why.NOT_PROVEN),
                lie("another issuer", claims -> claims.issuer("https://other.test"), Why.NOT_PROVEN),
                lie("over", claims -> claims.expirationTime(in(-120)), Why.NOT_PROVEN),
                lie("no end", claims -> claims.expirationTime(null), Why.NOT_PROVEN),
                lie("of the future", claims -> claims.issueTime(in(3600)), Why.NOT_PROVEN),
                lie("for another party", claims -> claims.claim("azp", "other"), Why.NOT_PROVEN),
                lie("for several parties", claims -> claims.audience(List.of("sluice", "other")), Why.NOT_PROVEN),
                lie("no subject", claims -> claims.subject(null), Why.NOT_PROVEN),
                lie("not verified", claims -> claims.claim("email_verified", false), Why.NOT_VERIFIED),
                lie("verified in text", claims -> claims.claim("email_verified", "true"), Why.NOT_VERIFIED),
                lie("verification not told", claims -> claims.claim("email_verified", null), Why.NOT_VERIFIED),
                lie("no mail", claims -> claims.claim("email", null), Why.NOT_VERIFIED),
                lie("mail of another kind", claims -> claims.claim("email", List.of("a@b")), Why.NOT_VERIFIED),
                lie("too many groups", claims -> claims.claim("groups", groups(User.GROUPS_MAX + 1)), Why.NOT_PROVEN),
                lie("a bad group", claims -> claims.claim("groups", List.of("a/b")), Why.NOT_PROVEN));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void aTokenThatLies_isRefused(String what, UnaryOperator<JWTClaimsSet.Builder> twist, Why why) {
        provider.twist = twist;
        assertThat(refusal(this::logIn)).isEqualTo(why);
    }

    @ParameterizedTest
    @EnumSource(names = "RIGHT", mode = EnumSource.Mode.EXCLUDE)
    void aTokenThatIsNotSignedByTheProvidersKey_isRefused(Signature signature) {
        provider.signature = signature;
        assertThat(refusal(this::logIn)).isEqualTo(Why.NOT_PROVEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jon", "a@b@c", "a b@c", "group:a@b", "acme/a@b", "a,b@c", "\u212Aim@example.com", "a@"})
    void anAddressThatIsNone_isRefused(String mail) {
        provider.mail = mail;
        assertThat(refusal(this::logIn)).isEqualTo(Why.NOT_VERIFIED);
    }

    @Test
    void anAddress_isNotTooLong() throws Exception {
        provider.mail = "a@" + "b".repeat(252);
        assertThat(logIn().user().mail()).isEqualTo(provider.mail);
        provider.mail = "a@" + "b".repeat(253);
        assertThat(refusal(this::logIn)).isEqualTo(Why.NOT_VERIFIED);
    }

    @Test
    void aKeyThatIsNew_isFetched_butNotOftenForNamesThatNobodyKnows() throws Exception {
        logIn();
        provider.rotate("k2");
        clock.pass(OpenIdClient.KEYS_APART);
        logIn();
        assertThat(provider.keyFetches).hasValue(2);
        provider.rotate("k3");
        assertThat(refusal(this::logIn)).isEqualTo(Why.NOT_PROVEN);
        assertThat(provider.keyFetches).hasValue(2);
    }

    @Test
    void aKeyThatIsGone_isNotTrustedForLong() throws Exception {
        logIn();
        provider.signature = Signature.ANOTHER_KEY_OF_THAT_NAME;
        clock.pass(OpenIdClient.PUBLISHED_GOOD);
        assertThat(refusal(this::logIn)).isEqualTo(Why.NOT_PROVEN);
        assertThat(provider.keyFetches).hasValue(2);
    }

    @Test
    void aLogin_isFinishedOnce() throws Exception {
        Logins.Begun begun = begin();
        Map<String, String> back = TestProvider.logIn(begun.location());
        finish(begun, back);
        assertThat(refusal(() -> finish(begun, back))).isEqualTo(Why.STALE);
    }

    @Test
    void aLogin_isFinishedInTheBrowserThatBeganIt() throws Exception {
        Logins.Begun victims = begin();
        Map<String, String> attackers = TestProvider.logIn(begin().location());
        assertThat(refusal(() -> finish(victims, attackers))).isEqualTo(Why.STALE);
        var without = new Logins.Answer(
                attackers.getOrDefault("state", ""), Optional.of(attackers.getOrDefault("code", "")), Optional.empty());
        assertThat(refusal(() -> logins.finish("", without))).isEqualTo(Why.STALE);
    }

    @Test
    void aCodeOfAnotherLogin_isRefusedByItsVerifier() throws Exception {
        Logins.Begun victims = begin();
        Map<String, String> own = TestProvider.logIn(victims.location());
        Map<String, String> attackers = TestProvider.logIn(begin().location());
        var mixed = Map.of("state", own.getOrDefault("state", ""), "code", attackers.getOrDefault("code", ""));
        assertThat(refusal(() -> finish(victims, mixed))).isEqualTo(Why.TURNED_DOWN);
    }

    @Test
    void aLogin_isNotFinishedLate() throws Exception {
        Logins.Begun begun = begin();
        Map<String, String> back = TestProvider.logIn(begun.location());
        clock.pass(Logins.LIFETIME);
        assertThat(refusal(() -> finish(begun, back))).isEqualTo(Why.STALE);
    }

    @Test
    void anAnswerOfAnotherIssuer_isRefused() throws Exception {
        Logins.Begun begun = begin();
        Map<String, String> back = TestProvider.logIn(begun.location());
        var answer = new Logins.Answer(
                back.getOrDefault("state", ""),
                Optional.of(back.getOrDefault("code", "")),
                Optional.of("https://other.test"));
        assertThat(refusal(() -> logins.finish(begun.sealed(), answer))).isEqualTo(Why.NOT_PROVEN);
    }

    @Test
    void aProviderThatSaysThatItNamesItself_doesSo() throws Exception {
        provider.metadataTwist =
                told -> told.replaceFirst("\\{", "{\"authorization_response_iss_parameter_supported\":true,");
        assertThat(refusal(this::logIn)).isEqualTo(Why.NOT_PROVEN);
        Logins.Begun begun = begin();
        Map<String, String> back = TestProvider.logIn(begun.location());
        var answer = new Logins.Answer(
                back.getOrDefault("state", ""),
                Optional.of(back.getOrDefault("code", "")),
                Optional.of(provider.issuer()));
        assertThat(logins.finish(begun.sealed(), answer).user().mail()).isEqualTo("jon@example.com");
    }

    /// It could be reached there: by a name that the operator has not allowed.
    @ParameterizedTest
    @ValueSource(strings = {"/authorize", "/token", "/keys"})
    void whereAProviderMayNotBeReached_nobodyIsSent(String endpoint) {
        String there = provider.issuer() + endpoint;
        provider.metadataTwist = told -> told.replace(there, there.replace("127.0.0.1", "LOCALHOST"));
        assertThat(refusal(this::logIn)).isEqualTo(Why.UNREACHABLE);
        assertThat(provider.tokenAsks).hasValue(0);
    }

    @Test
    void aProviderThatNamesNoPlaceForCodes_isRefused() {
        provider.metadataTwist = told -> told.replaceFirst("\"token_endpoint\":\"[^\"]*\",", "");
        assertThat(refusal(this::logIn)).isEqualTo(Why.UNREACHABLE);
    }

    @Test
    void whatAnotherProviderSaysOfItself_isNotTaken() {
        String issuer = "\"issuer\":\"" + provider.issuer();
        provider.metadataTwist = told -> told.replace(issuer, issuer + "/other");
        assertThat(refusal(this::logIn)).isEqualTo(Why.UNREACHABLE);
    }

    @Test
    void anAnswerThatIsTooLarge_isRefused() {
        provider.metadataTwist = told -> told + " ".repeat(ProviderHttp.ANSWER_BYTES_MAX);
        assertThat(refusal(this::logIn)).isEqualTo(Why.UNREACHABLE);
    }

    @Test
    void aKeyThatIsTooSmall_isNotTrusted() throws Exception {
        provider.rotate("small", 1024);
        assertThat(refusal(this::logIn)).isEqualTo(Why.NOT_PROVEN);
    }

    /// Whoever waits for a dead provider does not make others wait, too.
    @Test
    void aProviderThatWasDown_isLeftAloneForAMoment() throws Exception {
        provider.isDown = true;
        assertThat(refusal(this::logIn)).isEqualTo(Why.UNREACHABLE);
        provider.isDown = false;
        assertThat(refusal(this::logIn)).isEqualTo(Why.UNREACHABLE);
        clock.pass(OpenIdClient.FAILURES_APART);
        assertThat(logIn().user().mail()).isEqualTo("jon@example.com");
    }

    @Test
    void aCodeThatCanBeNone_isNotExchanged() throws Exception {
        for (String code : List.of("", " ", "x".repeat(Logins.CODE_CHARS_MAX + 1))) {
            Logins.Begun begun = begin();
            Map<String, String> back = TestProvider.logIn(begun.location());
            var with = Map.of("state", back.getOrDefault("state", ""), "code", code);
            assertThat(refusal(() -> finish(begun, with))).isEqualTo(Why.TURNED_DOWN);
        }
        assertThat(provider.tokenAsks).hasValue(0);
    }

    @Test
    void soManyLogins_areAskedForAtOnce_andNoMore() throws Exception {
        var inside = new Semaphore(0);
        var go = new CountDownLatch(1);
        provider.twist = claims -> {
            inside.release();
            try {
                go.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            return claims;
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = new ArrayList<Future<Logins.Finished>>();
            for (int i = 0; i < ProviderHttp.REQUESTS_MAX; i++) {
                waiting.add(threads.submit(this::logIn));
            }
            assertThat(inside.tryAcquire(ProviderHttp.REQUESTS_MAX, 5, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(refusal(this::logIn)).isEqualTo(Why.UNREACHABLE);
            assertThat(provider.tokenAsks).as("it is not asked").hasValue(ProviderHttp.REQUESTS_MAX);
            go.countDown();
            for (Future<Logins.Finished> one : waiting) {
                assertThat(one.get().goal()).isEqualTo("/home");
            }
            assertThat(logIn().goal()).as("room comes back").isEqualTo("/home");
        } finally {
            go.countDown();
        }
    }

    @Test
    void aSeal_isNoLongerThanACookie() {
        var seal = new LoginState.Seal(new SecureRandom(), clock);
        for (int chars : new int[] {10, LoginState.SEALED_CHARS_MAX}) {
            var login = new LoginState(
                    "test",
                    "state" + chars,
                    "nonce",
                    "v",
                    "r",
                    "g".repeat(chars),
                    clock.instant().getEpochSecond());
            assertThat(seal.spend(seal.seal(login), login.state()).isPresent()).isEqualTo(chars == 10);
        }
    }

    @Test
    void aProviderThatIsDown_orUnknown_isSaidSo() {
        provider.isDown = true;
        assertThat(refusal(this::logIn)).isEqualTo(Why.UNREACHABLE);
        assertThat(refusal(() -> logins.begin("other", CALLBACK, "/home"))).isEqualTo(Why.UNKNOWN_PROVIDER);
    }

    @Test
    void aFileThatOthersMayRead_isRefused() throws Exception {
        Path file = data.resolve(IdentityProviders.FILE);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> IdentityProviders.at(data))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"a\",\"issuer\":\"http://idp.test\",\"clientId\":\"c\"}",
                "{\"name\":\"a\",\"issuer\":\"http://127.0.0.1:1\",\"clientId\":\"c\"}",
                "{\"name\":\"a\",\"issuer\":\"http://idp.test\",\"clientId\":\"c\",\"allowLoopbackHttp\":true}",
                "{\"name\":\"a\",\"issuer\":\"ftp://127.0.0.1\",\"clientId\":\"c\",\"allowLoopbackHttp\":true}",
                "{\"name\":\"a\",\"issuer\":\"https://u@idp.test\",\"clientId\":\"c\"}",
                "{\"name\":\"A/\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\",\"clientsecret\":\"s\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\",\"scopes\":[\"email\"]}",
                "{\"name\":\"a\",\"name\":\"b\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test?x\",\"clientId\":\"c\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test#x\",\"clientId\":\"c\"}",
                "{\"name\":\"a\",\"issuer\":\"https:idp.test\",\"clientId\":\"c\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":1}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\",\"scopes\":\"openid\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\",\"scopes\":[\"openid\",1]}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\",\"scopes\":[\"openid\",\"a b\"]}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\",\"allowLoopbackHttp\":\"yes\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\",\"kind\":\"saml\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\",\"organization\":\"a b\"}",
                "1"
            })
    void aDescriptionThatMakesNoSense_isRefused(String description) {
        assertThatThrownBy(() -> TestProvider.write(data, description)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"providers\":{}}",
                "{\"providers\":[],\"extra\":1}",
                "{\"providers\":[],\"publicUrl\":\"https://sluice.test/path\"}",
                "{\"providers\":[],\"publicUrl\":\"http://sluice.test\"}",
                "{\"providers\":[],\"publicUrl\":\"https://u@sluice.test\"}",
                "{\"providers\":[],\"publicUrl\":\"https://sluice.test?x\"}",
                "{\"providers\":[],\"publicUrl\":\"https://sluice.test#x\"}",
                "{\"providers\":[],\"publicUrl\":\"https:sluice.test\"}"
            })
    void aFileThatMakesNoSense_isRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(IOException.class);
    }

    @Test
    void aFile_isBounded_andEachNameIsOneProviders() throws Exception {
        String one = provider.description("test", "dispatch");
        String publicUrl = "{\"providers\":[" + one + "],\"publicUrl\":\"https://sluice.test\"}";
        assertThat(read(publicUrl).publicUrl()).contains(URI.create("https://sluice.test"));
        assertThatThrownBy(() -> read(publicUrl + " ".repeat(1 << 20))).hasMessageContaining("larger");
        assertThatThrownBy(() -> TestProvider.write(data, one, one)).hasMessageContaining("two providers");
        var many = new ArrayList<String>();
        for (int i = 0; i <= 1_000; i++) {
            many.add("{\"name\":\"p" + i + "\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\"}");
        }
        assertThatThrownBy(() -> TestProvider.write(data, many.toArray(String[]::new)))
                .hasMessageContaining("1000 providers");
        many.removeLast();
        assertThat(TestProvider.write(data, many.toArray(String[]::new)).all()).hasSize(1_000);
        String longText = one.replace("\"sluice\"", "\"" + "c".repeat(3_000) + "\"");
        assertThatThrownBy(() -> TestProvider.write(data, longText)).hasMessageContaining("clientId");
    }

    private IdentityProviders read(String text) throws IOException {
        Files.writeString(data.resolve(IdentityProviders.FILE), text);
        return IdentityProviders.at(data);
    }

    private static List<String> groups(int count) {
        return Stream.iterate(0, i -> i + 1).limit(count).map(i -> "g" + i).toList();
    }

    private Logins.Begun begin() throws LoginRefused {
        return logins.begin("test", CALLBACK, "/home");
    }

    private Logins.Finished logIn() throws LoginRefused, IOException {
        Logins.Begun begun = begin();
        return finish(begun, TestProvider.logIn(begun.location()));
    }

    private Logins.Finished finish(Logins.Begun begun, Map<String, String> back) throws LoginRefused {
        return logins.finish(
                begun.sealed(),
                new Logins.Answer(
                        back.getOrDefault("state", ""),
                        Optional.ofNullable(back.getOrDefault("code", "")),
                        Optional.empty()));
    }

    private static Why refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable login) {
        return catchThrowableOfType(LoginRefused.class, login).why();
    }

    private static Date in(long seconds) {
        return Date.from(Instant.now().plusSeconds(seconds));
    }

    private static Arguments lie(String what, UnaryOperator<JWTClaimsSet.Builder> twist, Why why) {
        return Arguments.of(what, twist, why);
    }
}
