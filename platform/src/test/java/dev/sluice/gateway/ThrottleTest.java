package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fs.FsPath;
import dev.sluice.label.Label;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ThrottleTest {
    private static final InetAddress A = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress B = InetAddress.ofLiteral("192.0.2.2");
    private static final FsPath GATE = FsPath.home(Label.PUBLIC).child("a");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
    private final AtomicBoolean organization = new AtomicBoolean(true);
    private final Throttle throttle = new Throttle(nanos::get);

    private Endpoint endpoint(FsPath gate, String rate, String clientRate) {
        var limits = new Limits(
                organization::get,
                Rate.parse(rate, Optional.of(3)),
                Rate.parse(clientRate, Optional.of(2)),
                Limits.BODY_BYTES_MAX,
                Streams.NONE);
        return new Endpoint(
                "f",
                gate,
                List.of(),
                List.of("/a"),
                List.of(),
                false,
                false,
                false,
                Access.EVERYBODY,
                limits,
                (_, _) -> Optional.empty(),
                Routing.BY_CHANCE);
    }

    private long take(Endpoint endpoint, InetAddress client) {
        return throttle.take(endpoint, client).toMillis();
    }

    @Test
    void anEndpoint_takesItsBurst_andThenEvenlySoMany() {
        Endpoint endpoint = endpoint(GATE, "10/s", "");
        assertThat(List.of(take(endpoint, A), take(endpoint, B), take(endpoint, A), take(endpoint, A)))
                .containsExactly(0L, 0L, 0L, 100L);
        nanos.addAndGet(Duration.ofMillis(60).toNanos());
        assertThat(take(endpoint, A)).isEqualTo(40);
        nanos.addAndGet(Duration.ofMillis(40).toNanos());
        assertThat(List.of(take(endpoint, A), take(endpoint, A))).containsExactly(0L, 100L);
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(List.of(take(endpoint, A), take(endpoint, A), take(endpoint, A), take(endpoint, A)))
                .containsExactly(0L, 0L, 0L, 100L);
    }

    @Test
    void whatIsRefused_countsNot() {
        Endpoint endpoint = endpoint(GATE, "1/h", "");
        for (int i = 0; i < 1_000; i++) {
            take(endpoint, A);
        }
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(take(endpoint, A)).isZero();
    }

    @Test
    void aClient_takesNothingFromOthers_byAskingTooOften() {
        Endpoint endpoint = endpoint(GATE, "60/h", "1/s");
        assertThat(List.of(take(endpoint, A), take(endpoint, A), take(endpoint, A), take(endpoint, A)))
                .containsExactly(0L, 0L, 1_000L, 1_000L);
        assertThat(List.of(take(endpoint, B), take(endpoint, B))).containsExactly(0L, 60_000L);
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8::1, 2001:db8::ffff:1, true", // one network of 64 bits is one client
        "2001:db8::1, 2001:db8:0:1::1, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.3.1, false",
    })
    void aClient_isAnAddress_orANetworkOfIpv6(String one, String other, boolean isSame) {
        Endpoint endpoint = endpoint(GATE, "", "1/h");
        take(endpoint, InetAddress.ofLiteral(one));
        take(endpoint, InetAddress.ofLiteral(one));
        assertThat(take(endpoint, InetAddress.ofLiteral(other)) > 0).isEqualTo(isSame);
    }

    @Test
    void endpointsAndTheirClients_countEachForThemselves() {
        Endpoint one = endpoint(GATE, "1/h", "1/h");
        Endpoint other = endpoint(FsPath.home(Label.PUBLIC).child("b"), "1/h", "1/h");
        take(one, A);
        take(one, A);
        assertThat(take(one, A)).isPositive();
        assertThat(take(other, A)).isZero();
    }

    /// Or whoever mends a rate that was too slow would wait for hours.
    @Test
    void aSlowerRateBefore_owesNoMoreThanOneBucketOfTheRateNow() {
        Endpoint slow = endpoint(GATE, "1/h", "1/h");
        take(slow, A);
        take(slow, A);
        Endpoint quick = endpoint(GATE, "10/s", "10/s");
        assertThat(take(quick, A)).isEqualTo(100);
        nanos.addAndGet(Duration.ofMillis(100).toNanos());
        assertThat(take(quick, A)).isEqualTo(100);
        nanos.addAndGet(Duration.ofMillis(100).toNanos());
        assertThat(take(quick, A)).isZero();
    }

    /// One that is served anew has not rested.
    @Test
    void anEndpointIsForgotten_withItsGate() {
        Endpoint endpoint = endpoint(GATE, "1/h", "");
        take(endpoint, A);
        take(endpoint, A);
        take(endpoint, A);
        assertThat(take(endpoint(GATE, "1/h", ""), A)).isPositive();
        throttle.forget(Set.of(GATE));
        assertThat(throttle.endpointsKept()).isZero();
        assertThat(take(endpoint, A)).isZero();
    }

    @Test
    void anOrganization_hasALimitOfItsOwn() {
        Endpoint endpoint = endpoint(GATE, "", "");
        assertThat(take(endpoint, A)).isZero();
        organization.set(false);
        assertThat(take(endpoint, A)).isEqualTo(1_000);
    }

    @ParameterizedTest
    @CsvSource({"10/s,10", "60/m,1", "120/m,2", "5/h,1", "1000000/s,1000000"})
    void aRate_says_howManyComeAtOnce_whereNothingElseDoes(String text, int burst) {
        assertThat(Rate.parse(text, Optional.empty()).map(Rate::burst)).contains(burst);
        assertThat(Rate.parse(text, Optional.of(7)).map(Rate::burst)).contains(7);
    }

    @ParameterizedTest
    @CsvSource({"0/s", "-1/s", "1", "1/d", "1/S", "1.5/s", "1000001/s", "'10/s '", "٣/s", "99999999999999999999/s"})
    void otherTexts_areNoRate(String text) {
        assertThat(Rate.parse(text, Optional.empty())).isEmpty();
    }

    @Test
    void aBurst_isOfAtLeastOne() {
        assertThat(Rate.parse("1/s", Optional.of(0))).isEmpty();
        assertThat(Rate.parse("1/s", Optional.of(1_000_001))).isEmpty();
    }
}
