package dev.sluice.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.sandbox.Account;
import dev.sluice.sandbox.Amount;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.StoreFailed;
import dev.sluice.testing.Contents;
import dev.sluice.testing.FaultyStore;
import dev.sluice.testing.FaultyStore.Fault;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LedgerTest {
    private static final Amount ONE = new Amount(1, 10, 100, 12_800, 7);

    private final MemoryStore store = new MemoryStore();
    private final Ledger ledger = new Ledger(store);

    @Test
    void sums_grow_andAreTheSameAfterARestart() {
        ledger.add(new Account("acme", "f"), ONE);
        ledger.write();
        ledger.add(new Account("acme", "f"), new Amount(0, 5, 1, 1, 9));
        ledger.add(new Account("acme", "g"), ONE);
        ledger.add(new Account("acm", "ef"), ONE);
        assertThat(ledger.of("acme"))
                .containsOnlyKeys("f", "g")
                .containsEntry("f", new Amount(1, 15, 101, 12_801, 9))
                .containsEntry("g", ONE);
        ledger.write();
        assertThat(new Ledger(store).of("acme")).isEqualTo(ledger.of("acme"));
        assertThat(new Ledger(store).of("acm")).containsOnlyKeys("ef");
        assertThat(ledger.of("nobody")).isEmpty();
    }

    @Test
    void whatNobodyHas_isASumToo() {
        ledger.add(Account.NOBODY, ONE);
        ledger.write();
        assertThat(ledger.of("")).containsEntry("", ONE);
    }

    /// Every amount is in exactly one sum, however they come, with a write between any two.
    @Test
    void sumsOfAll_areWhatWasAdded() {
        var random = new Random(7);
        Amount all = Amount.NOTHING;
        for (int i = 0; i < 3_000; i++) {
            var amount = new Amount(1, random.nextInt(1_000), random.nextInt(1_000), random.nextInt(1_000), i);
            ledger.add(new Account("acme", "f" + random.nextInt(50)), amount);
            all = all.plus(amount);
            if (random.nextInt(20) == 0) {
                ledger.write();
            }
        }
        assertThat(ledger.of("acme").values().stream().reduce(Amount.NOTHING, Amount::plus))
                .isEqualTo(all);
        ledger.write();
        assertThat(new Ledger(store).of("acme").values().stream().reduce(Amount.NOTHING, Amount::plus))
                .isEqualTo(all);
    }

    /// Functions come and go; what they have used must not fill the store.
    @Test
    void anOrganization_hasSoManySums_andOneForTheOthers() {
        for (int i = 0; i < Ledger.ITEMS_MAX + 5; i++) {
            ledger.add(new Account("acme", "f" + i), ONE);
        }
        ledger.write();
        ledger.add(new Account("acme", "one more"), ONE);
        ledger.write();
        assertThat(ledger.of("acme")).hasSize(Ledger.ITEMS_MAX + 1).containsKey(Ledger.OTHERS);
        assertThat(ledger.of("acme").getOrDefault(Ledger.OTHERS, Amount.NOTHING).guests())
                .isEqualTo(6);
        ledger.add(new Account("blue", "f"), ONE);
        ledger.write();
        assertThat(ledger.of("blue")).containsOnlyKeys("f");
    }

    @Test
    void whatCouldNotBeWritten_isWrittenLater() {
        boolean isOver = false;
        for (int at = 1; !isOver; at++) {
            var whole = new MemoryStore();
            var faulty = new FaultyStore(whole, at, Fault.NOTHING_DONE);
            var broken = new Ledger(faulty);
            broken.add(new Account("acme", "f"), ONE);
            if (isFailing(broken)) {
                broken.write();
            }
            isOver = faulty.isUnused();
            assertThat(new Ledger(whole).of("acme"))
                    .as("at " + at)
                    .containsOnlyKeys("f")
                    .containsEntry("f", ONE);
        }
    }

    private static boolean isFailing(Ledger broken) {
        try {
            broken.write();
            return false;
        } catch (StoreFailed failed) {
            return true;
        }
    }

    @Test
    void anOrganizationThatHasEnded_leavesNothing_andIsNotWrittenOfAgain() {
        ledger.add(new Account("blue", "f"), ONE);
        ledger.write();
        var before = Contents.of(store);
        ledger.add(new Account("acme", "f"), ONE);
        ledger.write();
        ledger.add(new Account("acme", "g"), ONE);
        assertThat(ledger.remove("acme")).hasSize(1);
        ledger.add(new Account("acme", "h"), ONE);
        ledger.write();
        assertThat(Contents.of(store)).isEqualTo(before);
        assertThat(ledger.of("acme")).isEmpty();
        assertThat(ledger.remove("acme")).isEmpty();
    }
}
