package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Runs the README's ```console blocks as they are written, in their order and from the root of the repository. A line
/// `$ COMMAND` is run; the lines below it must appear in what it prints, in that order, where `…` stands for anything.
/// Only the ports are others than the README's, so that a server of the developer's may run meanwhile.
final class ReadmeTest {
    private static final Pattern BLOCK = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL);
    private static final Map<String, String> DEFAULTS = Map.of("api", "127.0.0.1:8080", "gatewayTls", "127.0.0.1:8444");

    private record Step(String command, List<String> expected) {}

    @Test
    void theReadme_doesWhatItSays() throws Exception {
        List<Step> steps = steps(Files.readString(Launcher.ROOT.resolve("README.md")));
        assertThat(steps).as("commands in README.md").hasSizeGreaterThan(5);
        try (var sluice = new Launcher()) {
            var ports = new HashMap<String, String>();
            for (Step step : steps) {
                String command = step.command();
                for (var port : ports.entrySet()) {
                    command = command.replace(port.getKey(), port.getValue());
                }
                Launcher.Result result = sluice.run(Launcher.ROOT, List.of("bash", "-euo", "pipefail", "-c", command));
                assertThat(result.exit()).as("%s%n%s", command, result).isZero();
                if (Files.exists(sluice.data().resolve("endpoints.json"))) {
                    for (var usual : DEFAULTS.entrySet()) {
                        String served = sluice.endpoints().get(usual.getKey());
                        ports.put(usual.getValue(), URI.create(served).getAuthority());
                    }
                }
                String out = result.out();
                for (var port : ports.entrySet()) {
                    out = out.replace(port.getValue(), port.getKey());
                }
                assertThat(out).as(command).matches(printed(step.expected()));
            }
        }
    }

    private static List<Step> steps(String readme) {
        var steps = new ArrayList<Step>();
        Matcher block = BLOCK.matcher(readme);
        while (block.find()) {
            for (String line : block.group(1).lines().toList()) {
                if (line.startsWith("$ ")) {
                    steps.add(new Step(line.substring(2), new ArrayList<>()));
                } else if (!line.isBlank()) {
                    steps.getLast().expected().add(line);
                }
            }
        }
        return steps;
    }

    private static Pattern printed(List<String> expected) {
        String lines = expected.stream()
                .map(line -> Pattern.quote(line.strip()).replace("…", "\\E.*\\Q"))
                .collect(Collectors.joining(".*", ".*", ".*"));
        return Pattern.compile(lines, Pattern.DOTALL);
    }
}
