package dev.sluice.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// The root file systems of runtimes, kept from one server to the next: to make them takes as long as most tests. A
/// server finds out by itself whether they are still true. Only one may make them at a time: so each of the processes
/// that surefire runs tests in has its own, and whoever is none of these keeps nothing.
public final class KeptRoots {
    private static final String FORK = System.getProperty("sluice.test.fork", "");
    private static final Path KEPT = Path.of("target", "roots-" + FORK);

    private KeptRoots() {}

    /// @param directory of a driver, which will not have to make them
    public static Path under(Path directory) {
        try {
            Path roots = Files.createDirectories(directory).resolve("roots");
            if (!FORK.isEmpty() && !Files.exists(roots, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(
                        roots, Files.createDirectories(KEPT.toAbsolutePath()).toRealPath());
            }
            return directory;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
