package dev.sluice.schedule;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Shares the machine's memory out to runs. Who finds no room waits in a queue of its tenant, bounded in length
/// and in time; tenants take turns by their weight, and then their functions, so that one tenant's flood costs another
/// at most its own turn ([Rotation]).
///
/// A lease is the right to use some memory; what stays warm after it is closed is the worker's to give up. A
/// waiting run that is too big for what is free stops nobody else, and cannot starve ([Queue]).
///
/// Runs may last long, so a tenant that has some gets another only if it then holds at most [#SHARE] times what is
/// left to all others: some is always left for who comes next, however many runs that never end somebody has
/// begun.
///
/// A tenant has limits of its own besides: so many runs, so much memory, so many that wait. Who is at one of these is
/// passed over too, and waits for nobody but himself. Runs that nobody in particular causes take a part of what may
/// wait, so that they do not keep out the tenant's own.
///
/// A run that waits for another one keeps its room meanwhile. So that such calls cannot wait for each other, a
/// nested wish is refused as soon as no run makes progress whose end it could wait for; and it goes before its
/// tenant's other wishes, since it holds room already.
///
/// Thread-safe. One lock, held for a few map operations and never while waiting for anything else.
public final class Scheduler {
    /// Of runs that somebody waits for, whatever the tenant's limit is.
    public static final int TENANT_QUEUE_RUNS_MAX = 1_024;

    /// From then on only who has none waiting may wait, with one.
    public static final int QUEUE_RUNS_MAX = 16_384;

    /// One of so many that wait may be nobody's, and one of so many bytes.
    static final int NOBODYS_PART = 4;

    /// Alone, a tenant gets four fifths of the machine.
    static final int SHARE = 4;

    private final Function<String, Limits> limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Turns turns; // guarded by lock

    /// What one tenant may have at once.
    ///
    /// @param runs      under way; a run and the runs that it waits for count once
    /// @param waiting   runs that wait
    /// @param memoryMib of all its runs
    /// @param bytes     that accepted runs were given, until they have ended
    /// @param weight    at least 1: who has twice as much gets twice the memory for the time where both want more
    public record Limits(int runs, int waiting, int memoryMib, long bytes, int weight) {
        public static final int WEIGHT_USUAL = 100;

        public Limits(int runs, int waiting, int memoryMib, long bytes) {
            this(runs, waiting, memoryMib, bytes, WEIGHT_USUAL);
        }
    }

    /// Who wants room for a run.
    public enum Standing {
        /// Somebody who was told that it will be run, however many wait by now.
        ACCEPTED,

        /// Somebody of the tenant, or whom it knows.
        KNOWN,

        /// Nobody in particular, at the tenant's cost.
        NOBODY
    }

    /// Which of its limits a tenant is at.
    public enum Bound {
        RUNS,
        WAITING,
        MEMORY,
        BYTES
    }

    /// What became of a wish for room.
    public sealed interface Admission {
        record Granted(Lease lease) implements Admission {}

        /// The machine's queue is full, or nothing that is under way could end.
        record QueueFull() implements Admission {}

        /// The tenant has as much as it may, and no room came free of what it has.
        record AtLimit(Bound bound) implements Admission {}

        /// No room came free in time.
        record TimedOut() implements Admission {}
    }

    /// The right to use some memory until it is closed.
    public final class Lease implements AutoCloseable {
        private final Grant grant;
        private boolean open = true; // guarded by lock

        private Lease(Grant grant) {
            this.grant = grant;
        }

        public int memoryMib() {
            return grant.mib();
        }

        Tenant tenant() {
            return grant.tenant();
        }

        @Override
        public void close() {
            locked(() -> {
                if (open) {
                    open = false;
                    turns.giveBack(grant);
                }
            });
        }

        /// From now on the run waits for another one's doing, and makes no progress.
        ///
        /// @return has it go on, the first time that it is called, while the lease is open
        public Runnable pause() {
            locked(() -> {
                turns.held().suspend(this);
                turns.settle(tenant());
            });
            var isPaused = new AtomicBoolean(true);
            return () -> {
                if (isPaused.getAndSet(false)) {
                    locked(() -> turns.held().resume(this));
                }
            };
        }
    }

    /// @param memoryMib what all runs may use together
    /// @param limits    of each tenant, as they are now; asked often, and must not wait for anything
    public Scheduler(int memoryMib, Function<String, Limits> limits) {
        this(memoryMib, limits, System::nanoTime);
    }

