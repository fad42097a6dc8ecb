package dev.sluice.fs;

import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is being written counts as what is stored.
@Timeout(60)
final class ReservationTest {
    private static final long MAX = 10 * Reservation.STEP_BYTES;
    private static final BlobRef SMALL = new BlobRef(Digest.of(Bytes.utf8("small")), 1_000);

    private final MemoryStore store = new MemoryStore();
    private final LabeledFs fs = served();
    private final UnlinkedBlobs unlinked = new UnlinkedBlobs(fs, new MemoryBlobs());
    private final Task acme = payer("acme");

    private LabeledFs served() {
        var served = new LabeledFs(
                store,
                new SecureRandom(),
                new FsSettings(_ -> new Quota(1_000, MAX), InstantSource.system(), References.NONE));
        served.bootstrap();
        return served;
    }

    private static Task payer(String name) {
        var label = Label.of(Component.TRUE, Component.TRUE);
        return new Task(label, Label.TOP, Privilege.NONE, name);
    }

    private Reservation reserve(Task task) {
        return task.run(unlinked::reserve);
    }

    private long used(String payer) {
        return Usage.of(store, payer).bytes();
    }

    @Test
    void whatIsReserved_isCharged_andNobodyElseHasIt_untilItIsGivenBack() {
        Reservation all = reserve(acme);
        all.take(MAX - 500);
        assertThat(used("acme")).isEqualTo(MAX - 500);
        assertThat(refusal(acme, () -> unlinked.create(Label.PUBLIC, SMALL, unlinked.reserve())))
                .isEqualTo(Refusal.QUOTA);
        Reservation another = reserve(acme);
        assertThat(refusal(acme, () -> another.take(501))).isEqualTo(Refusal.QUOTA);
        assertThat(refusal(acme, () -> another.reach(501))).isEqualTo(Refusal.QUOTA);
        assertThat(refusal(payer("blue"), () -> reserve(payer("blue")).take(MAX)))
                .as("another one's")
                .isNull();
        all.close();
        all.close();
        assertThat(used("acme")).isZero();
        assertThat(refusal(acme, () -> another.take(501))).isNull();
    }

    @Test
    @SuppressWarnings("try") // given back in the middle, which is what is tested
    void whatWasWritten_takesThePlaceOfWhatWasReserved() {
        Reservation room = reserve(acme);
        room.take(MAX - 500);
        var large = new BlobRef(Digest.of(Bytes.utf8("large")), MAX - 500);
        UnlinkedBlobs.Made made = acme.run(() -> unlinked.create(Label.PUBLIC, large, room));
        assertThat(used("acme")).isBetween(MAX - 500, MAX);
        room.close();
        assertThat(used("acme")).isBetween(MAX - 500, MAX);
        acme.run(() -> {
            unlinked.remove(made.id(), Privilege.NONE);
            return made;
        });
        assertThat(used("acme")).isZero();
    }

    @Test
    void aRefusedCreation_leavesTheReservation_toBeGivenBack() {
        Reservation rest = reserve(acme);
        rest.take(MAX - 1_000);
        try (Reservation room = reserve(acme)) {
            room.take(1_000);
            assertThat(refusal(acme, () -> unlinked.create(Label.PUBLIC, SMALL, room)))
                    .as("its entry needs some bytes, too")
                    .isEqualTo(Refusal.QUOTA);
            assertThat(used("acme")).isEqualTo(MAX);
        }
        assertThat(used("acme")).isEqualTo(MAX - 1_000);
    }

    @Test
    void whatComesWithoutALength_growsBySteps_andTakesTheLastBytesToo() {
        Reservation room = reserve(acme);
        acme.run(() -> {
            room.reach(1);
            return room;
        });
        assertThat(used("acme")).isEqualTo(Reservation.STEP_BYTES);
        room.reach(Reservation.STEP_BYTES);
        assertThat(used("acme")).as("enough already").isEqualTo(Reservation.STEP_BYTES);
        for (long bytes = 1; bytes <= MAX; bytes += 100_000) {
            room.reach(bytes);
        }
        room.reach(MAX);
        assertThat(used("acme")).isEqualTo(MAX);
        assertThat(refusal(acme, () -> room.reach(MAX + 1))).isEqualTo(Refusal.QUOTA);
        room.close();
        assertThat(used("acme")).isZero();
    }

    @Test
    void whatAKilledServerReserved_isGivenBackByTheNext_andNothingElse() {
        acme.run(() -> unlinked.create(Label.PUBLIC, SMALL, unlinked.reserve()));
        long before = used("acme");
        reserve(acme).take(12_345);
        reserve(acme).take(1);
        reserve(payer("")).take(7);
        served();
        assertThat(used("acme")).isEqualTo(before);
        assertThat(used("")).isZero();
        served();
        assertThat(used("acme")).isEqualTo(before);
    }

    @Test
    void manyAtOnce_neverHaveMoreThanThereIs() {
        var taken = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                threads.execute(() -> {
                    Task one = payer("acme");
                    if (refusal(one, () -> reserve(one).take(Reservation.STEP_BYTES)) == null) {
                        taken.incrementAndGet();
                    }
                });
            }
        }
        assertThat(taken.get()).isEqualTo(10);
        assertThat(used("acme")).isEqualTo(MAX);
    }
}
