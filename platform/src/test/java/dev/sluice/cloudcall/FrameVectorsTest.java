package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.sluice.bytes.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The three codecs of the protocol against one set of examples, and against garbage.
final class FrameVectorsTest {
    private static final Path VECTORS = GuestProcess.GUESTS.resolve("vectors/frames.tsv");
    private static final int GARBAGE_FRAMES = 20_000;
    private static final int TAG_AND_COUNT = 5;
    private static final JsonMapper JSON = new JsonMapper();

    record Vector(String name, Bytes content, String meaning) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Vector> vectors() throws IOException {
        return Files.readAllLines(VECTORS).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\t"))
                .map(cells -> new Vector(cells[0], Bytes.takeOver(HexFormat.of().parseHex(cells[1])), cells[2]))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vector_readAndWritten_isItsMeaning(Vector vector) throws Exception {
        FrameReader reader = reader(vector.content().toArray());
        if (vector.meaning().equals("VIOLATION")) {
            assertThatThrownBy(reader::read).isInstanceOf(GuestProtocolViolation.class);
            return;
        }
        JsonNode meaning = JSON.readTree(vector.meaning());
        Frame expected = new Frame(
                FrameKind.valueOf(meaning.get("kind").asString()),
                (int) meaning.get("id").asLong(),
                value(meaning.get("value")));

        assertThat(reader.read()).isEqualTo(expected);
        assertThat(written(expected)).isEqualTo(vector.content().toArray());
        assertThatThrownBy(reader::read).isInstanceOf(GuestGone.class);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vector_cutAnywhere_isNeverAFrame(Vector vector) {
        for (int length = 0; length < vector.content().length(); length++) {
            byte[] cut = vector.content().slice(0, length).toArray();
            assertThatThrownBy(reader(cut)::read).isInstanceOfAny(GuestGone.class, GuestProtocolViolation.class);
        }
    }

    @Test
    void garbage_read_isAFrameThatPrintsBackOrOneRefusal() throws Exception {
        long seed = Long.getLong("seed", 20260101);
        Random random = new Random(seed);
        List<Vector> vectors = vectors();
        for (int n = 0; n < GARBAGE_FRAMES; n++) {
            byte[] content =
                    vectors.get(random.nextInt(vectors.size())).content().toArray();
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                content[random.nextInt(content.length)] = (byte) random.nextInt(256);
            }
            try {
                byte[] printed = written(reader(content).read());
                assertThat(content).as("seed %d", seed).startsWith(printed);
            } catch (GuestGone | GuestProtocolViolation refused) {
                assertThat(refused).hasMessageNotContaining("\0");
            }
        }
    }

    @Test
    void frame_biggerThanTheBuffer_passesWholeAndInPieces() throws Exception {
        byte[] content = new byte[5 << 20];
        new Random(1).nextBytes(content);
        Frame big = new Frame(FrameKind.RESULT, 1, Value.of(Bytes.copyOf(content)));
        Frame small = new Frame(FrameKind.RESULT, 2, Value.of("after"));
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(written(big));
        both.write(written(small));
        FrameReader reader = reader(both.toByteArray());

        assertThat(reader.read()).isEqualTo(big);
        assertThat(reader.hasLeftovers()).isTrue();
        assertThat(reader.read()).isEqualTo(small);
        assertThat(reader.hasLeftovers()).isFalse();
    }

