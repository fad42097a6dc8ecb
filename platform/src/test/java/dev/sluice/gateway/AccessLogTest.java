package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AccessLogTest {
    private static final Label ACME = Label.parse("acme/api/a,T");
    private static final FsPath GATE = FsPath.home(Label.PUBLIC).child("a");
    private static final FsPath OTHER = FsPath.home(Label.PUBLIC).child("b");

    private final MemoryStore store = new MemoryStore();
    private final List<Runnable> behind = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final AccessLog log = open();

    private AccessLog open() {
        var opened = new AccessLog(store, () -> now, behind::add);
        opened.keep(
                "acme",
                Map.of(
                        GATE, new AccessLog.Source("acme", "a", ACME),
                        OTHER, new AccessLog.Source("acme", "b", ACME)));
        return opened;
    }

    private static AccessRecord record(String path) {
        return new AccessRecord("", 1, "GET", path, 200, 2, 3, false, "192.0.2.0/24", "", false, 0);
    }

    private static List<AccessLog.Entry> read(AccessLog log, Label clearance, Optional<Long> after) {
        var task = new Task(Label.PUBLIC, clearance, Privilege.NONE);
        return task.run(() -> log.read("acme", "a", _ -> true, after, AccessLog.PAGE_RECORDS_MAX));
    }

    private static List<AccessLog.Entry> last(AccessLog log) {
        return read(log, ACME, Optional.empty());
    }

    @Test
    void recordsAreReadInTheirOrder_withinAnEnd_afterARestartToo() {
        log.note(GATE, record("/1"));
        log.note(GATE, record("/2"));
        assertThat(behind).hasSize(1);
        assertThat(last(log)).extracting(one -> one.seen().path()).containsExactly("/1", "/2");
        long first = last(log).getFirst().place();
        assertThat(read(log, ACME, Optional.of(first)))
                .extracting(one -> one.seen().path())
                .containsExactly("/2");
        AccessLog again = open();
        again.note(GATE, record("/3"));
        assertThat(last(again)).extracting(one -> one.seen().path()).containsExactly("/1", "/2", "/3");
    }

    @Test
    void whoMayNotKnowARecord_isNotShownIt() {
        log.note(GATE, record("/1"));
        assertThat(read(log, Label.parse("blue,T"), Optional.empty())).isEmpty();
        assertThat(read(log, Label.PUBLIC, Optional.of(0L))).isEmpty();
        assertThat(last(log)).hasSize(1);
    }

    @Test
    void whatFindsNoRoom_isCounted_whereItIsMissing() {
        for (int i = 0; i < AccessQueue.RECORDS_MAX + 7; i++) {
            log.note(GATE, record("/" + i));
        }
        behind.forEach(Runnable::run);
        List<AccessLog.Entry> all = read(log, ACME, Optional.of(0L));
        long end = all.getLast().place();
        var last = new ArrayList<AccessLog.Entry>();
        for (var page = all; !page.isEmpty(); page = read(log, ACME, Optional.of(end))) {
            end = page.getLast().place();
            last.addAll(page);
        }
        assertThat(last).hasSize(AccessQueue.RECORDS_MAX + 1);
        assertThat(last.getLast().seen().lost()).isEqualTo(7);
        log.note(GATE, record("/again"));
        assertThat(last(log).getLast().seen().path()).isEqualTo("/again");
    }

    @Test
    void theOldestGo_whenTheirTimeIsUp_orTheirShare() {
        log.note(GATE, record("/old"));
        assertThat(last(log)).hasSize(1);
        now = now.plus(AccessLog.KEPT).plus(Duration.ofSeconds(1));
        assertThat(last(log)).isEmpty();
        log.note(GATE, record("/new"));
        assertThat(last(log)).extracting(one -> one.seen().path()).containsExactly("/new");
        String large = "/" + "x".repeat(1 << 19);
        for (int i = 0; i < 80; i++) {
            log.note(GATE, record(large));
            if (i % 20 == 19) {
                behind.forEach(Runnable::run);
            }
        }
        long share = AccessLog.BYTES_MAX / 2;
        assertThat(bytes()).isBetween(share - (1 << 20), share);
    }

    private long bytes() {
        long bytes = 0;
        var page = store.scan(AccessKeys.all("acme"), Bytes.EMPTY, 20);
        while (!page.isEmpty()) {
            bytes += page.stream().mapToLong(one -> one.value().length()).sum();
            page = store.scan(AccessKeys.all("acme"), page.getLast().key(), 20);
        }
        return bytes;
    }

    @Test
    void ofAnApiOrAnOrganizationThatIsNoMore_nothingIsLeft() {
        log.note(GATE, record("/1"));
        log.note(OTHER, record("/2"));
        log.forget("acme", "a");
        assertThat(last(log)).isEmpty();
        assertThat(bytes()).isPositive();
        log.keep("acme", Map.of());
        log.note(OTHER, record("/3"));
        assertThat(new AccessErasure(store).remove("acme")).hasSize(1);
        assertThat(bytes()).isZero();
    }

    @Test
    void aClient_isItsNetwork() {
        assertThat(Visit.network("192.0.2.77")).isEqualTo("192.0.2.0/24");
        assertThat(Visit.network("2001:db8:1:2:3:4:5:6")).isEqualTo("2001:db8:1:0:0:0:0:0/48");
        assertThat(Visit.network("")).isEmpty();
    }
}
