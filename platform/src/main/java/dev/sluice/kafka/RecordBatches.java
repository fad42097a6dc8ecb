package dev.sluice.kafka;

import dev.sluice.bytes.Bytes;
import dev.sluice.kafka.KafkaRecord.Header;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;

/// Reads batches of records, of format 2 (Kafka 0.11 and newer), not compressed or by gzip: what the other codecs need
/// is
/// native code, to which a stranger's bytes would be given in the server's own process. Total: whatever the bytes are,
/// each record is looked at once and what is not one is refused.
final class RecordBatches {
    static final int INFLATED_BYTES_MAX = 16 << 20;
    static final int HEADERS_MAX = 128;
    private static final int LENGTH_AT = 8;
    private static final int BODY_AT = 12;
    private static final int MAGIC_AT = 16;
    private static final int CRC_AT = 17;
    private static final int ATTRIBUTES_AT = 21;
    private static final int LAST_DELTA_AT = 23;
    private static final int TIME_AT = 27;
    private static final int PRODUCER_AT = 43;
    private static final int RECORDS_AT = 61;
    private static final int CODEC_MASK = 0x7;
    private static final int TRANSACTIONAL = 0x10;
    private static final int CONTROL = 0x20;
    private static final int NONE = 0;
    private static final int GZIP = 1;
    private static final int VARINT_BITS = 64;

    private final int partition;
    private final PriorityQueue<AbortedTransaction> aborted =
            new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
    private final Set<Long> aborting = new HashSet<>();

    /// Takes the records, in their order.
    interface Receiver {
        void take(KafkaRecord one) throws InterruptedException;
    }

    RecordBatches(int partition, List<AbortedTransaction> aborted) {
        this.partition = partition;
        this.aborted.addAll(aborted);
    }

    /// Hands over all records from an offset on.
    ///
    /// @return the offset to go on from
    long read(ByteBuffer bytes, long from, Receiver receiver) throws KafkaFailed, InterruptedException {
        long next = from;
        try {
            while (bytes.remaining() >= RECORDS_AT) {
                int length = bytes.getInt(bytes.position() + LENGTH_AT);
                if (length < RECORDS_AT - BODY_AT) {
                    throw KafkaFailed.malformed();
                }
                if (length > bytes.remaining() - BODY_AT) {
                    return next; // the broker cuts the last one where its limit is
                }
                ByteBuffer batch = bytes.slice(bytes.position(), BODY_AT + length);
                bytes.position(bytes.position() + BODY_AT + length);
                next = Math.max(next, batch(batch, next, receiver));
            }
            return next;
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException cut) {
            throw KafkaFailed.malformed();
        }
    }

    private long batch(ByteBuffer batch, long from, Receiver receiver) throws KafkaFailed, InterruptedException {
        if (batch.get(MAGIC_AT) != 2) {
            throw KafkaFailed.lasting("the topic has records of a format before Kafka 0.11, which is not read");
        }
        requireWhole(batch);
        int attributes = batch.getShort(ATTRIBUTES_AT);
        long base = batch.getLong(0);
        long last = base + Integer.toUnsignedLong(batch.getInt(LAST_DELTA_AT));
        long producer = batch.getLong(PRODUCER_AT);
        while (!aborted.isEmpty() && aborted.peek().firstOffset() <= last) {
            aborting.add(aborted.poll().producerId());
        }
        if ((attributes & CONTROL) != 0) {
            aborting.remove(producer);
        } else if ((attributes & TRANSACTIONAL) == 0 || !aborting.contains(producer)) {
            ByteBuffer records = inflated(batch.slice(RECORDS_AT, batch.capacity() - RECORDS_AT), attributes);
            while (records.hasRemaining()) {
                KafkaRecord one = one(records, base, batch.getLong(TIME_AT));
                if (one.offset() >= from) {
                    receiver.take(one);
                }
            }
        }
        return last + 1;
    }

    private static void requireWhole(ByteBuffer batch) throws KafkaFailed {
        var crc = new CRC32C();
        crc.update(batch.slice(ATTRIBUTES_AT, batch.capacity() - ATTRIBUTES_AT));
        if (crc.getValue() != Integer.toUnsignedLong(batch.getInt(CRC_AT))) {
            throw KafkaFailed.malformed();
        }
    }

    private static ByteBuffer inflated(ByteBuffer records, int attributes) throws KafkaFailed {
        return switch (attributes & CODEC_MASK) {
            case NONE -> records;
            case GZIP -> inflated(records);
            default ->
                throw KafkaFailed.lasting("the topic's records are compressed by zstd, lz4 or snappy, which are not"
                        + " read: set its compression.type to gzip or uncompressed");
        };
    }

    private static ByteBuffer inflated(ByteBuffer records) throws KafkaFailed {
        byte[] packed = new byte[records.remaining()];
        records.get(packed);
        try (var in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            byte[] all = in.readNBytes(INFLATED_BYTES_MAX + 1);
            if (all.length > INFLATED_BYTES_MAX) {
                throw KafkaFailed.lasting(
                        "a batch of the topic inflates to more than " + INFLATED_BYTES_MAX + " bytes");
            }
            return ByteBuffer.wrap(all);
        } catch (IOException notGzip) {
            throw KafkaFailed.malformed();
        }
    }

    private KafkaRecord one(ByteBuffer records, long base, long baseMillis) throws KafkaFailed {
        int length = length(records);
        ByteBuffer one = records.slice(records.position(), length);
        records.position(records.position() + length);
        one.get(); // attributes: there are none
        long millis = baseMillis + varint(one);
        long offset = base + varint(one);
        Optional<Bytes> key = bytes(one);
        Optional<Bytes> value = bytes(one);
        int count = length(one);
        if (count > HEADERS_MAX) {
            throw KafkaFailed.lasting("a record of the topic has more than " + HEADERS_MAX + " headers");
        }
        List<Header> headers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = new String(bytes(one).orElse(Bytes.EMPTY).readOnlyArray(), StandardCharsets.UTF_8);
            headers.add(new Header(name, bytes(one).orElse(Bytes.EMPTY)));
        }
        return new KafkaRecord(partition, offset, millis, key, value, headers);
    }

    private static Optional<Bytes> bytes(ByteBuffer in) {
        long length = varint(in);
        if (length == -1) {
            return Optional.empty();
        }
        byte[] bytes = new byte[within(in, length)];
        in.get(bytes);
        return Optional.of(Bytes.takeOver(bytes));
    }

    private static int length(ByteBuffer in) {
        return within(in, varint(in));
    }

    private static int within(ByteBuffer in, long length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return (int) length;
    }

    /// A signed number of variable length.
    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < VARINT_BITS; shift += 7) {
            byte part = in.get();
            value |= (long) (part & 0x7f) << shift;
            if (part >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new BufferUnderflowException();
    }
}
