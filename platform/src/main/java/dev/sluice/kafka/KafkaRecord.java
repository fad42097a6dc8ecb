package dev.sluice.kafka;

import dev.sluice.bytes.Bytes;
import java.util.List;
import java.util.Optional;

/// A record of a topic.
///
/// @param millis when it was made, since 1970
public record KafkaRecord(
        int partition, long offset, long millis, Optional<Bytes> key, Optional<Bytes> value, List<Header> headers) {
    public KafkaRecord {
        headers = List.copyOf(headers);
    }

    /// Something said beside a record; a name may be there more than once.
    public record Header(String name, Bytes value) {}
}
