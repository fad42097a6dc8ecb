package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import dev.sluice.bytes.Pipe;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The platform's end of one guest's channel: says what to load and run, and has the guest's calls answered
/// meanwhile.
///
/// Used by one thread at a time, in this order: [#hello], [#load], then [#run] as often as one likes. It waits as
/// long as the guest does: whoever wants it to end closes the sandbox, and every wait here ends in [GuestGone].
/// After [GuestGone] or [GuestProtocolViolation] the link is of no more use and the guest must be killed. It does
/// not close the channel.
public final class GuestLink {
    public static final int PROTOCOL_VERSION = 1;

    /// A result's bytes. A guest's own runtime refuses a bigger one; the frame would carry at most 8 MiB.
    public static final int RESULT_BYTES_MAX = 6 << 20;

    /// Content bytes in one `FILE` frame.
    static final int FILE_PIECE_BYTES = 1 << 20;

    static final int FAILURE_MESSAGE_CHARS_MAX = 16 << 10;
    static final int STACKTRACE_LINES_MAX = 256;
    static final int STACKTRACE_LINE_CHARS_MAX = 4096;
    static final int HELLO_CHARS_MAX = 64;

    private final FrameReader reader;
    private final FrameWriter writer;
    private int lastId;

    /// @param channel connected, in blocking mode
    public GuestLink(SocketChannel channel) {
        this.reader = new FrameReader(channel);
        this.writer = new FrameWriter(channel);
    }

    /// Waits until the guest's runtime is ready for a function.
    public Hello hello() throws GuestGone, GuestProtocolViolation {
        Map<String, Value> said = fields(expect(reader.read(), FrameKind.HELLO, 0), 3);
        if (!(said.get("protocol") instanceof Value.Int64(long version)) || version != PROTOCOL_VERSION) {
            throw new GuestProtocolViolation("another version of the protocol");
        }
        return new Hello(text(said, "runtime", HELLO_CHARS_MAX), text(said, "version", HELLO_CHARS_MAX));
    }

    /// As [#load(FunctionPackage, int)], for one run at a time.
    public LoadOutcome load(FunctionPackage function) throws GuestGone, GuestProtocolViolation {
        return load(function, 1);
    }

    /// Gives the guest its function. Once per guest.
    ///
    /// @param concurrency how many runs it may be given at a time; with more than 1 they go through [#shared]
    public LoadOutcome load(FunctionPackage function, int concurrency) throws GuestGone, GuestProtocolViolation {
        for (Map.Entry<String, Bytes> file : function.files().entrySet()) {
            sendFile(Value.of(file.getKey()), file.getValue());
        }
        var wanted = new TreeMap<String, Value>();
        wanted.put("handler", Value.of(function.handler()));
        wanted.put("convention", Value.of(function.convention().word()));
        if (concurrency > 1) {
            wanted.put("concurrency", Value.of(concurrency));
        }
        int id = send(FrameKind.LOAD, Value.of(wanted));
        Frame answer = reader.read();
        if (answer.kind() == FrameKind.LOAD_FAILED) {
            return new LoadOutcome.Failed(failure(expect(answer, FrameKind.LOAD_FAILED, id)));
        }
        Map<String, Value> loaded = fields(expect(answer, FrameKind.LOADED, id), 1);
        return new LoadOutcome.Loaded(Convention.decided(text(loaded, "convention", HELLO_CHARS_MAX)));
    }

    /// For a guest that serves several runs at a time: from now on this link is of no more use, and that one is.
    public SharedLink shared() throws GuestProtocolViolation {
        requireSilence();
        return new SharedLink(reader, writer, lastId);
    }

    private void requireSilence() throws GuestProtocolViolation {
        if (reader.hasLeftovers()) {
            throw new GuestProtocolViolation("the guest spoke between two runs");
        }
    }

    private void sendFile(Value path, Bytes content) throws GuestGone {
        int from = 0;
        do {
            int to = Math.min(content.length(), from + FILE_PIECE_BYTES);
            Bytes piece = to - from == content.length() ? content : content.slice(from, to);
            send(FrameKind.FILE, Value.of(Map.of("path", path, "content", Value.of(piece))));
            from = to;
        } while (from < content.length());
    }

