package dev.sluice.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.function.Retry;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Beginning.Cause;
import dev.sluice.run.Queued.Accepted;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Output;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import dev.sluice.run.RunQueue.Outcome;
import dev.sluice.run.Runs.Durability;
import dev.sluice.run.Runs.Wanted;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.testing.Contents;
import dev.sluice.testing.ForgetfulStore;
import dev.sluice.testing.HookedStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What the book of runs holds to beside others, after a crash, and towards who reads it.
final class RunRecordsTest {
    private static final Output FORTY_TWO = Output.json(Bytes.utf8("42"));
    private static final Label EXISTENCE = Label.parse("acme/runs,acme/runs");
    private static final Label HIDDEN = Label.parse("acme/hidden,acme/runs");
    private static final Label CONTENT = Label.parse("acme/runs&acme/user/alice,T");

    private static final Times TIMES = new Times(1_000, 2_000, 31, 4);

    private final MemoryStore store = new MemoryStore();
    private final Runs runs = new Runs(store, Clock.systemUTC());

    @Test
    void aClaimedRun_isClosedByARestart_unlessItHasEnded() {
        Run cut = run(1, EXISTENCE);
        Run whole = run(2, EXISTENCE);
        runs.claim(cut, claim(Bytes.utf8("one")));
        runs.claim(whole, claim(Bytes.utf8("two")));
        runs.end(whole, content(EXISTENCE), Durability.BEFORE_THE_ANSWER);
        assertThat(entries(RunKeys.opens())).isEqualTo(1);

        var restarted = new Runs(store, Clock.systemUTC());
        assertThat(restarted.recover()).isEmpty();
        assertThat(entries(RunKeys.opens())).isZero();
        Content lost = restarted.recall("acme", cut.id()).orElseThrow().content();
        assertThat(lost.fault().map(Fault::type)).contains("SystemError");
        assertThat(lost.label()).isEqualTo(EXISTENCE);
        assertThat(restarted.recall("acme", whole.id()).orElseThrow().content().fault())
                .isEmpty();
    }

    @Test
    void whatARestartCloses_leavesTheQueue_andWhatEndsDoes() {
        Run taken = run(1, EXISTENCE);
        Run waiting = run(2, EXISTENCE);
        runs.queue().add(queued(taken), Optional.empty());
        runs.queue().add(queued(waiting), Optional.empty());
        assertThat(runs.queue().take(taken.id())).isPresent();

        var restarted = new Runs(store, Clock.systemUTC());
        assertThat(restarted.recover()).extracting(Accepted::run).containsExactly(waiting);
        assertThat(entries(RunKeys.queue())).isEqualTo(1);
        restarted.queue().end(restarted.queue().take(waiting.id()).orElseThrow(), content(EXISTENCE), Outcome.DONE);
        assertThat(entries(RunKeys.queue())).isZero();
    }

    @Test
    void recover_givesBackAllThatWaits() {
        for (int i = 0; i <= Runs.LIST_RUNS_MAX; i++) {
            runs.queue().add(queued(run(i, EXISTENCE)), Optional.empty());
        }
        assertThat(runs.recover()).hasSize(Runs.LIST_RUNS_MAX + 1);
    }

    /// Their ids say in which order the book looks at its live runs.
    @Test
    void aRunThatEndsWhileOthersAreRecorded_staysEnded() {
        var hooked = new HookedStore(store);
        var book = new Runs(hooked, Clock.systemUTC());
        Run first = run(1, EXISTENCE);
        Run second = run(2, EXISTENCE);
        book.begin(first);
        book.begin(second);
        hooked.arm(1, () -> book.end(second, content(EXISTENCE), Durability.BEHIND));
        book.recordLongRuns();
        assertThat(entries(RunKeys.opens())).isEqualTo(1);

        hooked.arm(1, () -> {});
        book.recordLongRuns();
        assertThat(hooked.isUnused()).as("recorded once").isTrue();
        book.end(first, content(EXISTENCE), Durability.BEHIND);
        assertThat(entries(RunKeys.opens())).isZero();
    }

    @Test
    void anEventsLabel_staysWithTheRunThatItFired_throughItsTries() {
        Queued plain = queued(run(1, EXISTENCE));
        Label event = Label.parse("acme/event,T");
        Queued fired = new Queued(
                plain.run(),
                plain.gatePath(),
                plain.start(),
                plain.clearance(),
                plain.vouched(),
                plain.given(),
                plain.bytes(),
                false,
                false,
                Queued.Tries.of(Optional.of(new Retry(2, 100, 100, false))),
                Optional.of(event));
        Queued again = fired.started().after(CONTENT).tried(7);
        for (Queued one : List.of(fired, again)) {
            assertThat(RunCodec.decodeQueued(RunCodec.encode(one), plain.given().payload()))
                    .isEqualTo(one);
        }
        assertThat(again.event()).contains(event);
        assertThat(fired.anew(run(2, EXISTENCE)).event()).contains(event);
        assertThat(RunCodec.decodeQueued(RunCodec.encode(plain), plain.given().payload()))
                .isEqualTo(plain);
    }

