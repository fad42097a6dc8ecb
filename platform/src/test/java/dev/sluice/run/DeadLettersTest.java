package dev.sluice.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.function.Retry;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Queued.Accepted;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.Tried;
import dev.sluice.run.Run.View;
import dev.sluice.run.RunQueue.Outcome;
import dev.sluice.store.MemoryStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Runs that are tried several times, and those that failed for good, in the book of runs.
final class DeadLettersTest {
    private static final Label EXISTENCE = Label.parse("acme/runs,acme/runs");
    private static final Label SECRET = Label.parse("acme/runs&acme/user/alice,T");
    private static final Retry TWICE = new Retry(2, 1_000, 1_000, false);

    private final MemoryStore store = new MemoryStore();
    private final Runs runs = new Runs(store, Clock.systemUTC());

    @Test
    void aRunThatFailed_isPutBack_withWhatItWasGiven_untilItsTriesAreUsedUp() {
        Queued queued = queued(1, TWICE);
        runs.queue().add(queued, Optional.empty());
        long before = System.currentTimeMillis();
        Accepted again = end(queued.run(), Outcome.FAILED).orElseThrow();
        assertThat(again.dueMillis()).isBetween(before, System.currentTimeMillis() + 1_000);
        assertThat(found("acme", queued.run()).content()).as("it has not ended").isEmpty();
        assertThat(found("acme", queued.run()).tried().map(Tried::made)).contains(1);
        assertThat(letters("acme")).isEmpty();
        Queued taken = runs.queue().take(queued.run().id()).orElseThrow();
        assertThat(taken.given()).isEqualTo(queued.given());
        assertThat(taken.tries().made()).isEqualTo(1);

        assertThat(runs.queue().end(taken, failed(), Outcome.FAILED)).isEmpty();
        assertThat(letters("acme")).containsExactly(queued.run().id());
        assertThat(found("acme", queued.run()).tried()).contains(new Tried(2, 0, SECRET, SECRET, ""));
        assertThat(runs.queue().letter("acme", queued.run().id()).orElseThrow().given())
                .isEqualTo(queued.given());
        assertThat(new Runs(store, Clock.systemUTC()).recover()).isEmpty();
    }

    @Test
    void onlyWhatFailed_ofAFunctionThatHasItSo_isADeadLetter() {
        int number = 0;
        for (Outcome outcome : Outcome.values()) {
            Queued once = queued(number++, null);
            runs.queue().add(once, Optional.empty());
            assertThat(end(once.run(), outcome)).isEmpty();
            assertThat(letters("acme")).isEmpty();
        }
        for (Outcome over : List.of(Outcome.DONE, Outcome.WITHDRAWN)) {
            Queued queued = queued(number++, TWICE);
            runs.queue().add(queued, Optional.empty());
            assertThat(end(queued.run(), over)).isEmpty();
            assertThat(letters("acme")).isEmpty();
        }
        Queued wrong = queued(20, TWICE);
        runs.queue().add(wrong, Optional.empty());
        assertThat(end(wrong.run(), Outcome.FAILED_FOR_GOOD)).isEmpty();
        assertThat(letters("acme")).containsExactly(wrong.run().id());
    }

    @Test
    void aServerThatStops_hasFailedWhatRan_andKeepsWhatWaits_andWhen() {
        Queued cut = queued(1, TWICE);
        Queued last = queued(2, new Retry(1, 1_000, 1_000, false));
        Queued waiting = queued(3, TWICE);
        for (Queued one : List.of(cut, last, waiting)) {
            runs.queue().add(one, Optional.empty());
        }
        runs.queue().take(cut.run().id());
        runs.queue().take(last.run().id());
        Accepted put = end(waiting.run(), Outcome.FAILED).orElseThrow();
        List<Accepted> recovered = new Runs(store, Clock.systemUTC()).recover();
        assertThat(recovered).extracting(Accepted::run).containsExactly(cut.run(), waiting.run());
        assertThat(recovered.get(1)).isEqualTo(put);
        assertThat(letters("acme")).containsExactly(last.run().id());
        List<Accepted> again = new Runs(store, Clock.systemUTC()).recover();
        assertThat(again).as("it was tried once").isEqualTo(recovered);
    }

    /// The second try is there because the first one failed, which only Alice may know.
    @Test
    void aServerThatStops_duringALaterTry_tellsNothingOfTheFirst() {
        for (int number = 1; number <= 2; number++) {
            Queued queued = queued(number, new Retry(1 + number, 1_000, 1_000, false));
            Run run = queued.run();
            runs.queue().add(queued, Optional.empty());
            Queued first = runs.queue().take(run.id()).orElseThrow();
            runs.queue().end(first.after(SECRET), failed(), Outcome.FAILED);
            runs.queue().take(run.id());
            var restarted = new Runs(store, Clock.systemUTC());
            restarted.recover();
            View seen =
                    as("acme/runs").run(() -> restarted.find("acme", run.id())).orElseThrow();
            assertThat(seen.status()).isEmpty();
            assertThat(seen.tried()).isEmpty();
            assertThat(seen.content()).isEmpty();
            assertThat(letters("acme/runs")).isEmpty();
            assertThat(found("acme/runs&acme/user/alice", run).tried().map(Tried::made))
                    .contains(2);
        }
    }

