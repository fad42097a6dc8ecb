package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import dev.sluice.http.Flow;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.invoke.AnswerStream;
import dev.sluice.kernel.Refused;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/// A run's answer as server-sent events: `run`, then a `chunk` for each thing that the function yields, or one for what
/// it returns, and `end`. Every [#BEAT] the caller hears something, and is asked for again. One who is gone ends the
/// run; so does one who takes nothing until the connection's idle time is up.
final class RunStream {
    static final String EVENTS = "text/event-stream";
    static final Duration BEAT = Duration.ofSeconds(5);

    private static final Bytes NOTHING = Bytes.utf8(":\n\n");

    private final Flow.Sink out;
    private final LogRoutes.Reader reader;
    private long lastBeatNanos = System.nanoTime();

    private RunStream(Flow.Sink out, LogRoutes.Reader reader) {
        this.out = out;
        this.reader = reader;
    }

    /// Whether a request wants its answer so.
    static boolean isAsked(Request request) {
        return request.header("Accept").filter(EVENTS::equals).isPresent();
    }

    static Response of(AnswerStream answer, LogRoutes.Reader reader) {
        return Response.flow(200, EVENTS, out -> {
                    try (answer) {
                        new RunStream(out, reader).tell(answer);
                    } catch (Rejection noLonger) {
                        // He may not any more: his stream ends without a word, and his run too.
                    }
                })
                .with("Cache-Control", "no-store");
    }

    private void tell(AnswerStream answer) throws IOException, InterruptedException {
        event(
                "run",
                new JsonWriter(64).beginObject().field("name", answer.run().id().toString()));
        while (!answer.isOver()) {
            beat();
            Optional<Bytes> chunk = answer.next(reader.task(), BEAT);
            if (chunk.isPresent()) {
                chunk(chunk.get());
            }
        }
        event("end", end(answer));
    }

    private JsonWriter end(AnswerStream answer) throws IOException, InterruptedException {
        var data = new JsonWriter(256).beginObject();
        AnswerStream.End end;
        try {
            end = answer.end();
        } catch (Refused refused) {
            return data.field("status", "ERROR").field("message", Refusals.said(refused));
        }
        if (end.isWithheld()) {
            return data.field("status", "ERROR").field("message", Refusals.UNIFORM);
        }
        View view = end.view();
        if (!end.isChunked() && view.output().isPresent()) {
            chunk(Json.shown(view.output().get().body()));
        }
        view.output().flatMap(Run.Output::ref).ifPresent(blob -> data.field("outputRef", blob.toString()));
        Status status = view.content().map(Run.Content::status).or(view::status).orElse(Status.ERROR);
        data.field("status", status == Status.READY ? "READY" : "ERROR");
        view.content()
                .flatMap(Run.Content::fault)
                .ifPresent(fault -> data.field("type", fault.type()).field("message", fault.message()));
        return data;
    }

    private void event(String name, JsonWriter data) throws IOException {
        out.write(framed(name, data.endObject().done()));
    }

    private void chunk(Bytes json) throws IOException {
        out.write(framed("chunk", json));
    }

    /// JSON has line ends between its parts only, where spaces do as well: the data is one line, so that a function can
    /// write no events of its own.
    private static Bytes framed(String name, Bytes json) {
        byte[] head = ("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8);
        byte[] event = new byte[head.length + json.length() + 2];
        System.arraycopy(head, 0, event, 0, head.length);
        byte[] data = json.readOnlyArray();
        for (int n = 0; n < data.length; n++) {
            boolean isLineEnd = data[n] == '\n' || data[n] == '\r';
            event[head.length + n] = isLineEnd ? (byte) ' ' : data[n];
        }
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return Bytes.takeOver(event);
    }

    private void beat() throws IOException {
        if (System.nanoTime() - lastBeatNanos >= BEAT.toNanos()) {
            lastBeatNanos = System.nanoTime();
            reader.lookAgain();
            out.write(NOTHING);
        }
    }
}
