package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.Death;
import dev.sluice.sandbox.LogSink;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.sandbox.Usage;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One guest of a [NamespaceDriver].
final class NamespaceSandbox implements Sandbox {
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);
    private static final int SIGNAL_STATUS = 128;
    private static final int SIGNALS_MAX = 64;
    private static final int SIGKILL = 9;
    private static final int SIGXCPU = 24;

    private final long id;
    private final int slot;
    private final Cgroup group;
    private final Wires wires;
    private final NamespaceDriver driver;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean speaking;
    private boolean closing;
    private boolean closed;
    private @Nullable Death death;
    private Usage used = Usage.NONE; // of one that is gone

    NamespaceSandbox(long id, int slot, Cgroup group, String token, NamespaceDriver driver) {
        this.id = id;
        this.slot = slot;
        this.group = group;
        this.driver = driver;
        this.wires = new Wires(token, this::speaks);
    }

    long id() {
        return id;
    }

    /// Which of the driver's user ids is its own.
    int slot() {
        return slot;
    }

    Cgroup group() {
        return group;
    }

    Wires wires() {
        return wires;
    }

    @Override
    public SocketChannel channel() {
        return wires.channel();
    }

    @Override
    public void logsTo(LogSink sink) {
        wires.logsTo(sink);
    }

    @Override
    public void drainLogs(LogSink sink) {
        wires.drain(sink);
    }

    @Override
    public Optional<Death> death() {
        lock.lock();
        try {
            return Optional.ofNullable(death);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Death> awaitDeath(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (death == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            return Optional.ofNullable(death);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Usage usage() {
        try {
            return group.counters().read();
        } catch (IOException gone) {
            return usedInAll();
        }
    }

    private Usage usedInAll() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String driver() {
        return driver.isolation().word();
    }

    /// Keeps what it has used so far: its group is to be taken away.
    void read() {
        Usage now = usage();
        lock.lock();
        try {
            used = new Usage(now.cpuMicros(), 0, now.memoryPeakBytes());
        } finally {
            lock.unlock();
        }
    }

    private void speaks() {
        lock.lock();
        try {
            speaking = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Told by the driver, at most once with effect.
    ///
    /// @param status exit code, or the negative number of a signal
    void dies(int status) {
        Death how = deathOf(status);
        lock.lock();
        try {
            if (death == null) {
                death = how;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private Death deathOf(int status) {
        boolean signaled = status < 0 || (status > SIGNAL_STATUS && status <= SIGNAL_STATUS + SIGNALS_MAX);
        if (!signaled) {
            return new Death.Exited(status);
        }
        int signal = status < 0 ? -status : status - SIGNAL_STATUS;
        if (signal == SIGXCPU) {
            return new Death.CpuTime();
        }
        return signal == SIGKILL && group.ranOutOfMemory() ? new Death.OutOfMemory() : new Death.Killed(signal);
    }

    /// Waits until the guest has begun to speak, or has hung up. News of its death may overtake its words.
    ///
    /// @throws SandboxFailed if it does neither within `nanos`
    void awaitSpeaking(long nanos) throws SandboxFailed, InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (!speaking && left > 0) {
                left = changed.awaitNanos(left);
                left = death == null ? left : Math.min(left, LAST_WORDS.toNanos());
            }
            if (!speaking) {
                throw new SandboxFailed(death == null ? "the guest did not boot in time" : "no guest: " + death);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whoever comes first ends the guest, everybody waits until it is gone.
    @Override
    public void close() {
        lock.lock();
        try {
            if (closing) {
                while (!closed) {
                    changed.awaitUninterruptibly();
                }
                return;
            }
            closing = true;
        } finally {
            lock.unlock();
        }
        driver.end(this);
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
