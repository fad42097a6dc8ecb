package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.Flow;
import dev.sluice.invoke.LiveRun;
import dev.sluice.invoke.LiveRuns;
import dev.sluice.invoke.LiveRuns.Following;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import dev.sluice.run.Runs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// One follower's events. Holds at most [#PIECE_BYTES] that he has not taken: while he takes nothing, nothing is read
/// for him. Every [#BEAT] he hears something, and is asked for again: who may not follow any more, does not.
final class LogStream {
    static final Duration BEAT = Duration.ofSeconds(5);

    private static final int PIECE_BYTES = 32 << 10;
    private static final long LOOK_MILLIS = 50;
    private static final long LOOK_FOR_RECORD_MILLIS = 200;
    private static final Bytes NOTHING = Bytes.utf8(":\n\n");

    private final Flow.Sink out;
    private final LogRoutes.Reader reader;
    private final Clock clock;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private long lastBeatNanos = System.nanoTime();

    LogStream(Flow.Sink out, LogRoutes.Reader reader, Clock clock) {
        this.out = out;
        this.reader = reader;
        this.clock = clock;
    }

    /// A run that ends above what the follower may know goes on in silence until its deadline.
    void ofRun(Run run, Runs runs, LiveRuns live) throws IOException, InterruptedException {
        out.write(NOTHING); // the head leaves, before there is a line
        Optional<LiveRun> found = found(run, live);
        Optional<View> ended = found.isPresent() ? Optional.empty() : ended(run, runs);
        while (found.isEmpty() && ended.isEmpty()) {
            pause(LOOK_FOR_RECORD_MILLIS);
            found = found(run, live);
            ended = found.isPresent() ? Optional.empty() : ended(run, runs);
        }
        if (found.isPresent()) {
            follow(new LiveRun.Reading(found.get()));
        } else {
            tell(ended.get());
        }
        while (ended.isEmpty()) {
            pause(LOOK_FOR_RECORD_MILLIS);
            ended = ended(run, runs);
        }
        event("end", end(ended.get()));
        flush();
    }

    private Optional<LiveRun> found(Run run, LiveRuns live) {
        return reader.task().run(() -> live.find(run.organization(), run.id()));
    }

    /// The record, as far as the follower may read it, once he may know that the run has ended. One whose record is
    /// gone has ended too.
    private Optional<View> ended(Run run, Runs runs) {
        View view = reader.task()
                .run(() -> runs.find(run.organization(), run.id()))
                .orElse(new View(run, Optional.empty(), Optional.of(Status.ERROR), Optional.empty()));
        boolean isOver = view.content().isPresent()
                || view.status().isPresent()
                || clock.millis() > view.run().deadlineMillis();
        return isOver ? Optional.of(view) : Optional.empty();
    }

    private void follow(LiveRun.Reading reading) throws IOException, InterruptedException {
        while (!reading.isAll() && !reading.isSilent()) {
            reading.live().awaitEnd(LOOK_MILLIS);
            tell(reading, "");
            beat();
        }
    }

    private void tell(View view) throws IOException {
        if (view.content().isPresent()) {
            for (String line : view.content().get().stdout()) {
                line("", false, line);
            }
            for (String line : view.content().get().stderr()) {
                line("", true, line);
            }
        }
    }

    /// Until the follower is gone.
    void ofFunction(Following following) throws IOException, InterruptedException {
        out.write(NOTHING);
        while (true) {
            for (LiveRun.Reading reading : following.readings()) {
                tell(reading, reading.live().run().id().toString());
                if (reading.isAll() || reading.isSilent()) {
                    following.done(reading);
                }
            }
            long missed = following.missed();
            if (missed > 0) {
                event("note", new JsonWriter(64).beginObject().field("missedRuns", missed));
            }
            pause(LOOK_MILLIS);
        }
    }

    private void tell(LiveRun.Reading reading, String run) throws IOException {
        List<LiveRun.Line> lines = reading.next(reader.task());
        for (LiveRun.Line line : lines) {
            line(run, line.isError(), line.text());
        }
    }

    private void line(String run, boolean isError, String text) throws IOException {
        var data = new JsonWriter(text.length() + 96).beginObject();
        if (!run.isEmpty()) {
            data.field("run", run);
        }
        event("line", data.field("stream", isError ? "stderr" : "stdout").field("line", text));
    }

    private static JsonWriter end(View view) {
        Status status = view.content().map(Run.Content::status).or(view::status).orElse(Status.ERROR);
        var data = new JsonWriter(256).beginObject().field("status", status == Status.READY ? "READY" : "ERROR");
        view.content()
                .flatMap(Run.Content::fault)
                .ifPresent(fault -> data.field("type", fault.type()).field("message", fault.message()));
        return data;
    }

    private void event(String name, JsonWriter data) throws IOException {
        pending.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        pending.writeBytes(data.endObject().done().toArray());
        pending.writeBytes("\n\n".getBytes(StandardCharsets.UTF_8));
        if (pending.size() >= PIECE_BYTES) {
            flush();
        }
    }

    private void flush() throws IOException {
        if (pending.size() > 0) {
            out.write(Bytes.takeOver(pending.toByteArray()));
            pending.reset();
        }
    }

    private void pause(long millis) throws IOException, InterruptedException {
        beat();
        boolean _ = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    private void beat() throws IOException {
        flush();
        if (System.nanoTime() - lastBeatNanos > BEAT.toNanos()) {
            lastBeatNanos = System.nanoTime();
            reader.lookAgain();
            out.write(NOTHING);
        }
    }
}
