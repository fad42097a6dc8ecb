package dev.sluice.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Starts the scripts of `guest/` in the test resources and hears what they say: lines of JSON on their channel.
public final class Guests {
    public static final Duration BOOT = Duration.ofSeconds(30);
    private static final int ANSWER_BYTES_MAX = 4 << 20;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final SandboxDriver driver;

    public Guests(SandboxDriver driver) {
        this.driver = driver;
    }

    /// Where the scripts are: what the driver under test shows to guests as `/runtime`.
    public static Path files() throws URISyntaxException {
        return Path.of(
                Objects.requireNonNull(Guests.class.getResource("guest/")).toURI());
    }

    /// 128 MiB, 64 processes, a scratch of 16 MiB and one processor.
    public static GuestSpec spec(String script, String... arguments) {
        return spec(128, 64, 16, 100, script, arguments);
    }

    public static GuestSpec spec(
            int memoryMib, int processesMax, int scratchMib, int cpuPercent, String script, String... arguments) {
        boolean python = script.endsWith(".py");
        var command =
                new ArrayList<>(python ? List.of("/usr/bin/python3", "-I") : List.of("/usr/bin/node", "--no-warnings"));
        command.add("/runtime/" + script);
        command.addAll(List.of(arguments));
        return new GuestSpec(
                python ? "python3" : "nodejs", command, memoryMib, processesMax, scratchMib, cpuPercent, BOOT);
    }

    /// The first thing that a guest says, which is then closed.
    public JsonNode ask(GuestSpec spec) throws Exception {
        try (Sandbox guest = driver.start(spec)) {
            return hear(guest);
        }
    }

    /// The answer of a Python guest of [#spec(String, String...)].
    public JsonNode ask(String script, String... arguments) throws Exception {
        return ask(spec(script, arguments));
    }

    /// Says `words` to `guest`.
    static void tell(Sandbox guest, String words) throws IOException {
        guest.channel().write(ByteBuffer.wrap(words.getBytes(StandardCharsets.UTF_8)));
    }

    /// The next line that `guest` says.
    public static JsonNode hear(Sandbox guest) throws IOException {
        var line = new ByteArrayOutputStream();
        var one = ByteBuffer.allocate(1);
        while (line.size() < ANSWER_BYTES_MAX) {
            if (guest.channel().read(one.clear()) < 0) {
                throw new IOException("the guest hung up after " + line + ", " + guest.death());
            }
            if (one.get(0) == '\n') {
                return JSON.readTree(line.toByteArray());
            }
            line.write(one.get(0));
        }
        throw new IOException("the guest says too much");
    }

    /// A sink that remembers everything.
    public static final class Output implements LogSink {
        private final AtomicReference<String> out = new AtomicReference<>("");
        private final AtomicReference<String> err = new AtomicReference<>("");

        @Override
        public void stdout(ByteBuffer bytes) {
            out.accumulateAndGet(StandardCharsets.UTF_8.decode(bytes).toString(), String::concat);
        }

        @Override
        public void stderr(ByteBuffer bytes) {
            err.accumulateAndGet(StandardCharsets.UTF_8.decode(bytes).toString(), String::concat);
        }

        public String out() {
            return out.get();
        }

        public String err() {
            return err.get();
        }
    }
}
