package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.ObjectUses;
import dev.sluice.label.Label;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Output;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.Tried;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// That runs exist, and what came out of them, as the store holds it: under its own labels. Whoever reads it is held
/// to the label of the run's existence as well. A large output lies apart.
///
/// Of an organization that is closed nothing more is written.
final class Contents {
    private static final int INLINE_OUTPUT_BYTES_MAX = 64 << 10;

    private static final Fault STOPPED =
            new Fault("SystemError", "the server stopped while the function ran", List.of());
    private static final Bytes NULL = Bytes.utf8("null");

    private final Store store;
    private final InstantSource clock;
    private final DeadLetters letters;
    private final Set<String> closed = ConcurrentHashMap.newKeySet();

    Contents(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.letters = new DeadLetters(store, clock);
    }

    void close(String organization) {
        closed.add(organization);
    }

    boolean isClosed(String organization) {
        return closed.contains(organization);
    }

    Batch exists(Run run, Batch batch) {
        if (isClosed(run.organization())) {
            return batch;
        }
        Bytes key = RunKeys.existence(run.organization(), run.id());
        batch.put(key, RunCodec.encode(run));
        run.inputRef().ifPresent(blob -> ObjectUses.begin(batch, blob, key));
        RunIndex.add(run, batch);
        return batch;
    }

    Optional<Run> existence(String organization, UUID id) {
        return store.get(RunKeys.existence(organization, id)).map(RunCodec::decodeRun);
    }

    /// Only if nobody has claimed it.
    Batch claim(Run run, Claim claim, Batch batch) {
        return batch.requireAbsent(claim.key(run)).put(claim.key(run), claim.by(run));
    }

    Optional<UUID> claimed(Run run, Claim claim) {
        return store.get(claim.key(run)).map(claim::first);
    }

    Optional<Content> of(Run run) {
        return store.get(RunKeys.content(run.organization(), run.id())).map(RunCodec::decodeContent);
    }

    Optional<Output> output(Run run, Content content) {
        return content.output()
                .or(() ->
                        store.get(RunKeys.output(run.organization(), run.id())).map(RunCodec::decodeOutput));
    }

    /// All that is kept of a run that has ended.
    void remove(Run run, Batch batch) {
        endUses(store, run, batch);
        batch.delete(RunKeys.existence(run.organization(), run.id()));
        batch.delete(RunKeys.content(run.organization(), run.id()));
        batch.delete(RunKeys.output(run.organization(), run.id()));
        RunIndex.remove(run, batch);
        if (!run.blocking()) {
            batch.delete(RunKeys.tried(run.organization(), run.id()));
            letters.find(run.organization(), run.id()).ifPresent(letter -> letters.remove(letter, batch));
        }
    }

    /// What its record names is kept for it no longer.
    static void endUses(Store store, Run run, Batch batch) {
        Bytes existence = RunKeys.existence(run.organization(), run.id());
        run.inputRef().ifPresent(blob -> ObjectUses.end(batch, blob, existence));
        Bytes output = RunKeys.output(run.organization(), run.id());
        Bytes content = RunKeys.content(run.organization(), run.id());
        store.get(content)
                .map(RunCodec::decodeContent)
                .ifPresent(ended -> endUse(store, ended, content, output, batch));
    }

    static void endUse(Store store, Content content, Bytes key, Bytes outputKey, Batch batch) {
        content.output()
                .or(() -> store.get(outputKey).map(RunCodec::decodeOutput))
                .flatMap(Output::ref)
                .ifPresent(blob -> ObjectUses.end(batch, blob, key));
    }

    DeadLetters letters() {
        return letters;
    }

    /// What is known of the tries of a run that nobody waited for.
    Optional<Tried> tried(Run run) {
        return run.blocking()
                ? Optional.empty()
                : store.get(RunKeys.tried(run.organization(), run.id())).map(RunCodec::decodeTried);
    }

    Batch put(Run run, Tried tried, Batch batch) {
        return batch.put(RunKeys.tried(run.organization(), run.id()), RunCodec.encode(tried));
    }

    Batch put(Run run, Content content, Batch batch) {
        if (isClosed(run.organization())) {
            return batch;
        }
        boolean isInline =
                content.output().isEmpty() || content.output().get().body().length() <= INLINE_OUTPUT_BYTES_MAX;
        Bytes key = RunKeys.content(run.organization(), run.id());
        batch.put(key, RunCodec.encode(content, isInline));
        content.output().flatMap(Output::ref).ifPresent(blob -> ObjectUses.begin(batch, blob, key));
        return isInline
                ? batch
                : batch.put(
                        RunKeys.output(run.organization(), run.id()),
                        RunCodec.encode(content.output().get()));
    }

    /// Of a run that was under way when the server stopped.
    Content stopped(Run run) {
        Label label = run.existence();
        return new Content(
                Status.ERROR,
                clock.millis(),
                label,
                label,
                NULL,
                Optional.empty(),
                Optional.of(STOPPED),
                List.of(),
                List.of());
    }
}
