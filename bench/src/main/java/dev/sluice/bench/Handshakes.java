package dev.sluice.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// Connections of one request each, as clients make them that keep none.
final class Handshakes {
    static final int CALLERS = 4;
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private Handshakes() {}

    /// How much of TLS a connection has.
    enum Kind {
        NONE,
        RESUMED,
        WHOLE
    }

    /// How many are made and answered in a second.
    static double perSecond(URI target, Kind kind, Duration length) throws IOException, InterruptedException {
        count(target, kind, length.dividedBy(2));
        return count(target, kind, length) / (length.toNanos() / 1e9);
    }

    private static long count(URI target, Kind kind, Duration length) throws IOException, InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        List<Future<Long>> counts = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(CALLERS)) {
            for (int i = 0; i < CALLERS; i++) {
                counts.add(threads.submit(() -> countUntil(end, target, kind)));
            }
        }
        long all = 0;
        for (Future<Long> count : counts) {
            try {
                all += count.get();
            } catch (ExecutionException failed) {
                throw new IOException("a caller failed", failed.getCause());
            }
        }
        return all;
    }

    private static long countUntil(long end, URI target, Kind kind) throws IOException {
        long count = 0;
        SSLContext kept = context();
        while (System.nanoTime() < end) {
            try (Socket socket = connect(target.getPort(), kind, kind == Kind.WHOLE ? context() : kept)) {
                socket.getOutputStream().write(REQUEST);
                if (socket.getInputStream().readAllBytes().length == 0) {
                    throw new IOException("a connection was not answered");
                }
            }
            count++;
        }
        return count;
    }

    private static Socket connect(int port, Kind kind, SSLContext context) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        return kind == Kind.NONE ? socket : context.getSocketFactory().createSocket(socket, "localhost", port, true);
    }

    /// With no session yet. Takes any certificate: what is measured is the server's work, and that is its own.
    private static SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Any()}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static final class Any implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
