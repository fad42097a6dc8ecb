package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.run.Queued.Accepted;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Ended;
import dev.sluice.run.Run.Output;
import dev.sluice.run.Run.Tried;
import dev.sluice.run.Run.View;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/// The book of runs.
///
/// A run that somebody waits for is written behind its answer: whole, in one batch, if it is short; otherwise
/// [#recordLongRuns], called every [#RECORD_AFTER], first writes that it exists. A run that nobody waits for, and
/// one with an idempotency key, is durable before it is acknowledged. After a restart [#recover] closes what was
/// running and gives back what had not begun, so no run is in progress forever.
///
/// Existence and content have labels of their own; reading either acts as [Task#current].
///
/// Thread-safe. Source: design/labels.md section 3.
public final class Runs {
    public static final Duration RECORD_AFTER = Duration.ofMillis(25);
    public static final int LIST_RUNS_MAX = 1_000;
    private static final int FORGOTTEN_AT_ONCE = 64;

    /// Of what the runs of one list received, printed and answered together; a single run may have more.
    static final int LIST_BYTES_MAX = 4 << 20;

    private final Store store;
    private final Contents contents;
    private final RunQueue queue;
    private final Clock clock;
    private final ConcurrentHashMap<UUID, Live> live = new ConcurrentHashMap<>();

    private static final class Live {
        final Run run;
        boolean isRecorded; // guarded by this
        boolean isClosed; // guarded by this

        Live(Run run) {
            this.run = run;
        }
    }

    public Runs(Store store, Clock clock) {
        this.store = store;
        this.contents = new Contents(store, clock);
        this.queue = new RunQueue(store, contents, clock);
        this.clock = clock;
    }

    /// From now on nothing is written of an organization's runs, also of those that are under way.
    public void close(String organization) {
        contents.close(organization);
    }

    public boolean isClosed(String organization) {
        return contents.isClosed(organization);
    }

    /// Notes that a run that somebody waits for has begun.
    public void begin(Run run) {
        live.put(run.id(), new Live(run));
    }

    /// Claims an idempotency key for a run that somebody waits for, and makes the run's existence durable.
    ///
    /// @return the run that has the key already
    /// @throws Refused `INVALID` if that was given something else
    public Optional<UUID> claim(Run run, Claim claim) {
        var mine = new Live(run);
        mine.isRecorded = true;
        Batch batch = contents.exists(run, contents.claim(run, claim, new Batch()))
                .put(RunKeys.open(run.id()), RunCodec.encode(run));
        if (store.commit(batch)) {
            live.put(run.id(), mine);
            return Optional.empty();
        }
        return contents.claimed(run, claim);
    }

    /// Notes how a run ended. Durable within 100 ms, or on return when `durable`.
    public void end(Run run, Content content, Durability durability) {
        var batch = new Batch();
        Live mine = live.remove(run.id());
        if (mine == null) {
            throw new IllegalStateException("a run that never began has ended");
        }
        synchronized (mine) {
            mine.isClosed = true;
            if (mine.isRecorded) {
                batch.delete(RunKeys.open(run.id()));
            } else {
                contents.exists(run, batch);
            }
            contents.put(run, content, batch);
            if (durability == Durability.BEHIND) {
                store.commitBehind(batch);
                return;
            }
        }
        store.commit(batch);
    }

    /// When a record is on disk.
    public enum Durability {
        BEFORE_THE_ANSWER,
        BEHIND
    }

    /// Writes that each run exists that has been running for [#RECORD_AFTER] and is not written yet.
    public void recordLongRuns() {
        long before = clock.millis() - RECORD_AFTER.toMillis();
        for (Live running : live.values()) {
            synchronized (running) {
                if (!running.isRecorded && !running.isClosed && running.run.startedMillis() <= before) {
                    running.isRecorded = true;
                    Batch batch = contents.exists(running.run, new Batch());
                    store.commitBehind(batch.put(RunKeys.open(running.run.id()), RunCodec.encode(running.run)));
                }
            }
        }
    }

    /// After a restart: closes each run that was running, and gives back those that had not begun, oldest
    /// first.
    public List<Accepted> recover() {
        new RunUpgrade(store).run();
        Pages.forEach(store, RunKeys.opens(), record -> {
            Run run = RunCodec.decodeRun(record.value());
            store.commit(contents.put(run, contents.stopped(run), new Batch().delete(record.key())));
        });
        return queue.recover();
    }

    /// Those that nobody waits for.
    public RunQueue queue() {
        return queue;
    }

    /// One run, as the current task may see it. Taints with its existence.
    public Optional<View> find(String organization, UUID id) {
        return find(organization, id, _ -> true);
    }

