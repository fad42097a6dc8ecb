package dev.sluice.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A test of commands: a server that writes down what it is asked, and a shell whose only context leads to it.
public abstract class RecordedTest {
    @TempDir
    protected Path home;

    protected Recorder server;
    protected Shell shell;

    @BeforeEach
    final void open() throws IOException {
        server = new Recorder();
        shell = new Shell(home).at(server);
    }

    @AfterEach
    final void close() {
        server.close();
    }
}
