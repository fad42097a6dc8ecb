package dev.sluice.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobCollector;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.BlobUses;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Queued.Accepted;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Output;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import dev.sluice.run.RunQueue.Outcome;
import dev.sluice.run.Runs.Durability;
import dev.sluice.run.Runs.Wanted;
import dev.sluice.store.Batch;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.testing.Contents;
import dev.sluice.testing.CountedReads;
import java.io.ByteArrayInputStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RunsTest {
    private static final Output FORTY_TWO = Output.json(Bytes.utf8("42"));
    private static final Label EXISTENCE = Label.parse("acme/runs,acme/runs");
    private static final Label CONTENT = Label.parse("acme/runs&acme/user/alice,T");

    private final MemoryStore store = new MemoryStore();
    private final Clock clock = Clock.systemUTC();
    private final Runs runs = new Runs(store, clock);
    private final AtomicLong millis = new AtomicLong(clock.millis());
    private final RunIds ids = new RunIds(later(), new SecureRandom());

    @Test
    void anEndedRun_isSeenInParts_byClearance() {
        Run run = newRun("hello");
        runs.begin(run);
        runs.end(run, content(CONTENT, Label.parse("acme/runs,T")), Durability.BEHIND);

        View full = as("acme/runs&acme/user/alice").orElseThrow();
        assertThat(full.content()).isPresent();
        assertThat(full.output()).contains(FORTY_TWO);

        View answer = as("acme/runs").orElseThrow();
        assertThat(answer.content()).isEmpty();
        assertThat(answer.output()).contains(FORTY_TWO);

        assertThat(as("acme/runs/other")).isEmpty();
        assertThat(as("blue/runs")).isEmpty();
    }

    @Test
    void aLabelBelowTheExistence_isRaisedToIt() {
        Run run = newRun("hello");
        runs.begin(run);
        runs.end(run, content(Label.PUBLIC, Label.PUBLIC), Durability.BEHIND);

        assertThat(as("acme/runs").orElseThrow().content().orElseThrow().label().secrecy())
                .isEqualTo(Component.parse("acme/runs"));
    }

    @Test
    void aShortRun_isOneBatch_andALongOne_isSeenBeforeItEnds() throws InterruptedException {
        Run run = newRun("hello");
        runs.begin(run);
        runs.recordLongRuns();
        assertThat(as("acme/runs")).isEmpty();
        Thread.sleep(Runs.RECORD_AFTER.plusMillis(5));
        runs.recordLongRuns();
        assertThat(as("acme/runs").orElseThrow().content()).isEmpty();

        runs.end(run, content(EXISTENCE, EXISTENCE), Durability.BEHIND);
        assertThat(as("acme/runs").orElseThrow().content()).isPresent();
        assertThat(runs.recover()).isEmpty();
    }

    @Test
    void recover_closesWhatRan_andGivesBackWhatWaited() throws InterruptedException {
        Run running = newRun("long");
        runs.begin(running);
        Thread.sleep(Runs.RECORD_AFTER.plusMillis(5));
        runs.recordLongRuns();
        Run waiting = newRun("waiting");
        runs.queue().add(queued(waiting), Optional.empty());
        Run taken = newRun("taken");
        runs.queue().add(queued(taken), Optional.empty());
        assertThat(runs.queue().take(taken.id())).isPresent();

        var restarted = new Runs(store, clock);
        assertThat(restarted.recover()).extracting(Accepted::run).containsExactly(waiting);
        assertThat(fault(restarted, running)).isEqualTo("SystemError");
        assertThat(fault(restarted, taken)).isEqualTo("SystemError");
        assertThat(restarted.recover()).extracting(Accepted::run).containsExactly(waiting);
    }

    /// So that what waits counts as it did.
    @Test
    void recover_tellsHowMuchWaits_andWhoCausedIt() {
        Run run = newRun("waiting");
        runs.queue().add(queued(run, Bytes.utf8("x".repeat(1_000))), Optional.empty());
        assertThat(new Runs(store, clock).recover()).containsExactly(new Accepted(run, 1_000, true, 0));
    }

    @Test
    void take_givesARunToOneTakerOnly() {
        Run run = newRun("once");
        runs.queue().add(queued(run), Optional.empty());
        assertThat(runs.queue().take(run.id())).isPresent();
        assertThat(runs.queue().take(run.id())).isEmpty();
        assertThat(runs.queue().take(UUID.randomUUID())).isEmpty();
    }

    /// What a run that waits will be given stays, however long it waits, and over a restart.
    @Test
    void blobsOfAQueuedRun_areNamedByIt_untilItEnds() throws Exception {
        var late = new AtomicReference<>(Instant.now());
        var blobs = new MemoryBlobs(late::get);
        var fs = new LabeledFs(store, new SecureRandom());
        var collector = new BlobCollector(fs, store, blobs, late::get, Duration.ZERO);
        Run run = newRun("waits");
        blobs.put(new ByteArrayInputStream(Bytes.utf8("{}").toArray()), 10);
        runs.queue().add(queued(run), Optional.empty());
        late.set(late.get().plus(Duration.ofDays(7)));
        assertThat(collector.collect()).isZero();
        store.commit(new Batch().delete(useOf(run)));
        assertThat(new Runs(store, clock).recover()).extracting(Accepted::run).containsExactly(run);
        assertThat(collector.collect()).as("a record without a note gets one").isZero();
        Queued taken = runs.queue().take(run.id()).orElseThrow();
        assertThat(collector.collect()).as("it runs").isZero();
        runs.queue().end(taken, content(EXISTENCE, EXISTENCE), Outcome.DONE);
        late.set(late.get().plus(Duration.ofDays(7)));
        assertThat(collector.collect()).isEqualTo(1);
    }

    private Bytes useOf(Run run) {
        var batch = new Batch();
        BlobUses.begin(batch, Digest.of(Bytes.utf8("{}")), RunKeys.queued(run.id()));
        return batch.changes().getFirst().key();
    }

    @Test
    void claim_givesTheFirstRunOfAScope() {
        Run first = newRun("f");
        Run second = newRun("f");
        assertThat(runs.claim(first, claim(Bytes.utf8("scope")))).isEmpty();
        assertThat(runs.claim(second, claim(Bytes.utf8("scope")))).contains(first.id());
        assertThat(runs.claim(second, claim(Bytes.utf8("other")))).isEmpty();
    }

    @Test
    void list_isNewestFirst_pagedAndByFunction_andForgetRemovesAll() {
        Run one = ended("a");
        Run two = ended("b");
        Run three = ended("a");

        assertThat(list(Optional.empty(), Optional.empty())).containsExactly(three, two, one);
        assertThat(list(Optional.of("a"), Optional.empty())).containsExactly(three, one);
        assertThat(list(Optional.empty(), Optional.of(three.id()))).containsExactly(two, one);

        runs.forget("acme", "a");
        assertThat(list(Optional.empty(), Optional.empty())).containsExactly(two);
        assertThat(list(Optional.of("a"), Optional.empty())).isEmpty();
    }

    @Test
    void list_isOfAnApplication_whateverItsTagIsCalled_andNothingOfItStaysBehind() {
        List<Store.Entry> before = Contents.of(store);
        Run one = ended(tagged("a", Map.of("Application", "shop", "other", "x")));
        Run two = ended(tagged("b", Map.of("app", "shop", "APP", "till")));
        ended(tagged("a", Map.of("other", "shop", "Application", "shop\0")));
        ended("a");
        assertThat(list(wanted("", "shop"), Optional.empty())).containsExactly(two, one);
        assertThat(list(wanted("", "shop"), Optional.of(two.id()))).containsExactly(one);
        assertThat(list(wanted("a", "shop"), Optional.empty())).containsExactly(one);
        assertThat(list(wanted("", "shop", "till"), Optional.empty())).containsExactly(two);
        assertThat(list(wanted("", "x"), Optional.empty())).isEmpty();

        runs.forget("acme", "a");
        runs.forget("acme", "b");
        assertThat(Contents.of(store)).isEqualTo(before);
    }

    private static Wanted wanted(String function, String... applications) {
        return new Wanted(Optional.of(function).filter(name -> !name.isEmpty()), List.of(applications));
    }

    private Run tagged(String function, Map<String, String> tags) {
        Run run = newRun(function);
        return new Run(
                run.id(),
                run.organization(),
                run.function(),
                run.functionId(),
                run.faasId(),
                run.blocking(),
                run.startedMillis(),
                run.deadlineMillis(),
                run.secrets(),
                new TreeMap<>(tags),
                run.existence(),
                Optional.empty());
    }

    /// However many runs there are before and behind it.
    @Test
    void aPageOfAList_costsWhatIsOnIt() {
        var counted = new CountedReads(store);
        var book = new Runs(counted, clock);
        List<Run> all = IntStream.range(0, 3_000)
                .mapToObj(i -> ended(tagged("f" + i % 2, Map.of("app", "a" + i % 3))))
                .toList();
        Optional<UUID> middle = Optional.of(all.get(1_500).id());
        for (Wanted what : List.of(Wanted.ALL, wanted("f1"), wanted("", "a1"))) {
            long before = counted.reads();
            assertThat(reader("acme/runs").run(() -> book.list("acme", what, middle, 10)))
                    .hasSize(10);
            assertThat(counted.reads() - before).as(what.toString()).isLessThan(100);
        }
    }

    @Test
    void recover_readsNoPayload_andTakeGivesIt() {
        Run run = newRun("waiting");
        Bytes payload = Bytes.utf8("\"" + "a".repeat(1 << 20) + "\"");
        runs.queue().add(queued(run, payload), Optional.empty());
        assertThat(store.scan(RunKeys.queue(), Bytes.EMPTY, 10))
                .singleElement()
                .satisfies(entry -> assertThat(entry.value().length()).isLessThan(1024));
        assertThat(new Runs(store, clock).recover()).extracting(Accepted::run).containsExactly(run);

        Queued taken = runs.queue().take(run.id()).orElseThrow();
        assertThat(taken.given().payload()).isEqualTo(payload);
        runs.queue().end(taken, content(EXISTENCE, EXISTENCE), Outcome.DONE);
        assertThat(store.get(RunKeys.payload(run.id()))).isEmpty();
    }

    @Test
    void list_endsBeforeItIsTooLarge_countingWhatTheReaderMaySee() {
        for (int i = 0; i < 5; i++) {
            Run run = newRun("big");
            runs.begin(run);
            runs.end(run, received(Bytes.takeOver(new byte[Runs.LIST_BYTES_MAX / 2])), Durability.BEHIND);
        }
        assertThat(list(Optional.empty(), Optional.empty())).hasSize(5);
        assertThat(reader("acme/runs&acme/user/alice").run(() -> runs.list("acme", Wanted.ALL, Optional.empty(), 10)))
                .hasSize(2);

        Run huge = newRun("huge");
        runs.begin(huge);
        runs.end(huge, received(Bytes.takeOver(new byte[Runs.LIST_BYTES_MAX * 3 / 2])), Durability.BEHIND);
        assertThat(as("acme/runs&acme/user/alice").orElseThrow().run()).isEqualTo(huge);
    }

    private static Content received(Bytes input) {
        return new Content(
                Status.ERROR, 1, CONTENT, CONTENT, input, Optional.empty(), Optional.empty(), List.of(), List.of());
    }

    @Test
    void list_ofWhoMayNotKnow_isEmpty() {
        ended("a");
        assertThat(reader("blue/runs").run(() -> runs.list("acme", Wanted.ALL, Optional.empty(), 10)))
                .isEmpty();
    }

    @Test
    void aBigOutput_isKeptWhole() {
        var answer = new Output(404, Bytes.takeOver(new byte[3 << 20]), false);
        Run run = newRun("big");
        runs.begin(run);
        Content small = content(EXISTENCE, EXISTENCE);
        runs.end(
                run,
                new Content(
                        Status.READY,
                        1,
                        small.label(),
                        small.outputLabel(),
                        small.input(),
                        Optional.of(answer),
                        Optional.empty(),
                        List.of(),
                        List.of()),
                Durability.BEFORE_THE_ANSWER);
        assertThat(as("acme/runs").orElseThrow().output()).contains(answer);
    }

    @Test
    void ids_areVersion7_andInTheOrderOfTime() throws InterruptedException {
        UUID first = ids.next();
        Thread.sleep(Duration.ofMillis(2));
        UUID second = ids.next();
        assertThat(first.version()).isEqualTo(7);
        assertThat(first.variant()).isEqualTo(2);
        assertThat(Long.compareUnsigned(first.getMostSignificantBits(), second.getMostSignificantBits()))
                .isNegative();
    }

    @Test
    void ids_ofOneMillisecond_tellNothingOfEachOther() {
        var same = new RunIds(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), new SecureRandom());
        List<UUID> all = Stream.generate(same::next).limit(1000).toList();
        assertThat(all).doesNotHaveDuplicates();
        assertThat(all).isNotEqualTo(all.stream().sorted().toList());
        long neighbors = IntStream.range(1, all.size())
                .filter(i -> all.get(i).getMostSignificantBits()
                        == 1 + all.get(i - 1).getMostSignificantBits())
                .count();
        assertThat(neighbors).isLessThan(10);
    }

    private Run ended(String function) {
        return ended(newRun(function));
    }

    private Run ended(Run run) {
        runs.begin(run);
        runs.end(run, content(EXISTENCE, EXISTENCE), Durability.BEHIND);
        return run;
    }

    private List<Run> list(Optional<String> function, Optional<UUID> before) {
        return list(new Wanted(function, List.of()), before);
    }

    private List<Run> list(Wanted what, Optional<UUID> before) {
        return reader("acme/runs").run(() -> runs.list("acme", what, before, 10)).stream()
                .map(View::run)
                .toList();
    }

    private Optional<View> as(String clearance) {
        return reader(clearance)
                .run(() -> runs.list("acme", Wanted.ALL, Optional.empty(), 1).stream()
                        .findFirst());
    }

    private static String fault(Runs from, Run run) {
        return reader("acme/runs")
                .run(() -> from.find("acme", run.id()))
                .flatMap(View::content)
                .flatMap(Content::fault)
                .map(Fault::type)
                .orElse("none");
    }

    /// A clock on which no two readings are the same.
    private Clock later() {
        InstantSource source = () -> Instant.ofEpochMilli(millis.incrementAndGet());
        return source.withZone(ZoneOffset.UTC);
    }

    private static Task reader(String clearance) {
        return new Task(Label.PUBLIC, Label.of(Component.parse(clearance), Component.TRUE), Privilege.NONE);
    }

    private Run newRun(String function) {
        long now = clock.millis();
        return new Run(
                ids.next(),
                "acme",
                function,
                "id",
                "faas",
                true,
                now,
                now + 1000,
                List.of(),
                new TreeMap<>(),
                EXISTENCE,
                Optional.empty());
    }

    private static Queued queued(Run run) {
        return queued(run, Bytes.utf8("{}"));
    }

    private static Queued queued(Run run, Bytes payload) {
        return new Queued(
                run,
                "home:<T,T>:f",
                Label.PUBLIC,
                Component.TRUE,
                Component.TRUE,
                new Queued.Given(
                        payload,
                        Bytes.utf8("{}"),
                        List.of("s", "t"),
                        Map.of("name", "value"),
                        Map.of("photo", new BlobRef(Digest.of(payload), payload.length()))),
                payload.length(),
                true,
                false,
                Queued.Tries.ONE);
    }

    private static Content content(Label label, Label outputLabel) {
        return new Content(
                Status.READY,
                1,
                label,
                outputLabel,
                Bytes.utf8("{}"),
                Optional.of(FORTY_TWO),
                Optional.empty(),
                List.of("out"),
                List.of());
    }

    private static Claim claim(Bytes scope) {
        return new Claim(scope, Digest.of(scope));
    }
}