    /// One dead letter, as the current task may see its run: whoever may know how that ended may know of the letter.
    public Optional<View> findDeadLetter(String organization, UUID id) {
        return store.get(RunKeys.letter(organization, id))
                .flatMap(_ -> find(organization, id))
                .filter(view -> view.status().isPresent());
    }

    private Optional<View> find(String organization, UUID id, Predicate<Run> isWanted) {
        return contents.existence(organization, id)
                .filter(isWanted)
                .filter(run -> Task.current().mayObserve(run.existence()))
                .map(this::view);
    }

    /// Which runs a list is to have.
    ///
    /// @param function     of this one only
    /// @param applications tagged with all of these
    public record Wanted(Optional<String> function, List<String> applications) {
        public static final Wanted ALL = new Wanted(Optional.empty(), List.of());

        private boolean isMet(Run run) {
            return function.filter(name -> !name.equals(run.function())).isEmpty() && run.isOf(applications);
        }

        /// The list that they are looked for on.
        private Bytes list(String organization) {
            return applications.stream()
                    .findFirst()
                    .map(first -> RunIndex.ofApplication(organization, first))
                    .or(() -> function.map(name -> RunIndex.ofFunction(organization, name)))
                    .orElseGet(() -> RunIndex.all(organization));
        }
    }

    /// The latest runs of an organization that the current task may know of, newest first: fewer than asked for
    /// where what it may see of them is more than [#LIST_BYTES_MAX].
    ///
    /// @param before   only runs older than this one
    /// @param limit    at most [#LIST_RUNS_MAX]
    /// @throws dev.sluice.kernel.Refused `INVALID` where there are runs at too many labels to look at
    public List<View> list(String organization, Wanted what, Optional<UUID> before, int limit) {
        return list(what.list(organization), before, limit, id -> find(organization, id, what::isMet));
    }

    /// The latest dead letters, as [#list] has runs.
    ///
    /// @param function empty for those of all
    public List<View> listDeadLetters(
            String organization, Optional<String> function, Optional<UUID> before, int limit) {
        Bytes list = function.map(name -> RunIndex.lettersOfFunction(organization, name))
                .orElseGet(() -> RunIndex.letters(organization));
        return list(list, before, limit, id -> findDeadLetter(organization, id));
    }

    private List<View> list(Bytes list, Optional<UUID> before, int limit, Function<UUID, Optional<View>> found) {
        NewestFirst newest = RunIndex.newest(store, list, before, Task.current()::mayObserve);
        int wanted = Math.clamp(limit, 1, LIST_RUNS_MAX);
        var views = new ArrayList<View>();
        long bytes = 0;
        Optional<UUID> id = newest.next();
        while (id.isPresent() && views.size() < wanted) {
            Optional<View> view = found.apply(id.get());
            bytes += view.map(View::bytes).orElse(0L);
            if (bytes > LIST_BYTES_MAX && !views.isEmpty()) {
                return views;
            }
            view.ifPresent(views::add);
            id = newest.next();
        }
        return views;
    }

    /// Forgets all ended runs of a function.
    public void forget(String organization, String function) {
        Bytes prefix = RunIndex.ofFunction(organization, function);
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, FORGOTTEN_AT_ONCE);
        while (!page.isEmpty()) {
            var batch = new Batch();
            for (Store.Entry entry : page) {
                batch.delete(entry.key());
                contents.existence(organization, RunKeys.idOf(entry.key()))
                        .ifPresent(run -> contents.remove(run, batch));
            }
            store.commit(batch);
            page = store.scan(prefix, page.getLast().key(), FORGOTTEN_AT_ONCE);
        }
    }

    private View view(Run run) {
        Task reader = Task.current();
        reader.observe(run.existence(), "a run");
        Optional<Content> content = contents.of(run).map(ended -> ended.joinedWith(run.existence()));
        Optional<Content> told = content.filter(c -> reader.mayObserve(c.outputLabel()));
        Optional<Output> output = told.flatMap(c -> contents.output(run, c));
        return new View(
                run,
                content.filter(c -> reader.mayObserve(c.label())),
                told.map(Content::status),
                output,
                tried(run, reader));
    }

    private Optional<Tried> tried(Run run, Task reader) {
        return contents.tried(run)
                .filter(tried -> reader.mayObserve(tried.outcome().joinOrTop(run.existence())))
                .map(tried ->
                        reader.mayObserve(tried.content().joinOrTop(run.existence())) ? tried : tried.withoutReason());
    }

    /// What came out of a run that has ended, for whoever waited for it and asks again: under its own labels,
    /// without that of its existence, and not looked at yet.
    public Optional<Ended> recall(String organization, UUID id) {
        return contents.existence(organization, id)
                .flatMap(run ->
                        contents.of(run).map(content -> new Ended(run, content.with(contents.output(run, content)))));
    }
}