    @Test
    void aQueuedRun_isTakenOnce_whoeverIsBetween() {
        boolean isOver = false;
        for (int at = 1; !isOver; at++) {
            var hooked = new HookedStore(store);
            var book = new Runs(hooked, Clock.systemUTC());
            Run run = run(at, EXISTENCE);
            runs.queue().add(queued(run), Optional.empty());
            var takers = new ArrayList<Queued>();
            hooked.arm(at, () -> runs.queue().take(run.id()).ifPresent(takers::add));
            book.queue().take(run.id()).ifPresent(takers::add);
            assertThat(takers).as("at " + at).hasSize(1);
            isOver = hooked.isUnused();
        }
    }

    @Test
    void anEndBeforeTheAnswer_survivesACrash() {
        var book = new Runs(new ForgetfulStore(store), Clock.systemUTC());
        Run behind = run(1, EXISTENCE);
        Run before = run(2, EXISTENCE);
        book.begin(behind);
        book.begin(before);
        book.end(behind, content(EXISTENCE), Durability.BEHIND);
        book.end(before, content(EXISTENCE), Durability.BEFORE_THE_ANSWER);
        assertThat(runs.recall("acme", behind.id())).isEmpty();
        assertThat(runs.recall("acme", before.id())).isPresent();
    }

    @Test
    void anAcceptedRun_survivesACrash_andSoDoesAClaim() {
        var book = new Runs(new ForgetfulStore(store), Clock.systemUTC());
        Run accepted = run(1, EXISTENCE);
        Run claimed = run(2, EXISTENCE);
        book.queue().add(queued(accepted), Optional.empty());
        book.claim(claimed, claim(Bytes.utf8("one")));
        assertThat(runs.recover()).extracting(Accepted::run).containsExactly(accepted);
        assertThat(runs.claim(run(3, EXISTENCE), claim(Bytes.utf8("one")))).contains(claimed.id());
    }

    @Test
    void anOutputAboveTheClearance_isNotTold_norItsStatus() {
        Run run = ended(1, EXISTENCE, CONTENT);
        View seen = reader("acme/runs").run(() -> runs.find("acme", run.id())).orElseThrow();
        assertThat(seen.run()).isEqualTo(run);
        assertThat(seen.content()).isEmpty();
        assertThat(seen.status()).isEmpty();
        assertThat(seen.output()).isEmpty();
    }

    @Test
    void findingARun_taintsWithItsExistence() {
        Run run = ended(1, EXISTENCE, EXISTENCE);
        Task reader = reader("acme/runs");
        assertThat(reader.run(() -> runs.find("acme", run.id()))).isPresent();
        assertThat(reader.label().secrecy()).isEqualTo(EXISTENCE.secrecy());
    }

    /// What is hidden takes nobody's place in a list: else how much of it there is would show.
    @Test
    void list_isAsLongAsIsAsked_whateverIsHidden() {
        for (int i = 1; i <= 3; i++) {
            ended(i, EXISTENCE, EXISTENCE);
        }
        for (int i = 4; i <= 6; i++) {
            Run hidden = run(i, HIDDEN);
            runs.begin(hidden);
            runs.end(hidden, received(Bytes.takeOver(new byte[Runs.LIST_BYTES_MAX - 1])), Durability.BEHIND);
        }
        assertThat(list(1)).isEqualTo(1);
        assertThat(list(2)).isEqualTo(2);
        assertThat(list(10)).isEqualTo(3);
        assertThat(list(0)).isEqualTo(1);
        assertThat(list(-1)).isEqualTo(1);
    }

    @Test
    void list_isBounded_andForgetIsNot() {
        Bytes large = Bytes.takeOver(new byte[1 << 17]);
        List<Store.Entry> before = Contents.of(store);
        for (int i = 0; i <= Runs.LIST_RUNS_MAX; i++) {
            ended(i, EXISTENCE, EXISTENCE);
        }
        Run big = run(5_000, EXISTENCE);
        runs.begin(big);
        runs.end(big, content(EXISTENCE).with(Optional.of(new Output(200, large, false))), Durability.BEHIND);
        assertThat(list(Integer.MAX_VALUE)).isEqualTo(Runs.LIST_RUNS_MAX);
        runs.forget("acme", "f");
        assertThat(Contents.of(store)).isEqualTo(before);
    }

    /// As servers wrote it that kept no tags.
    @Test
    void aRunOfTheFirstFormat_isRead_andHasNoTags() {
        byte[] stored = ofFormatThree(run(1, EXISTENCE));
        int tags = stored.length - EXISTENCE.toString().length() - 2 * Integer.BYTES;
        byte[] first = new byte[stored.length - Integer.BYTES];
        System.arraycopy(stored, 0, first, 0, tags);
        System.arraycopy(stored, tags + Integer.BYTES, first, tags, first.length - tags);
        first[0] = 2;
        assertThat(RunCodec.decodeRun(Bytes.takeOver(first))).isEqualTo(run(1, EXISTENCE));
    }

    @Test
    void aRunOfTheThirdFormat_isRead_andNamesNoBlob() {
        Bytes stored = Bytes.takeOver(ofFormatThree(run(1, EXISTENCE)));
        assertThat(RunCodec.decodeRun(stored)).isEqualTo(run(1, EXISTENCE));
    }

