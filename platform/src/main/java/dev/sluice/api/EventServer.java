package dev.sluice.api;

import dev.sluice.org.Organization;

/// What makes events, and what gets them.
record EventServer(Subscriptions subscriptions, KeptEntities<DriverTypeWish> types, Drivers drivers)
        implements AutoCloseable {
    /// An organization has been found: goes on with what is there.
    void changed(Organization organization) {
        subscriptions.changed(organization);
        drivers.changed(organization);
    }

    /// One has been deleted.
    void forget(Organization organization) {
        drivers.forget(organization);
        subscriptions.forget(organization);
    }

    @Override
    public void close() {
        drivers.close();
        subscriptions.close();
    }
}
