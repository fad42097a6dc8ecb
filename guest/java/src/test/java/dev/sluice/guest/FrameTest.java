package dev.sluice.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The codec against `guest/vectors`, which the platform's and the other guests' agree with too, and against garbage.
final class FrameTest {
    private static final int GARBAGE_FRAMES = 20_000;
    private static final HexFormat HEX = HexFormat.of();

    private record Vector(String name, String hex, String meaning) {
        byte[] bytes() {
            return HEX.parseHex(hex);
        }
    }

    @Test
    void theCodec_agreesWithTheVectors() throws IOException {
        List<Vector> vectors = vectors();
        assertThat(vectors).hasSizeGreaterThan(50);
        for (Vector vector : vectors) {
            if (vector.meaning().equals("VIOLATION")) {
                assertThatThrownBy(() -> received(vector.bytes()))
                        .as(vector.name())
                        .isInstanceOf(Violation.class);
                continue;
            }
            JsonObject meaning = JsonParser.parseString(vector.meaning()).getAsJsonObject();
            Frame frame = received(vector.bytes());
            assertThat(frame)
                    .as(vector.name())
                    .usingRecursiveComparison()
                    .withEqualsForType((one, other) -> Double.compare(one, other) == 0, Double.class)
                    .isEqualTo(new Frame(
                            Frame.Kind.valueOf(meaning.get("kind").getAsString()),
                            meaning.get("id").getAsBigInteger().intValue(),
                            value(meaning.get("value"))));
            var sent = new ByteArrayOutputStream();
            new Channel(new ByteArrayInputStream(new byte[0]), sent).send(frame);
            assertThat(sent.toByteArray()).as(vector.name()).isEqualTo(vector.bytes());
        }
    }

    @Test
    void garbage_isAFrameOrAViolation() throws IOException {
        var random = new Random(1);
        List<Vector> vectors = vectors();
        int violations = 0;
        for (int n = 0; n < GARBAGE_FRAMES; n++) {
            byte[] whole = vectors.get(random.nextInt(vectors.size())).bytes();
            byte[] body = java.util.Arrays.copyOfRange(whole, 4, Math.min(Math.max(whole.length, 5), 2000));
            for (int k = random.nextInt(3); k >= 0; k--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt();
            }
            try {
                Frame.decoded(ByteBuffer.wrap(body));
            } catch (Violation expected) {
                violations++;
            }
        }
        assertThat(violations).isPositive();
    }

    @Test
    void aFrameThatIsCut_isTheEnd() {
        assertThatThrownBy(() -> received(new byte[] {0, 0, 0})).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> received(new byte[] {0, 0, 0, 6, 1, 0})).isInstanceOf(EOFException.class);
    }

    @Test
    void aValueThatNoFrameCarries_isNotSent() {
        for (Object value : List.of(Integer.valueOf(1), new byte[Frame.BODY_BYTES_MAX], new Object())) {
            assertThatThrownBy(() -> new Frame(Frame.Kind.RESULT, 1, value).encoded())
                    .isInstanceOf(Violation.class);
        }
    }

    private static Frame received(byte[] content) throws IOException {
        return new Channel(new ByteArrayInputStream(content), new ByteArrayOutputStream()).receive();
    }

    private static List<Vector> vectors() throws IOException {
        Path file = Path.of(System.getProperty("basedir", "."), "..", "vectors", "frames.tsv");
        return Files.readAllLines(file).stream()
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(line -> line.split("\t", -1))
                .map(words -> new Vector(words[0], words[1], words[2]))
                .toList();
    }

    private static @Nullable Object value(JsonElement meaning) {
        if (meaning.isJsonNull()) {
            return null;
        } else if (meaning instanceof JsonArray items) {
            List<@Nullable Object> values = new ArrayList<>();
            items.forEach(item -> values.add(value(item)));
            return values;
        } else if (meaning.isJsonPrimitive()) {
            return meaning.getAsJsonPrimitive().isBoolean() ? (Object) meaning.getAsBoolean() : meaning.getAsString();
        }
        var one = meaning.getAsJsonObject().entrySet().iterator().next();
        return switch (one.getKey()) {
            case "int64" -> Long.valueOf(one.getValue().getAsString());
            case "float64" ->
                Double.longBitsToDouble(Long.parseUnsignedLong(one.getValue().getAsString(), 16));
            case "octets" -> HEX.parseHex(one.getValue().getAsString());
            case "map" -> {
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                for (JsonElement field : one.getValue().getAsJsonArray()) {
                    JsonArray pair = field.getAsJsonArray();
                    fields.put(pair.get(0).getAsString(), value(pair.get(1)));
                }
                yield fields;
            }
            default -> throw new IllegalArgumentException(one.getKey());
        };
    }
}