    /// @param nanos the time, as [System#nanoTime] has it: what runs are charged for
    public Scheduler(int memoryMib, Function<String, Limits> limits, LongSupplier nanos) {
        this.limits = limits;
        this.turns = new Turns(memoryMib, limits, nanos);
    }

    /// Waits for room for at most `patience`, for somebody known and none of the tenant's functions.
    public Admission acquire(String tenant, int wishMib, Duration patience) throws InterruptedException {
        return acquire(new Wish(tenant, "", wishMib, Standing.KNOWN), patience);
    }

    /// Waits for room for at most `patience`.
    public Admission acquire(Wish wish, Duration patience) throws InterruptedException {
        return ask(wish, null).await(patience);
    }

    /// As [#acquire], for an accepted run of the same tenant that the run with the room `outer` waits for: until the
    /// lease is closed, or is not granted, the outer run makes no progress. `QueueFull` or `AtLimit` where waiting
    /// could not end.
    public Admission acquireWithin(Lease outer, int wishMib, Duration patience) throws InterruptedException {
        return ask(new Wish(outer.tenant().name, "", wishMib, Standing.ACCEPTED), outer)
                .await(patience);
    }

    /// Asks for room without waiting for it.
    public Pending ask(Wish wish) {
        return ask(wish, null);
    }

    private Pending ask(Wish wish, @Nullable Lease outer) {
        lock.lock();
        try {
            var waiter = new Waiter(turns.tenant(wish.tenant()), wish, outer, lock.newCondition());
            turns.ask(waiter);
            return new Pending(waiter, lock, turns, Lease::new);
        } finally {
            lock.unlock();
        }
    }

    /// Counts a run among those that wait, before it asks for room, and what it was given, until [#release].
    ///
    /// @return at which limit the tenant is: then nothing is counted
    public Optional<Bound> promise(String name, Parcel parcel) {
        return of(name, tenant -> tenant.promise(parcel, limits.apply(name)));
    }

    /// As [#promise], whatever the limit is: for a run that was accepted before the server was restarted.
    public void promiseAnyway(String name, Parcel parcel) {
        of(name, tenant -> tenant.promise(parcel));
    }

    /// After one [#promise]: the run asks for room now, or never will.
    public void redeem(String name, Parcel parcel) {
        of(name, tenant -> tenant.redeem(parcel));
    }

    /// After one [#promise]: what the run was given is not kept any more.
    public void release(String name, Parcel parcel) {
        of(name, tenant -> tenant.release(parcel));
    }

    /// Keeps memory that no run needs for what waits for runs, if there is so much of the tenant's and of the
    /// machine's: all
    /// tenants together have at most one of [Reserve#PART] parts of this. Does not wait.
    ///
    /// @param revoked is called once if runs need it, with a lock held: must not wait for anything
    public Optional<Reservation> reserve(String name, int mib, Runnable revoked) {
        return of(name, tenant -> {
            if (!turns.isLeftOver(tenant, mib)) {
                return Optional.empty();
            }
            var reservation = new Reservation(tenant, mib, revoked, this::giveBack);
            turns.held().reserve().add(reservation);
            return Optional.of(reservation);
        });
    }

    private void giveBack(Reservation reservation) {
        locked(() -> {
            if (turns.held().reserve().remove(reservation)) {
                turns.forgetIfIdle(reservation.tenant());
            }
        });
    }

    public Limits limits(String name) {
        return limits.apply(name);
    }

    /// What a tenant has of what its limits bound.
    public Limits used(String name) {
        return of(
                name,
                tenant -> new Limits(
                        tenant.running,
                        tenant.waiting(),
                        tenant.heldMib + tenant.reservedMib,
                        tenant.accepted.bytes()));
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    private <T> T of(String name, Function<Tenant, T> asked) {
        lock.lock();
        try {
            Tenant tenant = turns.tenant(name);
            T result = asked.apply(tenant);
            turns.forgetIfIdle(tenant);
            return result;
        } finally {
            lock.unlock();
        }
    }

    /// Limits have changed: who was at one may be served now.
    public void reconsider() {
        locked(turns::settleAnew);
    }

    /// How many runs wait, and how much memory is leased or reserved, for those who watch the machine.
    public Load load() {
        lock.lock();
        try {
            return turns.load();
        } finally {
            lock.unlock();
        }
    }

    public record Load(int waitingRuns, int leasedMib, int memoryMib) {}
}
