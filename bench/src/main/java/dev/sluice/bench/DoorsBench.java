package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/// `doors`: what the gateway adds to an invoke, what many paths and hosts cost a request, what TLS costs, how many
/// events are
/// accepted, and how soon one begins a run.
final class DoorsBench {
    static final String NAME = "doors";

    private static final int MANY = 1_000_000;
    private static final int ROUTES_MAX = 10_000;
    private static final int FEW_ROUTES = 10;
    private static final int PATHS_OF_AN_API = 100;
    private static final int ROUNDS = 5;
    private static final int CALLERS = 64;
    private static final String HELLO = "def handle(context, payload):\n    return {'hello': 'world'}\n";

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
        parts.put(NAME + "-hosts", (report, data, objects) -> new DoorsBench(report, objects).hosts(data, objects));
        parts.put(NAME + "-tls", (report, data, objects) -> new DoorsBench(report, objects).tls(data));
        parts.put(NAME + "-events", (report, data, objects) -> EventsBench.run(report, data, objects < MANY));
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

    private static void api(SluiceServer server, String name, List<String> paths)
            throws IOException, InterruptedException {
        server.change(
                "/v1/api",
                "{\"name\":\"" + name + "\",\"function\":\"hello\",\"enabled\":true,\"methods\":[\"GET\"],\"uris\":[\"/"
                        + String.join("\",\"/", paths) + "\"]}");
    }

    private static HttpLoad get(SluiceServer server, String name) {
        return new HttpLoad("GET", server.gateway("/dispatch/" + name), List.of(), "", 200);
    }

    /// In turns, so that what else the machine does meets both.
    private void gateway(Path data) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            hello(server);
            api(server, "hello", List.of("hello"));
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

    /// An organization has 500 APIs at most, and an API 100 paths.
    private void routes(Path data, int objects) throws IOException, InterruptedException {
        compare(data, objects, "paths", this::served);
    }

    /// An organization has 500 hosts at most.
    private void hosts(Path data, int objects) throws IOException, InterruptedException {
        compare(
                data,
                objects,
                "hosts",
                (server, count) -> {
                    hello(server);
                    HttpLoad last = new ManyHosts(server, count).served();
                    last.run(1, length());
                    return last;
                },
                ManyHosts.WAIVED.toArray(String[]::new));
    }

    /// Makes many, or few, and says what asks for the last of them.
    private interface Served {
        HttpLoad of(SluiceServer server, int count) throws IOException, InterruptedException;
    }

    /// Two servers, in turns, so that what else the machine does meets both.
    private void compare(Path data, int objects, String what, Served served, String... options)
            throws IOException, InterruptedException {
        int many = Math.clamp(objects / 100, 2 * FEW_ROUTES, ROUTES_MAX);
        Files.createDirectories(data);
        try (SluiceServer few = SluiceServer.start(data.resolve("few"), options);
                SluiceServer full = SluiceServer.start(data.resolve("many"), options)) {
            HttpLoad atFew = served.of(few, FEW_ROUTES);
            HttpLoad atMany = served.of(full, many);
            double[] fewMillis = new double[ROUNDS];
            double[] manyMillis = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                fewMillis[i] = atFew.run(1, length()).micros(0.5) / 1e3;
                manyMillis[i] = atMany.run(1, length()).micros(0.5) / 1e3;
            }
            String label = String.format(Locale.ROOT, "a request where there are %,d %s, median", many, what);
            report.add(Figure.of(NAME, label, median(manyMillis), "ms", "ratio about 1")
                    .beside("where there are " + FEW_ROUTES, median(fewMillis)));
        }
    }

    /// What asks for the last of so many paths, after a while of it.
    private HttpLoad served(SluiceServer server, int count) throws IOException, InterruptedException {
        hello(server);
        for (int i = 0; i < count; i += PATHS_OF_AN_API) {
            api(server, "paths-" + i, paths(i, Math.min(count, i + PATHS_OF_AN_API)));
        }
        HttpLoad last = get(server, "path-" + (count - 1));
        last.run(1, length());
        return last;
    }

    private static List<String> paths(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "path-" + i).toList();
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
}
