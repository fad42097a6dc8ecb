package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.bytes.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every `Store` does.
@Timeout(120)
public abstract class StoreContract {
    private static final Bytes KEY = Bytes.utf8("key");
    private static final Bytes OTHER = Bytes.utf8("other");
    private static final Bytes OLD = Bytes.utf8("old");
    private static final Bytes NEW = Bytes.utf8("new");

    protected Store store;

    protected abstract Store open();

    @BeforeEach
    void openTheStore() {
        store = open();
    }

    @AfterEach
    void closeTheStore() {
        store.close();
    }

    @Test
    void get_ofWhatWasPut_yieldsIt() {
        assertThat(store.putIfAbsent(KEY, OLD)).isTrue();
        assertThat(store.get(KEY)).contains(OLD);
        assertThat(store.get(OTHER)).isEmpty();
    }

    @Test
    void put_ofNoBytes_isNotAbsence() {
        assertThat(store.putIfAbsent(KEY, Bytes.EMPTY)).isTrue();
        assertThat(store.get(KEY)).contains(Bytes.EMPTY);
        assertThat(store.putIfAbsent(KEY, NEW)).isFalse();
        assertThat(store.compareAndSet(KEY, Bytes.EMPTY, NEW)).isTrue();
    }

    @Test
    void putIfAbsent_overAValue_changesNothing() {
        store.putIfAbsent(KEY, OLD);
        assertThat(store.putIfAbsent(KEY, NEW)).isFalse();
        assertThat(store.get(KEY)).contains(OLD);
    }

    @Test
    void compareAndSet_withTheRightValue_replacesIt() {
        store.putIfAbsent(KEY, OLD);
        assertThat(store.compareAndSet(KEY, OLD, NEW)).isTrue();
        assertThat(store.get(KEY)).contains(NEW);
    }

    @Test
    void compareAndSet_withAStaleValueOrNone_changesNothing() {
        assertThat(store.compareAndSet(KEY, OLD, NEW)).isFalse();
        assertThat(store.get(KEY)).isEmpty();
        store.putIfAbsent(KEY, OTHER);
        assertThat(store.compareAndSet(KEY, OLD, NEW)).isFalse();
        assertThat(store.get(KEY)).contains(OTHER);
    }

    @Test
    void delete_withTheRightValue_makesItAbsent() {
        store.putIfAbsent(KEY, OLD);
        assertThat(store.delete(KEY, NEW)).isFalse();
        assertThat(store.get(KEY)).contains(OLD);
        assertThat(store.delete(KEY, OLD)).isTrue();
        assertThat(store.get(KEY)).isEmpty();
        assertThat(store.delete(KEY, OLD)).isFalse();
        assertThat(store.putIfAbsent(KEY, NEW)).isTrue();
    }

    @Test
    void commit_withOneConditionFailing_changesNothing() {
        store.putIfAbsent(KEY, OLD);
        assertThat(store.commit(new Batch()
                        .requireEquals(KEY, OLD)
                        .requireEquals(OTHER, OLD)
                        .put(KEY, NEW)
                        .put(OTHER, NEW)))
                .isFalse();
        assertThat(store.commit(new Batch().requireAbsent(KEY).put(OTHER, NEW))).isFalse();
        assertThat(store.get(KEY)).contains(OLD);
        assertThat(store.get(OTHER)).isEmpty();
    }

    @Test
    void commit_withAllConditionsHolding_changesAll() {
        store.putIfAbsent(KEY, OLD);
        assertThat(store.commit(new Batch()
                        .requireEquals(KEY, OLD)
                        .requireAbsent(OTHER)
                        .delete(KEY)
                        .put(OTHER, NEW)))
                .isTrue();
        assertThat(store.get(KEY)).isEmpty();
        assertThat(store.get(OTHER)).contains(NEW);
    }

    @Test
    void commit_ofSeveralChangesToOneKey_keepsTheLast() {
        assertThat(store.commit(
                        new Batch().put(KEY, OLD).put(KEY, NEW).put(OTHER, OLD).delete(OTHER)))
                .isTrue();
        assertThat(store.get(KEY)).contains(NEW);
        assertThat(store.get(OTHER)).isEmpty();
    }

