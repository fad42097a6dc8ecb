package dev.sluice.sandbox;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A guest whose use a [Meter] writes down.
final class MeteredGuest implements Sandbox {
    private final Named named;
    private final GuestSpec spec;
    private final Sandbox guest;
    private final long beganNanos;
    private final Meter meter;

    private Account account; // guarded by this, as what follows
    private long cpuMicros; // that is written down
    private long aliveMicros; // that is written down
    private boolean isCounted; // as one of its account's
    private boolean isOver;

    /// @param place among those that this server has started
    record Named(long place, String id) {}

    MeteredGuest(Named named, GuestSpec spec, Sandbox guest, Account account, long beganNanos, Meter meter) {
        this.named = named;
        this.spec = spec;
        this.guest = guest;
        this.account = account;
        this.beganNanos = beganNanos;
        this.meter = meter;
    }

    synchronized void charge(Account other) {
        if (!account.equals(other)) {
            settle();
            account = other;
            isCounted = false;
        }
    }

    synchronized void settle() {
        if (isOver) {
            return;
        }
        Usage now = guest.usage();
        long alive = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - beganNanos);
        long cpu = Math.max(cpuMicros, now.cpuMicros());
        long more = alive - aliveMicros;
        meter.book(
                account,
                new Amount(isCounted ? 0 : 1, cpu - cpuMicros, more, more * spec.memoryMib(), now.memoryPeakBytes()));
        cpuMicros = cpu;
        aliveMicros = alive;
        isCounted = true;
    }

    synchronized Meter.Reading read() {
        Usage now = guest.usage();
        long alive = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - beganNanos);
        var all = new Amount(1, now.cpuMicros(), alive, alive * spec.memoryMib(), now.memoryPeakBytes());
        return new Meter.Reading(named.id(), guest.driver(), spec.runtime(), account, spec.memoryMib(), now, all);
    }

    @Override
    public SocketChannel channel() {
        return guest.channel();
    }

    @Override
    public void logsTo(LogSink sink) {
        guest.logsTo(sink);
    }

    @Override
    public void drainLogs(LogSink sink) {
        guest.drainLogs(sink);
    }

    @Override
    public Optional<Death> death() {
        return guest.death();
    }

    @Override
    public Optional<Death> awaitDeath(Duration patience) throws InterruptedException {
        return guest.awaitDeath(patience);
    }

    @Override
    public Usage usage() {
        return guest.usage();
    }

    @Override
    public String driver() {
        return guest.driver();
    }

    /// Once it is gone it uses nothing more.
    @Override
    public void close() {
        guest.close();
        synchronized (this) {
            settle();
            isOver = true;
        }
        meter.forget(named.place());
    }
}
