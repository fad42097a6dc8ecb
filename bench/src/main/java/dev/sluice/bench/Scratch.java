package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A directory that is gone when the bench is.
record Scratch(Path path) implements AutoCloseable {
    static Scratch create() throws IOException {
        return new Scratch(Files.createTempDirectory("sluice-bench"));
    }

    @Override
    public void close() throws IOException {
        List<Path> all;
        try (Stream<Path> below = Files.walk(path)) {
            all = below.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.deleteIfExists(each);
        }
    }
}
