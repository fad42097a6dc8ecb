package dev.sluice.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.host.HostClaims.Holder;
import dev.sluice.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class HostClaimsTest {
    private static final HostName HOST = new HostName("www.example.org");
    private static final Holder ACME = new Holder("acme~2", "acme");
    private static final Holder BLUE = new Holder("blue", "blue");

    private final MemoryStore store = new MemoryStore();
    private final HostClaims claims = new HostClaims(store);

    @Test
    void theFirst_hasIt_untilItIsGivenFree() {
        assertThat(claims.take(HOST, ACME)).isTrue();
        assertThat(claims.take(HOST, ACME)).isTrue();
        assertThat(claims.take(HOST, BLUE)).isFalse();
        assertThat(claims.holder(HOST.text())).contains(ACME);
        claims.release(HOST, "blue");
        assertThat(claims.holder(HOST.text())).contains(ACME);
        claims.release(HOST, "acme~2");
        assertThat(claims.holder(HOST.text())).isEmpty();
        assertThat(claims.take(HOST, BLUE)).isTrue();
    }

    @Test
    void ofManyAtOnce_oneHasIt() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 50; round++) {
                var host = new HostName("h" + round + ".example.org");
                List<Future<Boolean>> takes = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    var holder = new Holder("o" + i, "o" + i);
                    takes.add(threads.submit(() -> claims.take(host, holder)));
                }
                int taken = 0;
                for (Future<Boolean> one : takes) {
                    taken += one.get() ? 1 : 0;
                }
                assertThat(taken).isEqualTo(1);
            }
        }
    }

    @Test
    void claims_areReadAgain() {
        for (int i = 0; i < 2_500; i++) {
            assertThat(claims.take(new HostName("h" + i + ".example.org"), i % 2 == 0 ? ACME : BLUE))
                    .isTrue();
        }
        var again = new HostClaims(store);
        assertThat(again.holder("h2498.example.org")).contains(ACME);
        assertThat(again.take(new HostName("h2498.example.org"), BLUE)).isFalse();
        assertThat(again.of("blue")).hasSize(1_250).contains(new HostName("h1.example.org"));
    }

    @Test
    void whatNobodyHoldsAnyMore_isGivenFree_forGood() {
        claims.take(HOST, ACME);
        claims.take(new HostName("b.example.org"), BLUE);
        claims.retain(Set.of("acme", "blue"));
        assertThat(claims.holder(HOST.text())).isEmpty();
        assertThat(new HostClaims(store).holder(HOST.text())).isEmpty();
        assertThat(claims.holder("b.example.org")).contains(BLUE);
    }
}
