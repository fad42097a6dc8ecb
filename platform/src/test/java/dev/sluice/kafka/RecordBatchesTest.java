package dev.sluice.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.bytes.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is read of batches that Kafka's own code has made, and of such that nobody should have made.
final class RecordBatchesTest {
    private final List<KafkaRecord> taken = new ArrayList<>();

    @Test
    void records_areReadAsTheyWereWritten() throws Exception {
        var header = new RecordHeader("h", new byte[] {1});
        var full =
                new SimpleRecord(77, Bytes.utf8("k").toArray(), Bytes.utf8("v").toArray(), new Header[] {header});
        var empty = new SimpleRecord(78, null, (byte[]) null);
        for (Compression how : List.of(Compression.NONE, Compression.gzip().build())) {
            taken.clear();
            assertThat(read(MemoryRecords.withRecords(40, how, full, empty), 40))
                    .isEqualTo(42);
            assertThat(taken).hasSize(2);
            KafkaRecord first = taken.getFirst();
            assertThat(first.offset()).isEqualTo(40);
            assertThat(first.millis()).isEqualTo(77);
            assertThat(first.key()).isEqualTo(Optional.of(Bytes.utf8("k")));
            assertThat(first.value()).isEqualTo(Optional.of(Bytes.utf8("v")));
            assertThat(first.headers()).containsExactly(new KafkaRecord.Header("h", Bytes.copyOf(new byte[] {1})));
            assertThat(taken.getLast())
                    .isEqualTo(new KafkaRecord(3, 41, 78, Optional.empty(), Optional.empty(), List.of()));
        }
    }

    @Test
    void whatIsBeforeTheOffset_isLeftOut() throws Exception {
        assertThat(read(MemoryRecords.withRecords(40, Compression.NONE, one("a"), one("b")), 41))
                .isEqualTo(42);
        assertThat(taken).extracting(KafkaRecord::offset).containsExactly(41L);
    }

    /// The broker cuts where its limit is.
    @Test
    void aBatchThatIsCut_isReadLater() throws Exception {
        ByteBuffer whole =
                MemoryRecords.withRecords(40, Compression.NONE, one("a")).buffer();
        for (int length = 0; length < whole.remaining(); length++) {
            assertThat(read(MemoryRecords.readableRecords(whole.slice(0, length)), 40))
                    .isEqualTo(40);
        }
        assertThat(taken).isEmpty();
    }

    @Test
    void whatATransactionTookBack_isLeftOut() throws Exception {
        MemoryRecords back =
                MemoryRecords.withTransactionalRecords((byte) 2, 0, Compression.NONE, 9, (short) 0, 0, 0, one("back"));
        MemoryRecords other =
                MemoryRecords.withTransactionalRecords((byte) 2, 1, Compression.NONE, 8, (short) 0, 0, 0, one("other"));
        MemoryRecords end = MemoryRecords.withEndTransactionMarker(
                2, 0, 0, 9, (short) 0, new EndTransactionMarker(ControlRecordType.ABORT, 0));
        MemoryRecords later =
                MemoryRecords.withTransactionalRecords((byte) 2, 3, Compression.NONE, 9, (short) 0, 1, 0, one("later"));
        ByteBuffer all = ByteBuffer.allocate(4096);
        List.of(back, other, end, later).forEach(one -> all.put(one.buffer().duplicate()));
        all.flip();
        var aborted = List.of(new AbortedTransaction().setProducerId(9).setFirstOffset(0));
        assertThat(new RecordBatches(3, aborted).read(all, 0, taken::add)).isEqualTo(4);
        assertThat(taken).extracting(one -> one.value().orElseThrow().utf8()).containsExactly("other", "later");
    }

    /// Native code for them is not there on purpose.
    @ParameterizedTest
    @ValueSource(bytes = {2, 3, 4, 7})
    void otherCodecs_areRefused(byte codec) {
        ByteBuffer bytes = copy(MemoryRecords.withRecords(0, Compression.NONE, one("a")));
        bytes.put(22, codec);
        assertThatThrownBy(() -> read(signed(bytes), 0))
                .isInstanceOf(KafkaFailed.class)
                .hasMessageContaining("compression.type");
    }

    @Test
    void aBatchThatInflatesTooFar_isRefused() {
        var large = new SimpleRecord(0, null, new byte[RecordBatches.INFLATED_BYTES_MAX + 1]);
        MemoryRecords packed = MemoryRecords.withRecords(0, Compression.gzip().build(), large);
        assertThat(packed.sizeInBytes()).isLessThan(100_000);
        assertThatThrownBy(() -> read(packed, 0))
                .isInstanceOf(KafkaFailed.class)
                .hasMessageContaining("inflates");
        assertThat(taken).isEmpty();
    }

    @Test
    void aBatchThatWasChanged_isRefused() {
        ByteBuffer bytes = copy(MemoryRecords.withRecords(0, Compression.NONE, one("a")));
        bytes.put(bytes.limit() - 2, (byte) 'z');
        assertThatThrownBy(() -> read(MemoryRecords.readableRecords(bytes), 0)).isInstanceOf(KafkaFailed.class);
        assertThat(taken).isEmpty();
    }

    /// Whatever is in a batch, it is read or refused, and nothing else.
    @Test
    void anyBytes_areReadOrRefused() {
        var random = new Random(1);
        ByteBuffer copy = copy(MemoryRecords.withRecords(
                0, Compression.NONE, one("a"), one("b"), new SimpleRecord(1, new byte[9], new byte[99])));
        byte[] whole = new byte[copy.remaining()];
        copy.get(whole);
        for (int i = 0; i < 20_000; i++) {
            ByteBuffer bytes = ByteBuffer.wrap(whole.clone());
            for (int j = random.nextInt(4); j >= 0; j--) {
                bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt());
            }
            MemoryRecords records = random.nextBoolean() ? signed(bytes) : MemoryRecords.readableRecords(bytes);
            Throwable thrown = catchThrowable(() -> read(records, 0));
            assertThat(thrown == null || thrown instanceof KafkaFailed)
                    .as("%s", thrown)
                    .isTrue();
        }
    }

    private long read(MemoryRecords records, long from) throws KafkaFailed, InterruptedException {
        return new RecordBatches(3, List.of()).read(records.buffer().duplicate(), from, taken::add);
    }

    private static SimpleRecord one(String value) {
        return new SimpleRecord(0, null, Bytes.utf8(value).toArray());
    }

    private static ByteBuffer copy(MemoryRecords records) {
        byte[] bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static MemoryRecords signed(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes.slice(21, bytes.limit() - 21));
        bytes.putInt(17, (int) crc.getValue());
        return MemoryRecords.readableRecords(bytes);
    }
}
