package dev.sluice.cli.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A port of this machine to which a browser is sent with a cookie. It takes it at an address that nobody can guess.
public final class Catcher implements AutoCloseable {
    private static final int SECRET_BYTES = 16;
    private static final String THANKS = "Cookie received. Please close this page.";

    private final HttpServer server;
    private final ExecutorService threads;
    private final Predicate<String> isCookie;
    private final String path;
    private final BlockingQueue<String> caught = new LinkedBlockingQueue<>();

    private Catcher(HttpServer server, ExecutorService threads, Predicate<String> isCookie, String path) {
        this.server = server;
        this.threads = threads;
        this.isCookie = isCookie;
        this.path = path;
    }

    /// @param isCookie what is taken; everything else is waited over
    public static Catcher open(Predicate<String> isCookie) throws IOException {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        var catcher = new Catcher(
                server, threads, isCookie, "/catcher/" + HexFormat.of().formatHex(secret));
        server.setExecutor(threads); // browsers open connections that they say nothing on
        server.createContext("/", catcher::handle);
        server.start();
        return catcher;
    }

    /// Where the browser is to be sent.
    public String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /// The first cookie that comes; empty if none does.
    public Optional<String> await(Duration patience) throws InterruptedException {
        return Optional.ofNullable(caught.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void handle(HttpExchange exchange) throws IOException {
        boolean isHere = exchange.getRequestMethod().equals("GET")
                && exchange.getRequestURI().getPath().equals(path);
        Optional<String> cookie = isHere ? cookie(exchange.getRequestURI().getRawQuery()) : Optional.empty();
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        byte[] page = (cookie.isPresent() ? THANKS : "There is nothing here.").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(cookie.isPresent() ? 200 : 404, page.length);
        exchange.getResponseBody().write(page);
        exchange.close();
        cookie.ifPresent(caught::add);
    }

    private Optional<String> cookie(@Nullable String query) {
        String name = "cookie=";
        if (query == null || !query.startsWith(name)) {
            return Optional.empty();
        }
        try {
            String value = URLDecoder.decode(query.substring(name.length()), StandardCharsets.UTF_8);
            return isCookie.test(value) ? Optional.of(value) : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
