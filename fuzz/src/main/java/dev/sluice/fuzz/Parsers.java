package dev.sluice.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Feeds each parser with bytes that Jazzer makes up, guided by the branches they take. What breaks one is kept in
/// `fuzz/corpus`, where the tests try it ever after.
final class Parsers {
    private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
    /// What is trusted to be itself: following values through it takes longer than all else.
    private static final String LIBRARIES = "org.**:com.**:tools.**:ch.**:java.**:javax.**:sun.**:jdk.**";

    private static final int INPUT_BYTES_MAX = 4096;

    private final Path root;

    /// @param root of the repository
    Parsers(Path root) {
        this.root = root;
    }

    /// What is kept for a parser.
    static List<Path> corpus(Path root, Parser parser) throws IOException {
        Path kept = root.resolve("fuzz").resolve("corpus").resolve(parser.word());
        if (!Files.isDirectory(kept)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(kept)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /// Tries one parser for so long.
    ///
    /// @return whether it withstood
    boolean withstands(Parser parser, Duration time) throws IOException, InterruptedException {
        Path kept =
                Files.createDirectories(root.resolve("fuzz").resolve("corpus").resolve(parser.word()));
        Path found =
                Files.createDirectories(root.resolve(".sluice").resolve("fuzz").resolve(parser.word()));
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+EnableDynamicAgentLoading",
                "-Djdk.attach.allowAttachSelf=true",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dsluice.parser=" + parser.name(),
                "-cp",
                System.getProperty("java.class.path"),
                JAZZER,
                "--target_class=" + ParserTarget.class.getName(),
                "--instrumentation_includes=dev.sluice.**",
                "--custom_hook_excludes=" + LIBRARIES));
        command.addAll(List.of(
                "--reproducer_path=" + found,
                "-max_total_time=" + time.toSeconds(),
                "-max_len=" + INPUT_BYTES_MAX,
                "-rss_limit_mb=2048",
                "-artifact_prefix=" + kept + "/",
                found.toString(),
                kept.toString()));
        System.out.println("== " + parser.word() + " for " + time.toSeconds() + " s");
        Process jazzer = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(jazzer.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        boolean isSound = jazzer.waitFor() == 0;
        List<String> lines = said.lines().toList();
        lines.subList(Math.max(0, lines.size() - (isSound ? 2 : 40)), lines.size())
                .forEach(System.out::println);
        return isSound;
    }
}
