package dev.sluice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What was found once, or is worth beginning with, is taken by each parser; and a few hundred changes of it.
final class ParserTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int CHANGES = 500;

    @ParameterizedTest
    @EnumSource
    void whatIsKept_isTaken(Parser parser) throws IOException {
        List<Path> corpus = Parsers.corpus(ROOT, parser);
        assertThat(corpus).isNotEmpty();
        var random = new SplittableRandom(parser.name().hashCode());
        for (Path kept : corpus) {
            byte[] input = Files.readAllBytes(kept);
            parser.take(input);
            for (int i = 0; i < CHANGES / corpus.size(); i++) {
                parser.take(changed(input, random));
            }
        }
    }

    private static byte[] changed(byte[] input, SplittableRandom random) {
        byte[] changed = input.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && changed.length > 0; i++) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }
}
