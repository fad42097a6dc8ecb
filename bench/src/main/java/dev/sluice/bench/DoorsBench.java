package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// `doors`: what the gateway adds to an invoke, what many APIs cost a request, what TLS costs, how many events are
/// accepted, and how soon one begins a run.
final class DoorsBench {
    static final String NAME = "doors";

    private static final int MANY = 1_000_000;
    private static final int ROUTES_MAX = 10_000;
    private static final int FEW_ROUTES = 10;
    private static final int ROUNDS = 5;
    private static final int CALLERS = 64;
    private static final int EVENTS_IN_A_BATCH = 100;
    private static final int EVENTS_TIMED = 300;
    private static final int EVENTS_TIMED_QUICK = 30;
    private static final int POLLS_MAX = 600;
    private static final long POLL_MILLIS = 100;
    private static final String HELLO = "def handle(context, payload):\n    return {'hello': 'world'}\n";

    /// Guests have the machine's clock.
    private static final String TIMED = """
            import time
            def handle(context, payload):
                return time.time_ns() - payload["sent"]
            """;

    private final Report report;
    private final boolean isQuick;

    private DoorsBench(Report report, int objects) {
        this.report = report;
        this.isQuick = objects < MANY;
    }

    /// Its parts, by name, in the order in which all are measured.
    static Map<String, FunctionsBench.Part> parts() {
        var parts = new LinkedHashMap<String, FunctionsBench.Part>();
        parts.put(NAME + "-gateway", (report, data, objects) -> new DoorsBench(report, objects).gateway(data));
        parts.put(NAME + "-routes", (report, data, objects) -> new DoorsBench(report, objects).routes(data, objects));
        parts.put(NAME + "-tls", (report, data, objects) -> new DoorsBench(report, objects).tls(data));
        parts.put(NAME + "-events", (report, data, objects) -> new DoorsBench(report, objects).events(data));
        return parts;
    }

    static void run(Report report, int objects) throws IOException, InterruptedException {
        for (FunctionsBench.Part part : parts().values()) {
            run(part, report, objects);
        }
    }

    static void run(FunctionsBench.Part part, Report report, int objects) throws IOException, InterruptedException {
        if (objects < MANY) {
            report.note("with so few objects: 1 caller, few APIs, few samples");
        }
        FunctionsBench.measure(part, report, objects);
    }

    private Duration length() {
        return isQuick ? Duration.ofMillis(300) : Duration.ofSeconds(3);
    }

    private static void hello(SluiceServer server) throws IOException, InterruptedException {
        server.create("hello", "python3", "hello.py", HELLO);
    }

    private static void api(SluiceServer server, String name) throws IOException, InterruptedException {
        server.change(
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"hello\",\"enabled\":true,\"methods\":[\"GET\"],\"uris\":[\"/"
                        + name + "\"]}");
    }

    private static HttpLoad get(SluiceServer server, String name) {
        return new HttpLoad("GET", server.gateway("/dispatch/" + name), List.of(), "", 200);
    }

    /// In turns, so that what else the machine does meets both.
    private void gateway(Path data) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            hello(server);
            api(server, "hello");
            HttpLoad direct = server.exec("hello");
            HttpLoad gateway = get(server, "hello");
            direct.run(1, length());
            gateway.run(1, length());
            for (int callers : isQuick ? List.of(1) : List.of(1, 16, CALLERS)) {
                double[] directMillis = new double[ROUNDS];
                double[] gatewayMillis = new double[ROUNDS];
                for (int i = 0; i < ROUNDS; i++) {
                    directMillis[i] = direct.run(callers, length()).micros(0.5) / 1e3;
                    gatewayMillis[i] = gateway.run(callers, length()).micros(0.5) / 1e3;
                }
                String who = callers == 1 ? "1 caller" : callers + " callers";
                report.add(Figure.of(
                                NAME,
                                "gateway to function and back, " + who + ", median",
                                median(gatewayMillis),
                                "ms",
                                callers == 1 ? "<= 0.15 ms more" : "")
                        .beside("the direct invoke", median(directMillis)));
            }
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        java.util.Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private void routes(Path data, int objects) throws IOException, InterruptedException {
        int many = Math.clamp(objects / 100, 2 * FEW_ROUTES, ROUTES_MAX);
        try (SluiceServer server = SluiceServer.start(data)) {
            hello(server);
            for (int i = 0; i < FEW_ROUTES; i++) {
                api(server, "few-" + i);
            }
            HttpLoad load = get(server, "few-5");
            load.run(1, length());
            double few = load.run(1, length()).micros(0.5) / 1e3;
            long start = System.nanoTime();
            for (int i = FEW_ROUTES; i < many; i++) {
                api(server, "many-" + i);
            }
            double perSecond = (many - FEW_ROUTES) / ((System.nanoTime() - start) / 1e9);
            load.run(1, length());
            double then = load.run(1, length()).micros(0.5) / 1e3;
            String number = String.format(Locale.ROOT, "%,d", many);
            report.add(Figure.of(
                            NAME, "a request where there are " + number + " APIs, median", then, "ms", "ratio about 1")
                    .beside("where there are " + FEW_ROUTES, few));
            report.add(Figure.of(NAME, "  APIs made, one after another", perSecond, "1/s", ""));
        }
    }

