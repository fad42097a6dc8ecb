package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
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

    private TestProvider provider;
    private Logins logins;

    @BeforeEach
    void start() throws Exception {
        provider = new TestProvider();
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
                "{\"name\":\"a\",\"issuer\":\"https://u@idp.test\",\"clientId\":\"c\"}",
                "{\"name\":\"A/\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\",\"clientsecret\":\"s\"}",
                "{\"name\":\"a\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\",\"scopes\":[\"email\"]}",
                "{\"name\":\"a\",\"name\":\"b\",\"issuer\":\"https://idp.test\",\"clientId\":\"c\"}",
                "1"
            })
    void aDescriptionThatMakesNoSense_isRefused(String description) {
        assertThatThrownBy(() -> TestProvider.write(data, description)).isInstanceOf(IOException.class);
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
