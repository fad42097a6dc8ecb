package dev.sluice.sandbox.namespaces;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes the control groups of dead guests, for which every process must be gone. That takes a millisecond or two;
/// what takes longer is killed once more, and what takes very long is left to a thread of its own.
final class Undertaker {
    private static final Duration PAUSE_MIN = Duration.ofNanos(100_000);
    private static final Duration PAUSE_MAX = Duration.ofMillis(20);
    private static final Duration LONG_PAUSE = Duration.ofSeconds(1);

    /// Together about a second and a half.
    private static final int TRIES_BEFORE_ALARM = 80;

    private static final int TRIES_BEFORE_FORCE = 20;

    /// Half an hour: a process that survives SIGKILL for so long hangs in the kernel.
    private static final int LONG_TRIES_MAX = 1800;

    private static final Logger LOG = LoggerFactory.getLogger(Undertaker.class);

    private Undertaker() {}

    /// Returns once `group` is gone, or after a bounded time; `afterwards` runs once it really is.
    ///
    /// @param last runs before each attempt to remove it
    static void bury(Cgroup group, Runnable last, Runnable afterwards) {
        boolean interrupted = false;
        Duration pause = PAUSE_MIN;
        int tried = 0;
        last.run();
        while (!group.remove()) {
            if (tried++ == TRIES_BEFORE_ALARM) {
                LOG.error("a guest's processes do not die; tried again in the background: {}", group);
                Thread.ofPlatform().daemon().name("sluice-undertaker").start(() -> persist(group, afterwards));
                break;
            }
            if (tried >= TRIES_BEFORE_FORCE) {
                kill(group);
            }
            LockSupport.parkNanos(pause.toNanos());
            interrupted |= Thread.interrupted(); // it would keep us from waiting
            pause = pause.compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
            last.run();
        }
        if (tried <= TRIES_BEFORE_ALARM) {
            afterwards.run();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends what an earlier server left. The kernel and its launcher have most likely done so already.
    ///
    /// @throws IOException if it lives on
    static void endOld(Cgroup group) throws IOException {
        kill(group);
        bury(group, () -> {}, () -> LOG.info("ended a guest of an earlier server: {}", group));
        if (Files.exists(group.directories().getFirst())) {
            throw new IOException("a guest of an earlier server does not die: " + group);
        }
    }

    private static void persist(Cgroup group, Runnable afterwards) {
        for (int tried = 0; tried < LONG_TRIES_MAX; tried++) {
            kill(group);
            LockSupport.parkNanos(LONG_PAUSE.toNanos());
            if (group.remove()) {
                LOG.info("a guest's control group is gone after all: {}", group);
                afterwards.run();
                return;
            }
        }
        LOG.error("given up: {}", group);
    }

    private static void kill(Cgroup group) {
        try {
            group.killAll();
        } catch (IOException failure) {
            LOG.warn("the processes of {} cannot be killed", group, failure);
        }
    }
}