    @Test
    void additions_underContention_loseNothing_andNeverExceedTheirMaximum() throws Exception {
        Bytes number = Bytes.utf8("number");
        var applied = new AtomicInteger();
        inParallel(8, _ -> {
            for (int i = 0; i < 20; i++) {
                if (store.commit(new Batch().add(number, 1, 100))) {
                    applied.incrementAndGet();
                }
            }
        });
        assertThat(applied).hasValue(100);
        assertThat(Batch.number(store.get(number))).isEqualTo(100);
        assertThat(store.commit(new Batch().add(number, -100, 0))).isTrue();
        assertThat(store.get(number)).isEmpty();
    }

    @Test
    void additions_areMadeInOrder_andWithTheWholeBatchOrNotAtAll() {
        Bytes one = Bytes.utf8("one");
        Bytes two = Bytes.utf8("two");
        Bytes other = Bytes.utf8("other");
        assertThat(store.commit(new Batch().add(one, 5, 10).add(one, 5, 10).add(two, -3, 0)))
                .isTrue();
        assertThat(Batch.number(store.get(two))).isEqualTo(-3);
        assertThat(store.commit(new Batch().put(other, NEW).add(two, 1, 9).add(one, 1, 10)))
                .isFalse();
        assertThat(store.commit(new Batch().requireEquals(other, NEW).add(two, 1, 9)))
                .isFalse();
        assertThat(store.get(other)).isEmpty();
        assertThat(Batch.number(store.get(two))).isEqualTo(-3);
        assertThat(store.commit(new Batch().put(other, NEW).add(one, -1, 10).add(one, 1, 10)))
                .isTrue();
        assertThat(store.get(other)).contains(NEW);
        assertThatIllegalArgumentException().isThrownBy(() -> store.commitBehind(new Batch().add(one, 1, 99)));
    }

    @Test
    void commit_ofNothing_succeeds() {
        assertThat(store.commit(new Batch())).isTrue();
        store.commitBehind(new Batch());
    }

    @Test
    void compareAndSet_underContention_losesNoUpdate() throws Exception {
        store.putIfAbsent(KEY, Bytes.utf8("0"));
        inParallel(50, _ -> {
            for (int done = 0; done < 20; ) {
                Bytes seen = store.get(KEY).orElseThrow();
                Bytes next = Bytes.utf8(String.valueOf(Integer.parseInt(seen.utf8()) + 1));
                if (store.compareAndSet(KEY, seen, next)) {
                    done++;
                }
            }
        });
        assertThat(store.get(KEY)).contains(Bytes.utf8("1000"));
    }

    @Test
    void putIfAbsent_underContention_hasOneWinner() throws Exception {
        List<Integer> winners = Collections.synchronizedList(new ArrayList<>());
        inParallel(50, i -> {
            if (store.putIfAbsent(KEY, Bytes.utf8("" + i))) {
                winners.add(i);
            }
        });
        assertThat(winners).hasSize(1);
        assertThat(store.get(KEY)).contains(Bytes.utf8("" + winners.getFirst()));
    }

    @Test
    void batches_seenByScans_areWholeOrAbsent() throws Exception {
        inParallel(8, i -> {
            for (int round = 0; round < 50; round++) {
                Bytes value = Bytes.utf8(i + "/" + round);
                if (i % 2 == 0) {
                    store.commit(new Batch().put(KEY, value).put(OTHER, value));
                } else {
                    List<Store.Entry> both = store.scan(Bytes.EMPTY, Bytes.EMPTY, 10);
                    assertThat(both.stream().map(Store.Entry::value).distinct()).hasSizeLessThan(2);
                    assertThat(both.size()).isIn(0, 2);
                }
            }
        });
    }

    @Test
    void get_afterACommit_neverGivesTheOldValue_howeverManyRead() throws Exception {
        whileOthers(() -> store.get(KEY), () -> {
            for (int i = 0; i < 300; i++) {
                Bytes value = Bytes.utf8("v" + i);
                commitInTurn(i, new Batch().put(KEY, value));
                assertThat(store.get(KEY)).contains(value);
            }
        });
    }

