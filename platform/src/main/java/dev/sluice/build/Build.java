package dev.sluice.build;

import dev.sluice.build.BuildChannel.Frame;
import dev.sluice.function.SourceFiles;
import dev.sluice.sandbox.Death;
import dev.sluice.sandbox.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One build in one sandbox: answers what it asks for, and takes what it hands over.
final class Build {
    private static final int FETCHES_MAX = 5000;
    private static final long FETCHED_BYTES_MAX = 512L << 20;
    private static final int ACCEPT_CHARS_MAX = 512;
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final Sandbox sandbox;
    private final BuildChannel channel;
    private final Registries registries;
    private final Fetching fetching;
    private final Needs needs;
    private final Set<Registries.Kind> kinds;
    private final BuildLog log;
    private int fetches;
    private long fetchedBytes;
    private String unreachable = "";
    private volatile @Nullable InputStream body;
    private volatile @Nullable String ended;

    Build(Sandbox sandbox, Registries registries, Fetching fetching, Needs needs, BuildLog log) {
        this.sandbox = sandbox;
        this.channel = new BuildChannel(sandbox.channel());
        this.registries = registries;
        this.fetching = fetching;
        this.needs = needs;
        this.kinds = needs.kinds();
        this.log = log;
    }

    /// From another thread: it is over, for this reason.
    void end(String reason) {
        ended = reason;
        InputStream reading = body;
        if (reading != null) {
            closeQuietly(reading);
        }
        sandbox.close();
    }

    SourceFiles run() throws BuildFailed, InterruptedException {
        try {
            return converse();
        } catch (IOException broken) {
            throw new BuildFailed(why());
        }
    }

    private String why() throws InterruptedException {
        String told = ended;
        if (told != null) {
            return told;
        }
        Optional<Death> death = sandbox.awaitDeath(LAST_WORDS);
        return death.isPresent() && death.get() instanceof Death.OutOfMemory
                ? "the build needed more than its " + Builds.MEMORY_MIB + " MiB, the files that it made among them"
                : "the build ended without a result";
    }

    private SourceFiles converse() throws IOException, BuildFailed, InterruptedException {
        if (channel.receive().kind() != 'H') {
            throw new BuildFailed("the build did not begin");
        }
        channel.send('J', job());
        var installed = new Installed();
        while (true) {
            Frame frame = channel.receive();
            switch (frame.kind()) {
                case 'G' -> answer(frame.json());
                case 'F' -> installed.begin(frame.body(), false);
                case 'P' -> installed.begin(frame.body(), true);
                case 'D' -> installed.add(frame.body());
                case 'E' -> {
                    return installed.all();
                }
                case 'X' -> throw failed(new String(frame.body().readOnlyArray(), StandardCharsets.UTF_8));
                default -> throw new BuildFailed("the build spoke in riddles");
            }
        }
    }

    /// A tool that cannot fetch something says only that there is no such thing.
    private BuildFailed failed(String reason) {
        return new BuildFailed(unreachable.isEmpty() ? reason : unreachable + "; " + reason);
    }

    private Map<String, ?> job() {
        Map<String, List<String>> indexes = new TreeMap<>();
        for (Registries.Kind kind : kinds) {
            List<String> addresses =
                    registries.addresses(kind).stream().map(URI::toString).toList();
            indexes.put(Registries.word(kind), addresses);
        }
        List<String> origins = kinds.stream()
                .flatMap(kind -> registries.addresses(kind).stream())
                .map(Registries::origin)
                .distinct()
                .toList();
        return Map.of(
                "language", needs.language().language(),
                "manifest", needs.manifest(),
                "packages", needs.packages(),
                "origins", origins,
                "indexes", indexes,
                "keyring",
                        Base64.getEncoder().encodeToString(registries.keyring().readOnlyArray()),
                "remedy", Builds.remedy(Registries.Kind.DEBIAN),
                "java", System.getProperty("java.home"));
    }

    private void answer(JsonNode asked) throws IOException, InterruptedException, BuildFailed {
        if (++fetches > FETCHES_MAX) {
            throw new BuildFailed("the build fetched more than " + FETCHES_MAX + " files");
        }
        URI address;
        try {
            address = registries.permitted(
                    kinds, asked.path("origin").asString(""), asked.path("path").asString(""));
        } catch (BuildFailed elsewhere) {
            log.say("sluice: refused, for it is in none of the configured registries");
            refuse(403);
            return;
        }
        Fetching.Fetched fetched;
        try {
            fetched = fetching.get(address, accept(asked.path("accept").asString("*/*")));
        } catch (IOException gone) {
            unreachable = "the registry cannot be reached: " + Registries.origin(address);
            log.say("sluice: " + unreachable);
            refuse(502);
            return;
        }
        try (InputStream in = fetched.body()) {
            body = in;
            channel.send(
                    'R',
                    Map.of(
                            "status", fetched.status(),
                            "type", fetched.type(),
                            "location", fetched.location(),
                            "length", fetched.lengthBytes()));
            pass(in);
        } finally {
            body = null;
        }
    }

    private void pass(InputStream in) throws IOException, BuildFailed {
        byte[] piece = new byte[BuildChannel.PIECE_BYTES];
        int read = read(in, piece);
        while (read > 0) {
            fetchedBytes += read;
            if (fetchedBytes > FETCHED_BYTES_MAX) {
                throw new BuildFailed("the build fetched more than " + (FETCHED_BYTES_MAX >> 20) + " MiB");
            }
            channel.send('B', piece, read);
            read = read(in, piece);
        }
        channel.send(read == 0 ? 'Z' : 'A', piece, 0);
    }

    /// As many as there are, 0 at the end, -1 when the registry broke off.
    private static int read(InputStream in, byte[] piece) {
        try {
            return in.readNBytes(piece, 0, piece.length);
        } catch (IOException broken) {
            return -1;
        }
    }

    private void refuse(int status) throws IOException {
        channel.send('R', Map.of("status", status, "type", "", "location", "", "length", 0));
        channel.send('Z', new byte[0], 0);
    }

    private static String accept(String asked) {
        boolean isPlain = asked.length() <= ACCEPT_CHARS_MAX && asked.chars().allMatch(c -> c >= ' ' && c < 127);
        return isPlain && !asked.isBlank() ? asked : "*/*";
    }

    private static void closeQuietly(InputStream stream) {
        try {
            stream.close();
        } catch (IOException gone) {
            // Whoever reads it sees the same.
        }
    }
}
