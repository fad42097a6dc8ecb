package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Queued.Tries;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Output;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.Tried;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// Run records as the store holds them. Plain binary, because each run writes one.
final class RunCodec {
    private static final byte FORMAT = 5;

    /// Runs had no tags.
    private static final byte FIRST_FORMAT = 2;

    /// Runs and outputs named no blobs before this one.
    private static final byte FORMAT_WITH_REFS = 4;

    /// Nothing was said of what began a run, nor of where its time went, before this one.
    private static final byte FORMAT_WITH_TIMES = 5;

    /// What is marked in one byte of a run that waits.
    private static final int STARTED = 1;

    private static final int NOBODYS = 2;
    private static final int SIZED = 4;
    private static final int NAMING_SECRETS = 8;
    private static final int RETRYING = 16;
    private static final int FIRED = 32;

    private RunCodec() {}

    @FunctionalInterface
    private interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    @FunctionalInterface
    private interface Reader<T> {
        T read(DataInputStream in, byte format) throws IOException;
    }

    static Bytes encode(Run run) {
        return encoded(out -> write(out, run));
    }

    static Run decodeRun(Bytes stored) {
        return decoded(stored, RunCodec::readRun);
    }

    static Bytes encode(Content content, boolean withOutput) {
        return encoded(out -> {
            out.writeByte(code(content.status()));
            out.writeLong(content.finishedMillis());
            Fields.writeText(out, content.label().toString());
            Fields.writeText(out, content.outputLabel().toString());
            Fields.writeBytes(out, content.input());
            writeOutput(out, withOutput ? content.output() : Optional.empty());
            out.writeBoolean(content.fault().isPresent());
            if (content.fault().isPresent()) {
                Fault fault = content.fault().get();
                Fields.writeText(out, fault.type());
                Fields.writeText(out, fault.message());
                Fields.writeTexts(out, fault.stacktrace());
            }
            Fields.writeTexts(out, content.stdout());
            Fields.writeTexts(out, content.stderr());
            Fields.writeBytes(out, content.flow());
            Fields.writeTimes(out, content.times());
        });
    }

    static Content decodeContent(Bytes stored) {
        return decoded(stored, (in, format) -> {
            Status status = status(in.readByte());
            long finished = in.readLong();
            Label label = Label.parse(Fields.readText(in));
            Label outputLabel = Label.parse(Fields.readText(in));
            Bytes input = Fields.readBytes(in);
            Optional<Output> output = readOutput(in, format);
            Optional<Fault> fault = in.readBoolean()
                    ? Optional.of(new Fault(Fields.readText(in), Fields.readText(in), Fields.readTexts(in)))
                    : Optional.empty();
            return new Content(
                    status,
                    finished,
                    label,
                    outputLabel,
                    input,
                    output,
                    fault,
                    Fields.readTexts(in),
                    Fields.readTexts(in),
                    Fields.readBytes(in),
                    format >= FORMAT_WITH_TIMES ? Fields.readTimes(in) : Optional.empty());
        });
    }

    /// All but the payload.
    static Bytes encode(Queued queued) {
        return encoded(out -> {
            write(out, queued.run());
            Fields.writeText(out, queued.gatePath());
            Fields.writeText(out, queued.start().toString());
            Fields.writeText(out, queued.clearance().toString());
            Fields.writeText(out, queued.vouched().toString());
            Fields.writeBytes(out, queued.given().context());
            out.writeByte(SIZED
                    | NAMING_SECRETS
                    | (queued.isStarted() ? STARTED : 0)
                    | (queued.isNobodys() ? NOBODYS : 0)
                    | (queued.tries().retry().isPresent() ? RETRYING : 0)
                    | (queued.event().isPresent() ? FIRED : 0));
            out.writeLong(queued.bytes());
            Fields.writeTexts(out, queued.given().secrets());
            Fields.writeMap(out, queued.given().headers(), text -> text);
            Fields.writeMap(out, queued.given().blobs(), blob -> blob.encode().utf8());
            if (queued.tries().retry().isPresent()) {
                Fields.writeRetry(out, queued.tries().retry().get());
                out.writeInt(queued.tries().made());
                out.writeLong(queued.tries().dueMillis());
            }
            if (queued.event().isPresent()) {
                Fields.writeText(out, queued.event().get().toString());
            }
        });
    }

    static Queued decodeQueued(Bytes stored, Bytes payload) {
        return decoded(stored, (in, format) -> {
            Run run = readRun(in, format);
            String gatePath = Fields.readText(in);
            Label start = Label.parse(Fields.readText(in));
            Component clearance = Component.parse(Fields.readText(in));
            Component vouched = Component.parse(Fields.readText(in));
            Bytes context = Fields.readBytes(in);
            byte marks = in.readByte();
            long bytes = (marks & SIZED) == 0 ? 0 : in.readLong(); // the first records said nothing of it
            List<String> secrets = (marks & NAMING_SECRETS) == 0 ? List.of() : Fields.readTexts(in);
            Map<String, String> headers = Fields.readMap(in, text -> text);
            Map<String, BlobRef> blobs = Fields.readMap(in, text -> BlobRef.decode(Bytes.utf8(text)));
            return new Queued(
                    run,
                    gatePath,
                    start,
                    clearance,
                    vouched,
                    new Queued.Given(payload, context, secrets, headers, blobs),
                    bytes,
                    (marks & NOBODYS) != 0,
                    (marks & STARTED) != 0,
                    (marks & RETRYING) == 0
                            ? Tries.ONE
                            : new Tries(Optional.of(Fields.readRetry(in)), in.readInt(), in.readLong()),
                    (marks & FIRED) == 0 ? Optional.empty() : Optional.of(Label.parse(Fields.readText(in))));
        });
    }

