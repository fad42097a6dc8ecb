package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `./sluice` as a user runs it: in a home and on a data directory of its own, on ports that the system picks.
/// Closing it stops the server it may have started.
final class Launcher implements AutoCloseable {
    static final Path ROOT =
            Path.of(System.getProperty("sluice.root", "..")).toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern MEMBER = Pattern.compile("\"(\\w+)\"\\s*:\\s*(?:\"([^\"]*)\"|(\\d+))");

    /// What a command left behind.
    record Result(int exit, String out, String err) {
        Result succeeds() {
            assertThat(exit).as("exit code; it said: %s%s", out, err).isZero();
            return this;
        }
    }

    private final Path home;
    private final Path data;
    private final Map<String, String> environment = new HashMap<>();

    /// @throws UncheckedIOException when there is no place for temporary files
    Launcher() {
        this.home = newHome();
        this.data = home.resolve("data");
        environment.put("HOME", home.toString());
        environment.put("SLUICE_DATA", data.toString());
        environment.put("SLUICE_PREBUILT", "1");
        environment.put("NO_COLOR", "1");
        for (String port : List.of("API", "API_TLS", "GATEWAY", "GATEWAY_TLS")) {
            environment.put("SLUICE_" + port + "_PORT", "0");
        }
    }

    Path home() {
        return home;
    }

    Path data() {
        return data;
    }

    /// Gives this home's user a browser: whatever address a program opens in it is followed to its end.
    void opensAddressesByItself() throws IOException {
        Path bin = Files.createDirectories(home.resolve("bin"));
        Path opener = Files.writeString(bin.resolve("xdg-open"), """
                #!/bin/sh
                # the jar is empty: each login is of a browser that was not here before
                exec curl --silent --show-error --location --cookie /dev/null "$1"
                """);
        Files.setPosixFilePermissions(opener, PosixFilePermissions.fromString("rwx------"));
        environment.put("PATH", bin + ":" + System.getenv("PATH"));
    }

    /// Runs `./sluice WORDS...` from a directory that is not the repository's.
    Result run(String... words) throws IOException, InterruptedException {
        return run(PATIENCE, words);
    }

    Result run(Duration patience, String... words) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(ROOT.resolve("sluice").toString());
        command.addAll(List.of(words));
        return run(home, command, patience);
    }

    Result run(Path directory, List<String> command) throws IOException, InterruptedException {
        return run(directory, command, PATIENCE);
    }

    private Result run(Path directory, List<String> command, Duration patience)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile(home, "out", "");
        Path err = Files.createTempFile(home, "err", "");
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("SLUICE_")); // whoever runs the tests has his own
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(patience.toSeconds(), TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        var result = new Result(process.exitValue(), read(out), read(err));
        assertThat(ended).as("%s ended in time; it said: %s", command, result).isTrue();
        return result;
    }

    /// The members of `endpoints.json`, as text.
    Map<String, String> endpoints() throws IOException {
        var found = new HashMap<String, String>();
        Matcher matcher = MEMBER.matcher(Files.readString(data.resolve("endpoints.json")));
        while (matcher.find()) {
            found.put(matcher.group(1), matcher.group(2) == null ? matcher.group(3) : matcher.group(2));
        }
        return found;
    }

    ProcessHandle server() throws IOException {
        return ProcessHandle.of(Long.parseLong(endpoints().get("pid"))).orElseThrow();
    }

    @Override
    public void close() {
        try {
            run("down");
            new ProcessBuilder("rm", "-rf", home.toString()).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path newHome() {
        try {
            return Files.createTempDirectory("sluice-e2e");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
