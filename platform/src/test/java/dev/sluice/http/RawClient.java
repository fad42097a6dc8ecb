package dev.sluice.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Sends bytes as they are and reads until the server closes: for requests that no client library would send.
public final class RawClient {
    private RawClient() {}

    /// Everything the server answers to `text`, which must ask for the connection to be closed.
    public static String send(int port, String text) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// The head of what the server answers to `text`; whoever asked leaves then.
    public static String head(int port, String text) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            var head = new StringBuilder();
            int octet = socket.getInputStream().read();
            while (octet >= 0 && head.indexOf("\r\n\r\n") < 0) {
                head.append((char) octet);
                octet = head.indexOf("\r\n\r\n") < 0 ? socket.getInputStream().read() : -1;
            }
            return head.toString();
        }
    }

    /// A request without a body.
    public static String request(int port, String method, String target, String... headers) throws IOException {
        var text = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return send(port, text.append("\r\n").toString());
    }

    public static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }

    public static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
}
