package dev.sluice.fs;

import static dev.sluice.testing.Tasks.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.store.Store;
import dev.sluice.store.StoreFailed;
import dev.sluice.testing.Contents;
import dev.sluice.testing.FaultyStore;
import dev.sluice.testing.HookedStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class QuotaTest {
    private static final FsPath TOP = FsPath.ROOT.child("top");
    private static final FsPath FACETED = TOP.child("f");
    private static final List<String> PAYERS = List.of("", "acme", "blue");

    private final MemoryStore store = new MemoryStore();
    private final Task acme = payer("acme");
    private final Task blue = payer("blue");

    @Test
    void itemsOverTheQuota_areRefused_andNothingIsKeptOfThem() {
        LabeledFs fs = scene(new Quota(10, 1 << 20));
        for (int i = 0; i < 5; i++) {
            assertThat(create(fs, acme, "a" + i, 1)).isNull();
        }
        var before = Contents.of(store);
        assertThat(create(fs, acme, "b", 1)).isEqualTo(Refusal.QUOTA);
        assertThat(refusal(acme, () -> fs.link(TOP.child("a0"), TOP.child("b"), Privilege.NONE)))
                .isEqualTo(Refusal.QUOTA);
        assertThat(refusal(acme, () -> fs.createDirectory(TOP.child("b"), Label.PUBLIC, Privilege.NONE)))
                .isEqualTo(Refusal.QUOTA);
        assertThat(refusal(acme, () -> fs.createUnlinked(Kind.FILE, Label.PUBLIC, Bytes.EMPTY, Privilege.NONE)))
                .isEqualTo(Refusal.QUOTA);
        assertThat(Contents.of(store)).isEqualTo(before);
        assertThat(create(fs, acme, "a0", 1))
                .as("the name is taken, whatever is left")
                .isEqualTo(Refusal.EXISTS);
        assertThat(create(fs, blue, "b", 1)).as("of another payer").isNull();
        assertThat(refusal(acme, () -> fs.unlink(TOP.child("a0"), Privilege.NONE)))
                .isNull();
        assertThat(refusal(acme, () -> fs.link(TOP.child("a1"), TOP.child("c"), Privilege.NONE)))
                .as("an entry's place is free again")
                .isNull();
    }

    @Test
    void bytesOverTheQuota_areRefused_andWhatIsOverwrittenIsPaidBack() {
        LabeledFs fs = scene(new Quota(100, 10_000));
        assertThat(create(fs, acme, "a", 9_000)).isNull();
        assertThat(create(fs, acme, "b", 1_000)).isEqualTo(Refusal.QUOTA);
        assertThat(write(fs, acme, "a", 10_000)).isEqualTo(Refusal.QUOTA);
        assertThat(write(fs, acme, "a", 9_500)).isNull();
        assertThat(write(fs, blue, "a", 9_970)).as("who writes pays").isEqualTo(Refusal.QUOTA);
        assertThat(write(fs, blue, "a", 9_500)).isNull();
        assertThat(create(fs, acme, "b", 9_000)).isNull();
        assertThat(create(fs, blue, "c", 1_000)).isEqualTo(Refusal.QUOTA);
    }

    @Test
    void anotherQuotaForOnePayer_holdsForItAlone() {
        var plan = new QuotaPlan(new Quota(4, 10_000), Map.of("acme", new Quota(8, 500)));
        scene(Quota.DEFAULT);
        var fs = new LabeledFs(
                store, new SecureRandom(), new FsSettings(plan::of, InstantSource.system(), References.NONE));
        for (int i = 0; i < 2; i++) {
            assertThat(create(fs, acme, "a" + i, 1)).isNull();
            assertThat(create(fs, blue, "b" + i, 1)).isNull();
        }
        assertThat(create(fs, acme, "c", 500)).as("bytes of its own").isEqualTo(Refusal.QUOTA);
        assertThat(create(fs, acme, "c", 1)).as("items of its own").isNull();
        assertThat(create(fs, blue, "d", 1)).as("the usual items").isEqualTo(Refusal.QUOTA);
    }

    @Test
    void statedQuotas_areOneForEachOrganization() {
        QuotaPlan plan = QuotaPlan.of(Quota.DEFAULT, List.of("acme=10,2", "a b=0,0"));
        assertThat(plan.of("acme")).isEqualTo(new Quota(10, 2 << 20));
        assertThat(plan.of("a b")).isEqualTo(new Quota(0, 0));
        assertThat(plan.of("blue")).isEqualTo(Quota.DEFAULT);
        for (String wrong :
                List.of("acme", "acme=", "acme=1", "acme=1,", "acme=-1,1", "acme=1,x", "acme=1,1x", "=1,1", " =1,1")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> QuotaPlan.of(Quota.DEFAULT, List.of(wrong)))
                    .withMessageEndingWith(wrong.startsWith(" ") ? " " : wrong);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QuotaPlan.of(Quota.DEFAULT, List.of("acme=1,1", "acme=1,1")));
    }

    @Test
    void whoVouches_pays_unlessItMayBeSomebodyElse() {
        assertThat(Quota.payer(Component.parse("acme/user/alice"))).contains("acme");
        assertThat(Quota.payer(Component.parse("acme/a|acme/b"))).contains("acme");
        assertThat(Quota.payer(Component.parse("acme|blue"))).isEmpty();
        assertThat(Quota.payer(Component.parse("(acme|blue)&blue"))).contains("blue");
        assertThat(Quota.payer(Component.TRUE)).isEmpty();
    }

    /// What is overwritten counts as paid back, also where somebody else was quicker.
    @Test
    void overwriting_besideAnother_isNotRefusedForWantOfTheirBytes() throws InterruptedException {
        for (int at = 1; at < 12; at++) {
            var hooked = new HookedStore(store);
            LabeledFs fs = fs(hooked, new Quota(100, 10_000));
            String name = "f" + at;
            if (at == 1) {
                scene(Quota.DEFAULT);
            }
            assertThat(create(fs, acme, name, 9_000)).isNull();
            hooked.arm(at, () -> write(fs, acme, name, 9_001));
            assertThat(write(fs, acme, name, 9_002)).isNull();
            assertThat(refusal(acme, () -> fs.unlink(TOP.child(name), Privilege.NONE)))
                    .isNull();
            new Collector(fs, store, new SecureRandom(), Duration.ZERO).collect();
        }
    }

    /// What an entry cost is paid back once, to who paid for it, and counts as paid back where somebody else was
    /// quicker.
    @Test
    void relinking_besideAnother_isNotRefused_andPaysBackOnce() {
        scene(Quota.DEFAULT);
        LabeledFs plain = fs(store, new Quota(5, 10_000));
        assertThat(create(plain, acme, "a", 1)).isNull();
        assertThat(create(plain, acme, "b", 1)).isNull();
        for (Task other : List.of(acme, blue)) {
            boolean isOver = false;
            for (int at = 1; !isOver; at++) {
                String name = "n" + at;
                assertThat(link(plain, acme, "a", name)).isNull();
                var hooked = new HookedStore(store);
                hooked.arm(at, () -> assertThat(relink(plain, other, "b", name)).isNull());
                assertThat(relink(fs(hooked, new Quota(5, 10_000)), acme, "a", name))
                        .isNull();
                assertThat(Sums.kept(store, PAYERS)).as("at " + at).isEqualTo(Sums.counted(store));
                assertThat(refusal(acme, () -> plain.unlink(TOP.child(name), Privilege.NONE)))
                        .isNull();
                isOver = hooked.isUnused();
            }
        }
    }

    /// That another one has the same bytes must not show (S42): each entry pays for the whole blob.
    @Test
    void blobs_costWhatTheyAreLong_forEachEntryAgain() {
        LabeledFs fs = scene(new Quota(100, 10_000));
        Bytes blob = new BlobRef(Digest.of(Bytes.EMPTY), 6_000).encode();
        assertThat(refusal(acme, () -> fs.create(TOP.child("a"), Kind.BLOB, Label.PUBLIC, blob, Privilege.NONE)))
                .isNull();
        assertThat(refusal(acme, () -> fs.create(TOP.child("b"), Kind.BLOB, Label.PUBLIC, blob, Privilege.NONE)))
                .isEqualTo(Refusal.QUOTA);
        assertThat(refusal(blue, () -> fs.create(TOP.child("b"), Kind.BLOB, Label.PUBLIC, blob, Privilege.NONE)))
                .isNull();
    }

    @Test
    void unlinkedFacetedDirectories_arePaidFor_andPaidBack() throws InterruptedException {
        scene(Quota.DEFAULT);
        var now = new AtomicReference<>(Instant.EPOCH);
        var fs = new LabeledFs(
                store, new SecureRandom(), new FsSettings(new Quota(2, 10_000), now::get, References.NONE));
        ThrowingCallable make = () -> fs.createUnlinkedAt(Kind.FACETED, Label.PUBLIC, Bytes.EMPTY, Privilege.NONE);
        assertThat(refusal(acme, make)).isNull();
        assertThat(refusal(acme, make)).isNull();
        assertThat(refusal(acme, make)).isEqualTo(Refusal.QUOTA);
        assertThat(Sums.kept(store, PAYERS).get("acme"))
                .isEqualTo(Sums.counted(store).get("acme"));
        now.set(Instant.EPOCH.plus(Barrier.LEASE));
        var later = new LabeledFs(store, new SecureRandom(), new FsSettings(Quota.DEFAULT, now::get, References.NONE));
        new Collector(later, store, new SecureRandom(), Duration.ZERO).collect();
        assertThat(Sums.kept(store, PAYERS)).doesNotContainKey("acme");
        assertThat(refusal(acme, make)).isNull();
    }

    @Test
    void facets_arePaidForByWhoFirstLinksIntoThem() {
        LabeledFs fs = scene(new Quota(3, 10_000));
        assertThat(inFacet(fs, acme, "x")).isNull();
        assertThat(inFacet(fs, acme, "y")).isEqualTo(Refusal.QUOTA);
        assertThat(inFacet(fs, blue, "y")).isNull();
    }

    @Test
    void manyWritersAtOnce_fillTheQuotaExactly() {
        LabeledFs fs = scene(new Quota(100, 1 << 20));
        var done = new AtomicInteger();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 16; t++) {
                int writer = t;
                executor.execute(() -> {
                    for (int i = 0; i < 10; i++) {
                        done.addAndGet(create(fs, acme, writer + "-" + i, 1) == null ? 1 : 0);
                    }
                });
            }
        }
        assertThat(done).hasValue(50);
        assertThat(Sums.kept(store, PAYERS))
                .containsEntry("acme", Sums.counted(store).get("acme"));
    }

    /// Whatever is done, the sums say what is there; also when the store fails at any call.
    @ParameterizedTest
    @EnumSource
    void sums_areAlwaysWhatIsStored(FaultyStore.Fault fault) {
        scene(Quota.DEFAULT);
        var random = new Random(7);
        for (int round = 0; round < 400; round++) {
            LabeledFs fs = fs(new FaultyStore(store, 1 + random.nextInt(30), fault), Quota.DEFAULT);
            for (int step = 0; step < 6; step++) {
                act(fs, random);
            }
            assertThat(Sums.kept(store, PAYERS)).isEqualTo(Sums.counted(store));
        }
    }

    private void act(LabeledFs fs, Random random) {
        Task task = random.nextBoolean() ? acme : blue;
        FsPath one = place(random);
        FsPath two = place(random);
        var content = Bytes.takeOver(new byte[random.nextInt(100)]);
        Throwable failure = catchThrowable(() -> task.run(() -> {
            switch (random.nextInt(7)) {
                case 0 -> fs.create(one, Kind.FILE, Label.PUBLIC, content, Privilege.NONE);
                case 1 -> fs.createDirectory(one, Label.PUBLIC, Privilege.NONE);
                case 2 -> fs.link(one, two, Privilege.NONE);
                case 3 -> fs.relink(one, two, Privilege.NONE);
                case 4 -> fs.unlink(one, Privilege.NONE);
                case 5 -> fs.createUnlinked(Kind.FILE, Label.PUBLIC, content, Privilege.NONE);
                default -> fs.write(one, Kind.FILE, content, 0, Privilege.NONE);
            }
            return task;
        }));
        assertThat(failure)
                .satisfiesAnyOf(
                        f -> assertThat(f).isNull(),
                        f -> assertThat(f).isInstanceOf(Refused.class),
                        f -> assertThat(f).isInstanceOf(StoreFailed.class));
    }

    private static FsPath place(Random random) {
        FsPath directory = random.nextBoolean() ? TOP : FACETED.facet(Label.PUBLIC);
        return directory.child("n" + random.nextInt(6));
    }

    private LabeledFs scene(Quota quota) {
        LabeledFs fs = fs(store, quota);
        Task root = new Task(Label.BOTTOM, Label.TOP, Privilege.mintTcb(Component.FALSE), "");
        root.run(() -> {
            fs.createDirectory(TOP, Label.PUBLIC, root.forEndorsing());
            fs.createFaceted(FACETED, root.forEndorsing());
            return root;
        });
        return fs;
    }

    private static LabeledFs fs(Store store, Quota quota) {
        return new LabeledFs(store, new SecureRandom(), new FsSettings(quota, InstantSource.system(), References.NONE));
    }

    private static Task payer(String payer) {
        return new Task(Label.PUBLIC, Label.PUBLIC, Privilege.NONE, payer);
    }

    private static @Nullable Refusal create(LabeledFs fs, Task task, String name, int length) {
        var content = Bytes.takeOver(new byte[length]);
        return refusal(task, () -> fs.create(TOP.child(name), Kind.FILE, Label.PUBLIC, content, Privilege.NONE));
    }

    private static @Nullable Refusal link(LabeledFs fs, Task task, String target, String name) {
        return refusal(task, () -> fs.link(TOP.child(target), TOP.child(name), Privilege.NONE));
    }

    private static @Nullable Refusal relink(LabeledFs fs, Task task, String target, String name) {
        return refusal(task, () -> fs.relink(TOP.child(target), TOP.child(name), Privilege.NONE));
    }

    private static @Nullable Refusal inFacet(LabeledFs fs, Task task, String name) {
        FsPath path = FACETED.facet(Label.PUBLIC).child(name);
        return refusal(task, () -> fs.create(path, Kind.FILE, Label.PUBLIC, Bytes.EMPTY, Privilege.NONE));
    }

    private static @Nullable Refusal write(LabeledFs fs, Task task, String name, int length) {
        var content = Bytes.takeOver(new byte[length]);
        return refusal(task, () -> fs.write(TOP.child(name), Kind.FILE, content, 0, Privilege.NONE));
    }
}
