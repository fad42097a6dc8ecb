package dev.sluice.invoke;

import dev.sluice.sandbox.Death;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.LogSink;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.sandbox.Usage;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/// Forwards to another driver, and tells which guests it has started, and what those hold that nobody has closed.
final class WatchedDriver implements SandboxDriver {
    private final SandboxDriver delegate;
    private final List<GuestSpec> started = new CopyOnWriteArrayList<>();
    private final Map<Sandbox, Integer> openMib = new ConcurrentHashMap<>();
    private final AtomicBoolean isNewsLate = new AtomicBoolean();
    private final AtomicReference<AtDrain> atDrain = new AtomicReference<>(WatchedDriver::nothing);

    WatchedDriver(SandboxDriver delegate) {
        this.delegate = delegate;
    }

    List<GuestSpec> started() {
        return List.copyOf(started);
    }

    int openMib() {
        return openMib.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// Nobody is told of a death who does not wait for the news.
    void delayNews(boolean isLate) {
        isNewsLate.set(isLate);
    }

    /// Does something once, when a run has answered and its last lines are asked for.
    void atNextDrain(AtDrain action) {
        atDrain.set(action);
    }

    @Override
    public Sandbox start(GuestSpec spec) throws SandboxFailed, InterruptedException {
        started.add(spec);
        var guest = new Watched(delegate.start(spec));
        openMib.put(guest, spec.memoryMib());
        return guest;
    }

    /// Whether one of them has died that nobody has closed.
    boolean isOneDead() {
        return openMib.keySet().stream()
                .anyMatch(guest -> ((Watched) guest).guest.death().isPresent());
    }

    @Override
    public Isolation isolation() {
        return delegate.isolation();
    }

    @Override
    public boolean offers(String runtime) {
        return delegate.offers(runtime);
    }

    @Override
    public void close() {
        delegate.close();
    }

    /// Is told whether the guest is still there.
    @FunctionalInterface
    interface AtDrain {
        void run(LogSink sink, BooleanSupplier isOpen);
    }

    private static void nothing(LogSink sink, BooleanSupplier isOpen) {}

    private final class Watched implements Sandbox {
        private final Sandbox guest;

        Watched(Sandbox guest) {
            this.guest = guest;
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
            atDrain.getAndSet(WatchedDriver::nothing).run(sink, () -> openMib.containsKey(this));
            guest.drainLogs(sink);
        }

        @Override
        public Optional<Death> death() {
            return isNewsLate.get() ? Optional.empty() : guest.death();
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

        @Override
        public void close() {
            guest.close();
            openMib.remove(this);
        }
    }
}