    /// As [#run(RunRequest, CallHandler, ChunkHandler, Optional)], where nobody takes what it yields before its end.
    public Outcome run(RunRequest request, CallHandler calls)
            throws GuestGone, GuestProtocolViolation, InterruptedException {
        return run(request, calls, _ -> {}, Optional.empty());
    }

    /// Runs the function once. What it asks meanwhile, `calls` answers, on this thread, and what it yields `chunks`
    /// takes: the next is not read before it has.
    ///
    /// @param inbound  what it is sent meanwhile: then what it yields is not kept
    /// @throws RunNeverBegun if the guest was gone before it could begin
    /// @throws InterruptedException what `calls` or `chunks` threw; the run has not ended: the guest must be killed
    public Outcome run(RunRequest request, CallHandler calls, ChunkHandler chunks, Optional<Pipe> inbound)
            throws GuestGone, GuestProtocolViolation, InterruptedException {
        requireSilence();
        int id = begin(request);
        Optional<InboundPump> pump =
                inbound.map(source -> new InboundPump(source, piece -> send(new Frame(FrameKind.INBOUND, id, piece))));
        try {
            Outcome outcome = outcome(id, calls, chunks, new ChunkArray(inbound.isEmpty()));
            if (pump.isPresent()) {
                pump.get().end();
            }
            return outcome;
        } finally {
            inbound.ifPresent(Pipe::end);
        }
    }

    private Outcome outcome(int id, CallHandler calls, ChunkHandler chunks, ChunkArray yielded)
            throws GuestGone, GuestProtocolViolation, InterruptedException {
        for (Frame frame = first(); ; frame = reader.read()) {
            switch (frame.kind()) {
                case CALL -> reply(frame, calls);
                case CHUNK -> chunks.take(yielded.add(expect(frame, FrameKind.CHUNK, id)));
                case RESULT -> {
                    return result(expect(frame, FrameKind.RESULT, id), yielded);
                }
                case ERROR -> {
                    return failed(expect(frame, FrameKind.ERROR, id));
                }
                case HELLO, LOADED, LOAD_FAILED, LOG, FILE, LOAD, RUN, REPLY, INBOUND ->
                    throw new GuestProtocolViolation("a frame that has no place in a run");
            }
        }
    }

    /// A frame that could not be sent has not come whole.
    private int begin(RunRequest request) throws RunNeverBegun {
        try {
            return send(FrameKind.RUN, encoded(request));
        } catch (GuestGone gone) {
            throw new RunNeverBegun(gone);
        }
    }

    /// What the guest says first of its run.
    private Frame first() throws GuestGone, GuestProtocolViolation {
        try {
            return reader.read();
        } catch (GuestGone gone) {
            throw gone.isReset() ? new RunNeverBegun(gone) : gone;
        }
    }

    static Value encoded(RunRequest request) {
        return new Value.Items(List.of(Value.of(request.payload()), Value.of(request.context())));
    }

    static Outcome failed(Frame error) throws GuestProtocolViolation {
        return new Outcome.Failed(failure(error));
    }

    private void reply(Frame call, CallHandler calls) throws GuestGone, GuestProtocolViolation, InterruptedException {
        if (!(call.value() instanceof Value.Items(List<Value> parts))
                || parts.size() != 2
                || !(parts.get(0) instanceof Value.Text(String operation))
                || !(parts.get(1) instanceof Value.Fields(Map<String, Value> args))) {
            throw new GuestProtocolViolation("a call without operation and arguments");
        }
        CallReply reply;
        try {
            reply = calls.answer(CallDecoder.decode(operation, args));
        } catch (Arguments.Invalid invalid) {
            reply = CallReply.refused(CallRefusal.INVALID);
        }
        send(new Frame(FrameKind.REPLY, call.id(), encoded(reply)));
    }

    private static Value encoded(CallReply reply) {
        return switch (reply) {
            case CallReply.Granted(Value answer) -> {
                Value granted = new Value.Items(List.of(Value.of("OK"), answer));
                yield ValueCodec.sizeOf(granted) + Frame.HEAD_BYTES > Frame.BODY_BYTES_MAX
                        ? encoded(CallReply.refused(CallRefusal.TOO_LARGE))
                        : granted;
            }
            case CallReply.Refused(CallRefusal refusal) -> new Value.Items(List.of(Value.of(refusal.name())));
        };
    }

