package dev.sluice.cli.http;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Sends one request on a connection of its own and reads the head of the answer. There is no limit on how long the
/// server may think: a blocking run takes what it takes.
public final class Exchange {
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int HEAD_BYTES_MAX = 1 << 16;

    private Exchange() {}

    /// @throws IOException when the server cannot be reached, or does not speak HTTP/1.1
    /// @throws java.io.UncheckedIOException when the body cannot be read; the server then gets no complete request
    public static Answer send(Address address, Request request) throws IOException {
        Socket socket = connect(address);
        try {
            return exchange(socket, address, request);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static Socket connect(Address address) throws IOException {
        IOException refused = new IOException("the host has no address");
        for (InetAddress candidate : InetAddress.getAllByName(address.host())) {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(candidate, address.port()), (int) CONNECT_PATIENCE.toMillis());
                socket.setTcpNoDelay(true);
                return address.secure() ? Tls.over(socket, address, CONNECT_PATIENCE) : socket;
            } catch (IOException e) {
                socket.close();
                refused = e;
            }
        }
        throw refused;
    }

    private static Answer exchange(Socket socket, Address address, Request request) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
        try {
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
            out.write(head(address, request).getBytes(StandardCharsets.ISO_8859_1));
            if (request.body().length() < 0) {
                var chunks = new ChunkedOutput(out);
                request.body().writeTo(chunks);
                chunks.end();
            } else {
                request.body().writeTo(out);
            }
            out.flush();
        } catch (IOException broken) {
            return refusalBeforeTheEnd(in, socket, request, broken);
        }
        return answer(in, socket, request);
    }

    /// A server may refuse an upload and hang up while the client still sends.
    private static Answer refusalBeforeTheEnd(InputStream in, Socket socket, Request request, IOException broken)
            throws IOException {
        try {
            return answer(in, socket, request);
        } catch (IOException silent) {
            broken.addSuppressed(silent);
            throw broken;
        }
    }

    private static String head(Address address, Request request) {
        var head = new StringBuilder(request.method() + " " + request.target() + " HTTP/1.1\r\n");
        header(head, "Host", address.authority());
        request.headers().forEach((name, value) -> header(head, name, value));
        long length = request.body().length();
        if (length < 0) {
            header(head, "Transfer-Encoding", "chunked");
        } else if (length > 0 || request.method().startsWith("P")) {
            header(head, "Content-Length", Long.toString(length));
        }
        header(head, "Connection", "close");
        return head.append("\r\n").toString();
    }

    private static void header(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    private static Answer answer(InputStream in, Socket socket, Request request) throws IOException {
        String[] lines = headLines(in);
        int status = status(lines[0]);
        while (status >= 100 && status < 200) {
            lines = headLines(in);
            status = status(lines[0]);
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon < 1) {
                throw new IOException("a header line of the answer has no name");
            }
            headers.put(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip());
        }
        return new Answer(status, headers, body(in, status, headers, request), socket);
    }

    private static String[] headLines(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!endsAnEmptyLine(head)) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the server hung up without an answer");
            }
            if (head.length() == HEAD_BYTES_MAX) {
                throw new IOException("the head of the answer is longer than " + HEAD_BYTES_MAX + " bytes");
            }
            head.append((char) next);
        }
        return head.toString().strip().split("\r\n", -1);
    }

    private static boolean endsAnEmptyLine(StringBuilder head) {
        int length = head.length();
        return length >= 4 && head.charAt(length - 1) == '\n' && head.lastIndexOf("\r\n\r\n") == length - 4;
    }

    private static int status(String line) throws IOException {
        if (!line.matches("HTTP/1\\.[01] [0-9]{3}( .*)?")) {
            throw new IOException("what answers there does not speak HTTP/1.1");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static InputStream body(InputStream in, int status, Map<String, String> headers, Request request)
            throws IOException {
        if (status == 204 || status == 304 || request.method().equals("HEAD")) {
            return InputStream.nullInputStream();
        }
        String encoding = headers.get("transfer-encoding");
        if (encoding != null) {
            if (!encoding.equalsIgnoreCase("chunked")) {
                throw new IOException("the answer comes in an unknown transfer encoding");
            }
            return new ChunkedInput(in);
        }
        String length = headers.get("content-length");
        if (length == null) {
            return in;
        }
        if (!length.matches("[0-9]{1,18}")) {
            throw new IOException("the answer's Content-Length is no number");
        }
        return new SizedInput(in, Long.parseLong(length));
    }
}