    @Test
    void frame_beyondTheMaximum_isNotWritten() {
        Frame tooBig = new Frame(FrameKind.REPLY, 1, Value.of(Bytes.takeOver(new byte[Frame.BODY_BYTES_MAX])));
        Frame tooMany = new Frame(
                FrameKind.REPLY,
                1,
                Value.of(Stream.generate(() -> Value.NULL)
                        .limit(ValueCodec.ITEMS_MAX + 1)
                        .toList()));

        assertThatThrownBy(() -> written(tooBig)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> written(tooMany)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itemsBeyondTheMaximum_areAViolation() {
        ByteBuffer list = ByteBuffer.allocate(TAG_AND_COUNT + ValueCodec.ITEMS_MAX + 1);
        list.put((byte) 7).putInt(ValueCodec.ITEMS_MAX + 1); // and as many nulls
        assertThatThrownBy(reader(result(list.array()))::read).isInstanceOf(GuestProtocolViolation.class);

        ByteBuffer map = ByteBuffer.allocate(TAG_AND_COUNT + (ValueCodec.ITEMS_MAX + 1) * 10);
        map.put((byte) 8).putInt(ValueCodec.ITEMS_MAX + 1);
        for (int key = 0; map.hasRemaining(); key++) {
            map.putInt(5)
                    .put("%05x".formatted(key).getBytes(StandardCharsets.US_ASCII))
                    .put((byte) 0);
        }
        assertThatThrownBy(reader(result(map.array()))::read).isInstanceOf(GuestProtocolViolation.class);
    }

    /// Counts and lengths are claims: memory is for what is there.
    @Test
    void whatAFrameOnlyClaims_isNotAllocated() {
        byte[] longest = ByteBuffer.allocate(100).putInt(Frame.BODY_BYTES_MAX).array();
        assertThat(allocated(longest)).isLessThan(256 << 10);

        ByteBuffer list = ByteBuffer.allocate(TAG_AND_COUNT);
        list.put((byte) 7).putInt(ValueCodec.ITEMS_MAX);
        assertThat(allocated(result(list.array()))).isLessThan(64 << 10);

        ByteBuffer map = ByteBuffer.allocate(10_000);
        map.put((byte) 8).putInt(9_000).putInt(0).put((byte) 0).putInt(-1); // one field, and no key
        assertThat(allocated(result(map.array()))).isLessThan(32 << 10);
    }

    private static long allocated(byte[] frame) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        FrameReader reader = reader(frame);
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            reader.read();
            throw new AssertionError("a frame that is cut was read");
        } catch (GuestGone | GuestProtocolViolation refused) {
            return threads.getCurrentThreadAllocatedBytes() - before;
        }
    }

    /// The frame of a result with this value, as its bytes are.
    private static byte[] result(byte[] value) {
        return ByteBuffer.allocate(Frame.LENGTH_BYTES + Frame.HEAD_BYTES + value.length)
                .putInt(Frame.HEAD_BYTES + value.length)
                .put(FrameKind.RESULT.code())
                .putInt(1)
                .put(value)
                .array();
    }

    @Test
    void pythonAndNodeCodecs_agreeWithTheVectors() throws Exception {
        run(
                "/usr/bin/python3",
                "-I",
                "-B",
                GuestProcess.GUESTS.resolve("python/test_codec.py").toString());
        run("/usr/bin/node", GuestProcess.GUESTS.resolve("node/test_codec.js").toString());
    }

    private static void run(String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of(command));
        all.add(VECTORS.toString());
        GuestProcess.check(all);
    }

    private static FrameReader reader(byte[] content) {
        return new FrameReader(Channels.newChannel(new ByteArrayInputStream(content)));
    }

    private static byte[] written(Frame frame) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new FrameWriter(Channels.newChannel(out)).write(frame);
        return out.toByteArray();
    }

    private static Value value(JsonNode meaning) {
        if (meaning.isArray()) {
            return Value.of(meaning.valueStream().map(FrameVectorsTest::value).toList());
        }
        if (meaning.isString()) {
            return Value.of(meaning.asString());
        }
        if (meaning.isBoolean()) {
            return meaning.asBoolean() ? Value.TRUE : Value.FALSE;
        }
        if (meaning.isNull()) {
            return Value.NULL;
        }
        Map.Entry<String, JsonNode> tagged = meaning.properties().iterator().next();
        JsonNode content = tagged.getValue();
        return switch (tagged.getKey()) {
            case "int64" -> Value.of(Long.parseLong(content.asString()));
            case "float64" ->
                new Value.Float64(Double.longBitsToDouble(HexFormat.fromHexDigitsToLong(content.asString())));
            case "octets" -> Value.of(Bytes.takeOver(HexFormat.of().parseHex(content.asString())));
            case "map" -> {
                Map<String, Value> fields = new LinkedHashMap<>();
                content.forEach(field -> fields.put(field.get(0).asString(), value(field.get(1))));
                yield Value.of(fields);
            }
            default -> throw new IllegalArgumentException(tagged.getKey());
        };
    }
}
