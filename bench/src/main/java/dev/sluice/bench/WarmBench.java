package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// `invoke-warm`: HTTP in, guest, HTTP out of a function that does nothing, with authentication, labels and run
/// record.
final class WarmBench {
    private static final String NAME = "invoke-warm";
    private static final Duration WARM_UP = Duration.ofSeconds(4);
    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final int MANY = 16;

    private WarmBench() {}

    static void run(Report report) throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.create()) {
            Pair bare;
            try (BareHello hello = BareHello.start(scratch.path().resolve("hello"))) {
                bare = measure(hello.load());
            }
            Optional<Pair> peer = workerd(scratch.path().resolve("workerd"));
            if (peer.isEmpty()) {
                report.note("workerd is not to be had from npm here: no figures beside it");
            }
            try (SluiceServer server = SluiceServer.start(scratch.path().resolve("data"))) {
                server.create("noop-py", "python3", "noop.py", "def handle(context, payload):\n    return payload\n");
                server.create(
                        "noop-js", "nodejs", "noop.js", "module.exports = function (c, payload) { return payload }\n");
                for (String function : List.of("noop-py", "noop-js")) {
                    report(report, function, measure(server.exec(function)), bare, peer);
                }
            }
        }
    }

    private record Pair(Samples one, Samples many) {}

    private static Pair measure(HttpLoad load) throws IOException, InterruptedException {
        load.run(MANY, WARM_UP);
        Samples one = load.run(1, MEASURED);
        return new Pair(one, load.run(MANY, MEASURED));
    }

    private static void report(Report report, String function, Pair ours, Pair bare, Optional<Pair> peer) {
        report.add(Figure.of(NAME, function + " median, 1 caller", ours.one().micros(0.5), "us", "<= 300 us")
                .beside("bare hello", bare.one().micros(0.5)));
        report.add(Figure.of(NAME, function + " p99, 1 caller", ours.one().micros(0.99), "us", "")
                .beside("bare hello", bare.one().micros(0.99)));
        report.add(Figure.of(NAME, function + " p99, 16 callers", ours.many().micros(0.99), "us", "")
                .beside("bare hello", bare.many().micros(0.99)));
        report.add(Figure.of(
                        NAME, function + " requests/s, 16 callers", ours.many().perSecond(), "1/s", "ratio >= 0.25")
                .beside("bare hello", bare.many().perSecond()));
        peer.ifPresent(p -> {
            report.add(Figure.of(
                            NAME,
                            function + " requests/s, 16 callers",
                            ours.many().perSecond(),
                            "1/s",
                            "ratio >= 1")
                    .beside("workerd hello", p.many().perSecond()));
            report.add(
                    Figure.of(NAME, function + " median, 1 caller", ours.one().micros(0.5), "us", "")
                            .beside("workerd hello", p.one().micros(0.5)));
        });
    }

    private static Optional<Pair> workerd(Path directory) throws IOException, InterruptedException {
        try (Workerd workerd = Workerd.start(directory).orElse(null)) {
            return workerd == null ? Optional.empty() : Optional.of(measure(BareHello.post(workerd.address())));
        }
    }
}
