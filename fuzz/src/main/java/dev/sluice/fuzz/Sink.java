package dev.sluice.fuzz;

import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressSettings;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The world outside: a server on loopback that keeps what external gates send, and the way there. Where the first
/// segment of a path begins with [#SECRET], the answer differs between the worlds. Thread-safe.
final class Sink implements AutoCloseable {
    static final String SECRET = "secret";

    private static final int HEAD_CHARS_MAX = 16 << 10;
    private static final String LENGTH = "content-length:";

    private final ServerSocket server;
    private final Egress egress;
    private final List<String> received = new ArrayList<>(); // guarded by itself
    private volatile int world;

    private Sink(ServerSocket server, Egress egress) {
        this.server = server;
        this.egress = egress;
    }

    static Sink open() {
        try {
            var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            String host = server.getInetAddress().getHostAddress();
            var settings =
                    EgressSettings.of(List.of(host), List.of(host + ":" + server.getLocalPort()), Optional.empty());
            var sink = new Sink(server, Egress.open(settings));
            Thread.ofVirtual().name("sink").start(sink::accept);
            return sink;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    Egress egress() {
        return egress;
    }

    /// What URLs of it begin with.
    String url() {
        return "http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
    }

    /// Forgets what it received, and answers from now on as in that world.
    void begin(int number) {
        world = number;
        synchronized (received) {
            received.clear();
        }
    }

    /// Verb, target and body of each request, in order.
    List<String> received() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket peer = server.accept();
                Thread.ofVirtual().name("sink").start(() -> serve(peer));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            var in = new BufferedInputStream(peer.getInputStream());
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                answer(head, new String(in.readNBytes(length(head)), StandardCharsets.UTF_8), peer.getOutputStream());
            }
        } catch (IOException hungUp) {
            // Then there is nobody to tell.
        }
    }

    private void answer(String head, String body, OutputStream out) throws IOException {
        String line = head.substring(0, head.indexOf(" HTTP/"));
        synchronized (received) {
            received.add(line + " " + body);
        }
        boolean isSecret = world == 1 && line.contains(" /" + SECRET);
        String text = isSecret ? Vocabulary.SECRET_SECOND : Vocabulary.SECRET_FIRST;
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text;
        out.write(answer.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /// @return up to the empty line; empty at the end
    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (int c = in.read(); c >= 0 && head.length() < HEAD_CHARS_MAX; c = in.read()) {
            head.append((char) c);
            if (head.length() > 3 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    private static int length(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(LENGTH))
                .mapToInt(
                        line -> Integer.parseInt(line.substring(LENGTH.length()).strip()))
                .findFirst()
                .orElse(0);
    }

    @Override
    public void close() {
        egress.close();
        try {
            server.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
