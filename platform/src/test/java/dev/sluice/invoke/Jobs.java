package dev.sluice.invoke;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.ObjectId;
import dev.sluice.gate.Invoker;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.Chunks;
import dev.sluice.worker.GuestRoom;
import dev.sluice.worker.Injected;
import dev.sluice.worker.Job;
import dev.sluice.worker.LiveLog;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// What a worker is given when no spine is around it.
final class Jobs {
    private static final Invoker NOBODY = new Invoker() {
        @Override
        public Answer call(FsPath gate, Call call) {
            throw new AssertionError("nothing is invoked here");
        }

        @Override
        public void submit(FsPath gate, Call call) {
            throw new AssertionError("nothing is invoked here");
        }
    };

    /// Where there is as much as one wants.
    static final GuestRoom ROOM = new GuestRoom() {
        @Override
        public Optional<Runnable> take() {
            return Optional.of(() -> {});
        }

        @Override
        public Runnable pause() {
            return () -> {};
        }
    };

    private Jobs() {}

    static Job of(String payload) {
        return of(payload, Duration.ofSeconds(10));
    }

    static Job of(String payload, Duration timeMax) {
        return of(payload, timeMax, Injected.NOTHING, new Cancellation());
    }

    static Job of(String payload, Duration timeMax, Injected injected, Cancellation cancellation) {
        return of(payload, timeMax, injected, cancellation, Optional.empty());
    }

    /// Of a blob that is nowhere.
    static Job withInput(String payload) {
        var input = new ObjectId(Bytes.utf8("x".repeat(ObjectId.LENGTH_BYTES)));
        return of(payload, Duration.ofSeconds(10), Injected.NOTHING, new Cancellation(), Optional.of(input));
    }

    private static Job of(
            String payload, Duration timeMax, Injected injected, Cancellation cancellation, Optional<ObjectId> input) {
        return new Job(
                "f",
                Bytes.utf8(payload),
                Bytes.utf8("{}"),
                injected,
                Map.of(),
                new Job.Blobs(Map.of(), input),
                Component.TRUE,
                timeMax,
                _ -> NOBODY,
                cancellation,
                new LiveLog(() -> Label.PUBLIC),
                Chunks.UNWATCHED);
    }
}
