package dev.sluice.cli.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Refusal;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// A port of this machine's own on which `POST /` runs the function that is being written: the body is the input, the
/// answer what it returned. Everything else is a JSON object with a code and a message.
///
/// Pages of the user's browser get nothing here: they say where they are from, or call this machine by another name.
final class DevPort implements DevWords.Closing {
    static final int PORT_MAX = 65_535;
    private static final int BODY_BYTES_MAX = 16 << 20;
    private static final int REQUESTS_MAX = 64;

    private final HttpServer server;
    private final ExecutorService threads;
    private final DevFunction function;
    private final Semaphore room = new Semaphore(REQUESTS_MAX);
    private final Set<String> hosts;

    private DevPort(HttpServer server, ExecutorService threads, DevFunction function) {
        this.server = server;
        this.threads = threads;
        this.function = function;
        int port = server.getAddress().getPort();
        this.hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
    }

    /// @param port 0 for any that is free
    /// @throws Failure if it is taken
    static DevPort open(int port, DevFunction function, Session session) {
        try {
            var address = new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
            HttpServer server = HttpServer.create(address, 0);
            ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
            var opened = new DevPort(server, threads, function);
            server.setExecutor(threads);
            server.createContext("/", opened::handle);
            server.start();
            session.terminal()
                    .complain("POST JSON to http://127.0.0.1:"
                            + server.getAddress().getPort() + "/ to run it");
            return opened;
        } catch (IOException e) {
            throw new Failure(
                    "cannot listen on port " + port + ": " + Failure.reason(e) + "\nTry another one, or --port 0", e);
        }
    }

    /// What is answered.
    private record Said(int status, Json body) {
        static Said error(int status, String message) {
            Json.Obj error = Json.Obj.empty().with("code", Json.Num.of(status)).with("message", message);
            return new Said(status, error);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        Said said = answer(exchange);
        byte[] body = JsonText.compact(said.body()).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        if (said.status() == 405) {
            exchange.getResponseHeaders().set("Allow", "POST");
        }
        exchange.sendResponseHeaders(said.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private Said answer(HttpExchange exchange) throws IOException {
        if (isOfAPage(exchange)) {
            return Said.error(403, "pages of a browser cannot run it: use curl or a program");
        }
        if (!exchange.getRequestURI().getPath().equals("/")) {
            return Said.error(404, "there is only POST / here");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            return Said.error(405, "there is only POST / here");
        }
        if (!room.tryAcquire()) {
            return Said.error(503, "more than " + REQUESTS_MAX + " requests at once");
        }
        try {
            return run(exchange.getRequestBody());
        } finally {
            room.release();
        }
    }

    private boolean isOfAPage(HttpExchange exchange) {
        String host = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host"))
                .orElse("");
        return exchange.getRequestHeaders().containsKey("Origin") || !hosts.contains(host);
    }

    private Said run(InputStream body) throws IOException {
        byte[] input = body.readNBytes(BODY_BYTES_MAX + 1);
        if (input.length > BODY_BYTES_MAX) {
            return Said.error(413, "the body is larger than " + (BODY_BYTES_MAX >> 20) + " MiB");
        }
        try {
            Json.Obj run = function.runFor(input.length == 0 ? Json.Obj.empty() : JsonText.parse(input));
            return DevFunction.isGood(run) ? new Said(200, run.at("output").orElse(Json.NULL)) : failed(run);
        } catch (NotJson e) {
            return Said.error(400, "the body is not JSON: " + e.getMessage());
        } catch (Refusal no) {
            return Said.error(502, String.valueOf(no.getMessage()));
        } catch (Failure no) {
            return Said.error(503, String.valueOf(no.getMessage()));
        }
    }

    private static Said failed(Json.Obj run) {
        Json.Obj error = run.objectAt("error");
        String type = error.show("type");
        int status = switch (type) {
            case "InputError" -> 400;
            case "SystemError" -> 503;
            default -> 502;
        };
        Json.Obj said = Json.Obj.empty()
                .with("code", Json.Num.of(status))
                .with("type", type)
                .with("message", error.show("message"))
                .with("stacktrace", error.at("stacktrace").orElse(Json.NULL));
        return new Said(status, said);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
