package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.Retry;
import dev.sluice.run.Beginning.Cause;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The fields of records: texts, bytes, lists and maps, each with its length before it.
final class Fields {
    private Fields() {}

    static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    static String readText(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    static void writeBytes(DataOutputStream out, Bytes bytes) throws IOException {
        out.writeInt(bytes.length());
        out.write(bytes.readOnlyArray());
    }

    static Bytes readBytes(DataInputStream in) throws IOException {
        return Bytes.takeOver(in.readNBytes(in.readInt()));
    }

    static <T> void writeMap(DataOutputStream out, Map<String, T> map, Function<T, String> print) throws IOException {
        out.writeInt(map.size());
        for (Map.Entry<String, T> entry : map.entrySet()) {
            writeText(out, entry.getKey());
            writeText(out, print.apply(entry.getValue()));
        }
    }

    static <T> Map<String, T> readMap(DataInputStream in, Function<String, T> parse) throws IOException {
        int count = in.readInt();
        var map = new HashMap<String, T>();
        for (int i = 0; i < count; i++) {
            map.put(readText(in), parse.apply(readText(in)));
        }
        return map;
    }

    static void writeTexts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            writeText(out, text);
        }
    }

    static List<String> readTexts(DataInputStream in) throws IOException {
        int count = in.readInt();
        var texts = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            texts.add(readText(in));
        }
        return texts;
    }

    static void writeRef(DataOutputStream out, Optional<ObjectId> ref) throws IOException {
        writeText(out, ref.map(ObjectId::toString).orElse(""));
    }

    /// @param isThere whether the record is of a format that has one
    static Optional<ObjectId> readRef(DataInputStream in, boolean isThere) throws IOException {
        return isThere ? ObjectId.parse(readText(in)) : Optional.empty();
    }

    static void writeTimes(DataOutputStream out, Optional<Times> times) throws IOException {
        out.writeBoolean(times.isPresent());
        if (times.isPresent()) {
            out.writeLong(times.get().queue());
            out.writeLong(times.get().start());
            out.writeLong(times.get().run());
            out.writeLong(times.get().answer());
        }
    }

    static Optional<Times> readTimes(DataInputStream in) throws IOException {
        return in.readBoolean()
                ? Optional.of(new Times(in.readLong(), in.readLong(), in.readLong(), in.readLong()))
                : Optional.empty();
    }

    static void writeCause(DataOutputStream out, Optional<Cause> cause) throws IOException {
        int code = cause.map(known -> switch (known) {
                    case REQUEST -> 1;
                    case RUN -> 2;
                    case EVENT -> 3;
                })
                .orElse(0);
        out.writeByte(code);
    }

    static Optional<Cause> readCause(DataInputStream in) throws IOException {
        return switch (in.readByte()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(Cause.REQUEST);
            case 2 -> Optional.of(Cause.RUN);
            case 3 -> Optional.of(Cause.EVENT);
            default -> throw new IOException("unknown cause");
        };
    }

    static void writeRetry(DataOutputStream out, Retry retry) throws IOException {
        out.writeInt(retry.attempts());
        out.writeLong(retry.backoffMillis());
        out.writeLong(retry.maxBackoffMillis());
        out.writeBoolean(retry.functionErrors());
    }

    static Retry readRetry(DataInputStream in) throws IOException {
        return new Retry(in.readInt(), in.readLong(), in.readLong(), in.readBoolean());
    }
}
