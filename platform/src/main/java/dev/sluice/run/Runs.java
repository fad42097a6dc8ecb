package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobUses;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.run.Run.Accepted;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Ended;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Output;
import dev.sluice.run.Run.Queued;
import dev.sluice.run.Run.Status;
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

    /// Of what the runs of one list received, printed and answered together; a single run may have more.
    static final int LIST_BYTES_MAX = 4 << 20;

    private static final Bytes NULL = Bytes.utf8("null");
    private static final Fault STOPPED =
            new Fault("SystemError", "the server stopped while the function ran", List.of());

    private final Store store;
    private final Contents contents;
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
        this.contents = new Contents(store);
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

    /// Claims an idempotency key for `run` and makes the run's existence durable.
    ///
    /// @param scope who invokes what under which key; two runs of one scope are one run
    /// @return the run that has the key already
    public Optional<UUID> claim(Run run, Bytes scope) {
        Bytes key = RunKeys.idempotency(run.organization(), scope);
        var mine = new Live(run);
        mine.isRecorded = true;
        Batch batch = contents.exists(
                run, new Batch().requireAbsent(key).put(key, Bytes.utf8(run.id().toString())));
        if (store.commit(batch.put(RunKeys.open(run.id()), RunCodec.encode(run)))) {
            live.put(run.id(), mine);
            return Optional.empty();
        }
        return store.get(key).map(id -> UUID.fromString(id.utf8()));
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

    /// Makes a run durable that nobody waits for.
    public void enqueue(Queued queued) {
        UUID id = queued.run().id();
        Batch batch = contents.exists(queued.run(), new Batch())
                .put(RunKeys.queued(id), RunCodec.encode(queued))
                .put(RunKeys.payload(id), queued.given().payload());
        store.commit(useBlobs(queued, batch));
    }

    /// Takes a queued run to start it. Whoever gets it starts it; nobody else ever does, so it runs at most
    /// once.
    public Optional<Queued> take(UUID id) {
        Bytes key = RunKeys.queued(id);
        return store.get(key).flatMap(stored -> {
            Queued queued =
                    RunCodec.decodeQueued(stored, store.get(RunKeys.payload(id)).orElse(NULL));
            boolean isMine = !queued.isStarted() && store.compareAndSet(key, stored, RunCodec.encode(queued.started()));
            return isMine ? Optional.of(queued) : Optional.empty();
        });
    }

    /// Notes how a queued run ended.
    public void endQueued(Queued queued, Content content) {
        store.commitBehind(contents.put(queued.run(), content, unqueue(queued)));
    }

    /// After a restart: closes each run that was running, and gives back those that had not begun, oldest
    /// first.
    public List<Accepted> recover() {
        for (Bytes stored : all(RunKeys.opens())) {
            Run run = RunCodec.decodeRun(stored);
            store.commit(contents.put(run, stopped(run, NULL), new Batch().delete(RunKeys.open(run.id()))));
        }
        var waiting = new ArrayList<Accepted>();
        for (Bytes stored : all(RunKeys.queue())) {
            Queued queued = RunCodec.decodeQueued(stored, NULL);
            Run run = queued.run();
            if (queued.isStarted()) {
                store.commit(contents.put(run, stopped(run, NULL), unqueue(queued)));
            } else {
                store.commitBehind(useBlobs(queued, new Batch())); // it may be from before that was noted
                waiting.add(queued.accepted());
            }
        }
        return waiting;
    }

    /// One run, as the current task may see it. Taints with its existence.
    public Optional<View> find(String organization, UUID id) {
        return store.get(RunKeys.existence(organization, id))
                .map(RunCodec::decodeRun)
                .filter(run -> Task.current().mayObserve(run.existence()))
                .map(this::view);
    }

    /// The latest runs of an organization that the current task may know of, newest first: fewer than asked for
    /// where what it may see of them is more than [#LIST_BYTES_MAX].
    ///
    /// @param function empty for all
    /// @param before   only runs older than this one
    /// @param limit    at most [#LIST_RUNS_MAX]
    public List<View> list(String organization, Optional<String> function, Optional<UUID> before, int limit) {
        Bytes prefix = function.map(f -> RunKeys.ofFunctions(organization, f))
                .orElseGet(() -> RunKeys.existences(organization));
        Bytes from = before.map(id -> function.map(f -> RunKeys.ofFunction(organization, f, id))
                        .orElseGet(() -> RunKeys.existence(organization, id)))
                .orElse(Bytes.EMPTY);
        int wanted = Math.clamp(limit, 1, LIST_RUNS_MAX);
        var views = new ArrayList<View>();
        long bytes = 0;
        List<Store.Entry> page = store.scanBackwards(prefix, from, wanted);
        while (!page.isEmpty()) {
            for (Store.Entry entry : page) {
                Optional<View> view = find(organization, RunKeys.idOf(entry.key()));
                bytes += view.map(View::bytes).orElse(0L);
                if (views.size() == wanted || (bytes > LIST_BYTES_MAX && !views.isEmpty())) {
                    return views;
                }
                view.ifPresent(views::add);
            }
            page = store.scanBackwards(prefix, page.getLast().key(), wanted);
        }
        return views;
    }

    /// Forgets all ended runs of a function.
    public void forget(String organization, String function) {
        Bytes prefix = RunKeys.ofFunctions(organization, function);
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, LIST_RUNS_MAX);
        while (!page.isEmpty()) {
            var batch = new Batch();
            for (Store.Entry entry : page) {
                contents.remove(organization, function, RunKeys.idOf(entry.key()), batch);
            }
            store.commit(batch);
            page = store.scan(prefix, page.getLast().key(), LIST_RUNS_MAX);
        }
    }

    private View view(Run run) {
        Task reader = Task.current();
        reader.observe(run.existence(), "a run");
        Optional<Content> content = contents.of(run).map(ended -> ended.joinedWith(run.existence()));
        Optional<Content> told = content.filter(c -> reader.mayObserve(c.outputLabel()));
        Optional<Output> output = told.flatMap(c -> contents.output(run, c));
        return new View(run, content.filter(c -> reader.mayObserve(c.label())), told.map(Content::status), output);
    }

    /// What came out of a run that has ended, for whoever waited for it and asks again: under its own labels,
    /// without that of its existence, and not looked at yet.
    public Optional<Ended> recall(String organization, UUID id) {
        return store.get(RunKeys.existence(organization, id))
                .map(RunCodec::decodeRun)
                .flatMap(run ->
                        contents.of(run).map(content -> new Ended(run, content.with(contents.output(run, content)))));
    }

    /// What a queued run will be given stays as long as its record.
    private static Batch useBlobs(Queued queued, Batch batch) {
        Bytes key = RunKeys.queued(queued.run().id());
        queued.given().blobs().values().forEach(blob -> BlobUses.begin(batch, blob.digest(), key));
        return batch;
    }

    private Batch unqueue(Queued queued) {
        Bytes key = RunKeys.queued(queued.run().id());
        var batch = new Batch().delete(key).delete(RunKeys.payload(queued.run().id()));
        queued.given().blobs().values().forEach(blob -> BlobUses.end(batch, blob.digest(), key, clock.instant()));
        return batch;
    }

    private Content stopped(Run run, Bytes input) {
        Label label = run.existence();
        return new Content(
                Status.ERROR,
                clock.millis(),
                label,
                label,
                input,
                Optional.empty(),
                Optional.of(STOPPED),
                List.of(),
                List.of());
    }

    private List<Bytes> all(Bytes prefix) {
        var values = new ArrayList<Bytes>();
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, LIST_RUNS_MAX);
        while (!page.isEmpty()) {
            page.forEach(entry -> values.add(entry.value()));
            page = store.scan(prefix, page.getLast().key(), LIST_RUNS_MAX);
        }
        return values;
    }
}
