package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LocalServerTest {
    @Test
    void aRequest_isAnsweredAsOverASocket() throws IOException {
        try (var server = LocalServer.start(request -> Response.text(
                200, request.method() + request.rawPath() + request.body(10).utf8()))) {
            String head = "POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ";
            assertThat(answer(server, head + "2\r\n\r\nhi"))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("\r\n\r\nPOST/xhi");
            assertThat(answer(server, head + "11\r\n\r\n12345678901")).startsWith("HTTP/1.1 413");
            assertThat(answer(server, "GET /a//b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 400");
        }
    }

    private static String answer(LocalServer server, String request) throws IOException {
        ByteBuffer answer = server.answer(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
        return StandardCharsets.UTF_8.decode(answer).toString();
    }
}
