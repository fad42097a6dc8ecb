package dev.sluice.worker;

import dev.sluice.function.FunctionSpec;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.worker.Loader.Prepared;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Guests that have one tenant's function loaded and wait for its first run. They know its code and nothing else: no
/// payload, no secret, no run, so that a run at any label finds in one what a guest started for it would have. One that
/// has had a run never comes back here.
///
/// Thread-safe. Guests are started and closed outside the lock.
public final class LoadedGuests {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedGuests.class);

    private final Loader loader;
    private final Runnable makeRoom;
    private final Map<Of, ArrayDeque<Instance>> waiting = new HashMap<>();
    private final Set<String> ended = new HashSet<>();
    private boolean isClosed;

    LoadedGuests(Loader loader, Runnable makeRoom) {
        this.loader = loader;
        this.makeRoom = makeRoom;
    }

    /// Exactly what is loaded, and whose it is.
    private record Of(String tenant, FunctionSpec function) {}

    /// Starts one more.
    ///
    /// @return whether it waits now
    public boolean add(String tenant, FunctionSpec function, Duration patience) throws InterruptedException {
        try {
            return start(function, Whose.of(tenant, function), patience, new Cancellation())
                            instanceof Prepared.Ready(Instance ready)
                    && isKept(new Of(tenant, function), ready);
        } catch (SandboxFailed failed) {
            LOG.warn("a guest could not be started to wait for runs", failed);
            return false;
        }
    }

    private boolean isKept(Of of, Instance ready) {
        synchronized (this) {
            if (!isClosed && !ended.contains(of.tenant())) {
                waiting.computeIfAbsent(of, _ -> new ArrayDeque<>()).add(ready);
                return true;
            }
        }
        ready.sandbox().close();
        return false;
    }

    /// One for a run: one that waits and lives, else one that is started.
    ///
    /// @param whose        it will be
    /// @param cancellation as [Job] has it
    Prepared take(FunctionSpec function, Whose whose, Duration left, Cancellation cancellation)
            throws SandboxFailed, InterruptedException {
        var of = new Of(whose.account().owner(), function);
        for (Optional<Instance> next = poll(of); next.isPresent(); next = poll(of)) {
            if (next.get().sandbox().death().isEmpty()) {
                next.get().belongsTo(whose.parties());
                return new Prepared.Ready(next.get());
            }
            next.get().sandbox().close();
        }
        return start(function, whose, left, cancellation);
    }

    /// One that has not waited.
    Prepared start(FunctionSpec function, Whose whose, Duration left, Cancellation cancellation)
            throws SandboxFailed, InterruptedException {
        makeRoom.run();
        long began = System.nanoTime();
        Prepared prepared = loader.prepare(function, whose, left, cancellation);
        if (prepared instanceof Prepared.Ready(Instance ready)) {
            ready.worth().preparedIn(Duration.ofNanos(System.nanoTime() - began).toMillis());
        }
        return prepared;
    }

    /// How many wait.
    public synchronized int count(String tenant, FunctionSpec function) {
        ArrayDeque<Instance> queue = waiting.get(new Of(tenant, function));
        return queue == null ? 0 : queue.size();
    }

    /// Removes those that have ended while they waited.
    ///
    /// @return how many
    public int bury(String tenant, FunctionSpec function) {
        var dead = new ArrayList<Instance>();
        synchronized (this) {
            ArrayDeque<Instance> queue = waiting.getOrDefault(new Of(tenant, function), new ArrayDeque<>());
            queue.stream().filter(one -> one.sandbox().death().isPresent()).forEach(dead::add);
            queue.removeAll(dead);
        }
        closeAll(dead);
        return dead.size();
    }

    /// Closes what is beyond so many.
    public void keepAtMost(String tenant, FunctionSpec function, int most) {
        var of = new Of(tenant, function);
        while (count(tenant, function) > most) {
            poll(of).ifPresent(one -> one.sandbox().close());
        }
    }

    /// Closes all of an organization, and keeps none of it from now on.
    void end(String organization) {
        var leaving = new ArrayList<Instance>();
        synchronized (this) {
            ended.add(organization);
            waiting.forEach((of, queue) -> {
                if (of.tenant().equals(organization)) {
                    leaving.addAll(queue);
                }
            });
            waiting.keySet().removeIf(of -> of.tenant().equals(organization));
        }
        closeAll(leaving);
    }

    void close() {
        var leaving = new ArrayList<Instance>();
        synchronized (this) {
            isClosed = true;
            waiting.values().forEach(leaving::addAll);
            waiting.clear();
        }
        closeAll(leaving);
    }

    public synchronized boolean isClosed() {
        return isClosed;
    }

    private synchronized Optional<Instance> poll(Of of) {
        ArrayDeque<Instance> queue = waiting.get(of);
        if (queue == null) {
            return Optional.empty();
        }
        Optional<Instance> next = Optional.ofNullable(queue.poll());
        if (queue.isEmpty()) {
            waiting.remove(of);
        }
        return next;
    }

    private static void closeAll(List<Instance> leaving) {
        leaving.forEach(instance -> instance.sandbox().close());
    }
}