    @Test
    void reads_afterOneThatSawABatch_seeAllOfIt() throws Exception {
        commitInTurn(0, new Batch().put(KEY, number(0)).put(OTHER, number(0)));
        whileOthers(
                () -> {
                    assertThat(store.get(KEY).orElseThrow())
                            .isLessThanOrEqualTo(store.get(OTHER).orElseThrow());
                    assertThat(store.get(OTHER).orElseThrow())
                            .isLessThanOrEqualTo(store.get(KEY).orElseThrow());
                },
                () -> {
                    for (int i = 1; i < 1_000; i++) {
                        commitInTurn(i, new Batch().put(KEY, number(i)).put(OTHER, number(i)));
                    }
                });
    }

    private void commitInTurn(int turn, Batch batch) {
        if (turn % 5 == 0) {
            assertThat(store.commit(batch)).isTrue();
        } else {
            store.commitBehind(batch);
        }
    }

    private static Bytes number(int number) {
        return Bytes.utf8("%06d".formatted(number));
    }

    /// Runs `work` while two threads repeat `reads`; fails if one of them does.
    private static void whileOthers(Runnable reads, Runnable work) throws Exception {
        var done = new AtomicBoolean();
        inParallel(3, Thread.ofPlatform().factory(), i -> {
            if (i == 0) {
                try {
                    work.run();
                } finally {
                    done.set(true);
                }
            } else {
                while (!done.get()) {
                    reads.run();
                }
            }
        });
    }

    @Test
    void scan_ordersByUnsignedBytes() {
        for (String key : List.of("ff", "80", "7f", "00", "7f00", "ffff", "01")) {
            store.putIfAbsent(hex(key), OLD);
        }
        assertThat(keys(store.scan(Bytes.EMPTY, Bytes.EMPTY, 10)))
                .containsExactly("00", "01", "7f", "7f00", "80", "ff", "ffff");
        assertThat(keys(store.scanBackwards(Bytes.EMPTY, Bytes.EMPTY, 10)))
                .containsExactly("ffff", "ff", "80", "7f00", "7f", "01", "00");
    }

    @Test
    void scan_ofAPrefix_yieldsItsKeysOnly() {
        for (String key : List.of("61", "6100", "61ff", "61ffff", "62", "60", "60ff")) {
            store.putIfAbsent(hex(key), OLD);
        }
        assertThat(keys(store.scan(hex("61"), Bytes.EMPTY, 10))).containsExactly("61", "6100", "61ff", "61ffff");
        assertThat(keys(store.scan(hex("61ff"), Bytes.EMPTY, 10))).containsExactly("61ff", "61ffff");
        assertThat(keys(store.scanBackwards(hex("61"), Bytes.EMPTY, 10)))
                .containsExactly("61ffff", "61ff", "6100", "61");
        assertThat(store.scan(hex("63"), Bytes.EMPTY, 10)).isEmpty();
        assertThat(store.scanBackwards(hex("63"), Bytes.EMPTY, 10)).isEmpty();
    }

    @Test
    void scan_ofAPrefixOfTheHighestBytes_reachesTheEnd() {
        for (String key : List.of("fe", "ff", "ff00", "ffff", "ffffff")) {
            store.putIfAbsent(hex(key), OLD);
        }
        assertThat(keys(store.scan(hex("ff"), Bytes.EMPTY, 10))).containsExactly("ff", "ff00", "ffff", "ffffff");
        assertThat(keys(store.scan(hex("ffff"), Bytes.EMPTY, 10))).containsExactly("ffff", "ffffff");
        assertThat(keys(store.scanBackwards(hex("ff"), Bytes.EMPTY, 2))).containsExactly("ffffff", "ffff");
        assertThat(keys(store.scan(hex("feff"), Bytes.EMPTY, 10))).isEmpty();
    }

    @Test
    void scan_fromAKeyOutsideThePrefix_staysInThePrefix() {
        for (String key : List.of("60", "61", "6101", "62")) {
            store.putIfAbsent(hex(key), OLD);
        }
        assertThat(keys(store.scan(hex("61"), hex("5f"), 10))).containsExactly("61", "6101");
        assertThat(store.scan(hex("61"), hex("62"), 10)).isEmpty();
        assertThat(keys(store.scanBackwards(hex("61"), hex("ff"), 10))).containsExactly("6101", "61");
        assertThat(store.scanBackwards(hex("61"), hex("60"), 10)).isEmpty();
    }

