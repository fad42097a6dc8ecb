package dev.sluice.sandbox.microvm;

import dev.sluice.sandbox.Death;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.LogSink;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.Usage;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/// A guest in a virtual machine: its streams are those of the jail, and its death is what the monitor's means.
record MicrovmSandbox(Sandbox jail) implements Sandbox {
    /// With these the monitor ends as if a signal had killed it, for want of other statuses.
    private static final Death OUT_OF_MEMORY = new Death.Killed(50);

    private static final Death BROKEN = new Death.Killed(51);
    private static final Death KILLED = new Death.Killed(9);

    @Override
    public SocketChannel channel() {
        return jail.channel();
    }

    @Override
    public void logsTo(LogSink sink) {
        jail.logsTo(sink);
    }

    @Override
    public void drainLogs(LogSink sink) {
        jail.drainLogs(sink);
    }

    @Override
    public Optional<Death> death() {
        return jail.death().map(MicrovmSandbox::meaning);
    }

    @Override
    public Optional<Death> awaitDeath(Duration patience) throws InterruptedException {
        return jail.awaitDeath(patience).map(MicrovmSandbox::meaning);
    }

    private static Death meaning(Death ofMonitor) {
        if (ofMonitor.equals(OUT_OF_MEMORY)) {
            return new Death.OutOfMemory();
        }
        return ofMonitor.equals(BROKEN) ? KILLED : ofMonitor;
    }

    @Override
    public Usage usage() {
        return jail.usage();
    }

    @Override
    public String driver() {
        return Isolation.MICROVM.word();
    }

    @Override
    public void close() {
        jail.close();
    }
}
