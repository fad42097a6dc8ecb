package dev.sluice.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Stands before a registry on loopback: writes down who asks, and can stop in the middle of a layer.
public final class RegistryRelay implements AutoCloseable {
    private static final int LAYER_BYTES_MIN = 1 << 20;
    private static final int STALLED_MAX_SECONDS = 120;

    private final String registry;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch released = new CountDownLatch(0);
    private volatile boolean isStalled;

    private RegistryRelay(String registry) throws IOException {
        this.registry = registry;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::relay);
        server.start();
    }

    /// @param registry as [DockerRegistry#host] says it
    public static RegistryRelay before(String registry) throws IOException {
        return new RegistryRelay(registry);
    }

    public String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /// What each request said of who asks, in order; `-` where it said nothing.
    public List<String> authorizations() {
        return authorizations;
    }

    /// From now on layers of a MiB and more stop in the middle.
    public void stall() {
        isStalled = false;
        released = new CountDownLatch(1);
    }

    public boolean isStalled() {
        return isStalled;
    }

    public void release() {
        released.countDown();
    }

    private void relay(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        authorizations.add(authorization == null ? "-" : authorization);
        var request = HttpRequest.newBuilder(URI.create("http://" + registry + exchange.getRequestURI()));
        for (String name : List.of("Accept", "Authorization")) {
            List<String> values = exchange.getRequestHeaders().getOrDefault(name, List.of());
            values.forEach(value -> request.header(name, value));
        }
        try (exchange) {
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            for (String name : List.of("content-type", "docker-content-digest", "www-authenticate")) {
                answer.headers()
                        .firstValue(name)
                        .ifPresent(value -> exchange.getResponseHeaders().set(name, value));
            }
            byte[] body = answer.body();
            exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length);
            int first = body.length < LAYER_BYTES_MIN ? body.length : body.length / 2;
            exchange.getResponseBody().write(body, 0, first);
            if (first < body.length && released.getCount() > 0) {
                exchange.getResponseBody().flush();
                isStalled = true;
                var _ = released.await(STALLED_MAX_SECONDS, TimeUnit.SECONDS);
            }
            exchange.getResponseBody().write(body, first, body.length - first);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        release();
        server.stop(0);
        client.close();
    }
}
