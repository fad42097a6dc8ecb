package dev.sluice.sandbox;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/// A running guest. Who started it closes it. Its methods may be called from any thread, but one run owns its channel
/// at a time.
public interface Sandbox extends AutoCloseable {
    /// The guest's descriptor 3: a connected socket in blocking mode. Closed by [#close].
    SocketChannel channel();

    /// From now on everything that the guest writes to its standard output and error goes to `sink`, and nothing more
    /// to the sink before. Called at the start of each run. Until the first call output is thrown away.
    void logsTo(LogSink sink);

    /// Hands to `sink`, without waiting, all that the guest had written to its standard output and error before this
    /// call. Called at the end of a run: after the guest's answer all that it printed before is delivered.
    void drainLogs(LogSink sink);

    /// How the guest ended, if it has and if that is known yet.
    Optional<Death> death();

    /// As [#death], but waits for at most `patience`: a hang-up of the channel is seen a moment before its reason.
    Optional<Death> awaitDeath(Duration patience) throws InterruptedException;

    /// What it has used so far; once it is closed, all that it ever used. Cheap, but reads files.
    Usage usage();

    /// The word for the driver that started it, one of few.
    String driver();

    /// Kills everything of the guest and waits until its processes, its control group and its mounts are gone, for a
    /// bounded time; what resists longer is fought in the background and logged. Idempotent.
    @Override
    void close();
}
