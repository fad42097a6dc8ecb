package dev.sluice.sandbox.microvm;

import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.sandbox.namespaces.Leftovers;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Drivers of tests, which share kernels, images and snapshots: a kernel is downloaded once.
public final class TestMachines {
    private static final long TURN_SECONDS_MAX = 1_800;
    private static final Path CACHE = Path.of("/var/tmp/sluice-test-microvm");

    private TestMachines() {}

    /// Where processors are emulated, machines of several tests at once would each take too long: they take turns.
    public static SandboxDriver open(Path place, Map<String, Path> guestFiles) throws InterruptedException {
        try {
            return openInTurn(place, guestFiles);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static SandboxDriver openInTurn(Path place, Map<String, Path> guestFiles)
            throws IOException, InterruptedException {
        FileChannel turn = turn();
        boolean isOpen = false;
        try {
            MicrovmDriver driver = MicrovmDriver.open(new MicrovmOptions(
                    new NamespaceOptions(
                            place,
                            guestFiles,
                            NamespaceOptions.PYTHON,
                            NamespaceOptions.NODE,
                            NamespaceOptions.OWN_JAVA,
                            Leftovers.FIRST_UID),
                    CACHE));
            isOpen = true;
            return new InTurn(driver, turn);
        } finally {
            if (!isOpen) {
                turn.close();
            }
        }
    }

    private static FileChannel turn() throws IOException, InterruptedException {
        Files.createDirectories(CACHE);
        FileChannel file =
                FileChannel.open(CACHE.resolve("turn.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        for (long waited = 0; waited < TURN_SECONDS_MAX; waited++) {
            if (file.tryLock() != null) {
                return file;
            }
            TimeUnit.SECONDS.sleep(1);
        }
        file.close();
        throw new IOException("other tests have had their machines for too long");
    }

    private record InTurn(MicrovmDriver driver, FileChannel turn) implements SandboxDriver {
        @Override
        public Sandbox start(GuestSpec spec) throws SandboxFailed, InterruptedException {
            return driver.start(spec);
        }

        @Override
        public boolean offers(String runtime) {
            return driver.offers(runtime);
        }

        @Override
        public Isolation isolation() {
            return driver.isolation();
        }

        @Override
        public void close() {
            driver.close();
            try {
                turn.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
