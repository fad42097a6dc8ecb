package dev.sluice.guest;

import dev.sluice.guest.Failure.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A plain HTTP server: a program of the package whose `main` listens on `$PORT` of this guest's own loopback. It
/// runs in this very process, and a run is one request to it.
record ServedFunction(int port, HttpClient client) implements Entry {
    private static final int BODY_BYTES_MAX = 6 << 20;
    private static final Duration START_MAX = Duration.ofSeconds(20);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
    private static final int CONNECT_MILLIS_MAX = 1000;

    /// What Java takes for the loopback address may be that of IPv6, on which a server need not listen.
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private static final int FAILED = 500;
    private static final int SAID_CHARS_MAX = 500;

    /// @throws Refused if it does not come to listen
    static ServedFunction start(Class<?> program) throws Refused {
        String port = System.getenv("PORT");
        if (port == null) {
            throw new Refused("this guest was started without $PORT");
        }
        Method main = main(program);
        var ended = new AtomicReference<@Nullable Throwable>();
        Thread server = new Thread(() -> run(main, ended), "main");
        server.setDaemon(true);
        server.start();
        var served = new ServedFunction(
                Integer.parseInt(port),
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
        served.await(ended);
        return served;
    }

    private static Method main(Class<?> program) throws Refused {
        try {
            Method main = program.getMethod("main", String[].class);
            if (Modifier.isStatic(main.getModifiers())) {
                main.setAccessible(true);
                return main;
            }
        } catch (NoSuchMethodException none) {
            // As one that belongs to an instance.
        }
        throw new Refused("the class " + program.getName() + " has no public static void main(String[])");
    }

    private static void run(Method main, AtomicReference<@Nullable Throwable> ended) {
        try {
            main.invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
            ended.set(cause);
            cause.printStackTrace();
        } catch (IllegalAccessException impossible) {
            ended.set(impossible);
        }
    }

    private void await(AtomicReference<@Nullable Throwable> ended) throws Refused {
        long end = System.nanoTime() + START_MAX.toNanos();
        while (!listens()) {
            Throwable problem = ended.get();
            if (problem != null) {
                throw new Refused(
                        "its main failed, and it did not listen on $PORT: " + Failure.described(problem),
                        Failure.stacktrace(problem));
            }
            if (System.nanoTime() - end > 0) {
                throw new Refused("in " + START_MAX.toSeconds() + " seconds it did not listen on $PORT");
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    private boolean listens() {
        try (var probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port), CONNECT_MILLIS_MAX);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public String convention() {
        return "http";
    }

    @Override
    public Optional<?> call(byte[] contextJson, byte[] payloadJson, Chunks chunks) throws InterruptedException {
        ServerRequest asked = ServerRequest.of(contextJson, payloadJson);
        boolean isStreamed = asked.isStreamed() && !chunks.calls().areNone();
        try {
            HttpResponse<InputStream> response = client.send(request(asked), BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                if (isStreamed && response.statusCode() < FAILED) {
                    return chunks.sendOrWrite(new ServedPieces(response));
                }
                return Optional.of(answered(response.statusCode(), in.readNBytes(BODY_BYTES_MAX + 1)));
            }
        } catch (IOException broken) {
            throw new IllegalStateException("the server broke the connection: " + Failure.described(broken));
        }
    }

    private HttpRequest request(ServerRequest asked) {
        var builder = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + asked.path()));
        asked.headers().forEach(builder::setHeader);
        return builder.method(
                        asked.method(),
                        asked.body().map(BodyPublishers::ofByteArray).orElse(BodyPublishers.noBody()))
                .build();
    }

    private static Map<String, Object> answered(int status, byte[] body) {
        if (body.length > BODY_BYTES_MAX) {
            throw new IllegalStateException("the answer has more than " + BODY_BYTES_MAX + " bytes");
        }
        if (status >= FAILED) {
            String said = new String(body, StandardCharsets.UTF_8);
            throw new IllegalStateException("the server answered " + status + ": "
                    + said.substring(0, Math.min(said.length(), SAID_CHARS_MAX)));
        }
        return Map.of("status", (long) status, "body", body);
    }
}