    /// Octets are one JSON text. That they are is the guest's promise; a broken one is the function's failure like
    /// any other. A status with a body may have any bytes for body.
    /// Null is all that was yielded, which nothing else may follow.
    static Outcome result(Frame frame, ChunkArray yielded) throws GuestProtocolViolation {
        if (frame.value() instanceof Value.Null) {
            return new Outcome.Yielded(yielded.array());
        }
        if (!yielded.isEmpty()) {
            throw new GuestProtocolViolation("a result after chunks");
        }
        return switch (frame.value()) {
            case Value.Octets(Bytes json) -> returned(Outcome.Returned.STATUS_OK, json, true);
            case Value.Fields(Map<String, Value> said)
            when said.size() == 2
                    && said.get("status") instanceof Value.Int64(long status)
                    && said.get("body") instanceof Value.Octets(Bytes body) -> returned(status, body, false);
            default -> throw new GuestProtocolViolation("a result that is neither octets nor status and body");
        };
    }

    private static Outcome returned(long status, Bytes body, boolean mustBeJson) {
        if (body.length() > RESULT_BYTES_MAX) {
            return refusedResult("the result is larger than " + RESULT_BYTES_MAX + " bytes");
        }
        if (status < Outcome.Returned.STATUS_MIN || status > Outcome.Returned.STATUS_MAX) {
            return refusedResult(
                    "the status is none of " + Outcome.Returned.STATUS_MIN + " to " + Outcome.Returned.STATUS_MAX);
        }
        boolean isJson = Json.isValid(body);
        return isJson || !mustBeJson
                ? new Outcome.Returned((int) status, body, isJson)
                : refusedResult("returned no JSON");
    }

    private static Outcome refusedResult(String message) {
        return new Outcome.Failed(new GuestFailure(FailureType.FUNCTION_ERROR, message, List.of()));
    }

    private static GuestFailure failure(Frame frame) throws GuestProtocolViolation {
        Map<String, Value> said = fields(frame, 3);
        if (!(said.get("stacktrace") instanceof Value.Items(List<Value> lines))
                || lines.size() > STACKTRACE_LINES_MAX) {
            throw new GuestProtocolViolation("a failure without a stacktrace of allowed size");
        }
        List<String> stacktrace = new ArrayList<>(lines.size());
        for (Value line : lines) {
            stacktrace.add(text(line, STACKTRACE_LINE_CHARS_MAX));
        }
        return new GuestFailure(
                FailureType.of(text(said, "type", HELLO_CHARS_MAX)),
                text(said, "message", FAILURE_MESSAGE_CHARS_MAX),
                stacktrace);
    }

    private static Frame expect(Frame frame, FrameKind kind, int id) throws GuestProtocolViolation {
        if (frame.kind() != kind || frame.id() != id) {
            throw new GuestProtocolViolation("a frame that was not expected");
        }
        return frame;
    }

    private static Map<String, Value> fields(Frame frame, int count) throws GuestProtocolViolation {
        if (frame.value() instanceof Value.Fields(Map<String, Value> fields) && fields.size() == count) {
            return fields;
        }
        throw new GuestProtocolViolation("a frame without the fields of its kind");
    }

    private static String text(Map<String, Value> fields, String name, int charsMax) throws GuestProtocolViolation {
        Value value = fields.get(name);
        if (value == null) {
            throw new GuestProtocolViolation("a frame without the fields of its kind");
        }
        return text(value, charsMax);
    }

    private static String text(Value value, int charsMax) throws GuestProtocolViolation {
        if (value instanceof Value.Text(String text) && text.length() <= charsMax) {
            return text;
        }
        throw new GuestProtocolViolation("a field that is no text of allowed length");
    }

    private int send(FrameKind kind, Value value) throws GuestGone {
        lastId++;
        send(new Frame(kind, lastId, value));
        return lastId;
    }

    private void send(Frame frame) throws GuestGone {
        try {
            writer.write(frame);
        } catch (IOException broken) {
            throw new GuestGone(broken);
        }
    }
}
