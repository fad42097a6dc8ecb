package dev.sluice.event;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Something that happened, as somebody emitted it.
///
/// @param label      what who emitted it knew
/// @param attributes its context by the names of CloudEvents 1.0, with extensions; `type`, `source` and `id` are there
/// @param context    what a function is told of it beside the data: one JSON object
/// @param data       one JSON text; `null` where there is none
public record Event(Label label, SortedMap<String, String> attributes, Bytes context, Bytes data) {
    /// Of attributes, context and data together.
    public static final int BYTES_MAX = 2 << 20;

    private static final byte FORMAT = 1;

    public Event {
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    }

    public String type() {
        return attribute("type");
    }

    public String source() {
        return attribute("source");
    }

    public String id() {
        return attribute("id");
    }

    /// Events of one key are delivered in their order, each once the run of the one before has ended; without a key,
    /// in none.
    public Optional<String> key() {
        return Optional.ofNullable(attributes.get("partitionkey")).filter(key -> !key.isEmpty());
    }

    private String attribute(String name) {
        return attributes.getOrDefault(name, "");
    }

    Bytes encode() {
        var buffer = new ByteArrayOutputStream(256 + data.length());
        try (var out = new DataOutputStream(buffer)) {
            out.writeByte(FORMAT);
            write(out, Bytes.utf8(label.toString()));
            out.writeInt(attributes.size());
            for (Map.Entry<String, String> attribute : attributes.entrySet()) {
                write(out, Bytes.utf8(attribute.getKey()));
                write(out, Bytes.utf8(attribute.getValue()));
            }
            write(out, context);
            write(out, data);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Bytes.takeOver(buffer.toByteArray());
    }

    static Event decode(Bytes stored) {
        try (var in = new DataInputStream(new ByteArrayInputStream(stored.readOnlyArray()))) {
            if (in.readByte() != FORMAT) {
                throw new IllegalStateException("the store holds an event of an unknown format");
            }
            Label label = Label.parse(text(in));
            var attributes = new TreeMap<String, String>();
            for (int left = in.readInt(); left > 0; left--) {
                attributes.put(text(in), text(in));
            }
            return new Event(label, attributes, read(in), read(in));
        } catch (IOException damaged) {
            throw new IllegalStateException("the store holds a damaged event", damaged);
        }
    }

    private static void write(DataOutputStream out, Bytes bytes) throws IOException {
        out.writeInt(bytes.length());
        out.write(bytes.readOnlyArray());
    }

    private static Bytes read(DataInputStream in) throws IOException {
        return Bytes.takeOver(in.readNBytes(in.readInt()));
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
