package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Events: how soon one that was sent is at work in a function, and how many are kept in a second, each on the disk
/// before it is acknowledged.
final class EventsBench {
    private static final String EVENT =
            "{\"specversion\":\"1.0\",\"type\":\"bench.load\",\"source\":\"/bench\",\"id\":\"" + HttpLoad.NUMBER
                    + "\",\"data\":{\"n\":1}}";
    private static final int CALLERS = 64;
    private static final int BATCH = 100;
    private static final int BATCH_CALLERS = 4;
    private static final String LATE = """
            import time

            def handle(context, payload):
                return {'who': payload['who'], 'nanos': time.time_ns() - int(payload['sent'])}
            """;
    private static final int SENT = 100;
    private static final int SENT_QUICK = 10;
    private static final int WARM_UP = 10;
    private static final long PAUSE_MILLIS = 20;
    private static final int POLLS_MAX = 600;
    private static final long POLL_MILLIS = 100;

    private EventsBench() {}

    static void run(Report report, Path data, boolean isQuick) throws IOException, InterruptedException {
        Files.createDirectories(data);
        Duration length = isQuick ? Duration.ofMillis(300) : Duration.ofSeconds(2);
        kept(report, data.resolve("one"), length, 1, 1);
        kept(report, data.resolve("many"), length, CALLERS, 1);
        kept(report, data.resolve("batch"), length, BATCH_CALLERS, BATCH);
        try (SluiceServer server = SluiceServer.start(data.resolve("latency"))) {
            latency(report, server, isQuick ? SENT_QUICK : SENT);
        }
    }

    /// The function says how late it began; it has this machine's clock.
    private static void latency(Report report, SluiceServer server, int sent) throws IOException, InterruptedException {
        server.create("late", "python3", "late.py", LATE);
        subscribe(server, "late", false);
        for (int i = 0; i < WARM_UP; i++) {
            event(server, i, "nobody");
            submit(server, "nobody");
            Thread.sleep(PAUSE_MILLIS);
        }
        for (int i = 0; i < sent; i++) {
            event(server, WARM_UP + i, "event");
            Thread.sleep(PAUSE_MILLIS);
            submit(server, "direct");
            Thread.sleep(PAUSE_MILLIS);
        }
        var events = new ArrayList<Double>();
        var direct = new ArrayList<Double>();
        for (JsonNode output : outputs(server, 2 * (sent + WARM_UP))) {
            double millis = output.path("nanos").longValue() / 1e6;
            switch (output.path("who").stringValue()) {
                case "event" -> events.add(millis);
                case "direct" -> direct.add(millis);
                default -> {} // warm up
            }
        }
        report.add(Figure.of(DoorsBench.NAME, "event sent to function begun, median", at(events, 0.5), "ms", "<= 5 ms")
                .beside("a run that nobody waits for", at(direct, 0.5)));
        report.add(Figure.of(DoorsBench.NAME, "  p99", at(events, 0.99), "ms", "")
                .beside("a run that nobody waits for", at(direct, 0.99)));
    }

    private static double at(List<Double> values, double quantile) {
        Collections.sort(values);
        return values.get((int) Math.round(quantile * (values.size() - 1)));
    }

    /// What the runs gave back, once so many have ended.
    private static List<JsonNode> outputs(SluiceServer server, int runs) throws IOException, InterruptedException {
        for (int i = 0; i < POLLS_MAX; i++) {
            List<JsonNode> outputs = server.list("/v1/runs?functionName=late&limit=1000")
                    .valueStream()
                    .map(run -> run.path("output"))
                    .filter(JsonNode::isObject)
                    .toList();
            if (outputs.size() >= runs) {
                return outputs;
            }
            Thread.sleep(POLL_MILLIS);
        }
        throw new IOException("an event began no run");
    }

    private static void event(SluiceServer server, int id, String who) throws IOException, InterruptedException {
        server.change(
                "/v1/event",
                "{\"eventType\":\"bench.load\",\"cloudEventsVersion\":\"0.1\",\"source\":\"bench\",\"eventID\":\"" + id
                        + "\",\"data\":" + payload(who) + "}");
    }

    private static void submit(SluiceServer server, String who) throws IOException, InterruptedException {
        server.submit("late", payload(who));
    }

    /// Nanoseconds since 1970, as a text: numbers of JSON need not have so many digits.
    private static String payload(String who) {
        Instant now = Instant.now();
        return "{\"who\":\"" + who + "\",\"sent\":\"" + (now.getEpochSecond() * 1_000_000_000L + now.getNano()) + "\"}";
    }

    private static void subscribe(SluiceServer server, String function, boolean isPaused)
            throws IOException, InterruptedException {
        server.make(
                "/v1/event/subscriptions",
                "{\"name\":\"bench\",\"eventType\":\"bench.load\",\"function\":\"" + function + "\",\"paused\":"
                        + isPaused + "}");
    }

    /// Its subscription is paused: what is measured is that events are kept, not that functions run.
    private static void kept(Report report, Path data, Duration length, int callers, int batch)
            throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            subscribe(server, "nobody", true);
            String type = batch == 1 ? "application/cloudevents+json" : "application/cloudevents-batch+json";
            var headers = new ArrayList<>(server.headers());
            headers.removeIf(header -> header.startsWith("Content-Type"));
            headers.add("Content-Type: " + type);
            String body = batch == 1 ? EVENT : "[" + String.join(",", Collections.nCopies(batch, EVENT)) + "]";
            var load = new HttpLoad("POST", server.api("/v1/event"), headers, body, 204);
            load.run(callers, length.dividedBy(2));
            Samples samples = load.run(callers, length);
            double sync = EnqueueBench.syncMicros(data.resolve("sync"), body.length());
            String who = callers + (callers == 1 ? " caller" : " callers") + (batch == 1 ? "" : ", by " + batch);
            report.add(Figure.of(
                            DoorsBench.NAME,
                            "events accepted, " + who,
                            samples.perSecond() * batch,
                            "1/s",
                            callers == 1 ? "" : ">= 5,000 /s")
                    .beside("synced writes, one by one", 1e6 / sync * batch));
            report.add(Figure.of(DoorsBench.NAME, "  median of a request", samples.micros(0.5) / 1e3, "ms", "")
                    .beside("one synced write", sync / 1e3));
        }
    }
}
