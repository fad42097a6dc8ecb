package dev.sluice.worker;

import dev.sluice.cloudcall.GuestLink;
import dev.sluice.sandbox.Death;
import dev.sluice.sandbox.LogSink;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.Usage;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/// Nobody is in it: for instances that are only kept and found.
record NobodysSandbox(SocketChannel channel) implements Sandbox {
    /// An instance of it.
    Instance instance(int memoryMib) {
        return new Instance(this, new GuestLink(channel), memoryMib);
    }

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
