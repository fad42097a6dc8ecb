package dev.sluice.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Against servers that say exactly these bytes.
@Timeout(30)
final class ExchangeTest {
    /// Runs `body` against a server that reads one request's head and then sends `bytes` and hangs up.
    private static String answerTo(String bytes) throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> serve(server, bytes));
            return text(server.getLocalPort(), Body.NONE);
        }
    }

    private static String text(int port, Body body) throws IOException {
        var address = new Address("127.0.0.1", port, false, false);
        try (Answer answer = Exchange.send(address, new Request("PUT", "/", Map.of(), body))) {
            return answer.status() + " " + new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void serve(ServerSocket server, String bytes) {
        try (Socket socket = server.accept()) {
            readHead(socket.getInputStream());
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            socket.getInputStream().readNBytes(1 << 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void readHead(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.read());
        }
    }

    @Test
    void aBodyWithALength_endsThere() throws IOException {
        assertThat(answerTo("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc")).isEqualTo("200 ab");
    }

    @Test
    void aBodyWithoutLength_endsWithTheConnection() throws IOException {
        assertThat(answerTo("HTTP/1.0 404\r\n\r\nabc")).isEqualTo("404 abc");
    }

    @Test
    void chunks_areJoined_andTrailersSkipped() throws IOException {
        String chunks = "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n";

        assertThat(answerTo("HTTP/1.1 200 OK\r\nTRANSFER-encoding: Chunked\r\n\r\n" + chunks))
                .isEqualTo("200 abc0123456789");
    }

    @Test
    void interimAnswers_areSkipped() throws IOException {
        assertThat(answerTo("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 204 No\r\n\r\n"))
                .isEqualTo("204 ");
    }

    @Test
    void aBodyThatBreaksOff_isAnError() {
        assertThatThrownBy(() -> answerTo("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> answerTo("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> answerTo("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"))
                .isInstanceOf(EOFException.class);
    }

    @Test
    void whatIsNoHttp_isAnError() {
        for (String bytes : new String[] {
            "",
            "SSH-2.0-OpenSSH\r\n\r\n",
            "HTTP/2 200\r\n\r\n",
            "HTTP/1.1 20\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: " + "a".repeat(1 << 17) + "\r\n\r\n",
        }) {
            assertThatThrownBy(() -> answerTo(bytes)).as(bytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aRefusalInTheMiddleOfAnUpload_isTheAnswer() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = server.accept()) {
                    readHead(socket.getInputStream());
                    socket.getOutputStream()
                            .write("HTTP/1.1 413 No\r\nContent-Length: 3\r\n\r\nbig".getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });

            assertThat(text(server.getLocalPort(), Body.of(new byte[32 << 20]))).isEqualTo("413 big");
        }
    }

    @Test
    void contentThatCannotBeRead_isNeverCompleted() throws IOException {
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("disk on fire");
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                throw new IOException("disk on fire");
            }
        };
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> text(server.getLocalPort(), Body.of(broken, -1)))
                    .isInstanceOf(UncheckedIOException.class);
            assertThat(received(server)).doesNotContain("0\r\n\r\n");
        }
    }

    @Test
    void contentThatShrinks_isNeverCompleted() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> text(server.getLocalPort(), Body.of(InputStream.nullInputStream(), 5)))
                    .isInstanceOf(UncheckedIOException.class);
        }
    }

    private static String received(ServerSocket server) throws IOException {
        try (Socket socket = server.accept()) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aHeaderWithALineEnd_cannotBeMade() {
        assertThatThrownBy(() -> new Request("GET", "/", Map.of("A", "b\r\nC: d"), Body.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Request("GET", "/ HTTP/1.1\r\nA: b", Map.of(), Body.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anIpv6Address_isBracketed() {
        assertThat(new Address("::1", 8080, false, false)).hasToString("http://[::1]:8080");
    }
}
