package dev.sluice.bench;

import java.io.IOException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// DeathStarBench's social network, as it was ported to Faasten: three stories of its functions in `examples`,
/// asked for one after the other over HTTP. They run as they are but for `T,dsb`, which becomes the caller's own
/// label.
final class SocialNetworkBench {
    private static final List<String> FUNCTIONS = List.of(
            "compose-post-frontend",
            "compose-post-upload-creator",
            "compose-post-upload-media",
            "compose-post-upload-text",
            "compose-post-upload-urls",
            "compose-post-upload-user-mentions",
            "social-graph-follow",
            "social-graph-unfollow",
            "text-service-upload-text",
            "user-service-setup-follow",
            "user-service-setup-post");
    private static final int ROUNDS = 200;
    private static final int WARM_UP_ROUNDS = 500;
    private static final long POST_NANOS_MAX = 30_000_000_000L;
    private static final String AIM = "<= 10,000 us";
    private static final String NOTHING = "def handle(args, syscall):\n    return {}\n";

    private final SluiceServer server;
    private final String base;
    private final String dsb;

    private SocialNetworkBench(SluiceServer server, String me) {
        this.server = server;
        this.dsb = "T," + me;
        this.base = "home:<" + dsb + ">";
    }

    static void run(Report report, SluiceServer server) throws IOException, InterruptedException {
        new SocialNetworkBench(server, server.principal()).run(report);
    }

    private void run(Report report) throws IOException, InterruptedException {
        install();
        for (String user : List.of("ann", "bob")) {
            call("user-service-setup-post", "{\"user\":\"" + user + "\"}");
            call("user-service-setup-follow", "{\"user\":\"" + user + "\"}");
        }
        rounds("warm", WARM_UP_ROUNDS);
        long[][] nanos = rounds("post", ROUNDS);
        double nothing = Samples.of(nanos[0], 1).micros(0.5);
        List<String> names = List.of("compose-post (7 functions, to the last one's write)", "follow", "unfollow");
        for (int i = 0; i < names.size(); i++) {
            report.add(Figure.of(
                            KernelBench.NAME,
                            names.get(i),
                            Samples.of(nanos[i + 1], 1).micros(0.5),
                            "us",
                            AIM)
                    .beside("invoke a gate that does nothing", nothing));
        }
    }

    /// Takes turns, so that whatever else this machine does slows them all.
    private long[][] rounds(String prefix, int count) throws IOException, InterruptedException {
        var nanos = new long[4][count];
        String pair = "{\"follower\":\"ann\",\"user\":\"bob\"}";
        for (int round = 0; round < count; round++) {
            nanos[0][round] = timed(() -> call("nothing", "{}"));
            String post = prefix + round;
            nanos[1][round] = timed(() -> compose(post));
            nanos[2][round] = timed(() -> require(call("social-graph-follow", pair), "created"));
            nanos[3][round] = timed(() -> require(call("social-graph-unfollow", pair), "deleted"));
        }
        return nanos;
    }

    private void compose(String post) throws IOException, InterruptedException {
        long start = System.nanoTime();
        JsonNode composed = call(
                "compose-post-frontend",
                "{\"user\":\"ann\",\"post_id\":\"" + post + "\",\"text\":\"hello @bob\",\"media\":[\"m\"],"
                        + "\"urls\":[\"u\"],\"user_mentions\":[\"bob\"]}");
        require(composed, "queued");
        for (String part : List.of("creator", "media", "text", "urls", "user_mentions")) {
            while (server.read(base + ":posts-ann:" + post + ":" + part).isEmpty()) {
                if (System.nanoTime() - start > POST_NANOS_MAX) {
                    throw new IOException("a post is still not there");
                }
            }
        }
    }

    private JsonNode call(String function, String payload) throws IOException, InterruptedException {
        return server.invoke(base + ":gates:" + function, payload);
    }

    private static void require(JsonNode answer, String field) throws IOException {
        for (JsonNode done : answer.path(field)) {
            if (!done.asBoolean()) {
                throw new IOException("a function could not do its work: " + answer);
            }
        }
    }

    private void install() throws IOException, InterruptedException {
        server.directory(base + ":gates");
        String me = dsb.substring(2);
        for (String function : FUNCTIONS) {
            String source = SluiceServer.resource("deathstarbench/" + function + "/workload.py");
            server.gate(base + ":gates:" + function, me, source.replace("T,dsb", dsb));
        }
        server.gate(base + ":gates:nothing", me, NOTHING);
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private static long timed(Step step) throws IOException, InterruptedException {
        long start = System.nanoTime();
        step.run();
        return System.nanoTime() - start;
    }
}
