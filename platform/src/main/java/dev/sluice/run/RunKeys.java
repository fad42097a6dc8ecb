package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.store.Store;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// The store's keys of this room. All of an organization begin with the hash of its name; ids are version 7, so
/// keys that end in one are in the order of time.
final class RunKeys {
    private static final int SHARD_BYTES = 4;
    private static final int ID_BYTES = 16;
    private static final String SYSTEM = "";
    private static final char RUN = 'R';
    private static final char CONTENT = 'C';
    private static final char OUTPUT = 'O';
    private static final char TRIED = 'T';
    private static final char LETTER = 'L';
    private static final char LIST = 'E';

    /// Names of lists and labels may be long; who reads an entry looks at the label again.
    private static final int HASH_BYTES = 16;

    private static final List<Character> FORMER_LISTS = List.of('N', 'A', 'F');

    private RunKeys() {}

    static Bytes existence(String organization, UUID id) {
        return key(organization, RUN, bytes(id));
    }

    static Bytes existences(String organization) {
        return key(organization, RUN);
    }

    static Bytes content(String organization, UUID id) {
        return key(organization, CONTENT, bytes(id));
    }

    static Bytes output(String organization, UUID id) {
        return key(organization, OUTPUT, bytes(id));
    }

    static Bytes tried(String organization, UUID id) {
        return key(organization, TRIED, bytes(id));
    }

    /// A run that failed for good, as it would have been queued.
    static Bytes letter(String organization, UUID id) {
        return key(organization, LETTER, bytes(id));
    }

    static Bytes letters(String organization) {
        return key(organization, LETTER);
    }

    /// A list of an organization's runs, by what says which.
    static Bytes list(String organization, String which) {
        return key(organization, LIST, hash(which));
    }

    /// A run's place on a list: its label's part, and there its time.
    static Bytes listed(Bytes list, Run run) {
        return at(joined(list, hash(run.existence().toString())), run.id());
    }

    /// Which part of a list a place is of.
    static Bytes partOf(Bytes list, Bytes place) {
        return place.slice(0, list.length() + HASH_BYTES);
    }

    /// That all runs are on the lists that they should be on.
    static Bytes isIndexed() {
        return key(SYSTEM, 'V');
    }

    /// Where an earlier server listed the runs of a shard.
    static List<Bytes> formerListsIn(Bytes shard) {
        return FORMER_LISTS.stream().map(what -> in(shard, what)).toList();
    }

    static Bytes idempotency(String organization, Bytes scope) {
        return key(organization, 'I', text(Digest.of(scope).hex()));
    }

    static Bytes idempotencies(String organization) {
        return key(organization, 'I');
    }

    /// Runs that were seen to run: what a restart has to close.
    static Bytes open(UUID id) {
        return key(SYSTEM, 'U', bytes(id));
    }

    static Bytes opens() {
        return key(SYSTEM, 'U');
    }

    /// Runs that nobody waits for: what a restart has to start.
    static Bytes queued(UUID id) {
        return key(SYSTEM, 'Q', bytes(id));
    }

    static Bytes queue() {
        return key(SYSTEM, 'Q');
    }

    /// What a queued run is to be given: apart, so that looking through the queue reads no payload.
    static Bytes payload(UUID id) {
        return key(SYSTEM, 'P', bytes(id));
    }

    /// All that is kept of an organization's runs, but for those that wait or run.
    static List<Bytes> allOf(String organization) {
        return Stream.of(RUN, LIST, CONTENT, OUTPUT, TRIED, 'I')
                .map(what -> key(organization, what))
                .toList();
    }

    /// All runs of a shard.
    static Bytes existencesIn(Bytes shard) {
        return in(shard, RUN);
    }

    /// What came out of all runs of a shard.
    static Bytes contentsIn(Bytes shard) {
        return in(shard, CONTENT);
    }

    /// All dead letters of a shard.
    static Bytes lettersIn(Bytes shard) {
        return in(shard, LETTER);
    }

    private static Bytes in(Bytes shard, char what) {
        return Bytes.takeOver(ByteBuffer.allocate(SHARD_BYTES + 1)
                .put(shard.readOnlyArray())
                .put((byte) what)
                .array());
    }

    /// Where the large output lies of the run whose content is at `key`.
    static Bytes outputBeside(Bytes key) {
        byte[] output = key.toArray();
        output[SHARD_BYTES] = (byte) OUTPUT;
        return Bytes.takeOver(output);
    }

    static Bytes shardOf(Bytes key) {
        return key.slice(0, SHARD_BYTES);
    }

    /// The next shard after one that has any keys; the first after none.
    static Optional<Bytes> shardAfter(Store store, Optional<Bytes> shard) {
        Bytes after = shard.map(last -> Bytes.takeOver(ByteBuffer.allocate(SHARD_BYTES + 1)
                        .put(last.readOnlyArray())
                        .put((byte) 0xff)
                        .array()))
                .orElse(Bytes.EMPTY);
        return store.scan(Bytes.EMPTY, after, 1).stream().findFirst().map(entry -> shardOf(entry.key()));
    }

    /// Where a run stands among those whose keys begin so.
    static Bytes at(Bytes places, UUID id) {
        return joined(places, bytes(id));
    }

    private static Bytes joined(Bytes first, byte[] second) {
        return Bytes.takeOver(ByteBuffer.allocate(first.length() + second.length)
                .put(first.readOnlyArray())
                .put(second)
                .array());
    }

    /// The id that a key ends in.
    static UUID idOf(Bytes key) {
        ByteBuffer id = idBytes(key).asBuffer();
        return new UUID(id.getLong(), id.getLong());
    }

    /// The same, in the order of time.
    static Bytes idBytes(Bytes key) {
        return key.slice(key.length() - ID_BYTES, key.length());
    }

    private static Bytes key(String organization, char what, byte[]... parts) {
        var out = new ByteArrayOutputStream();
        out.write(Digest.sha256().digest(text(organization)), 0, SHARD_BYTES);
        out.write(what);
        out.writeBytes(text(organization));
        out.write(0);
        for (int i = 0; i < parts.length; i++) {
            if (i > 0) {
                out.write(0);
            }
            out.writeBytes(parts[i]);
        }
        return Bytes.takeOver(out.toByteArray());
    }

    private static byte[] hash(String text) {
        return Arrays.copyOf(Digest.sha256().digest(text(text)), HASH_BYTES);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(ID_BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }
}
