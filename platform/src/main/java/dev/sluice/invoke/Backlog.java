package dev.sluice.invoke;

import dev.sluice.kernel.Refused;
import dev.sluice.schedule.Scheduler;
import dev.sluice.schedule.Scheduler.Bound;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The runs that nobody waits for, in the order in which they were accepted. Holds ids only: the store has the rest,
/// and this is rebuilt from it after a restart.
///
/// Each tenant has a bounded number of them under way, at most as many as it may run at once, so that one tenant's
/// backlog does not crowd the scheduler. The others count among the runs that it has waiting there.
/// Thread-safe.
final class Backlog {
    static final int TENANT_UNDER_WAY_MAX = 64;

    /// Starts one run and waits for its end.
    @FunctionalInterface
    interface Starter {
        void start(UUID id) throws InterruptedException;
    }

    private final Starter starter;
    private final Scheduler scheduler;
    private final Map<String, Tenant> tenants = new HashMap<>(); // guarded by this

    private static final class Tenant {
        final ArrayDeque<UUID> waiting = new ArrayDeque<>();
        int underWay;
    }

    Backlog(Starter starter, Scheduler scheduler) {
        this.starter = starter;
        this.scheduler = scheduler;
    }

    /// Adds a run, once it is on record.
    ///
    /// @throws Refused `AT_LIMIT`, and it is not put on record, if the tenant has too many waiting
    void accept(String name, UUID id, Runnable record) {
        if (!scheduler.promise(name)) {
            throw Limited.at(Bound.WAITING);
        }
        boolean isOnRecord = false;
        try {
            record.run();
            isOnRecord = true;
        } finally {
            if (!isOnRecord) {
                scheduler.redeem(name);
            }
        }
        add(name, id);
    }

    /// Adds a run that was accepted before the server was restarted.
    void addAgain(String name, UUID id) {
        scheduler.promiseAnyway(name);
        add(name, id);
    }

    private synchronized void add(String name, UUID id) {
        Tenant tenant = tenants.computeIfAbsent(name, n -> new Tenant());
        tenant.waiting.addLast(id);
        if (tenant.underWay < underWayMax(name)) {
            begin(name, tenant);
        }
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
        boolean isDone = false;
        try {
            for (UUID id = next(name, tenant); id != null; id = next(name, tenant)) {
                starter.start(id);
            }
            isDone = true;
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } finally {
            if (!isDone) {
                replace(name, tenant);
            }
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

    private synchronized @Nullable UUID next(String name, Tenant tenant) {
        UUID id = tenant.underWay > underWayMax(name) ? null : tenant.waiting.pollFirst();
        if (id != null) {
            scheduler.redeem(name);
        } else {
            tenant.underWay--;
            if (tenant.underWay == 0) {
                tenants.remove(name, tenant);
            }
        }
        return id;
    }
}
