package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import dev.sluice.run.Beginning.Cause;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Output;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.Tried;
import dev.sluice.run.Run.View;
import dev.sluice.run.Times;
import java.time.Clock;
import java.util.List;

/// Writes runs as contracts/dispatch.md 2.6 has them. On the hot path.
final class RunJson {
    /// Go's zero time: until a run succeeds, it has not finished.
    static final long NEVER_SECONDS = -62_135_596_800L;

    private static final int ENVELOPE_BYTES = 640;

    private final Clock clock;

    RunJson(Clock clock) {
        this.clock = clock;
    }

    /// The record of a run.
    Bytes print(View view) {
        JsonWriter out = writer(view);
        write(view, out);
        return out.done();
    }

    /// What a run comes to, for who waited for it: as Dispatch has it, and no more. How long that took he knows.
    Bytes printAnswer(View view) {
        JsonWriter out = writer(view);
        writeAll(view, out);
        out.endObject();
        return out.done();
    }

    private static JsonWriter writer(View view) {
        int output = view.output().map(o -> o.body().length()).orElse(0);
        int input = view.content().map(c -> c.input().length()).orElse(0);
        return new JsonWriter(ENVELOPE_BYTES + output + input);
    }

    Bytes print(List<View> views) {
        var out = new JsonWriter(ENVELOPE_BYTES * (views.size() + 1)).beginArray();
        for (View view : views) {
            write(view, out);
        }
        return out.endArray().done();
    }

    /// A run that was accepted and that nobody waits for.
    Bytes printAccepted(Run run, Bytes input) {
        var out = new JsonWriter(ENVELOPE_BYTES + input.length());
        begin(run, out);
        out.name("input").raw(input);
        logs(List.of(), List.of(), out);
        end(run, "INITIALIZED", NEVER_SECONDS, List.of(), out);
        out.endObject();
        return out.done();
    }

    private void write(View view, JsonWriter out) {
        writeAll(view, out);
        view.tried().ifPresent(tried -> tries(tried, out));
        view.run().beginning().cause().ifPresent(cause -> out.field("cause", word(cause)));
        view.content().flatMap(Content::times).ifPresent(times -> times(times, out));
        out.endObject();
    }

    /// Ours, where a run is tried several times. Dispatch's client looks at neither.
    private static void tries(Tried tried, JsonWriter out) {
        out.field("attempts", tried.made());
        if (tried.dueMillis() > 0) {
            out.field("nextAttemptTime", tried.dueMillis() / 1000);
        }
    }

    private void writeAll(View view, JsonWriter out) {
        Run run = view.run();
        begin(run, out);
        view.output().flatMap(Output::ref).ifPresent(blob -> out.field("outputRef", blob.toString()));
        if (view.content().isPresent()) {
            Content content = view.content().get();
            out.name("input").raw(content.input());
            view.output().ifPresent(output -> out.name("output").raw(Json.shown(output.body())));
            logs(content.stdout(), content.stderr(), out);
            content.fault().ifPresent(fault -> fault(fault, out));
            boolean isReady = content.status() == Status.READY;
            long finished = isReady ? content.finishedMillis() / 1000 : NEVER_SECONDS;
            List<String> reason =
                    content.fault().map(f -> List.of(reason(run, f))).orElse(List.of());
            end(run, isReady ? "READY" : "ERROR", finished, reason, out);
        } else if (view.output().isPresent()) {
            out.name("output").raw(Json.shown(view.output().get().body()));
            logs(List.of(), List.of(), out);
            end(run, "READY", run.startedMillis() / 1000, List.of(), out);
        } else {
            logs(List.of(), List.of(), out);
            boolean isOver = view.status().isPresent() || run.blocking() || clock.millis() > run.deadlineMillis();
            List<String> reason = isOver ? List.of(Refusals.UNIFORM) : failedBefore(view);
            end(run, isOver ? "ERROR" : "CREATING", NEVER_SECONDS, reason, out);
        }
    }

    private static List<String> failedBefore(View view) {
        return view.tried().map(Tried::reason).filter(why -> !why.isEmpty()).stream()
                .toList();
    }

    private static void begin(Run run, JsonWriter out) {
        out.beginObject().field("name", run.id().toString());
        out.field("functionId", run.functionId()).field("functionName", run.function());
        out.field("faasId", run.faasId());
        run.inputRef().ifPresent(blob -> out.field("inputRef", blob.toString()));
        if (run.blocking()) {
            out.name("blocking").value(true);
        }
    }

    private static void end(Run run, String status, long finishedSeconds, List<String> reason, JsonWriter out) {
        out.field("executedTime", run.startedMillis() / 1000).field("finishedTime", finishedSeconds);
        out.fieldOrNull("reason", reason).field("secrets", run.secrets());
        out.name("services").raw("null").field("status", status);
        out.name("tags").beginArray();
        run.tags()
                .forEach((key, value) -> out.beginObject()
                        .field("key", key)
                        .field("value", value)
                        .endObject());
        out.endArray();
    }

    private static String word(Cause cause) {
        return switch (cause) {
            case REQUEST -> "request";
            case RUN -> "run";
            case EVENT -> "event";
        };
    }

    /// Ours, for who may see the content: how long a run took follows from what it learnt.
    private static void times(Times times, JsonWriter out) {
        out.name("times").beginObject();
        out.field("queueMicros", times.queue()).field("startMicros", times.start());
        out.field("runMicros", times.run())
                .field("answerMicros", times.answer())
                .endObject();
    }

    private static void logs(List<String> stdout, List<String> stderr, JsonWriter out) {
        out.name("logs").beginObject();
        out.fieldOrNull("stderr", stderr).fieldOrNull("stdout", stdout).endObject();
    }

    private static void fault(Fault fault, JsonWriter out) {
        out.name("error").beginObject();
        out.field("type", fault.type()).field("message", fault.message());
        out.fieldOrNull("stacktrace", fault.stacktrace()).endObject();
    }

    private static String reason(Run run, Fault fault) {
        return "error running function: " + run.function() + ": " + fault.message();
    }
}
