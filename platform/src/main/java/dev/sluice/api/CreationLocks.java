package dev.sluice.api;

import dev.sluice.org.Organization;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// One lock for a share of the organizations: two creations in one of them count each other. Thread-safe.
final class CreationLocks {
    private static final int LOCKS = 64;

    private final List<ReentrantLock> locks =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

    ReentrantLock of(Organization organization) {
        return locks.get(Math.floorMod(organization.token().hashCode(), LOCKS));
    }
}