    @Test
    void aRunOfTheFourthFormat_isRead_andWhatBeganItIsNotKnown() {
        byte[] stored = RunCodec.encode(begunBy(Optional.of(Cause.EVENT))).toArray();
        byte[] fourth = Arrays.copyOf(stored, stored.length - 1);
        fourth[0] = 4;
        assertThat(RunCodec.decodeRun(Bytes.takeOver(fourth))).isEqualTo(begunBy(Optional.empty()));
    }

    @Test
    void whatBeganARun_isRead_asItWasWritten() {
        for (Cause cause : Cause.values()) {
            Run run = begunBy(Optional.of(cause));
            assertThat(RunCodec.decodeRun(RunCodec.encode(run))).isEqualTo(run);
        }
        byte[] unheardOf = RunCodec.encode(run(1, EXISTENCE)).toArray();
        unheardOf[unheardOf.length - 1] = 9;
        assertThatIllegalStateException().isThrownBy(() -> RunCodec.decodeRun(Bytes.takeOver(unheardOf)));
    }

    @Test
    void timesOfAContent_areRead_andThoseOfTheFourthFormatAreAbsent() {
        Content timed = content(EXISTENCE).with(TIMES);
        Bytes stored = RunCodec.encode(timed, true);
        assertThat(RunCodec.decodeContent(stored)).isEqualTo(timed);
        byte[] fourth = Arrays.copyOf(stored.toArray(), stored.length() - 1 - 4 * Long.BYTES);
        fourth[0] = 4;
        assertThat(RunCodec.decodeContent(Bytes.takeOver(fourth))).isEqualTo(content(EXISTENCE));
    }

    /// How long a run took follows from what it learnt.
    @Test
    void times_areForWhoMaySeeTheContent() {
        Run run = run(1, EXISTENCE);
        runs.begin(run);
        runs.end(run, content(EXISTENCE).with(TIMES), Durability.BEHIND);
        View answered =
                reader("acme/runs").run(() -> runs.find("acme", run.id())).orElseThrow();
        assertThat(answered.output()).contains(FORTY_TWO);
        assertThat(answered.content().flatMap(Content::times)).isEmpty();
        View whole = reader("acme").run(() -> runs.find("acme", run.id())).orElseThrow();
        assertThat(whole.content().flatMap(Content::times)).contains(TIMES);
    }

    private static Run begunBy(Optional<Cause> cause) {
        return run(1, EXISTENCE).begunBy(cause);
    }

    /// Without what began it, and the empty text that stands for no blob.
    private static byte[] ofFormatThree(Run run) {
        byte[] stored = RunCodec.encode(run).toArray();
        byte[] third = Arrays.copyOf(stored, stored.length - Integer.BYTES - 1);
        third[0] = 3;
        return third;
    }

    @Test
    void recordsOfAnUnknownFormat_areNotRead() {
        byte[] stored = RunCodec.encode(run(1, EXISTENCE)).toArray();
        stored[0]++;
        assertThatIllegalStateException().isThrownBy(() -> RunCodec.decodeRun(Bytes.takeOver(stored)));
    }

    private int list(int limit) {
        return reader("acme/runs")
                .run(() -> runs.list("acme", Wanted.ALL, Optional.empty(), limit))
                .size();
    }

    private int entries(Bytes prefix) {
        return store.scan(prefix, Bytes.EMPTY, 10).size();
    }

    private Run ended(int number, Label existence, Label output) {
        Run run = run(number, existence);
        runs.begin(run);
        runs.end(run, content(output), Durability.BEHIND);
        return run;
    }

    /// One that began long ago.
    private static Run run(int number, Label existence) {
        return new Run(
                new UUID(0, number),
                "acme",
                "f",
                "id",
                "faas",
                true,
                1,
                1000,
                List.of(),
                new TreeMap<>(),
                existence,
                Optional.empty());
    }

    private static Task reader(String clearance) {
        return new Task(Label.PUBLIC, Label.of(Component.parse(clearance), Component.TRUE), Privilege.NONE);
    }

    private static Queued queued(Run run) {
        return new Queued(
                run,
                "home:<T,T>:f",
                Label.PUBLIC,
                Component.TRUE,
                Component.TRUE,
                new Queued.Given(Bytes.utf8("{}"), Bytes.utf8("{}"), List.of("s"), Map.of(), Map.of()),
                4,
                false,
                false,
                Queued.Tries.ONE);
    }

    private static Content content(Label output) {
        return ended(Status.READY, CONTENT, output, Bytes.utf8("{}"), Optional.of(FORTY_TWO));
    }

    private static Content received(Bytes input) {
        return ended(Status.ERROR, HIDDEN, HIDDEN, input, Optional.empty());
    }

    private static Content ended(Status status, Label label, Label output, Bytes input, Optional<Output> said) {
        return new Content(status, 1, label, output, input, said, Optional.empty(), List.of(), List.of());
    }

    private static Claim claim(Bytes scope) {
        return new Claim(scope, Digest.of(scope));
    }
}
