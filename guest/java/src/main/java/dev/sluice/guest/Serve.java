package dev.sluice.guest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.guest.Failure.Refused;
import dev.sluice.guest.Frame.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Serves one function over HTTP outside of Sluice, as Dispatch's images do: `GET /healthz`, and `POST /` of
/// `{"context", "payload"}` on port 8080.
///
/// One call at a time, in this process: a function that ends it ends the server, so that `/healthz` is 200 as long as
/// there is one to answer. It has no calls of the platform, and
/// what keeps it in is whatever runs the image.
public final class Serve {
    private static final int PORT = 8080;
    private static final int BODY_BYTES_MAX = 6 << 20;
    private static final int RUN = 1;

    /// Of this server; more wait at the door, and are closed beyond [#CONNECTIONS_MAX].
    private static final int THREADS = 64;

    private static final int CONNECTIONS_MAX = 128;

    /// The one that runs, and those that wait for it.
    private static final int CALLS_MAX = 32;

    private final Outside outside = new Outside();
    private final Channel channel = outside.channel();
    private final Entry function;
    private final Lock turn = new ReentrantLock(true);
    private final Semaphore calls = new Semaphore(CALLS_MAX);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Serve(Path home) throws IOException, Refused {
        Path work = Files.createTempDirectory("function-");
        var files = new FunctionPackage(work.resolve("package"), work.resolve("classes"));
        Path root = home.resolve("function");
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                files.add(root.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        JsonObject about = JsonParser.parseString(Files.readString(home.resolve("function.json")))
                .getAsJsonObject();
        this.function = files.load(
                about.get("handler").getAsString(), about.get("convention").getAsString());
    }

    public static void main(String[] arguments) throws IOException {
        Serve serve;
        try {
            serve = new Serve(Path.of(arguments.length > 0 ? arguments[0] : "/opt/sluice"));
        } catch (Refused refused) {
            System.err.println("the function does not load: " + refused.getMessage());
            System.exit(1);
            return;
        }
        String port = System.getenv("PORT");
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(CONNECTIONS_MAX));
        var server = HttpServer.create(new InetSocketAddress(port == null ? PORT : Integer.parseInt(port)), 0);
        server.setExecutor(Executors.newFixedThreadPool(THREADS));
        server.createContext("/", serve::answer);
        server.start();
        System.out.println("serving on port " + server.getAddress().getPort());
        System.setOut(new PrintStream(serve.out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(serve.err, true, StandardCharsets.UTF_8));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")) {
                reply(exchange, exchange.getRequestURI().getPath().equals("/healthz") ? 200 : 404, new JsonObject());
                return;
            }
            byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
            if (body.length > BODY_BYTES_MAX) {
                reply(exchange, 413, message("a request has at most " + BODY_BYTES_MAX + " bytes"));
                return;
            }
            JsonObject asked;
            try {
                asked = JsonParser.parseString(new String(body, StandardCharsets.UTF_8))
                        .getAsJsonObject();
            } catch (JsonParseException | IllegalStateException | StackOverflowError none) {
                reply(exchange, 400, message("the request is no JSON object"));
                return;
            }
            if (!calls.tryAcquire()) {
                exchange.getResponseHeaders().set("Retry-After", "1");
                reply(exchange, 503, message(CALLS_MAX + " calls run or wait: come later"));
                return;
            }
            try {
                reply(exchange, 200, inTurn(asked));
            } finally {
                calls.release();
            }
        }
    }

    private JsonObject inTurn(JsonObject asked) throws IOException {
        turn.lock();
        try {
            return called(asked);
        } finally {
            turn.unlock();
        }
    }

    private JsonObject called(JsonObject asked) throws IOException {
        out.reset();
        err.reset();
        JsonElement given = asked.get("context");
        JsonObject context = given != null && given.isJsonObject() ? given.getAsJsonObject() : new JsonObject();
        for (String always : List.of("secrets", "serviceBindings")) {
            if (!context.has(always)) {
                context.add(always, new JsonObject());
            }
        }
        byte[] payload = String.valueOf(asked.has("payload") ? asked.get("payload") : JsonNull.INSTANCE)
                .getBytes(StandardCharsets.UTF_8);
        byte[] around = context.toString().getBytes(StandardCharsets.UTF_8);
        Frame answer = Guest.ran(function, new RunRequest(RUN, payload, around), new Calls(channel));
        JsonArray chunks = outside.takeChunks();
        System.out.flush();
        System.err.flush();
        var logs = new JsonObject();
        logs.add("stdout", lines(out));
        logs.add("stderr", lines(err));
        var about = new JsonObject();
        about.add("logs", logs);
        boolean isError = answer.kind() == Kind.ERROR;
        about.add("error", isError ? element(answer.value()) : JsonNull.INSTANCE);
        var all = new JsonObject();
        all.add("context", about);
        all.add("payload", isError ? JsonNull.INSTANCE : answer.value() == null ? chunks : element(answer.value()));
        return all;
    }

    /// A JSON text, or what a failure or an answer with a status consists of.
    private static JsonElement element(@Nullable Object value) {
        byte[] text = value instanceof byte[] json ? json : Json.write(printable(value));
        return JsonParser.parseString(new String(text, StandardCharsets.UTF_8));
    }

    private static @Nullable Object printable(@Nullable Object value) {
        return value instanceof Map<?, ?> fields && fields.get("body") instanceof byte[] body
                ? Map.of(
                        "status",
                        String.valueOf(fields.get("status")),
                        "body",
                        new String(body, StandardCharsets.UTF_8))
                : value;
    }

    private static JsonArray lines(ByteArrayOutputStream printed) {
        var lines = new JsonArray();
        printed.toString(StandardCharsets.UTF_8).lines().forEach(lines::add);
        return lines;
    }

    private static JsonObject message(String text) {
        var message = new JsonObject();
        message.addProperty("message", text);
        return message;
    }

    private static void reply(HttpExchange exchange, int status, JsonObject value) throws IOException {
        byte[] body = value.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