    static Bytes encode(Tried tried) {
        return encoded(out -> {
            out.writeInt(tried.made());
            out.writeLong(tried.dueMillis());
            Fields.writeText(out, tried.outcome().toString());
            Fields.writeText(out, tried.content().toString());
            Fields.writeText(out, tried.reason());
        });
    }

    static Tried decodeTried(Bytes stored) {
        return decoded(
                stored,
                (in, _) -> new Tried(
                        in.readInt(),
                        in.readLong(),
                        Label.parse(Fields.readText(in)),
                        Label.parse(Fields.readText(in)),
                        Fields.readText(in)));
    }

    /// An output that lies apart from its record because it is large.
    static Bytes encode(Output output) {
        return encoded(out -> writeOutput(out, Optional.of(output)));
    }

    static Output decodeOutput(Bytes stored) {
        return decoded(stored, RunCodec::readOutput).orElseThrow();
    }

    private static byte code(Status status) {
        return switch (status) {
            case READY -> 0;
            case ERROR -> 1;
            case TIMEOUT -> 2;
        };
    }

    private static Status status(byte code) throws IOException {
        return switch (code) {
            case 0 -> Status.READY;
            case 1 -> Status.ERROR;
            case 2 -> Status.TIMEOUT;
            default -> throw new IOException("unknown status");
        };
    }

    private static void write(DataOutputStream out, Run run) throws IOException {
        out.writeLong(run.id().getMostSignificantBits());
        out.writeLong(run.id().getLeastSignificantBits());
        Fields.writeText(out, run.organization());
        Fields.writeText(out, run.function());
        Fields.writeText(out, run.functionId());
        Fields.writeText(out, run.faasId());
        out.writeBoolean(run.beginning().isAwaited());
        out.writeLong(run.startedMillis());
        out.writeLong(run.deadlineMillis());
        Fields.writeTexts(out, run.secrets());
        Fields.writeMap(out, run.tags(), text -> text);
        Fields.writeText(out, run.existence().toString());
        Fields.writeRef(out, run.inputRef());
        Fields.writeCause(out, run.beginning().cause());
    }

    private static Run readRun(DataInputStream in, byte format) throws IOException {
        var run = new Run(
                new UUID(in.readLong(), in.readLong()),
                Fields.readText(in),
                Fields.readText(in),
                Fields.readText(in),
                Fields.readText(in),
                in.readBoolean(),
                in.readLong(),
                in.readLong(),
                Fields.readTexts(in),
                format == FIRST_FORMAT ? Collections.emptySortedMap() : new TreeMap<>(Fields.readMap(in, text -> text)),
                Label.parse(Fields.readText(in)),
                Fields.readRef(in, format >= FORMAT_WITH_REFS));
        return format >= FORMAT_WITH_TIMES ? run.begunBy(Fields.readCause(in)) : run;
    }

    private static void writeOutput(DataOutputStream out, Optional<Output> output) throws IOException {
        out.writeBoolean(output.isPresent());
        if (output.isPresent()) {
            out.writeShort(output.get().status());
            out.writeBoolean(output.get().isJson());
            Fields.writeBytes(out, output.get().body());
            Fields.writeRef(out, output.get().ref());
        }
    }

    private static Optional<Output> readOutput(DataInputStream in, byte format) throws IOException {
        if (!in.readBoolean()) {
            return Optional.empty();
        }
        int status = in.readShort();
        boolean isJson = in.readBoolean();
        return Optional.of(
                new Output(status, Fields.readBytes(in), isJson, Fields.readRef(in, format >= FORMAT_WITH_REFS)));
    }

    private static Bytes encoded(Writer writer) {
        var buffer = new ByteArrayOutputStream(256);
        try (var out = new DataOutputStream(buffer)) {
            out.writeByte(FORMAT);
            writer.write(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Bytes.takeOver(buffer.toByteArray());
    }

    private static <T> T decoded(Bytes stored, Reader<T> reader) {
        try (var in = new DataInputStream(new ByteArrayInputStream(stored.readOnlyArray()))) {
            byte format = in.readByte();
            if (format < FIRST_FORMAT || format > FORMAT) {
                throw new IllegalStateException("the store holds a run of an unknown format");
            }
            return reader.read(in, format);
        } catch (IOException damaged) {
            throw new IllegalStateException("the store holds a damaged run", damaged);
        }
    }
}
