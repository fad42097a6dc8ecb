package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Output;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
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
    private static final Bytes MARK = Bytes.utf8("1");

    private final Store store;
    private final Set<String> closed = ConcurrentHashMap.newKeySet();

    Contents(Store store) {
        this.store = store;
    }

    void close(String organization) {
        closed.add(organization);
    }

    boolean isClosed(String organization) {
        return closed.contains(organization);
    }

    Batch exists(Run run, Batch batch) {
        return isClosed(run.organization())
                ? batch
                : batch.put(RunKeys.existence(run.organization(), run.id()), RunCodec.encode(run))
                        .put(RunKeys.ofFunction(run.organization(), run.function(), run.id()), MARK);
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
    void remove(String organization, String function, UUID id, Batch batch) {
        batch.delete(RunKeys.ofFunction(organization, function, id));
        batch.delete(RunKeys.existence(organization, id));
        batch.delete(RunKeys.content(organization, id));
        batch.delete(RunKeys.output(organization, id));
    }

    Batch put(Run run, Content content, Batch batch) {
        if (isClosed(run.organization())) {
            return batch;
        }
        boolean isInline =
                content.output().isEmpty() || content.output().get().body().length() <= INLINE_OUTPUT_BYTES_MAX;
        batch.put(RunKeys.content(run.organization(), run.id()), RunCodec.encode(content, isInline));
        return isInline
                ? batch
                : batch.put(
                        RunKeys.output(run.organization(), run.id()),
                        RunCodec.encode(content.output().get()));
    }
}
