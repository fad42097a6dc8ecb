package dev.sluice.api;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/// Sends what Dispatch's client v0.1.24 sends, to the byte, header by header.
///
/// Source: contracts/dispatch.md 1.2.
final class GoClient {
    private static final int PATIENCE_MILLIS = 60_000;

    private GoClient() {}

    /// @param headers by lowercased name
    record Reply(int status, Map<String, String> headers, String body) {}

    /// @param headers what the request has beside the client's own, or instead of them
    /// @param body    empty for none
    static Reply send(int port, String method, String target, Map<String, String> headers, String body)
            throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        var sent = new TreeMap<>(Map.of("Accept", "application/json"));
        if (!method.equals("GET")) {
            sent.put("Content-Type", "application/json");
        }
        sent.putAll(headers);
        var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nUser-Agent: Go-http-client/1.1\r\n");
        if (content.length > 0) {
            head.append("Content-Length: ").append(content.length).append("\r\n");
        }
        sent.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Accept-Encoding: gzip\r\n\r\n");
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(content);
            socket.getOutputStream().flush();
            return read(socket.getInputStream());
        }
    }

    private static Reply read(InputStream in) throws IOException {
        int status = Integer.parseInt(line(in).substring("HTTP/1.1 ".length()).substring(0, 3));
        var headers = new TreeMap<String, String>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body = headers.getOrDefault("transfer-encoding", "").equals("chunked")
                ? chunks(in)
                : in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        if (headers.getOrDefault("content-encoding", "").equals("gzip")) {
            body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
        }
        return new Reply(status, headers, new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        var all = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            all.write(in.readNBytes(size));
            line(in);
        }
        line(in);
        return all.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        var text = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the server closed");
            }
            text.append((char) next);
        }
        return text.toString().strip();
    }
}