    /// That there is one tells that its run failed, and how often it was tried tells so, too.
    @Test
    void aLetter_andTheNumberOfTries_areForWhoMayKnowHowTheRunEnded() {
        Queued queued = queued(1, TWICE);
        runs.queue().add(queued, Optional.empty());
        end(queued.run(), Outcome.FAILED);
        assertThat(found("acme/runs", queued.run()).tried()).isEmpty();
        assertThat(found("acme/runs&acme/user/alice", queued.run()).tried().map(Tried::reason))
                .contains("no luck");
        end(queued.run(), Outcome.FAILED);
        assertThat(letters("acme/runs")).isEmpty();
        assertThat(as("acme/runs")
                        .run(() -> runs.findDeadLetter("acme", queued.run().id())))
                .isEmpty();
        assertThat(letters("acme/user/alice")).isEmpty();
        assertThat(letters("acme/runs&acme/user/alice"))
                .containsExactly(queued.run().id());
    }

    @Test
    void whyATryFailed_isForWhoMaySeeTheContent() {
        Queued queued = queued(1, TWICE);
        runs.queue().add(queued, Optional.empty());
        Queued taken = runs.queue().take(queued.run().id()).orElseThrow();
        runs.queue().end(taken, failed(SECRET, EXISTENCE), Outcome.FAILED);
        assertThat(found("acme/runs", queued.run()).tried().map(Tried::made)).contains(1);
        assertThat(found("acme/runs", queued.run()).tried().map(Tried::reason)).contains("");
    }

    @Test
    void lists_areOfAFunction_andInPages_newestFirst() {
        for (int i = 1; i <= 4; i++) {
            Queued queued = queued(i, TWICE);
            runs.queue().add(queued, Optional.empty());
            end(queued.run(), Outcome.FAILED_FOR_GOOD);
        }
        assertThat(letters("acme")).containsExactly(id(4), id(3), id(2), id(1));
        assertThat(list(Optional.of("f0"), Optional.empty(), 10)).containsExactly(id(4), id(2));
        assertThat(list(Optional.of("f0"), Optional.of(id(4)), 10)).containsExactly(id(2));
        assertThat(list(Optional.empty(), Optional.of(id(4)), 2)).containsExactly(id(3), id(2));
        assertThat(list(Optional.of("f"), Optional.empty(), 10)).isEmpty();
    }

    @Test
    void aLetter_goesWithItsRun_orWhereTooManyFollowed_withAllThatItKept() {
        for (int i = 1; i <= 3; i++) {
            Queued queued = queued(i, TWICE);
            runs.queue().add(queued, Optional.empty());
            end(queued.run(), Outcome.FAILED_FOR_GOOD);
        }
        var keepAll = new RunRetention.Rules(Duration.ofDays(10_000 * 365L), 100);
        new RunRetention(store, keepAll, 2, Clock.systemUTC()).prune("acme");
        assertThat(letters("acme")).containsExactly(id(3), id(2));
        assertThat(found("acme", queued(1, TWICE).run()).content()).isPresent();
        assertThat(payloads()).isEqualTo(2);
        var keepOne = new RunRetention.Rules(Duration.ofDays(10_000 * 365L), 1);
        new RunRetention(store, keepOne, Clock.systemUTC()).prune("acme");
        assertThat(letters("acme")).containsExactly(id(3));
        assertThat(payloads()).isEqualTo(1);
        runs.forget("acme", "f1");
        assertThat(letters("acme")).isEmpty();
        assertThat(payloads()).isZero();
        assertThat(store.scan(RunKeys.letters("acme"), Bytes.EMPTY, 1)).isEmpty();
        assertThat(store.scan(RunIndex.lettersOfFunction("acme", "f1"), Bytes.EMPTY, 1))
                .isEmpty();
        assertThat(store.scan(RunKeys.tried("acme", id(3)), Bytes.EMPTY, 1)).isEmpty();
    }

