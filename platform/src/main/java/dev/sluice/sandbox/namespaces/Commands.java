package dev.sluice.sandbox.namespaces;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// Short questions to tools of the host, asked at start only and in an empty environment.
public final class Commands {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private Commands() {}

    /// What `command` writes to standard output and error.
    ///
    /// @throws IOException if it cannot be run, fails, writes more than a mebibyte or does not end
    public static String ask(List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        Process process = builder.start();
        try (var answer = process.getInputStream()) {
            process.getOutputStream().close();
            String text = new String(answer.readNBytes(ANSWER_BYTES_MAX), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
                throw new IOException(String.format(
                        Locale.ROOT,
                        "%s failed: %s",
                        command.getFirst(),
                        text.lines().findFirst().orElse("")));
            }
            return text;
        } finally {
            process.destroyForcibly();
        }
    }
}
