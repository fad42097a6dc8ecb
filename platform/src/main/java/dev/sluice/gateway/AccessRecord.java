package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/// What became of one request, as whoever sent it was told; or how many requests there is no record of.
///
/// @param label    of who may know the record
/// @param atMillis when the request came, since 1970
/// @param method   its first 20 characters
/// @param path     the one of the API that it was below: what comes after that, and the query, is on no record
/// @param status   499 where whoever asked has left before there was one
/// @param bytes    of the answer's body
/// @param millis   until the answer began to leave, or, where it streams, until it ended
/// @param isCut    whether a stream broke off
/// @param client   the network that the request came from: 24 bits of an address of IPv4, 48 of IPv6
/// @param run      that came of it; empty if none did
/// @param isTold   whether the answer told that there was a run
/// @param lost     requests without a record; then all else is empty
record AccessRecord(
        String label,
        long atMillis,
        String method,
        String path,
        int status,
        long bytes,
        long millis,
        boolean isCut,
        String client,
        String run,
        boolean isTold,
        long lost) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static AccessRecord lost(Label label, long atMillis, long lost) {
        return new AccessRecord(label.toString(), atMillis, "", "", 0, 0, 0, false, "", "", false, lost);
    }

    AccessRecord labeled(Label label) {
        return new AccessRecord(
                label.toString(), atMillis, method, path, status, bytes, millis, isCut, client, run, isTold, lost);
    }

    Bytes encode() {
        return Bytes.takeOver(JSON.writeValueAsBytes(this));
    }

    static AccessRecord decode(Bytes encoded) {
        return JSON.readValue(encoded.readOnlyArray(), AccessRecord.class);
    }

    Optional<UUID> runId() {
        return run.isEmpty() ? Optional.empty() : Optional.of(UUID.fromString(run));
    }
}
