package dev.sluice.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.function.Retry;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Run.Content;
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
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// What a list of runs shows, and costs, to who may know of some of them.
final class RunIndexTest {
    private static final Label MINE = Label.parse("acme/runs,acme/runs");
    private static final Label ALSO_MINE = Label.parse("acme/runs&acme/user/bob,acme/runs");
    private static final Label HIDDEN = Label.parse("acme/hidden,acme/runs");
    private static final Wanted OF_F = new Wanted(Optional.of("f"), List.of());
    private static final Wanted OF_SHOP = new Wanted(Optional.empty(), List.of("shop"));
    private static final List<Wanted> LISTS = List.of(Wanted.ALL, OF_F, OF_SHOP);

    private final MemoryStore store = new MemoryStore();
    private final Runs runs = new Runs(store, Clock.systemUTC());

    @Test
    void runsOfSeveralLabels_areListedTogether_newestFirst_pageByPage() {
        var random = new Random(1);
        List<UUID> expected = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Label existence = List.of(MINE, ALSO_MINE, HIDDEN).get(random.nextInt(3));
            Run run = ended(i, existence);
            if (existence != HIDDEN) {
                expected.addFirst(run.id());
            }
        }
        for (Wanted what : LISTS) {
            List<UUID> listed = new ArrayList<>();
            List<UUID> page = page(runs, what, Optional.empty());
            while (!page.isEmpty()) {
                listed.addAll(page);
                page = page(runs, what, Optional.of(page.getLast()));
            }
            assertThat(listed).as(what.toString()).isEqualTo(expected);
        }
    }

    @Test
    void runsThatOneMayNotKnow_costTheListNothing_howeverManyThereAre() {
        ended(0, MINE);
        ended(1, HIDDEN);
        List<Long> fewHidden = LISTS.stream().map(this::reads).toList();
        for (int i = 2; i < 3_000; i++) {
            ended(i, HIDDEN);
        }
        assertThat(LISTS.stream().map(this::reads).toList()).isEqualTo(fewHidden);
    }

    /// Whoever runs at ever new labels makes no list cost ever more. What is refused of the long list the narrow ones
    /// have.
    @Test
    void aListOfMoreLabelsThanItLooksAt_isRefused_andNarrowerOnesAreNot() {
        ended(0, MINE);
        for (int i = 1; i < RunIndex.LABELS_MAX; i++) {
            listed("g", i);
        }
        assertThat(page(runs, Wanted.ALL, Optional.empty())).hasSize(1);
        for (int more : new int[] {1, 1_000}) {
            for (int i = 0; i < more; i++) {
                listed("g", RunIndex.LABELS_MAX + more + i);
            }
            var counted = new CountedReads(store);
            var refused = catchThrowableOfType(
                    Refused.class, () -> page(new Runs(counted, Clock.systemUTC()), Wanted.ALL, Optional.empty()));
            assertThat(refused.refusal()).isEqualTo(Refusal.INVALID);
            assertThat(refused.reason()).contains("functionName=NAME");
            assertThat(counted.reads()).isLessThan(RunIndex.LABELS_MAX + 10);
        }
        assertThat(page(runs, OF_F, Optional.empty())).hasSize(1);
    }

    private void listed(String function, int number) {
        Run run = run(function, number, Label.parse("acme/hidden/" + number + ",acme/runs"), true);
        var batch = new Batch();
        RunIndex.add(run, batch);
        store.commit(batch);
    }

    @Test
    void runsOfAnEarlierServer_areOnTheirLists_afterARestart() {
        runs.recover();
        for (int i = 0; i < 100; i++) {
            ended(i, i % 2 == 0 ? MINE : HIDDEN);
        }
        runs.queue().add(letter(100), Optional.empty());
        Queued taken = runs.queue().take(id(100)).orElseThrow();
        runs.queue().end(taken, content(), Outcome.FAILED_FOR_GOOD);
        List<Store.Entry> now = Contents.of(store);

        makeEarlier(_ -> true);
        assertThat(page(runs, Wanted.ALL, Optional.empty())).isEmpty();
        new Runs(store, Clock.systemUTC()).recover();
        assertThat(Contents.of(store)).isEqualTo(now);

        makeEarlier(entry -> entry.key().at(entry.key().length() - 1) < 50); // broken off
        new Runs(store, Clock.systemUTC()).recover();
        assertThat(Contents.of(store)).isEqualTo(now);
    }

    /// As an earlier server had it, or one that was stopped while it put that right.
    private void makeEarlier(Predicate<Store.Entry> isMissing) {
        Bytes list = RunIndex.all("acme");
        Bytes lists = list.slice(0, list.length() - 16);
        Contents.of(store).stream()
                .filter(entry -> entry.key().startsWith(lists))
                .filter(isMissing)
                .forEach(entry -> store.commit(new Batch().delete(entry.key())));
        store.commit(new Batch().delete(RunKeys.isIndexed()));
        for (char former : "NAF".toCharArray()) {
            byte[] place = RunKeys.at(lists, id(1)).toArray();
            place[4] = (byte) former;
            store.commit(new Batch().put(Bytes.takeOver(place), Bytes.utf8("1")));
        }
    }

    private long reads(Wanted what) {
        var counted = new CountedReads(store);
        assertThat(page(new Runs(counted, Clock.systemUTC()), what, Optional.empty()))
                .hasSize(1);
        return counted.reads();
    }

    private static List<UUID> page(Runs book, Wanted what, Optional<UUID> before) {
        Label clearance = Label.of(Component.parse("acme/runs&acme/user/bob"), Component.TRUE);
        return new Task(Label.PUBLIC, clearance, Privilege.NONE)
                .run(() -> book.list("acme", what, before, 7)).stream()
                        .map(View::run)
                        .map(Run::id)
                        .toList();
    }

    private Run ended(int number, Label existence) {
        Run run = run(number, existence, true);
        runs.begin(run);
        runs.end(run, content(), Durability.BEHIND);
        return run;
    }

    private static Content content() {
        return new Content(
                Status.ERROR,
                1,
                MINE,
                MINE,
                Bytes.utf8("{}"),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of());
    }

    private static Queued letter(int number) {
        return new Queued(
                run(number, MINE, false),
                "gate",
                MINE,
                Component.TRUE,
                Component.TRUE,
                new Queued.Given(Bytes.utf8("{}"), Bytes.utf8("{}"), List.of(), Map.of(), Map.of()),
                4,
                false,
                false,
                Queued.Tries.of(Optional.of(new Retry(1, 100, 100, false))));
    }

    private static Run run(int number, Label existence, boolean blocking) {
        return run("f", number, existence, blocking);
    }

    private static Run run(String function, int number, Label existence, boolean blocking) {
        return new Run(
                id(number),
                "acme",
                function,
                "id",
                "faas",
                blocking,
                1,
                1,
                List.of(),
                new TreeMap<>(Map.of("app", "shop")),
                existence,
                Optional.empty());
    }

    private static UUID id(int number) {
        return new UUID(0x7000L + (number << 16), number);
    }
}
