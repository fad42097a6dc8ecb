package dev.sluice.run;

import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Output;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.Optional;

/// What came out of runs, as the store holds it: under its own labels. Whoever reads it is held to the label of
/// the run's existence as well. A large output lies apart.
final class Contents {
    private static final int INLINE_OUTPUT_BYTES_MAX = 64 << 10;

    private final Store store;

    Contents(Store store) {
        this.store = store;
    }

    Optional<Content> of(Run run) {
        return store.get(RunKeys.content(run.organization(), run.id())).map(RunCodec::decodeContent);
    }

    Optional<Output> output(Run run, Content content) {
        return content.output()
                .or(() ->
                        store.get(RunKeys.output(run.organization(), run.id())).map(RunCodec::decodeOutput));
    }

    Batch put(Run run, Content content, Batch batch) {
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
