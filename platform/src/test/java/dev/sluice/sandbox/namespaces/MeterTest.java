package dev.sluice.sandbox.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.sandbox.Account;
import dev.sluice.sandbox.Amount;
import dev.sluice.sandbox.Guests;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.Meter;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxFailed;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written down for who, beside what the kernel has counted for all. Real guests.
final class MeterTest {
    private static final Account ACME = new Account("acme", "f");
    private static final Account BLUE = new Account("blue", "g");

    /// Of each guest, what is counted before or after its own group has the process.
    private static final long STRAY_MICROS = 500;

    @TempDir
    Path directory;

    private final Map<Account, Amount> book = new ConcurrentHashMap<>();
    private NamespaceDriver driver;
    private Meter meter;
    private Isolation least = Isolation.NAMESPACES;

    @BeforeEach
    void open() throws Exception {
        driver = NamespaceDriver.open(new NamespaceOptions(
                directory.resolve("sandbox"),
                Map.of("python3", Guests.files()),
                NamespaceOptions.PYTHON,
                NamespaceOptions.NODE,
                NamespaceOptions.OWN_JAVA,
                Leftovers.FIRST_UID));
        meter = new Meter(driver, (account, amount) -> book.merge(account, amount, Amount::plus), _ -> least);
    }

    @AfterEach
    void close() {
        meter.close();
    }

    /// Under load, with guests that are killed in the middle, and looked at meanwhile.
    @Test
    void theSumOfWhatIsWrittenDown_isWhatTheKernelCountedForAll() throws Exception {
        long before = driver.usedByAll().cpuMicros();
        int guests = 12;
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Long>> work = IntStream.range(0, guests)
                    .<Callable<Long>>mapToObj(n -> () -> burn(n % 3 == 0 ? BLUE : ACME, n % 4 != 3))
                    .toList();
            var burnt = each.invokeAll(work);
            meter.settle();
            long atLeast = 0;
            for (var one : burnt) {
                atLeast += one.get();
            }
            long kernels = driver.usedByAll().cpuMicros() - before;
            long ours = book.values().stream().mapToLong(Amount::cpuMicros).sum();
            assertThat(ours).isCloseTo(kernels, within(guests * STRAY_MICROS));
            assertThat(ours).isGreaterThanOrEqualTo(atLeast);
        }
        assertThat(meter.living()).isEmpty();
        assertThat(amount(BLUE).guests() + amount(ACME).guests()).isEqualTo(guests);
        assertThat(book).doesNotContainKey(Account.NOBODY);
    }

    private long burn(Account account, boolean isHeard) throws Exception {
        try (Sandbox guest = meter.start(Guests.spec("attacks.py", "burn", "150", "1"), account)) {
            meter.settle();
            return isHeard ? 1_000 * (Guests.hear(guest).asLong() - 40) : 0;
        }
    }

    @Test
    void aGuestThatIsGivenToAnother_isCountedForEach_asFarAsItWasHis() throws Exception {
        Sandbox guest = meter.start(Guests.spec("attacks.py", "burn", "200", "30"));
        Guests.hear(guest);
        meter.charge(guest, ACME);
        Amount nobodys = amount(Account.NOBODY);
        assertThat(nobodys.cpuMicros()).isGreaterThan(150_000);
        assertThat(meter.living()).extracting(Meter.Reading::account).containsExactly(ACME);
        meter.charge(guest, ACME);
        meter.charge(guest, BLUE);
        guest.close();
        guest.close();
        meter.settle();
        assertThat(amount(Account.NOBODY)).isEqualTo(nobodys);
        assertThat(amount(ACME).guests()).isEqualTo(1);
        assertThat(amount(BLUE).guests()).isEqualTo(1);
        assertThat(amount(BLUE).peakBytes()).isGreaterThan(30L << 20);
        for (Amount each : book.values()) {
            assertThat(each.mibMicros()).isEqualTo(each.aliveMicros() * 128);
        }
        long all = book.values().stream().mapToLong(Amount::cpuMicros).sum();
        assertThat(all).isEqualTo(guest.usage().cpuMicros());
    }

    @Test
    void guestsThatLiveWhenTheServerStops_areCountedToTheEnd() throws Exception {
        Sandbox guest = meter.start(Guests.spec("attacks.py", "burn", "100", "1"), ACME);
        Guests.hear(guest);
        meter.close();
        assertThat(amount(ACME).cpuMicros())
                .isEqualTo(guest.usage().cpuMicros())
                .isGreaterThan(50_000);
    }

    /// Whoever starts one, and whoever has one given that waited.
    @Test
    void whoseGuestsAreToBeIsolatedBetter_hasNone() throws Exception {
        try (Sandbox waiting = meter.start(Guests.spec("attacks.py", "burn", "1", "1"))) {
            least = Isolation.OCI;
            assertThat(meter.tooWeakFor("acme").orElseThrow())
                    .isEqualTo("it is to be isolated by oci at least, and this server isolates by namespaces:"
                            + " its operator can start it with --isolation oci");
            assertThatExceptionOfType(SandboxFailed.class)
                    .isThrownBy(() -> meter.start(Guests.spec("attacks.py", "burn", "1", "1"), ACME));
            assertThatExceptionOfType(SandboxFailed.class).isThrownBy(() -> meter.charge(waiting, ACME));
            assertThat(meter.living()).extracting(Meter.Reading::account).containsExactly(Account.NOBODY);
            least = Isolation.NAMESPACES;
            meter.charge(waiting, ACME);
            assertThat(meter.living()).extracting(Meter.Reading::account).containsExactly(ACME);
        }
    }

    private Amount amount(Account account) {
        return book.getOrDefault(account, Amount.NOTHING);
    }
}
