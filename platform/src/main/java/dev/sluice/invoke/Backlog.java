package dev.sluice.invoke;

import dev.sluice.schedule.Parcel;
import dev.sluice.schedule.Scheduler;
import dev.sluice.schedule.Scheduler.Bound;
import dev.sluice.store.StoreClosed;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The runs that nobody waits for, in the order in which they were accepted. Holds ids and sizes only: the store has
/// the rest, and this is rebuilt from it after a restart.
///
/// One that failed and is to be tried again waits for its time, and then stands behind the others. Until then it
/// counts among those that wait: such runs are at most as many more than its tenant may have waiting as were under way.
///
/// Each tenant has a bounded number of them under way, at most as many as it may run at once, so that one tenant's
/// backlog does not crowd the scheduler. The others count among the runs that it has waiting there.
/// Thread-safe.
final class Backlog {
    static final int TENANT_UNDER_WAY_MAX = 64;

    /// Starts one run and waits for its end.
    @FunctionalInterface
    interface Starter {
        /// @return when it is to be started again, since 1970
        OptionalLong start(UUID id) throws InterruptedException;
    }

    private final Starter starter;
    private final Scheduler scheduler;
    private final InstantSource clock;
    private final Map<String, Tenant> tenants = new HashMap<>(); // guarded by this
    private final Map<UUID, Later> later = new HashMap<>(); // guarded by this

    private record Waiting(UUID id, Parcel parcel) {}

    private record Later(Waiting run, CountDownLatch withdrawn) {}

    private static final class Tenant {
        final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        int underWay;
    }

    Backlog(Starter starter, Scheduler scheduler, InstantSource clock) {
        this.starter = starter;
        this.scheduler = scheduler;
        this.clock = clock;
    }

    /// Adds a run, once it is on record.
    ///
    /// @param record false if there is nothing to add after all
    /// @return at which limit the tenant is: then it is not put on record
    Optional<Bound> accept(String name, UUID id, Parcel parcel, BooleanSupplier record) {
        Optional<Bound> bound = scheduler.promise(name, parcel);
        if (bound.isPresent()) {
            return bound;
        }
        boolean isOnRecord = false;
        try {
            isOnRecord = record.getAsBoolean();
        } finally {
            if (!isOnRecord) {
                scheduler.redeem(name, parcel);
                scheduler.release(name, parcel);
            }
        }
        if (isOnRecord) {
            add(name, new Waiting(id, parcel));
        }
        return Optional.empty();
    }

    /// Adds a run that was accepted before, whatever the limits are.
    ///
    /// @param dueMillis when it may be started, since 1970
    void addAgain(String name, UUID id, Parcel parcel, long dueMillis) {
        scheduler.promiseAnyway(name, parcel);
        var run = new Waiting(id, parcel);
        if (dueMillis <= clock.millis()) {
            add(name, run);
            return;
        }
        var withdrawn = new CountDownLatch(1);
        synchronized (this) {
            later.put(id, new Later(run, withdrawn));
        }
        Thread.ofVirtual().name("retry").start(() -> {
            if (!isWithdrawn(withdrawn, dueMillis)) {
                addLate(name, run);
            }
        });
    }

    private boolean isWithdrawn(CountDownLatch withdrawn, long dueMillis) {
        try {
            return withdrawn.await(dueMillis - clock.millis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private synchronized void addLate(String name, Waiting run) {
        if (later.remove(run.id()) != null) {
            add(name, run);
        }
    }

    private synchronized void add(String name, Waiting run) {
        Tenant tenant = tenants.computeIfAbsent(name, n -> new Tenant());
        tenant.waiting.addLast(run);
        if (tenant.underWay < underWayMax(name)) {
            begin(name, tenant);
        }
    }

    /// A run that waits is not wanted any more. One whose turn has come finds that itself.
    synchronized void withdraw(String name, UUID id) {
        Later sleeping = later.remove(id);
        if (sleeping != null) {
            sleeping.withdrawn().countDown();
            forget(name, sleeping.run());
        }
        Tenant tenant = tenants.get(name);
        if (tenant == null) {
            return;
        }
        tenant.waiting.removeIf(run -> {
            boolean isIt = run.id().equals(id);
            if (isIt) {
                forget(name, run);
            }
            return isIt;
        });
    }

    private void forget(String name, Waiting run) {
        scheduler.redeem(name, run.parcel());
        scheduler.release(name, run.parcel());
    }

    /// Limits have changed: more runs may be under way now.
    synchronized void reconsider() {
        tenants.forEach((name, tenant) -> {
            int more = Math.min(tenant.waiting.size(), underWayMax(name) - tenant.underWay);
            for (int i = 0; i < more; i++) {
                begin(name, tenant);
            }
        });
    }

    private int underWayMax(String name) {
        return Math.clamp(scheduler.limits(name).runs(), 1, TENANT_UNDER_WAY_MAX);
    }

    private void begin(String name, Tenant tenant) {
        tenant.underWay++;
        Thread.ofVirtual().name("backlog").start(() -> work(name, tenant));
    }

    private void work(String name, Tenant tenant) {
        boolean isOver = false;
        try {
            for (Waiting run = next(name, tenant); run != null; run = next(name, tenant)) {
                start(name, run);
            }
            isOver = true;
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } catch (StoreClosed closed) {
            isOver = true; // what waits is started by the next server
        } finally {
            if (!isOver) {
                replace(name, tenant);
            }
        }
    }

    private void start(String name, Waiting run) throws InterruptedException {
        OptionalLong again = OptionalLong.empty();
        try {
            again = starter.start(run.id());
        } finally {
            scheduler.release(name, run.parcel());
        }
        if (again.isPresent()) {
            addAgain(name, run.id(), run.parcel(), again.getAsLong());
        }
    }

    /// A run that ended in a fault of the platform must not take its place with it.
    private synchronized void replace(String name, Tenant tenant) {
        tenant.underWay--;
        if (!tenant.waiting.isEmpty()) {
            begin(name, tenant);
        } else if (tenant.underWay == 0) {
            tenants.remove(name, tenant);
        }
    }

    private synchronized @Nullable Waiting next(String name, Tenant tenant) {
        Waiting run = tenant.underWay > underWayMax(name) ? null : tenant.waiting.pollFirst();
        if (run != null) {
            scheduler.redeem(name, run.parcel());
        } else {
            tenant.underWay--;
            if (tenant.underWay == 0) {
                tenants.remove(name, tenant);
            }
        }
        return run;
    }
}
