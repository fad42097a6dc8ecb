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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A port of this machine to which a browser is sent with a cookie, or with the reason why there is none. It takes
/// either at an address that nobody can guess.
public final class Catcher implements AutoCloseable {
    private static final int SECRET_BYTES = 16;
    private static final String THANKS = "Cookie received. Please close this page.";

    private static final Pattern UNPRINTABLE = Pattern.compile("[^ -~]");
    private static final int WHY_CHARS_MAX = 600;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Predicate<String> isCookie;
    private final String path;
    private final BlockingQueue<Caught> caught = new LinkedBlockingQueue<>();

    /// How a login ended.
    public sealed interface Caught {
        record Cookie(String text) implements Caught {}

        /// @param why in printable ASCII
        record Refusal(String why) implements Caught {}
    }

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

    /// The first end that comes; empty if none does.
    public Optional<Caught> await(Duration patience) throws InterruptedException {
        return Optional.ofNullable(caught.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void handle(HttpExchange exchange) throws IOException {
        boolean isHere = exchange.getRequestMethod().equals("GET")
                && exchange.getRequestURI().getPath().equals(path);
        Optional<Caught> end = isHere ? end(exchange.getRequestURI().getRawQuery()) : Optional.empty();
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        byte[] page = page(end).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(end.isPresent() ? 200 : 404, page.length);
        exchange.getResponseBody().write(page);
        exchange.close();
        end.ifPresent(caught::add);
    }

    private static String page(Optional<Caught> end) {
        if (end.isEmpty()) {
            return "There is nothing here.";
        }
        return switch (end.get()) {
            case Caught.Cookie _ -> THANKS;
            case Caught.Refusal(String why) -> "You are not logged in: " + why + ". Please close this page.";
        };
    }

    private Optional<Caught> end(@Nullable String query) {
        Optional<Caught> cookie = value(query, "cookie=").filter(isCookie).map(Caught.Cookie::new);
        return cookie.or(() -> value(query, "error=").map(Catcher::plain).map(Caught.Refusal::new));
    }

    private static Optional<String> value(@Nullable String query, String name) {
        if (query == null || !query.startsWith(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(URLDecoder.decode(query.substring(name.length()), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /// What is shown in a terminal must not steer it.
    private static String plain(String told) {
        String shown = UNPRINTABLE.matcher(told).replaceAll("?");
        return shown.length() > WHY_CHARS_MAX ? shown.substring(0, WHY_CHARS_MAX) : shown;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
