package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.jwk.RSAKey;
import dev.sluice.authn.DeviceLogins.Standing;
import dev.sluice.authn.LoginRefused.Why;
import dev.sluice.kernel.Refused;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DeviceLoginsTest {
    private static final int UNDER_WAY_MAX = 3;
    private static final String HERE = "10.0.0.1";
    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now.get();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };

    @TempDir
    private Path data;

    private static RSAKey key;
    private TestProvider provider;
    private Logins logins;
    private DeviceLogins devices;

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
        devices = new DeviceLogins(logins, new SecureRandom(), clock, UNDER_WAY_MAX);
    }

    @AfterEach
    void stop() {
        logins.close();
        provider.close();
    }

    @Test
    void whoApproves_isLoggedIn_once() throws Exception {
        provider.groups = List.of("dev");
        DeviceLogins.Begun begun = devices.begin("test", HERE);
        assertThat(begun.userCode()).isEqualTo("ABCD-EFGH");
        assertThat(begun.verification()).isEqualTo(URI.create(provider.issuer() + "/activate"));
        assertThat(begun.complete()).contains(URI.create(provider.issuer() + "/activate?user_code=ABCD-EFGH"));
        assertThat(begun.lifetime()).isEqualTo(Duration.ofMinutes(5));
        assertThat(begun.interval()).isEqualTo(TWO_SECONDS);
        assertThat(later(begun)).isEqualTo(new Standing.Waiting(TWO_SECONDS));
        provider.device = "";
        var user = new User("test", provider.issuer(), "jon@example.com", Set.of("dev"));
        assertThat(later(begun)).isEqualTo(new Standing.Approved(user));
        assertThat(refusal(() -> later(begun))).as("again").isEqualTo(Why.OVER);
    }

    @Test
    void onlyTheHandle_finishesALogin() throws Exception {
        DeviceLogins.Begun begun = devices.begin("test", HERE);
        provider.device = "";
        now.set(now.get().plus(TWO_SECONDS));
        for (String other : List.of(begun.userCode(), "the-providers-code", "A".repeat(43), "", begun.handle() + "A")) {
            assertThat(refusal(() -> devices.standing(other))).as(other).isEqualTo(Why.OVER);
        }
        assertThat(devices.begin("test", HERE).handle())
                .isNotEqualTo(begun.handle())
                .hasSize(43);
        assertThat(devices.standing(begun.handle())).isInstanceOf(Standing.Approved.class);
    }

    @Test
    void aTerminalThatAsksTooOften_doesNotReachTheProvider() throws Exception {
        DeviceLogins.Begun begun = devices.begin("test", HERE);
        for (int i = 0; i < 5; i++) {
            assertThat(devices.standing(begun.handle())).isEqualTo(new Standing.Waiting(TWO_SECONDS));
        }
        assertThat(provider.deviceAsks).hasValue(0);
        later(begun);
        devices.standing(begun.handle());
        assertThat(provider.deviceAsks).hasValue(1);
    }

    @Test
    void aProviderThatWantsToBeLeftAlone_isAskedMoreSeldom_withinBounds() throws Exception {
        provider.deviceTwist = begun -> begun.replace("300", "600");
        DeviceLogins.Begun begun = devices.begin("test", HERE);
        provider.device = "slow_down";
        assertThat(later(begun)).isEqualTo(new Standing.Waiting(Duration.ofSeconds(7)));
        later(begun);
        assertThat(provider.deviceAsks).as("two seconds later").hasValue(1);
        long seconds = 7;
        while (seconds < DeviceLogins.INTERVAL_MAX.toSeconds()) {
            now.set(now.get().plusSeconds(seconds));
            seconds = Math.min(seconds + 5, DeviceLogins.INTERVAL_MAX.toSeconds());
            assertThat(devices.standing(begun.handle())).isEqualTo(new Standing.Waiting(Duration.ofSeconds(seconds)));
        }
    }

    @Test
    void aLoginThatNobodyApproves_ends() throws Exception {
        DeviceLogins.Begun begun = devices.begin("test", HERE);
        now.set(now.get().plus(Duration.ofMinutes(5)));
        provider.device = "";
        assertThat(refusal(() -> devices.standing(begun.handle()))).isEqualTo(Why.OVER);
        assertThat(provider.deviceAsks).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,1", "2,2", "60,60", "100000,60"})
    void whatAProviderWants_isBounded(String told, long interval) throws Exception {
        provider.deviceTwist = begun -> begun.replace("\"interval\":2", "\"interval\":" + told)
                .replace("\"expires_in\":300", "\"expires_in\":100000");
        DeviceLogins.Begun begun = devices.begin("test", HERE);
        assertThat(begun.interval()).isEqualTo(Duration.ofSeconds(interval));
        assertThat(begun.lifetime()).isEqualTo(DeviceLogins.LIFETIME_MAX);
        now.set(now.get().plus(DeviceLogins.LIFETIME_MAX));
        assertThat(refusal(() -> devices.standing(begun.handle()))).isEqualTo(Why.OVER);
    }

    @ParameterizedTest
    @CsvSource({"access_denied,TURNED_DOWN", "expired_token,OVER", "invalid_grant,TURNED_DOWN"})
    void aLoginThatTheProviderTurnsDown_isOver(String error, Why why) throws Exception {
        DeviceLogins.Begun begun = devices.begin("test", HERE);
        provider.device = error;
        assertThat(refusal(() -> later(begun))).isEqualTo(why);
        provider.device = "";
        assertThat(refusal(() -> later(begun))).isEqualTo(Why.OVER);
    }

    @Test
    void aProviderThatIsDown_doesNotEndALogin() throws Exception {
        DeviceLogins.Begun begun = devices.begin("test", HERE);
        provider.isDown = true;
        provider.device = "";
        assertThat(refusal(() -> later(begun))).isEqualTo(Why.UNREACHABLE);
        provider.isDown = false;
        assertThat(later(begun)).isInstanceOf(Standing.Approved.class);
    }

    @Test
    void aTokenThatProvesNothing_logsNobodyIn() throws Exception {
        DeviceLogins.Begun begun = devices.begin("test", HERE);
        provider.device = "";
        provider.twist = claims -> claims.claim("email_verified", false);
        assertThat(refusal(() -> later(begun))).isEqualTo(Why.NOT_VERIFIED);
        DeviceLogins.Begun other = devices.begin("test", HERE);
        provider.twist = claims -> claims.audience("other");
        assertThat(refusal(() -> later(other))).isEqualTo(Why.NOT_PROVEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"user_code\":\"ABCD-EFGH\"|\"user_code\":\"A\\u001b[2J\"",
                "\"user_code\":\"ABCD-EFGH\"|\"user_code\":\"\"",
                "http://127.0.0.1:|http://192.0.2.1:",
                "http://127.0.0.1:|javascript://127.0.0.1:",
                "/activate\"|/activate\\u202e\"",
                "/activate\"|/acti\u00e4vate\"",
                "=ABCD|=\\u202eABCD",
                "\"expires_in\":300|\"expires_in\":-1",
                "\"device_code\"|\"other\"",
                "{|["
            })
    void anAnswerThatMakesNoSense_isRefused(String change) {
        String[] parts = change.split("\\|", 2);
        provider.deviceTwist = begun -> begun.replace(parts[0], parts[1]);
        assertThat(refusal(() -> devices.begin("test", HERE))).isEqualTo(Why.UNREACHABLE);
    }

    @Test
    void anAnswerThatIsTooLong_isRefused() {
        for (String shorter : List.of("the-providers-code", "/activate?user_code=")) {
            provider.deviceTwist = begun -> begun.replace(shorter, shorter + "x".repeat(5_000));
            assertThat(refusal(() -> devices.begin("test", HERE))).as(shorter).isEqualTo(Why.UNREACHABLE);
        }
    }

    @Test
    void whereAProviderMayNotBeReached_nobodyIsAsked() {
        String there = provider.issuer() + "/device";
        provider.metadataTwist = told -> told.replace(there, there.replace("127.0.0.1", "LOCALHOST"));
        assertThat(refusal(() -> devices.begin("test", HERE))).isEqualTo(Why.UNREACHABLE);
    }

    @Test
    void aProviderWithoutSuchLogins_saysSo() {
        provider.deviceTwist = null;
        assertThat(refusal(() -> devices.begin("test", HERE))).isEqualTo(Why.NOT_FOR_TERMINALS);
        assertThat(refusal(() -> devices.begin("missing", HERE))).isEqualTo(Why.UNKNOWN_PROVIDER);
    }

    @Test
    void loginsUnderWay_areBounded_untilTheyEnd() throws Exception {
        for (int i = 0; i < UNDER_WAY_MAX; i++) {
            devices.begin("test", HERE);
        }
        assertThatThrownBy(() -> devices.begin("test", HERE)).isInstanceOf(Refused.class);
        assertThat(provider.deviceBegins).as("the provider is not asked").hasValue(UNDER_WAY_MAX);
        now.set(now.get().plus(Duration.ofMinutes(5)));
        devices.forget(devices.begin("test", HERE).handle());
    }

    @Test
    void theLastPlace_isOneLogins() throws Exception {
        for (int i = 1; i < UNDER_WAY_MAX; i++) {
            devices.begin("test", HERE);
        }
        provider.deviceTwist = begun -> {
            provider.deviceTwist = same -> same;
            assertThatCode(() -> devices.begin("test", HERE)).doesNotThrowAnyException();
            return begun;
        };
        assertThatThrownBy(() -> devices.begin("test", HERE)).isInstanceOf(Refused.class);
    }

    @Test
    void aProviderThatDoesNotKnowUs_turnsDown() throws Exception {
        String other = provider.description("test", "dispatch").replace("s3cret", "another");
        try (var strangers =
                new Logins(TestProvider.write(data, other), new SecureRandom(), clock, Duration.ofSeconds(5))) {
            var begun = new DeviceLogins(strangers, new SecureRandom(), clock);
            assertThat(refusal(() -> begun.begin("test", HERE))).isEqualTo(Why.TURNED_DOWN);
        }
    }

    /// Giving up what was begun makes room for others, and none for more of the same.
    @Test
    void oneAddress_beginsSoManyLogins_andAnotherStillCan() throws Exception {
        for (int i = 0; i < Attempts.OF_ADDRESS_MAX; i++) {
            devices.forget(devices.begin("test", HERE).handle());
        }
        assertThatThrownBy(() -> devices.begin("test", HERE)).isInstanceOf(Refused.class);
        devices.forget(devices.begin("test", "10.0.0.2").handle());
        now.set(now.get().plus(Attempts.WHILE));
        assertThat(devices.begin("test", HERE).handle()).hasSize(43);
    }

    @Test
    void aLoginThatIsForgotten_isOver() throws Exception {
        DeviceLogins.Begun begun = devices.begin("test", HERE);
        devices.forget(begun.handle());
        devices.forget(begun.handle());
        provider.device = "";
        assertThat(refusal(() -> later(begun))).isEqualTo(Why.OVER);
        assertThat(provider.deviceAsks).hasValue(0);
    }

    private Standing later(DeviceLogins.Begun begun) throws LoginRefused {
        now.set(now.get().plus(TWO_SECONDS));
        return devices.standing(begun.handle());
    }

    private static Why refusal(ThrowingCallable login) {
        return catchThrowableOfType(LoginRefused.class, login).why();
    }
}
