package dev.sluice.invoke;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The runs that nobody waits for, in the order in which they were accepted. Holds ids only: the store has the rest,
/// and this is rebuilt from it after a restart.
///
/// Each tenant has a bounded number of them under way, so that one tenant's backlog does not crowd the scheduler.
/// Thread-safe.
final class Backlog {
    static final int TENANT_UNDER_WAY_MAX = 64;
    static final int TENANT_WAITING_MAX = 100_000;

    /// Starts one run and waits for its end.
    @FunctionalInterface
    interface Starter {
        void start(UUID id) throws InterruptedException;
    }

    private final Starter starter;
    private final Map<String, Tenant> tenants = new HashMap<>(); // guarded by this

    private static final class Tenant {
        final ArrayDeque<UUID> waiting = new ArrayDeque<>();
        int underWay;
    }

    Backlog(Starter starter) {
        this.starter = starter;
    }

    /// @throws Refused `OVERLOADED` if the tenant has too many waiting
    synchronized void requireRoom(String name) {
        Tenant tenant = tenants.get(name);
        if (tenant != null && tenant.waiting.size() >= TENANT_WAITING_MAX) {
            throw new Refused(Refusal.OVERLOADED, "too many runs are waiting: try again later");
        }
    }

    synchronized void add(String name, UUID id) {
        Tenant tenant = tenants.computeIfAbsent(name, n -> new Tenant());
        tenant.waiting.addLast(id);
        if (tenant.underWay < TENANT_UNDER_WAY_MAX) {
            tenant.underWay++;
            Thread.ofVirtual().name("backlog").start(() -> work(name, tenant));
        }
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
            tenant.underWay++;
            Thread.ofVirtual().name("backlog").start(() -> work(name, tenant));
        } else if (tenant.underWay == 0) {
            tenants.remove(name, tenant);
        }
    }

    private synchronized @Nullable UUID next(String name, Tenant tenant) {
        UUID id = tenant.waiting.pollFirst();
        if (id == null) {
            tenant.underWay--;
            if (tenant.underWay == 0) {
                tenants.remove(name, tenant);
            }
        }
        return id;
    }
}
