package dev.sluice.invoke;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.run.Run;
import dev.sluice.worker.LiveLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The runs that are under way on this machine, and who follows what they print.
///
/// Followers are few for each organization, and what they have not read of runs that have ended is little: beyond that
/// runs are left out, and they are told how many. A run that nobody follows costs a map's entry.
///
/// Thread-safe.
public final class LiveRuns {
    public static final int FOLLOWERS_MAX = 100;
    public static final int FOLLOWERS_OF_ORGANIZATION_MAX = 20;

    private final ConcurrentHashMap<UUID, LiveRun> live = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Following, String> followings = new ConcurrentHashMap<>();
    private final Map<String, Integer> followers = new HashMap<>(); // guarded by this
    private int all; // guarded by this

    LiveRun begin(Run run, Task task) {
        var begun = new LiveRun(run, new LiveLog(task::highest), this::end);
        live.put(run.id(), begun);
        followings.keySet().forEach(following -> following.begun(begun));
        return begun;
    }

    private void end(LiveRun ended) {
        live.remove(ended.run().id());
        followings.keySet().forEach(following -> following.ended(ended));
    }

    /// A run of an organization that is under way, if the current task may know that it exists.
    public Optional<LiveRun> find(String organization, UUID id) {
        return Optional.ofNullable(live.get(id))
                .filter(found -> found.run().organization().equals(organization))
                .filter(found -> Task.current().mayObserve(found.run().existence()));
    }

    /// Follows one run, or a function's runs that are under way and those to come.
    ///
    /// @param function empty for none: the follower finds his run himself
    /// @param reader   what he may know at this moment
    /// @throws Refused `AT_LIMIT` for too many followers
    public Following follow(String organization, Optional<String> function, Supplier<Task> reader) {
        enter(organization);
        var following = new Following(organization, function.orElse(""), reader, this::leave);
        if (function.isPresent()) {
            followings.put(following, organization);
            live.values().forEach(following::begun);
        }
        return following;
    }

    private synchronized void enter(String organization) {
        int mine = followers.getOrDefault(organization, 0);
        if (mine >= FOLLOWERS_OF_ORGANIZATION_MAX) {
            throw new Refused(
                    Refusal.AT_LIMIT,
                    "your organization follows as many logs as it may at once: " + FOLLOWERS_OF_ORGANIZATION_MAX);
        }
        if (all >= FOLLOWERS_MAX) {
            throw new Refused(Refusal.OVERLOADED, "too many logs are followed: try again later");
        }
        followers.put(organization, mine + 1);
        all++;
    }

    private void leave(Following following) {
        followings.remove(following);
        synchronized (this) {
            all--;
            followers.computeIfPresent(following.organization(), (_, count) -> count == 1 ? null : count - 1);
        }
    }

    /// Somebody who follows. For one thread, but for [#begun] and [#ended].
    public static final class Following implements AutoCloseable {
        static final int RUNS_MAX = 64;

        /// Of runs that have ended; one that is under way is kept anyway.
        static final int ENDED_BYTES_MAX = 1 << 20;

        private final String organization;
        private final String function;
        private final Supplier<Task> reader;
        private final Consumer<Following> onClose;
        private final Map<UUID, LiveRun.Reading> readings = new LinkedHashMap<>(); // guarded by this
        private final Map<UUID, Integer> endedBytes = new HashMap<>(); // guarded by this
        private long missed; // guarded by this

        Following(String organization, String function, Supplier<Task> reader, Consumer<Following> onClose) {
            this.organization = organization;
            this.function = function;
            this.reader = reader;
            this.onClose = onClose;
        }

        String organization() {
            return organization;
        }

        /// A run that he may not know of takes no room of his, and is not missed.
        void begun(LiveRun run) {
            boolean isHis = run.run().organization().equals(organization)
                    && run.run().function().equals(function)
                    && reader.get().mayObserve(run.run().existence());
            if (isHis) {
                add(run);
            }
        }

        private synchronized void add(LiveRun run) {
            if (readings.size() < RUNS_MAX) {
                readings.putIfAbsent(run.run().id(), new LiveRun.Reading(run));
            } else {
                missed++;
            }
        }

        /// How much there is counts as far as he may read it: what he may not read leaves nothing out.
        synchronized void ended(LiveRun run) {
            UUID id = run.run().id();
            if (readings.containsKey(id)) {
                endedBytes.put(id, run.bytesFor(reader.get()));
                if (endedBytes.values().stream().mapToLong(Integer::longValue).sum() > ENDED_BYTES_MAX) {
                    remove(id);
                    missed++;
                }
            }
        }

        private void remove(UUID id) {
            readings.remove(id);
            endedBytes.remove(id);
        }

        /// The runs that there may be more of to read.
        public synchronized List<LiveRun.Reading> readings() {
            return new ArrayList<>(readings.values());
        }

        /// There is no more to read of a run.
        public synchronized void done(LiveRun.Reading reading) {
            remove(reading.live().run().id());
        }

        /// How many runs were left out since the last time, because he reads too slowly.
        public synchronized long missed() {
            long were = missed;
            missed = 0;
            return were;
        }

        @Override
        public void close() {
            onClose.accept(this);
        }
    }
}
