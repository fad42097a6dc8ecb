package dev.sluice.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.audit.ChainKeys.Part;
import dev.sluice.audit.Verification.Broken;
import dev.sluice.audit.Verification.Sound;
import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Trace.Check;
import dev.sluice.kernel.Trace.Denial;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.store.Batch;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class AuditLogTest {
    private static final ChainKeys ACTS = new ChainKeys("acme", Part.ACTS);
    private static final ChainKeys FLOWS = new ChainKeys("acme", Part.FLOWS);
    private static final Label ACMES = Label.parse("acme/function,acme/function");

    private final MemoryStore store = new MemoryStore();
    private final Ticking clock = new Ticking();
    private final AuditLog audit = new AuditLog(store, new SecureRandom(), clock);

    @Test
    void anAct_isRecordedBeforeItIsDone_andAgainIfItFails() {
        Task admin = Tasks.of("T,T", "acme,T", "acme/serviceaccount/a&acme/function");
        assertThatThrownBy(() -> admin.run(() -> audit.witness(deed("gate.create"), () -> {
                    assertThat(kinds("acme")).containsExactly("gate.create");
                    throw Refused.denied();
                })))
                .isInstanceOf(Refused.class);
        assertThat(kinds("acme")).containsExactlyInAnyOrder("gate.create.failed", "gate.create");
        AuditRecord record = all("acme").getFirst();
        assertThat(record.who()).isEqualTo("acme/function&acme/serviceaccount/a");
        assertThat(record.label()).isEqualTo("acme/iam,T");
        assertThat(record.details()).containsEntry("privilege", "acme/runs");
    }

    @Test
    void anActThatIsDone_isRecordedOnce() {
        Task admin = Tasks.of("T,T", "acme,T", "acme/function");
        assertThat(admin.run(() -> audit.witness(deed("gate.create"), () -> 7))).isEqualTo(7);
        assertThat(kinds("acme")).containsExactly("gate.create");
    }

    /// What the doer knew is in the record, so only who may know that may read it.
    @Test
    void aRecord_isReadAtItsLabelOnly() {
        Task tainted = Tasks.of("acme/user/jon,T", "acme,T", "acme/function");
        record(tainted, "gate.create");
        assertThat(kinds("acme", "acme/iam,T")).isEmpty();
        assertThat(kinds("acme", "acme/iam&acme/user/jon,T")).containsExactly("gate.create");
    }

    @Test
    void aRecordThatNamesAnother_isNotInTheOrganizationsChain() {
        Task tainted = Tasks.of("blue,T", "F,T", "acme/function");
        record(tainted, "gate.create");
        assertThat(store.scan(ACTS.links(), Bytes.EMPTY, 10)).isEmpty();
        assertThat(kinds(AuditLog.OPERATOR)).containsExactly("gate.create");
    }

    @Test
    void aRecord_isOfBoundedSize() {
        String wide = "p".repeat(120);
        Task task = Tasks.of("T,T", "F,T", "acme/function");
        for (int i = 0; i < 60; i++) {
            task.observe(Label.parse("acme/" + wide + i + ",T"), "x");
        }
        task.run(() -> {
            audit.record(new Deed("gate.create", "x".repeat(9_000), ACMES, Map.of("content", "y".repeat(9_000))));
            return true;
        });
        AuditRecord record = all(AuditLog.OPERATOR).getFirst();
        assertThat(record.label()).isEqualTo("F,T");
        assertThat(record.what()).hasSize(Scribe.TEXT_CHARS_MAX);
        assertThat(record.details().get("content")).hasSize(Scribe.TEXT_CHARS_MAX);
    }

    @Test
    void anActOfNobodyAlone_isTheOperators_unlessItsTargetSaysWhose() {
        record(Tasks.root(), "organization.create");
        assertThat(kinds("acme")).containsExactly("organization.create");
        Tasks.root().run(() -> {
            audit.record(new Deed("x", "", Label.PUBLIC, Map.of()));
            return true;
        });
        assertThat(kinds(AuditLog.OPERATOR)).containsExactly("x");
        assertThat(kinds(AuditLog.OPERATOR, "acme/iam,T")).isEmpty();
    }

    @Test
    void chains_areSound_alsoAfterARestart() {
        acts(5);
        String head = sound(audit, List.of());
        assertThat(head).startsWith("5-");
        var restarted = new AuditLog(store, new SecureRandom(), clock);
        assertThat(sound(restarted, List.of(head))).isEqualTo(head);
        record(restarted, Tasks.of("T,T", "acme,T", "acme/function"), "gate.create");
        assertThat(sound(restarted, List.of(head))).startsWith("6-");
    }

    @Test
    void aChangedRecord_isFound() {
        acts(5);
        Bytes record = store.get(ACTS.record(3)).orElseThrow();
        tamper(ACTS.record(3), Bytes.utf8(record.utf8().replace("gate.create", "gate.frobbe")));
        assertThat(audit.verify("acme", List.of())).isEqualTo(new Broken("acts", 3, "was changed"));
    }

    @Test
    void aChangedLink_isFound() {
        acts(5);
        byte[] link = store.get(ACTS.link(3)).orElseThrow().toArray();
        link[70] ^= 1;
        tamper(ACTS.link(3), Bytes.takeOver(link));
        assertThat(audit.verify("acme", List.of())).isEqualTo(new Broken("acts", 4, "does not follow the one before"));
        tamper(ACTS.link(3), Bytes.utf8("short"));
        assertThat(audit.verify("acme", List.of())).isEqualTo(new Broken("acts", 3, "is damaged"));
    }

    @Test
    void aRemovedRecord_isFound_whereverItStood() {
        for (long number = 1; number <= 5; number++) {
            var log = new AuditLogTest();
            log.acts(5);
            log.remove(ACTS.link(number), ACTS.record(number));
            assertThat(log.audit.verify("acme", List.of())).isEqualTo(new Broken("acts", number, "was removed"));
        }
        acts(5);
        remove(ACTS.record(2));
        assertThat(audit.verify("acme", List.of())).isEqualTo(new Broken("acts", 2, "was removed"));
    }

    @Test
    void swappedRecords_areFound() {
        acts(5);
        Bytes second = store.get(ACTS.record(2)).orElseThrow();
        Bytes third = store.get(ACTS.record(3)).orElseThrow();
        Bytes secondLink = store.get(ACTS.link(2)).orElseThrow();
        Bytes thirdLink = store.get(ACTS.link(3)).orElseThrow();
        store.commit(new Batch()
                .put(ACTS.record(2), third)
                .put(ACTS.record(3), second)
                .put(ACTS.link(2), thirdLink)
                .put(ACTS.link(3), secondLink));
        assertThat(audit.verify("acme", List.of())).isEqualTo(new Broken("acts", 2, "does not follow the one before"));
    }

    @Test
    void theOtherChain_doesNotFit() {
        refuse("r1");
        refuse("r2");
        var batch = new Batch();
        for (long number = 1; number <= 2; number++) {
            batch.put(ACTS.link(number), store.get(FLOWS.link(number)).orElseThrow());
            batch.put(ACTS.record(number), store.get(FLOWS.record(number)).orElseThrow());
        }
        store.commit(batch);
        var restarted = new AuditLog(store, new SecureRandom(), clock);
        assertThat(restarted.verify("acme", List.of()))
                .isEqualTo(new Broken("acts", 2, "does not follow the one before"));
    }

    @Test
    void anotherOrganizationsChain_doesNotFit() {
        acts(1);
        for (int i = 0; i < 3; i++) {
            Tasks.of("T,T", "blue,T", "blue/function").run(() -> {
                audit.record(new Deed("gate.create", "", Label.parse("blue/function,blue/function"), Map.of()));
                return true;
            });
        }
        var theirs = new ChainKeys("blue", Part.ACTS);
        var batch = new Batch();
        for (long number = 1; number <= 3; number++) {
            batch.put(ACTS.link(number), store.get(theirs.link(number)).orElseThrow());
            batch.put(ACTS.record(number), store.get(theirs.record(number)).orElseThrow());
        }
        store.commit(batch);
        var restarted = new AuditLog(store, new SecureRandom(), clock);
        assertThat(restarted.verify("acme", List.of()))
                .isEqualTo(new Broken("acts", 2, "does not follow the one before"));
    }

    /// Whoever cuts the end and restarts leaves a chain that holds: only a kept head tells.
    @Test
    void aCutEnd_isFoundByAKeptHead() {
        acts(5);
        String head = sound(audit, List.of());
        remove(ACTS.link(5), ACTS.record(5), ACTS.link(4), ACTS.record(4));
        var restarted = new AuditLog(store, new SecureRandom(), clock);
        assertThat(restarted.verify("acme", List.of())).isInstanceOf(Sound.class);
        assertThat(restarted.verify("acme", List.of(head))).isInstanceOf(Broken.class);
        record(restarted, Tasks.of("T,T", "acme,T", "acme/function"), "gate.create");
        record(restarted, Tasks.of("T,T", "acme,T", "acme/function"), "gate.create");
        assertThat(restarted.verify("acme", List.of(head)))
                .isEqualTo(new Broken("acts", 5, "is not what it was when its head was kept"));
    }

    /// Acts tell where the flows ended.
    @Test
    void aCutEndOfTheFlows_isFoundByTheNextAct() {
        refuse("r1");
        refuse("r2");
        acts(1);
        remove(FLOWS.link(2), FLOWS.record(2));
        var restarted = new AuditLog(store, new SecureRandom(), clock);
        assertThat(restarted.verify("acme", List.of()))
                .isEqualTo(new Broken("flows", 2, "was removed: the chain was longer when its head was kept"));
    }

    @Test
    void garbageForAHead_isRefused() {
        acts(1);
        for (String garbage : List.of("", ".", "1-ab", "x", "1-" + "0".repeat(64))) {
            assertThat(audit.verify("acme", List.of(garbage))).isInstanceOf(Broken.class);
        }
    }

    @Test
    void aRefusedRequest_isFoundByItsId_byWhoAsked_andByWhoMayReadIam() {
        refuse("r1");
        for (String reader : List.of("acme/user/jon,T", "acme/iam,T", "acme,T")) {
            assertThat(find("r1", reader)).isPresent();
        }
        for (String reader : List.of("T,T", "acme/user/eve,T", "blue,T")) {
            assertThat(find("r1", reader)).isEmpty();
        }
        assertThat(find("r2", "acme,T")).isEmpty();
    }

    @Test
    void readingARecord_taints() {
        refuse("r1");
        Task reader = Tasks.of("T,T", "acme/user/jon,T", "T");
        reader.run(() -> audit.find("r1"));
        assertThat(reader.label()).isEqualTo(Label.parse("acme/iam|acme/user/jon,T"));
        Task lister = Tasks.of("T,T", "acme/user/jon,T", "T");
        lister.run(() -> audit.list("acme", 10));
        assertThat(lister.label()).isEqualTo(Label.parse("acme/iam|acme/user/jon,T"));
    }

    @Test
    void whatARefusedRequestHadLearnt_hidesItsRecord() {
        Task task = Tasks.of("T,T", "acme/user/jon&acme/runs,T", "T");
        var inquiry = inquiry("r1");
        try {
            task.run(() -> {
                Task.current().observe(Label.parse("acme/runs,T"), "a run");
                Task.current().observe(Label.parse("bob,T"), "album");
                return true;
            });
        } catch (Refused refused) {
            inquiry.refuse(refused);
        }
        audit.refused(inquiry);
        assertThat(find("r1", "acme/user/jon,T")).isEmpty();
        assertThat(find("r1", "acme/user/jon&acme/runs,T")).isPresent();
    }

    @Test
    void whatIsOnlyMissing_isNoMatterForTheLog() {
        var inquiry = inquiry("r1");
        inquiry.refuse(Refused.notFound());
        audit.refused(inquiry);
        audit.refused(inquiry("r2"));
        assertThat(store.scan(Bytes.EMPTY, Bytes.EMPTY, 10)).isEmpty();
    }

    @Test
    void aPolicyThatIsMissing_isOnRecord() {
        var inquiry = inquiry("r1");
        inquiry.forbid("create runs");
        audit.refused(inquiry);
        assertThat(find("r1", "acme/user/jon,T").orElseThrow().details()).containsEntry("need", "create runs");
    }

    @Test
    void aFloodOfRefusals_isCounted() {
        for (int i = 0; i < AuditLog.REFUSALS_PER_MINUTE_MAX + 7; i++) {
            refuse("r" + i);
        }
        assertThat(find("r" + AuditLog.REFUSALS_PER_MINUTE_MAX, "acme,T")).isEmpty();
        clock.pass(Duration.ofMinutes(1));
        refuse("later");
        assertThat(all("acme"))
                .filteredOn(record -> record.kind().equals("refusals.counted"))
                .singleElement()
                .satisfies(record -> assertThat(record.details()).containsEntry("count", "7"));
        assertThat(find("later", "acme,T")).isPresent();
        sound(audit, List.of());
    }

    /// Nobody's flood takes the room of those who are known.
    @Test
    void nobodysFlood_leavesRoomForOthers() {
        for (int i = 0; i < 1_000; i++) {
            var inquiry = new Inquiry("n" + i, "GET /", _ -> {});
            inquiry.refuse(Refused.denied());
            audit.refused(inquiry);
        }
        assertThat(store.scan(new ChainKeys("", Part.FLOWS).links(), Bytes.EMPTY, 1_000))
                .hasSize(AuditLog.ANONYMOUS_PER_MINUTE_MAX);
    }

    @Test
    void theOldestRefusals_go_andTheChainsStaySound() {
        var small = new AuditLog(store, new SecureRandom(), clock, 20_000);
        String before = "";
        for (int i = 0; i < 200; i++) {
            refuse(small, "r" + i);
            if (i == 150) {
                before = sound(small, List.of());
            }
        }
        assertThat(find("r0", "acme,T")).isEmpty();
        assertThat(find("r199", "acme,T")).isPresent();
        assertThat(sound(small, List.of(before))).isNotEqualTo(before);
        assertThat(kinds("acme")).contains("flows.pruned");
        var restarted = new AuditLog(store, new SecureRandom(), clock, 20_000);
        assertThat(sound(restarted, List.of(before))).isNotEqualTo(before);
        List<Store.Entry> links = store.scan(FLOWS.links(), Bytes.EMPTY, 1);
        long first = ChainKeys.numberOf(links.getFirst().key());
        remove(FLOWS.link(first), FLOWS.record(first));
        assertThat(restarted.verify("acme", List.of())).isEqualTo(new Broken("flows", first, "was removed"));
    }

    @Test
    void aRunThatUsedNothing_andWasRefusedNothing_isNotOnRecord() {
        Task task = Tasks.of("T,T", "F,T", "acme/runs/f");
        task.observe(Label.parse("acme/runs,T"), "it");
        ran(task, Optional.empty(), Optional.of(task.label()));
        assertThat(store.scan(Bytes.EMPTY, Bytes.EMPTY, 10)).isEmpty();
    }

    @Test
    void runsThatDeclassified_wereRefused_orWithheld_areOnRecord() {
        Task declassifying = Tasks.of("acme/runs,T", "F,T", "acme/runs");
        declassifying.declassify(Component.TRUE);
        ran(declassifying, Optional.empty(), Optional.of(declassifying.label()));
        Task released = Tasks.of("acme/runs,T", "F,T", "T");
        ran(released, Optional.empty(), Optional.of(Label.PUBLIC));
        Task refused = Tasks.of("acme/runs,T", "F,T", "T");
        assertThatThrownBy(() -> refused.declassify(Component.TRUE)).isInstanceOf(Refused.class);
        ran(refused, Optional.empty(), Optional.of(refused.label()));
        Task withheld = Tasks.of("acme/runs,T", "F,T", "T");
        var why =
                new Denial(Check.DELIVER, "the answer", withheld.label(), Label.PUBLIC, Component.TRUE, Component.TRUE);
        ran(withheld, Optional.of(why), Optional.empty());
        assertThat(kinds("acme"))
                .containsExactlyInAnyOrder("run.withheld", "run.refused", "run.declassified", "run.declassified");
    }

    private void ran(Task task, Optional<Denial> why, Optional<Label> answer) {
        var flow = new Flow(task.trace(), why);
        audit.ran(new AuditLog.Ended("acme", UUID.randomUUID(), "r", task.highest()), flow, answer);
    }

    private void acts(int count) {
        for (int i = 0; i < count; i++) {
            record(Tasks.of("T,T", "acme,T", "acme/function"), "gate.create");
        }
    }

    private void record(Task task, String kind) {
        record(audit, task, kind);
    }

    private static void record(AuditLog log, Task task, String kind) {
        task.run(() -> {
            log.record(deed(kind));
            return true;
        });
    }

    private static Deed deed(String kind) {
        return new Deed(kind, "home:<acme,acme>:g", ACMES, Map.of("privilege", "acme/runs"));
    }

    private void refuse(String id) {
        refuse(audit, id);
    }

    private static void refuse(AuditLog log, String id) {
        var inquiry = inquiry(id);
        inquiry.refuse(Refused.denied());
        log.refused(inquiry);
    }

    private static Inquiry inquiry(String id) {
        var inquiry = new Inquiry(id, "POST /faasten/invoke/x", _ -> {});
        inquiry.by(Component.parse("acme/user/jon"), "acme");
        return inquiry;
    }

    private Optional<AuditRecord> find(String id, String reader) {
        return Tasks.of("T,T", reader, "T").run(() -> audit.find(id));
    }

    private List<AuditRecord> all(String organization) {
        return Tasks.of("T,T", "F,T", "T").run(() -> audit.list(organization, 100_000));
    }

    private List<String> kinds(String organization) {
        return kinds(organization, "F,T");
    }

    private List<String> kinds(String organization, String reader) {
        return Tasks.of("T,T", reader, "T")
                .run(() -> audit.list(organization, 100).stream()
                        .map(AuditRecord::kind)
                        .toList());
    }

    private static String sound(AuditLog log, List<String> expected) {
        assertThat(log.verify("acme", expected)).isInstanceOf(Sound.class);
        return ((Sound) log.verify("acme", expected)).head();
    }

    private void tamper(Bytes key, Bytes value) {
        store.commit(new Batch().put(key, value));
    }

    private void remove(Bytes... keys) {
        var batch = new Batch();
        for (Bytes key : keys) {
            batch.delete(key);
        }
        store.commit(batch);
    }

    private static final class Ticking extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