    /// What it is put back as, or kept as, would be nobody's.
    @Test
    void aRunWhoseFunctionWasDeleted_orWhoseOrganizationIsClosed_isNotTriedAgain() {
        for (Outcome outcome : List.of(Outcome.FAILED, Outcome.FAILED_FOR_GOOD)) {
            Queued queued = queued(1, TWICE);
            runs.queue().add(queued, Optional.empty());
            Queued taken = runs.queue().take(queued.run().id()).orElseThrow();
            runs.forget("acme", "f1");
            assertThat(runs.queue().end(taken, failed(), outcome)).isEmpty();
            assertThat(payloads()).isZero();
            assertThat(store.scan(RunKeys.letters("acme"), Bytes.EMPTY, 1)).isEmpty();
        }
        Queued queued = queued(2, TWICE);
        runs.queue().add(queued, Optional.empty());
        Queued taken = runs.queue().take(queued.run().id()).orElseThrow();
        runs.close("acme");
        assertThat(runs.queue().end(taken, failed(), Outcome.FAILED)).isEmpty();
        assertThat(payloads()).isZero();
    }

    @Test
    void anOrganizationThatIsErased_leavesNoLetter_hereOrElsewhere() {
        Queued own = queued(1, TWICE);
        Queued others = queued(2, TWICE);
        for (Queued one : List.of(own, others)) {
            runs.queue().add(one, Optional.empty());
            end(one.run(), Outcome.FAILED_FOR_GOOD);
        }
        var erasure = new RunErasure(store, Clock.systemUTC());
        erasure.remove("blue", label -> label.equals(others.start()));
        assertThat(letters("acme")).isEmpty();
        assertThat(payloads()).isZero();
    }

    @Test
    void ofTwoWhoRunALetterAnew_oneDoes() {
        Queued queued = queued(1, TWICE);
        runs.queue().add(queued, Optional.empty());
        end(queued.run(), Outcome.FAILED_FOR_GOOD);
        Queued letter = runs.queue().letter("acme", id(1)).orElseThrow();
        var claim = new Claim(Bytes.utf8("redrive"), Digest.of(Bytes.EMPTY));
        assertThat(runs.queue().redrive(queued(2, TWICE), claim, letter)).isTrue();
        assertThat(runs.queue().redrive(queued(3, TWICE), claim, letter)).isFalse();
        var another = new Claim(Bytes.utf8("another"), Digest.of(Bytes.EMPTY));
        assertThat(runs.queue().redrive(queued(4, TWICE), another, letter))
                .as("the letter is gone")
                .isFalse();
        assertThat(letters("acme")).isEmpty();
        assertThat(payloads()).isEqualTo(1);
    }

    private Optional<Accepted> end(Run run, Outcome outcome) {
        return runs.queue().end(runs.queue().take(run.id()).orElseThrow(), failed(), outcome);
    }

    private View found(String clearance, Run run) {
        return as(clearance).run(() -> runs.find("acme", run.id())).orElseThrow();
    }

    private List<UUID> letters(String clearance) {
        return as(clearance).run(() -> runs.listDeadLetters("acme", Optional.empty(), Optional.empty(), 100)).stream()
                .map(view -> view.run().id())
                .toList();
    }

    private List<UUID> list(Optional<String> function, Optional<UUID> before, int limit) {
        return as("acme").run(() -> runs.listDeadLetters("acme", function, before, limit)).stream()
                .map(view -> view.run().id())
                .toList();
    }

    private int payloads() {
        Bytes one = RunKeys.payload(id(0));
        return store.scan(one.slice(0, one.length() - 16), Bytes.EMPTY, 100).size();
    }

    private static Task as(String clearance) {
        return new Task(Label.PUBLIC, Label.of(Component.parse(clearance), Component.TRUE), Privilege.NONE);
    }

    private static UUID id(int number) {
        return new UUID(0x7000L + ((long) number << 16), number);
    }

    private static Queued queued(int number, @Nullable Retry retry) {
        var run = new Run(
                id(number),
                "acme",
                "f" + number % 2,
                "",
                "",
                false,
                number,
                number + 60_000L,
                List.of(),
                new TreeMap<>(),
                EXISTENCE,
                Optional.empty());
        Bytes payload = Bytes.utf8("{\"number\":" + number + "}");
        return new Queued(
                run,
                "home:<T,T>:f",
                Label.PUBLIC,
                Component.TRUE,
                Component.TRUE,
                new Queued.Given(
                        payload,
                        Bytes.utf8("{}"),
                        List.of("s"),
                        Map.of("name", "value"),
                        Map.of("photo", new BlobRef(Digest.of(payload), payload.length()))),
                payload.length(),
                false,
                false,
                Queued.Tries.of(Optional.ofNullable(retry)));
    }

    private static Content failed() {
        return failed(SECRET, SECRET);
    }

    private static Content failed(Label label, Label outcome) {
        return new Content(
                Status.ERROR,
                1,
                label,
                outcome,
                Bytes.utf8("{}"),
                Optional.empty(),
                Optional.of(new Fault("SystemError", "no luck", List.of())),
                List.of(),
                List.of());
    }
}