    private void tls(Path data) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            double plain = Handshakes.perSecond(server.gateway("/"), Handshakes.Kind.NONE, length());
            double resumed = Handshakes.perSecond(server.gatewayTls("/"), Handshakes.Kind.RESUMED, length());
            double whole = Handshakes.perSecond(server.gatewayTls("/"), Handshakes.Kind.WHOLE, length());
            report.add(Figure.of(
                            NAME,
                            "connections with TLS, answered, " + Handshakes.CALLERS + " callers",
                            whole,
                            "1/s",
                            "")
                    .beside("without TLS", plain));
            report.add(Figure.of(NAME, "  resumed", resumed, "1/s", "").beside("without TLS", plain));
        }
    }

    private void events(Path data) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            server.limit("{\"requestsPerSecond\":1000000}");
            accepted(server, data, 1);
            accepted(server, data, EVENTS_IN_A_BATCH);
            server.create("timed", "python3", "timed.py", TIMED);
            server.make(
                    "/v1/event/subscriptions", "{\"name\":\"timed\",\"eventType\":\"timed\",\"function\":\"timed\"}");
            began(server, data);
        }
    }

    /// Of events that nobody subscribes to: each is on the disk before it is accepted.
    private void accepted(SluiceServer server, Path data, int count) throws IOException, InterruptedException {
        String event =
                "{\"specversion\":\"1.0\",\"type\":\"flood\",\"source\":\"bench\",\"id\":\"1\",\"data\":{\"n\":1}}";
        String body = count == 1 ? event : "[" + (event + ",").repeat(count - 1) + event + "]";
        List<String> headers = server.headers().stream()
                .map(header -> header.startsWith("Content-Type")
                        ? "Content-Type: application/cloudevents" + (count == 1 ? "" : "-batch") + "+json"
                        : header)
                .toList();
        var load = new HttpLoad("POST", server.api("/v1/event"), headers, body, 204);
        load.run(CALLERS, length());
        Samples samples = load.run(CALLERS, length());
        double sync = EnqueueBench.syncMicros(data.resolve("sync"));
        String what = "events accepted, " + CALLERS + " callers" + (count == 1 ? "" : ", " + count + " at once");
        report.add(Figure.of(NAME, what, samples.perSecond() * count, "1/s", ">= 5,000 /s")
                .beside("synced writes, one by one", 1e6 / sync));
    }

    /// From the moment before an event is sent to the function's first word, one event after another.
    private void began(SluiceServer server, Path data) throws IOException, InterruptedException {
        int count = isQuick ? EVENTS_TIMED_QUICK : EVENTS_TIMED;
        for (int i = 0; i < count; i++) {
            long sent = System.currentTimeMillis() * 1_000_000;
            server.change(
                    "/v1/event",
                    "{\"eventType\":\"timed\",\"cloudEventsVersion\":\"0.1\",\"source\":\"bench\",\"eventID\":\"" + i
                            + "\",\"data\":{\"sent\":" + sent + "}}");
            awaitRuns(server, i + 1);
        }
        long[] nanos = new long[count];
        int at = 0;
        for (JsonNode run : server.list("/v1/runs?functionName=timed&limit=1000")) {
            nanos[at] = run.path("output").longValue();
            at++;
        }
        Samples samples = Samples.of(nanos, 1);
        double sync = EnqueueBench.syncMicros(data.resolve("sync"));
        report.add(Figure.of(NAME, "event sent to function begun, median", samples.micros(0.5) / 1e3, "ms", "<= 5 ms")
                .beside("one synced write", sync / 1e3));
        report.add(
                Figure.of(NAME, "  p99", samples.micros(0.99) / 1e3, "ms", "").beside("one synced write", sync / 1e3));
    }

    private static void awaitRuns(SluiceServer server, int count) throws IOException, InterruptedException {
        for (int i = 0; i < POLLS_MAX; i++) {
            long ended = 0;
            for (JsonNode run : server.list("/v1/runs?functionName=timed&limit=1000")) {
                ended += run.path("status").stringValue("").equals("READY") ? 1 : 0;
            }
            if (ended >= count) {
                return;
            }
            Thread.sleep(Math.min(POLL_MILLIS, i + 1L));
        }
        throw new IOException("an event began no run");
    }
}
