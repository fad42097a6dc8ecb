package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Output;
import dev.sluice.run.Run.Queued;
import dev.sluice.run.Run.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/// Run records as the store holds them. Plain binary, because each run writes one.
final class RunCodec {
    private static final byte FORMAT = 2;

    /// What is marked in one byte of a run that waits.
    private static final int STARTED = 1;

    private static final int NOBODYS = 2;
    private static final int SIZED = 4;
    private static final int NAMING_SECRETS = 8;

    private RunCodec() {}

    @FunctionalInterface
    private interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    @FunctionalInterface
    private interface Reader<T> {
        T read(DataInputStream in) throws IOException;
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
            writeText(out, content.label().toString());
            writeText(out, content.outputLabel().toString());
            writeBytes(out, content.input());
            writeOutput(out, withOutput ? content.output() : Optional.empty());
            out.writeBoolean(content.fault().isPresent());
            if (content.fault().isPresent()) {
                Fault fault = content.fault().get();
                writeText(out, fault.type());
                writeText(out, fault.message());
                writeTexts(out, fault.stacktrace());
            }
            writeTexts(out, content.stdout());
            writeTexts(out, content.stderr());
            writeBytes(out, content.flow());
        });
    }

    static Content decodeContent(Bytes stored) {
        return decoded(stored, in -> {
            Status status = status(in.readByte());
            long finished = in.readLong();
            Label label = Label.parse(readText(in));
            Label outputLabel = Label.parse(readText(in));
            Bytes input = readBytes(in);
            Optional<Output> output = readOutput(in);
            Optional<Fault> fault = in.readBoolean()
                    ? Optional.of(new Fault(readText(in), readText(in), readTexts(in)))
                    : Optional.empty();
            return new Content(
                    status,
                    finished,
                    label,
                    outputLabel,
                    input,
                    output,
                    fault,
                    readTexts(in),
                    readTexts(in),
                    readBytes(in));
        });
    }

    /// All but the payload.
    static Bytes encode(Queued queued) {
        return encoded(out -> {
            write(out, queued.run());
            writeText(out, queued.gatePath());
            writeText(out, queued.start().toString());
            writeText(out, queued.clearance().toString());
            writeText(out, queued.vouched().toString());
            writeBytes(out, queued.given().context());
            out.writeByte(
                    SIZED | NAMING_SECRETS | (queued.isStarted() ? STARTED : 0) | (queued.isNobodys() ? NOBODYS : 0));
            out.writeLong(queued.bytes());
            writeTexts(out, queued.given().secrets());
            writeMap(out, queued.given().headers(), text -> text);
            writeMap(out, queued.given().blobs(), blob -> blob.encode().utf8());
        });
    }

    static Queued decodeQueued(Bytes stored, Bytes payload) {
        return decoded(stored, in -> {
            Run run = readRun(in);
            String gatePath = readText(in);
            Label start = Label.parse(readText(in));
            Component clearance = Component.parse(readText(in));
            Component vouched = Component.parse(readText(in));
            Bytes context = readBytes(in);
            byte marks = in.readByte();
            long bytes = (marks & SIZED) == 0 ? 0 : in.readLong(); // the first records said nothing of it
            List<String> secrets = (marks & NAMING_SECRETS) == 0 ? List.of() : readTexts(in);
            Map<String, String> headers = readMap(in, text -> text);
            Map<String, BlobRef> blobs = readMap(in, text -> BlobRef.decode(Bytes.utf8(text)));
            return new Queued(
                    run,
                    gatePath,
                    start,
                    clearance,
                    vouched,
                    new Run.Given(payload, context, secrets, headers, blobs),
                    bytes,
                    (marks & NOBODYS) != 0,
                    (marks & STARTED) != 0);
        });
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
        writeText(out, run.organization());
        writeText(out, run.function());
        writeText(out, run.functionId());
        writeText(out, run.faasId());
        out.writeBoolean(run.blocking());
        out.writeLong(run.startedMillis());
        out.writeLong(run.deadlineMillis());
        writeTexts(out, run.secrets());
        writeText(out, run.existence().toString());
    }

    private static Run readRun(DataInputStream in) throws IOException {
        return new Run(
                new UUID(in.readLong(), in.readLong()),
                readText(in),
                readText(in),
                readText(in),
                readText(in),
                in.readBoolean(),
                in.readLong(),
                in.readLong(),
                readTexts(in),
                Label.parse(readText(in)));
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static String readText(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    private static void writeBytes(DataOutputStream out, Bytes bytes) throws IOException {
        out.writeInt(bytes.length());
        out.write(bytes.readOnlyArray());
    }

    private static Bytes readBytes(DataInputStream in) throws IOException {
        return Bytes.takeOver(in.readNBytes(in.readInt()));
    }

    private static void writeOutput(DataOutputStream out, Optional<Output> output) throws IOException {
        out.writeBoolean(output.isPresent());
        if (output.isPresent()) {
            out.writeShort(output.get().status());
            out.writeBoolean(output.get().isJson());
            writeBytes(out, output.get().body());
        }
    }

    private static Optional<Output> readOutput(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return Optional.empty();
        }
        int status = in.readShort();
        boolean isJson = in.readBoolean();
        return Optional.of(new Output(status, readBytes(in), isJson));
    }

    private static <T> void writeMap(DataOutputStream out, Map<String, T> map, Function<T, String> print)
            throws IOException {
        out.writeInt(map.size());
        for (Map.Entry<String, T> entry : map.entrySet()) {
            writeText(out, entry.getKey());
            writeText(out, print.apply(entry.getValue()));
        }
    }

    private static <T> Map<String, T> readMap(DataInputStream in, Function<String, T> parse) throws IOException {
        int count = in.readInt();
        var map = new HashMap<String, T>();
        for (int i = 0; i < count; i++) {
            map.put(readText(in), parse.apply(readText(in)));
        }
        return map;
    }

    private static void writeTexts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            writeText(out, text);
        }
    }

    private static List<String> readTexts(DataInputStream in) throws IOException {
        int count = in.readInt();
        var texts = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            texts.add(readText(in));
        }
        return texts;
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
            if (in.readByte() != FORMAT) {
                throw new IllegalStateException("the store holds a run of an unknown format");
            }
            return reader.read(in);
        } catch (IOException damaged) {
            throw new IllegalStateException("the store holds a damaged run", damaged);
        }
    }
}
