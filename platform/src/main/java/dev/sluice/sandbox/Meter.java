package dev.sluice.sandbox;

import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/// Counts what guests use, for whose account they are, and gives no account a guest that is isolated worse than it is
/// to
/// be. They are another driver's.
///
/// All that a guest uses is somebody's: what it did before it had an account is [Account#NOBODY]'s, what it does until
/// its last process is gone is its last account's. A guest that did not begin to speak is not counted.
///
/// Thread-safe.
public final class Meter implements SandboxDriver {
    private final SandboxDriver driver;
    private final Book book;
    private final Function<String, Isolation> least;
    private final SecureRandom random = new SecureRandom();
    private final AtomicLong places = new AtomicLong();
    private final Map<Long, MeteredGuest> living = new ConcurrentSkipListMap<>();
    private final Map<Kind, LongAdder> started = new ConcurrentHashMap<>();

    /// Where it is written down. Must not wait for anything.
    @FunctionalInterface
    public interface Book {
        void add(Account account, Amount amount);
    }

    /// A guest that lives.
    ///
    /// @param id      drawn at random: one that counts would tell each tenant what others start
    /// @param driver  which one, as [Sandbox#driver] has it
    /// @param used    since it was started
    /// @param alive   since it was started
    public record Reading(
            String id, String driver, String runtime, Account account, int memoryMib, Usage used, Amount alive) {}

    /// How many guests of a runtime a driver has started.
    public record Started(String driver, String runtime, long count) {}

    private record Kind(String driver, String runtime) {}

    /// @param least by which an organization's guests are to be isolated, given its token
    public Meter(SandboxDriver driver, Book book, Function<String, Isolation> least) {
        this.driver = driver;
        this.book = book;
        this.least = least;
    }

    /// One that nobody has yet.
    @Override
    public Sandbox start(GuestSpec spec) throws SandboxFailed, InterruptedException {
        return start(spec, Account.NOBODY);
    }

    /// @throws SandboxFailed also where the account's guests are to be isolated better
    public Sandbox start(GuestSpec spec, Account account) throws SandboxFailed, InterruptedException {
        requireStrongEnough(account);
        long began = System.nanoTime();
        long place = places.incrementAndGet();
        var named = new MeteredGuest.Named(place, HexFormat.of().toHexDigits(random.nextLong()));
        var guest = new MeteredGuest(named, spec, driver.start(spec), account, began, this);
        living.put(place, guest);
        started.computeIfAbsent(new Kind(guest.driver(), spec.runtime()), _ -> new LongAdder())
                .increment();
        return guest;
    }

    /// Why no guest may be had by an organization, however little it asks for; empty if one may.
    public Optional<String> tooWeakFor(String organization) {
        return driver.isolation().tooWeakFor(least.apply(organization));
    }

    private void requireStrongEnough(Account account) throws SandboxFailed {
        Optional<String> why = account.equals(Account.NOBODY) ? Optional.empty() : tooWeakFor(account.owner());
        if (why.isPresent()) {
            throw new SandboxFailed(why.get());
        }
    }

    /// From now on a guest of this meter is for that account.
    ///
    /// @throws SandboxFailed where the account's guests are to be isolated better
    public void charge(Sandbox guest, Account account) throws SandboxFailed {
        requireStrongEnough(account);
        if (guest instanceof MeteredGuest metered) {
            metered.charge(account);
        } else {
            throw new IllegalArgumentException("a guest of no meter");
        }
    }

    void book(Account account, Amount amount) {
        book.add(account, amount);
    }

    void forget(long place) {
        living.remove(place);
    }

    /// Writes down what all that live have used since the last time.
    public void settle() {
        living.values().forEach(MeteredGuest::settle);
    }

    /// Since the server was started. As many as there are drivers and runtimes, at most.
    public List<Started> started() {
        return started.entrySet().stream()
                .map(one -> new Started(
                        one.getKey().driver(),
                        one.getKey().runtime(),
                        one.getValue().sum()))
                .sorted(Comparator.comparing(Started::driver).thenComparing(Started::runtime))
                .toList();
    }

    /// Oldest first.
    public List<Reading> living() {
        return living.values().stream().map(MeteredGuest::read).toList();
    }

    @Override
    public Isolation isolation() {
        return driver.isolation();
    }

    @Override
    public boolean offers(String runtime) {
        return driver.offers(runtime);
    }

    /// Each guest is closed by who started it, or else with the driver: what it used is written down before.
    @Override
    public void close() {
        living.values().forEach(MeteredGuest::close);
        driver.close();
    }
}
