package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// The files of a directory, and whether one of them was saved. It looks at them again and again: events of the file
/// system come late, or not at all, from some of them (the JDK's on macOS, shared and network directories).
final class SavedFiles {
    private static final int FILES_MAX = 10_000;
    private static final Duration LOOK_AGAIN_MIN = Duration.ofMillis(10);

    /// A file that is always being written, such as a log, holds up nothing for longer.
    private static final int SETTLING_MAX = 10;

    /// Looking takes a twentieth of a processor at most, however many files there are.
    private static final int REST = 20;

    private final Path directory;
    private String seen;
    private Duration looked = Duration.ZERO;

    SavedFiles(Path directory) {
        this.directory = directory;
        this.seen = state();
    }

    /// Whether something was saved since the last call; waits until nothing is being written any more. For one thread.
    boolean haveChanged() {
        long start = System.nanoTime();
        String now = state();
        looked = Duration.ofNanos(System.nanoTime() - start);
        if (now.equals(seen)) {
            return false;
        }
        for (int i = 0; i < SETTLING_MAX && !now.equals(seen); i++) {
            seen = now;
            LockSupport.parkNanos(LOOK_AGAIN_MIN.toNanos());
            now = state();
        }
        seen = now;
        return true;
    }

    /// How long to wait before one looks again.
    Duration lookAgain() {
        Duration rest = looked.multipliedBy(REST);
        return rest.compareTo(LOOK_AGAIN_MIN) < 0 ? LOOK_AGAIN_MIN : rest;
    }

    /// Changes with each save: names, sizes and times of all files.
    private String state() {
        try (var files = Files.walk(directory)) {
            return files.limit(FILES_MAX).map(SavedFiles::stateOf).collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new Failure("cannot read " + directory + ": " + Failure.reason(e), e);
        } catch (UncheckedIOException gone) {
            return ""; // a directory, while it was being looked at
        }
    }

    private static String stateOf(Path file) {
        try {
            return file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
        } catch (IOException gone) {
            return file + " is gone"; // an editor replaces what it saves
        }
    }
}
