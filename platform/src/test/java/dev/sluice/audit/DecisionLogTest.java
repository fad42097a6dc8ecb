package dev.sluice.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.audit.ChainKeys.Part;
import dev.sluice.audit.DecisionPage.Noted;
import dev.sluice.audit.Judgment.Kind;
import dev.sluice.audit.Judgment.Want;
import dev.sluice.audit.Verification.Broken;
import dev.sluice.audit.Verification.Sound;
import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import dev.sluice.store.Batch;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DecisionLogTest {
    private static final ChainKeys DECISIONS = new ChainKeys("acme", Part.DECISIONS);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String READER = "acme/iam,T";

    private final MemoryStore store = new MemoryStore();
    private Instant now = START;
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    };
    private final AuditLog audit = new AuditLog(store, new SecureRandom(), clock);

    @Test
    void equalDecisions_ofAMinute_areOneRecord_withACount() {
        for (int i = 0; i < 5; i++) {
            audit.decisions().note(judgment("ci", "hello", true));
        }
        audit.decisions().note(judgment("ci", "hello", false));
        audit.decisions().note(judgment("ci", "other", true));
        assertThat(store.scan(Bytes.EMPTY, Bytes.EMPTY, 10)).isEmpty();
        audit.decisions().write();
        assertThat(store.scan(DECISIONS.records(), Bytes.EMPTY, 10)).hasSize(1);
        assertThat(noted(READER, Instant.EPOCH))
                .containsExactly(
                        new Noted(START.toEpochMilli(), 5, judgment("ci", "hello", true)),
                        new Noted(START.toEpochMilli(), 1, judgment("ci", "hello", false)),
                        new Noted(START.toEpochMilli(), 1, judgment("ci", "other", true)));
        audit.decisions().write();
        assertThat(store.scan(DECISIONS.records(), Bytes.EMPTY, 10)).hasSize(1);
    }

    @Test
    void whatIsNotWrittenYet_isReadToo() {
        audit.decisions().note(judgment("ci", "hello", true));
        assertThat(noted(READER, Instant.EPOCH)).hasSize(1);
    }

    /// Whoever may not read the organization's policies gets nothing, and whoever does knows them afterwards.
    @Test
    void decisions_areForWhoMayReadTheOrganizationsPolicies() {
        audit.decisions().note(judgment("ci", "hello", true));
        for (String stranger : List.of("T,T", "blue/iam,T", "acme/runs,T", "acme/serviceaccount/ci,T")) {
            assertThat(noted(stranger, Instant.EPOCH)).isEmpty();
        }
        var reader = Tasks.of("T,T", READER, "T");
        reader.run(() -> {
            audit.decisions().walk("acme", Instant.EPOCH, _ -> true);
            return true;
        });
        assertThat(reader.label()).isEqualTo(Label.parse(READER));
    }

    @Test
    void decisions_standWithTheOrganizationWhosePoliciesDecided() {
        audit.decisions().note(judgment("ci", "hello", true));
        assertThat(pages("blue", "F,T", Instant.EPOCH)).isEmpty();
        assertThat(pages("acme", "F,T", Instant.EPOCH)).hasSize(1);
        assertThat(Tasks.of("T,T", "F,T", "T").run(() -> audit.list("acme", 10)))
                .isEmpty();
    }

    @Test
    void aWalk_beginsAfterATime_andEndsWhereItIsEnough() {
        for (int i = 0; i < 20; i++) {
            audit.decisions().note(judgment("ci", "f" + i, true));
            audit.decisions().write();
            now = now.plus(Duration.ofMinutes(1));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(noted(READER, START.plus(Duration.ofMinutes(i))))
                    .hasSize(19 - i)
                    .allSatisfy(noted -> assertThat(noted.judgment().allowed()).isTrue());
        }
        assertThat(noted(READER, START.plusSeconds(61)).getFirst().judgment()).isEqualTo(judgment("ci", "f2", true));
        var seen = new ArrayList<Long>();
        Tasks.of("T,T", READER, "T").run(() -> {
            audit.decisions().walk("acme", Instant.EPOCH, page -> {
                seen.add(page.atMillis());
                return seen.size() < 3;
            });
            return true;
        });
        assertThat(seen).hasSize(3).isSorted();
    }

    @Test
    void aFlood_isCounted_andLeavesRoomForOthers() {
        for (int i = 0; i < Tally.DECISIONS_MAX + 7; i++) {
            audit.decisions().note(judgment("ci", "f" + i, true));
        }
        audit.decisions().note(new Judgment("blue", "blue", "ci", Set.of("ci"), Kind.SOME, List.of(), true));
        List<DecisionPage> pages = pages("acme", READER, Instant.EPOCH);
        assertThat(pages).hasSize(1);
        assertThat(pages.getFirst().unnoted()).isEqualTo(7);
        assertThat(pages.getFirst().noted()).hasSize(Tally.DECISIONS_MAX);
        assertThat(pages("blue", "blue/iam,T", Instant.EPOCH).getFirst().noted())
                .hasSize(1);
    }

    @Test
    void whatIsTooLong_isCounted() {
        for (int i = 0; i < 3; i++) {
            audit.decisions().note(judgment("ci" + i, "f".repeat(250_000), true));
        }
        DecisionPage page = pages("acme", READER, Instant.EPOCH).getFirst();
        assertThat(page.noted()).hasSize(2);
        assertThat(page.unnoted()).isEqualTo(1);
        audit.decisions().note(judgment("ci", "f", true));
        assertThat(pages("acme", READER, Instant.EPOCH)).hasSize(2);
    }

    @Test
    void theOldestDecisions_go_andTheChainStaysSound_andRemovalsAreFound() {
        var small = new AuditLog(store, new SecureRandom(), clock, 20_000);
        String before = "";
        for (int i = 0; i < 200; i++) {
            small.decisions().note(judgment("ci", "f" + i, true));
            small.decisions().write();
            before = i == 150 ? ((Sound) small.verify("acme", List.of())).head() : before;
        }
        assertThat(store.scan(DECISIONS.links(), Bytes.EMPTY, 1_000)).hasSizeBetween(10, 100);
        assertThat(small.verify("acme", List.of(before))).isInstanceOf(Sound.class);
        var restarted = new AuditLog(store, new SecureRandom(), clock, 20_000);
        assertThat(restarted.verify("acme", List.of(before))).isInstanceOf(Sound.class);
        long last = restarted.verify("acme", List.of()) instanceof Sound(String head, long _)
                ? Long.parseLong(head.split("\\.", -1)[2].split("-", -1)[0])
                : 0;
        assertThat(last).isEqualTo(200);
        store.commit(new Batch().delete(DECISIONS.record(last)));
        assertThat(restarted.verify("acme", List.of())).isEqualTo(new Broken("decisions", last, "was removed"));
    }

    @Test
    void aHeadThatWasKept_beforeThereWereDecisions_isStillOne() {
        audit.decisions().note(judgment("ci", "f", true));
        audit.decisions().write();
        String head = ((Sound) audit.verify("acme", List.of())).head();
        String older = head.substring(0, head.lastIndexOf('.'));
        assertThat(audit.verify("acme", List.of(older))).isInstanceOf(Sound.class);
        assertThat(audit.verify("acme", List.of(head + "." + head))).isInstanceOf(Broken.class);
    }

    private static Judgment judgment(String who, String function, boolean isAllowed) {
        return new Judgment(
                "acme",
                "acme",
                who,
                Set.of(who, "acme/" + who),
                Kind.OPERATION,
                List.of(new Want("create", "runs", function)),
                isAllowed);
    }

    private List<Noted> noted(String reader, Instant since) {
        return pages("acme", reader, since).stream()
                .flatMap(page -> page.noted().stream())
                .toList();
    }

    private List<DecisionPage> pages(String home, String reader, Instant since) {
        var pages = new ArrayList<DecisionPage>();
        Tasks.of("T,T", reader, "T").run(() -> {
            audit.decisions().walk(home, since, pages::add);
            return true;
        });
        return pages;
    }
}
