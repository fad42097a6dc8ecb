package dev.sluice.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Sends one request over and over on kept connections, each caller waiting for its answer. Loopback only.
///
/// Every answer must have the expected status: a failing server is no fast server.
final class HttpLoad {
    /// Stands in a body where each request has a number that no other has.
    static final String NUMBER = "0123456789876543210";

    private static final int SAMPLES_MAX = 4_000_000;
    private static final AtomicLong NUMBERS = new AtomicLong(1_000_000_000_000_000_000L);

    private final URI target;
    private final byte[] request;
    private final List<Integer> numbers = new ArrayList<>();
    private final int status;

    /// @param headers whole header lines
    HttpLoad(String method, URI target, List<String> headers, String body, int status) {
        this.target = target;
        this.status = status;
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        var text = new StringBuilder();
        String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
        text.append(method)
                .append(' ')
                .append(target.getRawPath())
                .append(query)
                .append(" HTTP/1.1\r\n");
        text.append("Host: ").append(target.getAuthority()).append("\r\n");
        headers.forEach(header -> text.append(header).append("\r\n"));
        if (!method.equals("GET")) {
            text.append("Content-Length: ").append(content.length).append("\r\n");
        }
        text.append("\r\n").append(body);
        this.request = text.toString().getBytes(StandardCharsets.UTF_8);
        String whole = new String(request, StandardCharsets.ISO_8859_1);
        for (int at = whole.indexOf(NUMBER); at >= 0; at = whole.indexOf(NUMBER, at + 1)) {
            numbers.add(at);
        }
    }

    /// Runs `callers` callers for `length`, each as fast as it is answered.
    Samples run(int callers, Duration length) throws IOException, InterruptedException {
        return run(callers, length, 0);
    }

    /// Runs `callers` callers for `length`, which together send `perSecond` requests a second, answered in time or
    /// not. A duration counts from when its request was due, so that those that had to wait count.
    Samples paced(int callers, int perSecond, Duration length) throws IOException, InterruptedException {
        return run(callers, length, 1_000_000_000L * callers / perSecond);
    }

    private Samples run(int callers, Duration length, long paceNanos) throws IOException, InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        var results = new ArrayList<Future<long[]>>();
        long start = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(callers)) {
            for (int i = 0; i < callers; i++) {
                long first = start + i * paceNanos / callers;
                results.add(threads.submit(() -> call(end, first, paceNanos)));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        var all = new ArrayList<long[]>();
        int count = 0;
        for (Future<long[]> result : results) {
            try {
                all.add(result.get());
            } catch (ExecutionException failed) {
                throw new IOException("a caller failed", failed.getCause());
            }
            count += all.getLast().length;
        }
        long[] nanos = new long[count];
        int at = 0;
        for (long[] part : all) {
            System.arraycopy(part, 0, nanos, at, part.length);
            at += part.length;
        }
        return Samples.of(nanos, seconds);
    }

    /// One call on a connection of its own.
    ///
    /// @return the nanoseconds until its answer was whole
    long once() throws IOException {
        try (var socket = connect()) {
            return exchange(socket.getOutputStream(), new BufferedInputStream(socket.getInputStream()));
        }
    }

    /// As [#once], whatever comes of it.
    ///
    /// @return whether it was answered as expected
    boolean isAnswered() {
        try {
            return once() > 0;
        } catch (IOException refused) {
            return false;
        }
    }

    private long[] call(long end, long first, long paceNanos) {
        long[] nanos = new long[1 << 16];
        int count = 0;
        try (var socket = connect()) {
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            while (System.nanoTime() < end && count < SAMPLES_MAX) {
                if (count == nanos.length) {
                    nanos = java.util.Arrays.copyOf(nanos, count * 2);
                }
                long due = paceNanos == 0 ? System.nanoTime() : first + count * paceNanos;
                await(due);
                exchange(out, in);
                nanos[count] = System.nanoTime() - due;
                count++;
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return java.util.Arrays.copyOf(nanos, count);
    }

    private static void await(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), target.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private long exchange(OutputStream out, InputStream in) throws IOException {
        byte[] next = numbered();
        long start = System.nanoTime();
        out.write(next);
        out.flush();
        String first = line(in);
        long length = -1;
        boolean isChunked = false;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(
                        lower.substring("content-length:".length()).strip());
            } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
                isChunked = true;
            }
        }
        if (isChunked) {
            skipChunks(in);
        } else {
            in.skipNBytes(Math.max(0, length));
        }
        long nanos = System.nanoTime() - start;
        if (!first.startsWith("HTTP/1.1 " + status)) {
            throw new IOException("expected " + status + ", got: " + first);
        }
        return nanos;
    }

    private byte[] numbered() {
        if (numbers.isEmpty()) {
            return request;
        }
        byte[] next = request.clone();
        for (int at : numbers) {
            byte[] number = Long.toString(NUMBERS.getAndIncrement()).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(number, 0, next, at, number.length);
        }
        return next;
    }

    private static void skipChunks(InputStream in) throws IOException {
        for (int size = chunk(in); size > 0; size = chunk(in)) {
            in.skipNBytes(size + 2L);
        }
        line(in);
    }

    private static int chunk(InputStream in) throws IOException {
        return Integer.parseInt(line(in).strip(), 16);
    }

    private static String line(InputStream in) throws IOException {
        var text = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server hung up");
            }
            if (c != '\r') {
                text.append((char) c);
            }
        }
        return text.toString();
    }
}