    @Test
    void scan_pageByPage_yieldsEachKeyOnce() {
        var random = new Random(1);
        var expected = new TreeMap<Bytes, Bytes>();
        for (int i = 0; i < 500; i++) {
            byte[] key = new byte[1 + random.nextInt(3)];
            random.nextBytes(key);
            expected.put(Bytes.takeOver(key), Bytes.utf8("" + i));
        }
        expected.forEach((key, value) -> store.commitBehind(new Batch().put(key, value)));

        List<Bytes> upwards = new ArrayList<>();
        for (var page = store.scan(Bytes.EMPTY, Bytes.EMPTY, 7); !page.isEmpty(); ) {
            page.forEach(entry -> upwards.add(entry.key()));
            page = store.scan(Bytes.EMPTY, upwards.getLast(), 7);
        }
        assertThat(upwards).containsExactlyElementsOf(expected.keySet());

        List<Bytes> downwards = new ArrayList<>();
        for (var page = store.scanBackwards(Bytes.EMPTY, Bytes.EMPTY, 7); !page.isEmpty(); ) {
            page.forEach(entry -> downwards.add(entry.key()));
            page = store.scanBackwards(Bytes.EMPTY, downwards.getLast(), 7);
        }
        assertThat(downwards).containsExactlyElementsOf(expected.descendingKeySet());
    }

    @Test
    void scan_ofLargeValues_endsThePageEarly_andGoesOn() {
        Bytes large = Bytes.takeOver(new byte[Store.VALUE_BYTES_MAX]);
        for (String key : List.of("01", "02", "03")) {
            store.putIfAbsent(hex(key), large);
        }
        assertThat(keys(store.scan(Bytes.EMPTY, Bytes.EMPTY, 10))).containsExactly("01", "02");
        assertThat(keys(store.scan(Bytes.EMPTY, hex("02"), 10))).containsExactly("03");
        assertThat(keys(store.scanBackwards(Bytes.EMPTY, Bytes.EMPTY, 10))).containsExactly("03", "02");
    }

    @Test
    void commitBehind_isSeenByWhatFollows() {
        store.putIfAbsent(OTHER, OLD);
        for (int round = 0; round < 200; round++) {
            Bytes value = Bytes.utf8("" + round);
            store.commitBehind(new Batch().put(KEY, value).delete(OTHER));
            assertThat(store.get(KEY)).contains(value);
            assertThat(store.get(OTHER)).isEmpty();
            store.commitBehind(new Batch().put(OTHER, value));
            assertThat(store.get(OTHER)).contains(value);
            if (round % 10 == 0) {
                assertThat(store.scan(Bytes.EMPTY, Bytes.EMPTY, 10))
                        .extracting(Store.Entry::value)
                        .containsExactly(value, value);
            }
        }
    }

    @Test
    void commitBehind_isSeenByConditions() {
        store.commitBehind(new Batch().put(KEY, OLD));
        assertThat(store.putIfAbsent(KEY, NEW)).isFalse();
        store.commitBehind(new Batch().put(KEY, OLD));
        assertThat(store.compareAndSet(KEY, OLD, NEW)).isTrue();
        assertThat(store.get(KEY)).contains(NEW);
    }

    @Test
    void commitBehind_ofTheSameValueAgain_isNotUndoneByTheOneBefore() {
        for (int round = 0; round < 300; round++) {
            store.commitBehind(new Batch().put(KEY, OLD));
            store.commitBehind(new Batch().put(KEY, NEW));
            store.commitBehind(new Batch().put(KEY, OLD));
            assertThat(store.get(KEY)).contains(OLD);
        }
    }

