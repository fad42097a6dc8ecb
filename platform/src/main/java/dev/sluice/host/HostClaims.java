package dev.sluice.host;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.store.Store;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Which organization holds which host: one at most. All claims are in memory, and durable when a change returns.
///
/// Thread-safe. One process writes.
public final class HostClaims {
    private static final int SHARD_BYTES = 4;
    private static final char CLAIM = 'h';
    private static final char BETWEEN = '\n';
    private static final Bytes ALL = key("");

    private final Store store;
    private final ConcurrentMap<String, Holder> holders = new ConcurrentHashMap<>();

    /// Who holds a host.
    ///
    /// @param organization its token
    /// @param name         its name
    public record Holder(String organization, String name) {
        private Bytes encode() {
            return Bytes.utf8(organization + BETWEEN + name);
        }

        private static Holder decode(Bytes stored) {
            String text = stored.utf8();
            int at = text.indexOf(BETWEEN);
            return new Holder(text.substring(0, at), text.substring(at + 1));
        }
    }

    /// Reads what is there.
    public HostClaims(Store store) {
        this.store = store;
        List<Store.Entry> page = store.scan(ALL, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            page.forEach(one -> holders.put(
                    one.key().slice(ALL.length(), one.key().length()).utf8(), Holder.decode(one.value())));
            page = store.scan(ALL, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
    }

    private static Bytes key(String host) {
        var out = new ByteArrayOutputStream();
        out.write(Digest.sha256().digest("hosts".getBytes(StandardCharsets.UTF_8)), 0, SHARD_BYTES);
        out.write(CLAIM);
        out.writeBytes(host.getBytes(StandardCharsets.UTF_8));
        return Bytes.takeOver(out.toByteArray());
    }

    /// @param host in lower case
    public Optional<Holder> holder(String host) {
        return Optional.ofNullable(holders.get(host));
    }

    /// @return whether it is the holder's now, and nobody else's
    public boolean take(HostName host, Holder holder) {
        if (store.putIfAbsent(key(host.text()), holder.encode())) {
            holders.put(host.text(), holder);
        }
        return holder.equals(holders.get(host.text()));
    }

    /// Gives the host free, if it is this organization's.
    public void release(HostName host, String organization) {
        Holder holder = holders.get(host.text());
        if (holder != null && holder.organization().equals(organization)) {
            holders.remove(host.text()); // first: what is not served any more may be another's
            store.delete(key(host.text()), holder.encode());
        }
    }

    /// The hosts of one organization.
    public List<HostName> of(String organization) {
        return holders.entrySet().stream()
                .filter(one -> one.getValue().organization().equals(organization))
                .map(one -> new HostName(one.getKey()))
                .toList();
    }

    /// Gives free what is held by none of these organizations.
    public void retain(Set<String> organizations) {
        for (Map.Entry<String, Holder> one : Map.copyOf(holders).entrySet()) {
            if (!organizations.contains(one.getValue().organization())) {
                release(new HostName(one.getKey()), one.getValue().organization());
            }
        }
    }
}
