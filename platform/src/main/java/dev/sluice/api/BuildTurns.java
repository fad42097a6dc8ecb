package dev.sluice.api;

import dev.sluice.org.Organization;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// Who builds when: few builds at once, and of each organization fewer, so that one whose code loads without end keeps
/// its own others waiting, and a place is always left for another's. Who waits is served in order; no organization has
/// more than [#OF_ONE_MAX] in that line, so another's build waits for few of its. Thread-safe.
final class BuildTurns {
    private static final int AT_ONCE_MAX = 3;
    static final int OF_ONE_MAX = 2;

    private final Semaphore slots = new Semaphore(AT_ONCE_MAX, true);
    private final Map<String, Semaphore> turns = new ConcurrentHashMap<>();

    interface Build {
        void run() throws InterruptedException;
    }

    /// Builds when it is the organization's turn, however long that takes.
    ///
    /// @param first waits for what the build needs: in the organization's turn, and in nobody else's way
    void take(Organization organization, Build first, Build build) throws InterruptedException {
        Semaphore turn = turns.computeIfAbsent(organization.token(), _ -> new Semaphore(OF_ONE_MAX, true));
        turn.acquire();
        try {
            first.run();
            slots.acquire();
            try {
                build.run();
            } finally {
                slots.release();
            }
        } finally {
            turn.release();
        }
    }

    /// It has no builds any more.
    void forget(Organization organization) {
        turns.remove(organization.token());
    }
}