    @Test
    void commitBehind_withConditions_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> store.commitBehind(new Batch().requireAbsent(KEY).put(KEY, NEW)));
    }

    @Test
    void keys_ofTheLargestSize_areTaken_andOthersRefused() {
        Bytes largest = Bytes.takeOver(new byte[Store.KEY_BYTES_MAX]);
        Bytes tooLarge = Bytes.takeOver(new byte[Store.KEY_BYTES_MAX + 1]);
        assertThat(store.putIfAbsent(largest, NEW)).isTrue();
        assertThat(store.get(largest)).contains(NEW);
        for (Bytes bad : List.of(tooLarge, Bytes.EMPTY)) {
            assertThatIllegalArgumentException().isThrownBy(() -> store.get(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> store.putIfAbsent(bad, NEW));
            assertThatIllegalArgumentException().isThrownBy(() -> new Batch().delete(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> new Batch().requireEquals(bad, NEW));
        }
    }

    @Test
    void values_ofTheLargestSize_areTaken_andLargerOnesRefused() {
        Bytes largest = Bytes.takeOver(new byte[Store.VALUE_BYTES_MAX]);
        assertThat(store.putIfAbsent(KEY, largest)).isTrue();
        assertThat(store.get(KEY)).contains(largest);
        Bytes tooLarge = Bytes.takeOver(new byte[Store.VALUE_BYTES_MAX + 1]);
        assertThatIllegalArgumentException().isThrownBy(() -> store.compareAndSet(KEY, largest, tooLarge));
    }

    @Test
    void batches_ofTooManyStepsOrBytes_areRefused() {
        var steps = new Batch();
        for (int i = 0; i < Batch.STEPS_MAX; i++) {
            steps.put(Bytes.utf8("" + i), OLD);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> steps.delete(KEY));
        assertThat(store.commit(steps)).isTrue();
        Bytes half = Bytes.takeOver(new byte[Batch.BATCH_BYTES_MAX / 2 - 3]);
        var full = new Batch().put(KEY, half).put(Bytes.utf8("kez"), half);
        assertThatIllegalArgumentException().isThrownBy(() -> full.delete(KEY));
    }

    @Test
    void scan_withoutASaneLimit_isRefused() {
        for (int limit : new int[] {-1, 0, Store.SCAN_ENTRIES_MAX + 1}) {
            assertThatIllegalArgumentException().isThrownBy(() -> store.scan(KEY, Bytes.EMPTY, limit));
            assertThatIllegalArgumentException().isThrownBy(() -> store.scanBackwards(KEY, Bytes.EMPTY, limit));
        }
    }

    @Test
    void anInterruptedThread_isServed_andStaysInterrupted() {
        Thread.currentThread().interrupt();
        assertThat(store.putIfAbsent(KEY, NEW)).isTrue();
        store.commitBehind(new Batch().put(OTHER, NEW));
        assertThat(store.get(OTHER)).contains(NEW);
        assertThat(store.scan(Bytes.EMPTY, Bytes.EMPTY, 10)).hasSize(2);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aClosedStore_refusesEverything_andMayBeClosedAgain() {
        store.close();
        store.close();
        assertThatExceptionOfType(StoreClosed.class).isThrownBy(() -> store.get(KEY));
        assertThatExceptionOfType(StoreClosed.class).isThrownBy(() -> store.putIfAbsent(KEY, NEW));
        assertThatExceptionOfType(StoreClosed.class).isThrownBy(() -> store.commitBehind(new Batch().put(KEY, NEW)));
        assertThatExceptionOfType(StoreClosed.class).isThrownBy(() -> store.scan(KEY, Bytes.EMPTY, 1));
        assertThatExceptionOfType(StoreClosed.class).isThrownBy(() -> store.scanBackwards(KEY, Bytes.EMPTY, 1));
    }

    protected interface Work {
        void run(int index) throws Exception;
    }

    private static void inParallel(int threads, Work work) throws InterruptedException, ExecutionException {
        inParallel(threads, Thread.ofVirtual().factory(), work);
    }

    /// Runs `work` on that many threads; fails if one of them does.
    protected static void inParallel(int threads, ThreadFactory kind, Work work)
            throws InterruptedException, ExecutionException {
        try (var executor = Executors.newThreadPerTaskExecutor(kind)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int index = i;
                all.add(executor.submit(() -> {
                    work.run(index);
                    return index;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static Bytes hex(String digits) {
        return Bytes.takeOver(HexFormat.of().parseHex(digits));
    }

    private static List<String> keys(List<Store.Entry> entries) {
        return entries.stream()
                .map(entry -> HexFormat.of().formatHex(entry.key().toArray()))
                .toList();
    }
}
