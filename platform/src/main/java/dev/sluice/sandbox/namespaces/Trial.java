package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.LogSink;
import dev.sluice.sandbox.SandboxFailed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// One guest of each runtime, started before the first real one: it says what the kernel says about it, and we believe
/// that this host isolates guests only if that is what we asked for.
final class Trial {
    private static final Duration BOOT = Duration.ofSeconds(10);
    private static final int ANSWER_BYTES_MAX = 64 << 10;
    private static final String PYTHON =
            "import os\nos.write(3, open('/proc/self/status', 'rb').read() + b'End:\\t0\\n')\nos.read(3, 1)";
    private static final String NODE = """
            const fs = require('node:fs');
            fs.writeSync(3, fs.readFileSync('/proc/self/status', 'utf8') + 'End:\\t0\\n');
            fs.readSync(3, Buffer.alloc(1));
            """;

    private static final String POWERSHELL = """
            $handle = [Microsoft.Win32.SafeHandles.SafeFileHandle]::new([IntPtr] 3, $false)
            $channel = [IO.FileStream]::new($handle, [IO.FileAccess]::ReadWrite, 1)
            $said = [Text.Encoding]::ASCII.GetBytes([IO.File]::ReadAllText('/proc/self/status') + "End:`t0`n")
            $channel.Write($said, 0, $said.Length)
            $channel.Flush()
            [void] $channel.ReadByte()
            """;

    private static final List<String> JAVA = List.of(
            "/usr/bin/java",
            "-Xmx32m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "--add-opens=java.base/java.io=ALL-UNNAMED",
            "-cp",
            "/runtime/guest.jar",
            "dev.sluice.guest.Status");

    /// What `/proc/self/status` must say.
    private static final Map<String, String> DEMANDS = Map.of(
            "NoNewPrivs", "1",
            "Seccomp", "2",
            "CapPrm", "0000000000000000",
            "CapEff", "0000000000000000",
            "CapBnd", "0000000000000000");

    private Trial() {}

    /// Tries `runtimes` at the same time.
    ///
    /// @throws IOException if one of them does not start as it should
    static void ofEach(Set<String> runtimes, NamespaceDriver driver) throws IOException, InterruptedException {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> trials = runtimes.stream()
                    .map(runtime -> executor.submit(() -> of(runtime, driver)))
                    .toList();
            for (Future<Boolean> trial : trials) {
                trial.get();
            }
        } catch (ExecutionException failure) {
            throw new IOException("a trial guest failed: " + failure.getCause(), failure);
        }
    }

    private static boolean of(String runtime, NamespaceDriver driver)
            throws SandboxFailed, IOException, InterruptedException {
        List<String> command = switch (runtime) {
            case NamespaceOptions.PYTHON3, NamespaceOptions.BUILD, NamespaceOptions.MONITOR ->
                List.of("/usr/bin/python3", "-I", "-S", "-c", PYTHON);
            case NamespaceOptions.NODEJS -> List.of("/usr/bin/node", "-e", NODE);
            case NamespaceOptions.POWERSHELL ->
                List.of("/usr/bin/pwsh", "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", POWERSHELL);
            default -> JAVA;
        };
        var printed = new ByteArrayOutputStream();
        LogSink sink = into(printed);
        try (var guest = driver.start(new GuestSpec(runtime, command, 256, 64, 8, 400, BOOT), sink)) {
            var answer = Channels.newInputStream(guest.channel());
            var status = new StringBuilder();
            byte[] chunk = new byte[ANSWER_BYTES_MAX];
            int read = 0;
            while (status.length() < ANSWER_BYTES_MAX
                    && status.indexOf("End:") < 0
                    && (read = answer.read(chunk)) > 0) {
                status.append(new String(chunk, 0, read, StandardCharsets.US_ASCII));
            }
            guest.drainLogs(sink);
            require(status.toString(), runtime);
        } catch (SandboxFailed | IOException failure) {
            throw new IOException(
                    failure.getMessage() + " "
                            + printed.toString(StandardCharsets.UTF_8).strip(),
                    failure);
        }
        return true;
    }

    /// Whether that is a guest as we want it.
    static void require(String status, String runtime) throws IOException {
        if (status.isEmpty()) {
            throw new IOException("a guest of " + runtime + " ends before it has begun.");
        }
        for (var demand : DEMANDS.entrySet()) {
            String line = demand.getKey() + ":\t" + demand.getValue();
            if (!status.contains("\n" + line + "\n")) {
                throw new IOException("a guest of " + runtime + " runs without " + line.replace('\t', ' ') + ".");
            }
        }
    }

    private static LogSink into(ByteArrayOutputStream printed) {
        return new LogSink() {
            @Override
            public void stdout(ByteBuffer bytes) {
                stderr(bytes);
            }

            @Override
            public void stderr(ByteBuffer bytes) {
                while (bytes.hasRemaining() && printed.size() < ANSWER_BYTES_MAX) {
                    printed.write(bytes.get());
                }
            }
        };
    }
}
