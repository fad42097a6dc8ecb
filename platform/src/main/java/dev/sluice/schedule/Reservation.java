package dev.sluice.schedule;

import java.util.function.Consumer;

/// Memory that is set aside for what waits for a tenant's runs, until it is closed, or revoked because runs need it.
///
/// Thread-safe.
public final class Reservation implements AutoCloseable {
    private final Tenant tenant;
    private final int mib;
    private final Runnable revoked;
    private final Consumer<Reservation> giveBack;
    private volatile boolean isRevoked;

    Reservation(Tenant tenant, int mib, Runnable revoked, Consumer<Reservation> giveBack) {
        this.tenant = tenant;
        this.mib = mib;
        this.revoked = revoked;
        this.giveBack = giveBack;
    }

    Tenant tenant() {
        return tenant;
    }

    int memoryMib() {
        return mib;
    }

    /// Whether runs have it by now. What was kept in it is to be given up.
    public boolean isRevoked() {
        return isRevoked;
    }

    void revoke() {
        isRevoked = true;
        revoked.run();
    }

    /// Idempotent.
    @Override
    public void close() {
        giveBack.accept(this);
    }
}
