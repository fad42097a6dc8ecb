package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MultipartTest {
    private static final String TYPE = "multipart/form-data; boundary=XyZ";
    private static final String GOOD = """
            --XyZ
            Content-Disposition: form-data; name="payload"

            {"a":1}
            --XyZ
            Content-Disposition: form-data; name="blob"; filename="a.txt"
            Content-Type: text/plain

            one
            --Xy
            two
            --XyZ
            Content-Disposition: form-data; name="blob"


            --XyZ--
            """.replace("\n", "\r\n");

    @Test
    void parts_comeInOrder_withTheirNames() throws Exception {
        assertThat(read(GOOD)).containsExactly("payload - {\"a\":1}", "blob a.txt one\r\n--Xy\r\ntwo", "blob - ");
    }

    @Test
    void piecesOfAnySize_giveTheSameParts() throws Exception {
        for (int size = 1; size <= GOOD.length(); size++) {
            int each = size;
            var dripped = new FilterInputStream(new ByteArrayInputStream(bytes(GOOD))) {
                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    return super.read(into, offset, Math.min(length, each));
                }
            };
            assertThat(all(new Multipart(TYPE, dripped, share()))).isEqualTo(read(GOOD));
        }
    }

    @Test
    void aPartThatIsNotRead_isSkipped_andReadNoMore() throws Exception {
        var parts = new Multipart(TYPE, new ByteArrayInputStream(bytes(GOOD)), share());
        Multipart.Part first = parts.next().orElseThrow();
        Multipart.Part second = parts.next().orElseThrow();
        assertThat(first.content().read()).isEqualTo(-1);
        assertThat(new String(second.content().readNBytes(3), StandardCharsets.UTF_8))
                .isEqualTo("one");
        assertThat(parts.next()).isPresent();
        assertThat(parts.next()).isEmpty();
        assertThat(parts.next()).isEmpty();
    }

    @Test
    void aLargePart_isStreamed_andHeldOnlyIfAskedFor() throws Exception {
        String content = "0123456789abcdef".repeat(100_000);
        String body = "--XyZ\r\nContent-Disposition: form-data; name=\"blob\"\r\n\r\n" + content + "\r\n--XyZ--\r\n";
        var parts = new Multipart(TYPE, new ByteArrayInputStream(bytes(body)), share());
        assertThat(parts.next().orElseThrow().content().readAllBytes()).isEqualTo(bytes(content));
        var again = new Multipart(TYPE, new ByteArrayInputStream(bytes(body)), share());
        assertThat(again.next().orElseThrow().bytes(content.length())).isEqualTo(Bytes.utf8(content));
        var small = new Multipart(TYPE, new ByteArrayInputStream(bytes(body)), share());
        Multipart.Part part = small.next().orElseThrow();
        assertRefused(413, () -> part.bytes(content.length() - 1));
    }

    @Test
    void aLargePart_takesItsShareOfMemory() throws Exception {
        var memory = new LargeBodies(1 << 20, Duration.ofMillis(10));
        String body = "--XyZ\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n" + "x".repeat(100_000)
                + "\r\n--XyZ--\r\n";
        try (LargeBodies.Share other = memory.share();
                LargeBodies.Share mine = memory.share()) {
            other.takeForBody(1 << 20);
            var parts = new Multipart(TYPE, new ByteArrayInputStream(bytes(body)), mine);
            Multipart.Part part = parts.next().orElseThrow();
            assertRefused(503, () -> part.bytes(1 << 20));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no part",
                "--XyZ\r\n",
                "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nunfinished",
                "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--XyZ",
                "--XyZ\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--XyZ--\r\n",
                "--XyZ\r\n\r\nheaderless\r\n--XyZ--\r\n",
                "--XyZ\r\nno colon\r\n\r\nx\r\n--XyZ--\r\n",
                "--XyZoo\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--XyZ--\r\n"
            })
    void aMalformedBody_isRefused(String body) {
        assertRefused(400, () -> read(body));
    }

    @Test
    void tooManyParts_andTooLargeHeaders_areRefused() {
        String one = "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n";
        assertRefused(400, () -> read(one.repeat(Multipart.PARTS_MAX + 1) + "--XyZ--\r\n"));
        String wide = "--XyZ\r\nContent-Disposition: form-data; name=\"" + "a".repeat(Multipart.PART_HEADER_BYTES_MAX)
                + "\"\r\n\r\nx\r\n--XyZ--\r\n";
        assertRefused(400, () -> read(wide));
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data", "multipart/form-data; boundary=", "text/plain", ""})
    void aTypeWithoutABoundary_isRefused(String type) {
        assertRefused(400, () -> all(new Multipart(type, InputStream.nullInputStream(), share())));
    }

    /// Total: whatever comes is parts or one refusal.
    @Test
    void anyBytes_areParts_orOneRefusal() throws Exception {
        var random = new Random(7);
        byte[] good = bytes(GOOD);
        for (int round = 0; round < 5_000; round++) {
            byte[] body = Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int change = random.nextInt(4); change > 0 && body.length > 0; change--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            try {
                all(new Multipart(TYPE, new ByteArrayInputStream(body), share()));
            } catch (HttpRefused refused) {
                assertThat(refused.status()).isEqualTo(400);
            }
        }
    }

    private static List<String> read(String body) throws IOException {
        return all(new Multipart(TYPE, new ByteArrayInputStream(bytes(body)), share()));
    }

    private static List<String> all(Multipart parts) throws IOException {
        List<String> all = new ArrayList<>();
        for (Optional<Multipart.Part> part = parts.next(); part.isPresent(); part = parts.next()) {
            String content = new String(part.get().content().readAllBytes(), StandardCharsets.UTF_8);
            all.add(part.get().name() + " " + part.get().fileName().orElse("-") + " " + content);
        }
        return all;
    }

    private static LargeBodies.Share share() {
        return LargeBodies.ofThisProcess().share();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertRefused(int status, org.assertj.core.api.ThrowableAssert.ThrowingCallable body) {
        assertThatThrownBy(body)
                .isInstanceOfSatisfying(
                        HttpRefused.class,
                        refused -> assertThat(refused.status()).isEqualTo(status));
    }
}
