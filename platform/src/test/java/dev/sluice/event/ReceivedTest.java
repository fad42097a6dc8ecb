package dev.sluice.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.store.MemoryStore;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class ReceivedTest {
    private static final Instant START = Instant.parse("2026-05-05T12:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final MemoryStore store = new MemoryStore();
    private final Received received = new Received(store, now::get, 3);

    private static Digest body(int number) {
        return Digest.of(Bytes.utf8("body " + number));
    }

    @Test
    void aBody_isKnown_underItsId_ofItsDriver() {
        received.add("acme", "d", body(1), "one");
        assertThat(received.id("acme", "d", body(1))).contains("one");
        assertThat(received.id("acme", "e", body(1))).isEmpty();
        assertThat(received.id("blue", "d", body(1))).isEmpty();
        assertThat(new Received(store, now::get).id("acme", "d", body(1))).contains("one");
        received.forget("acme", "d");
        assertThat(received.id("acme", "d", body(1))).isEmpty();
    }

    @Test
    void theOldest_areForgotten_whereThereAreTooMany() {
        for (int number = 0; number < 5; number++) {
            now.set(START.plusSeconds(number));
            received.add("acme", "d", body(number), "id" + number);
            received.add("acme", "d", body(number), "id" + number);
        }
        for (int number = 0; number < 5; number++) {
            assertThat(received.id("acme", "d", body(number)).isPresent()).isEqualTo(number >= 2);
        }
    }

    @Test
    void afterAWeek_aBodyIsForgotten() {
        received.add("acme", "d", body(1), "one");
        now.set(START.plus(Received.KEPT));
        assertThat(received.id("acme", "d", body(1))).contains("one");
        now.set(START.plus(Received.KEPT).plusMillis(1));
        assertThat(received.id("acme", "d", body(1))).isEmpty();
        received.add("acme", "d", body(2), "two");
        assertThat(store.scan(EventKeys.receivedAt("acme", "d"), Bytes.EMPTY, 9))
                .hasSize(1);
    }

    @Test
    void whatAnOrganizationHasReceived_goesWithIt() {
        received.add("acme", "d", body(1), "one");
        new Bookmarks(store).put("acme", "d", Bytes.utf8("x"));
        new EventErasure(store).remove("acme");
        assertThat(received.id("acme", "d", body(1))).isEmpty();
        assertThat(new Bookmarks(store).find("acme", "d")).isEmpty();
    }
}
