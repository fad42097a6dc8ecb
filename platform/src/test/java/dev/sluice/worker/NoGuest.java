package dev.sluice.worker;

import dev.sluice.sandbox.Death;
import dev.sluice.sandbox.LogSink;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.Usage;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/// A sandbox with nobody in it.
record NoGuest(SocketChannel channel) implements Sandbox {
    @Override
    public void logsTo(LogSink sink) {}

    @Override
    public void drainLogs(LogSink sink) {}

    @Override
    public Usage usage() {
        return Usage.NONE;
    }

    @Override
    public String driver() {
        return "none";
    }

    @Override
    public Optional<Death> death() {
        return Optional.empty();
    }

    @Override
    public Optional<Death> awaitDeath(Duration patience) {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
