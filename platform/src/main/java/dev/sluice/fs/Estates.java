package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Clause;
import dev.sluice.label.Label;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Removes what an organization that has ended leaves behind, wherever it stands: what nobody could ever know without
/// it, what it alone vouches for, and what it has put where nobody vouches for anything.
///
/// Acts below the labels, as the collector does. May be broken off anywhere and begun again: each step stands for
/// itself. Objects go at once, also those that another one's gate leads to; what its directories led to beside them
/// goes with the collector's next cycle. One pass looks at all entries of all organizations, not at contents.
public final class Estates {
    private static final int PAGE_ENTRIES = 256;
    private static final int COUNTED_MAX = 100_000;

    private final Store store;
    private final Barrier barrier;
    private final Quotas quotas;
    private final BlobUses uses;

    public Estates(LabeledFs fs) {
        this.store = fs.barrier.store;
        this.barrier = fs.barrier;
        this.quotas = fs.quotas;
        this.uses = fs.uses;
    }

    /// Whether what is labeled so is nothing without an organization: nobody could know it, or it alone vouches for it.
    /// What root vouches for is not: that there was such an organization, say.
    public static boolean isOwn(Label label, String organization) {
        if (label.integrity().isFalse()) {
            return false;
        }
        List<Clause> vouching = label.integrity().allOf();
        boolean isVouchedForByItAlone =
                !vouching.isEmpty() && vouching.stream().allMatch(clause -> isOnly(clause, organization));
        return isVouchedForByItAlone || isForNobodyWithout(label, organization);
    }

    /// Whether nobody could know what is labeled so without an organization.
    public static boolean isForNobodyWithout(Label label, String organization) {
        return label.secrecy().allOf().stream().anyMatch(clause -> isOnly(clause, organization));
    }

    private static boolean isOnly(Clause clause, String organization) {
        return !clause.anyOf().isEmpty()
                && clause.anyOf().stream()
                        .allMatch(principal -> principal.tokens().getFirst().equals(organization));
    }

    /// How much an organization has put, and paid for, into directories that are neither homes of its own nor below
    /// any; [#remove] would remove it too. What others have linked of it does not count, else they could keep it.
    ///
    /// @param homes the faceted directory that homes stand in
    /// @return at most 100,000; for who has more directories of its own than that, perhaps too much
    public long elsewhere(String organization, FsPath homes) {
        ObjectId faceted = ObjectId.derived("", "faceted", homes.name());
        Set<ObjectId> own = new HashSet<>();
        List<ObjectId> holders = new ArrayList<>();
        forEachShard(shard -> {
            forEach(Keys.facetsIn(shard), mark -> {
                Label label = Labels.decode(Keys.belowId(mark.key()).toArray());
                boolean isHome = Keys.idOf(mark.key()).equals(faceted);
                if (isHome && isOwn(label, organization) && own.size() < COUNTED_MAX) {
                    own.add(Walk.facetId(faceted, label));
                }
            });
            forEach(Keys.entriesIn(shard), entry -> {
                Label label = Entry.decode("", entry.value()).label();
                boolean isItsOwn = label != null && isOwn(label, organization);
                if (isItsOwn && Entry.kindOf(entry.value()) == Kind.DIRECTORY && own.size() < COUNTED_MAX) {
                    own.add(Entry.targetOf(entry.value()));
                }
                boolean isPaid = Entry.payerOf(entry.value()).equals(organization);
                if ((isItsOwn || isNobodys(label)) && isPaid && holders.size() < COUNTED_MAX) {
                    holders.add(Keys.idOf(entry.key()));
                }
            });
        });
        return holders.stream()
                .filter(id -> !own.contains(id) && !isUnlinked(id))
                .count();
    }

    /// Whether the collector is to look if anything still leads to it. Then it removes what stands in it.
    private boolean isUnlinked(ObjectId directory) {
        return store.get(Keys.candidate(directory)).isPresent();
    }

    private static boolean isNobodys(@Nullable Label label) {
        return label == null || (label.secrecy().isTrue() && label.integrity().isTrue());
    }

    private void forEachShard(Consumer<Bytes> body) {
        for (Optional<Bytes> shard = Keys.shardAfter(store, Optional.empty());
                shard.isPresent();
                shard = Keys.shardAfter(store, shard)) {
            body.accept(shard.get());
        }
    }

    private void forEach(Bytes prefix, Consumer<Store.Entry> visitor) {
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, PAGE_ENTRIES);
        while (!page.isEmpty()) {
            page.forEach(visitor);
            page = store.scan(prefix, page.getLast().key(), PAGE_ENTRIES);
        }
    }

    /// What was removed.
    ///
    /// @param shards where, as the first bytes of the store's keys
    public record Removed(long things, Set<Bytes> shards) {}

    /// Removes all that is there now, until there is nothing more.
    ///
    /// @param organization its token, of which there will never be another one
    public Removed remove(String organization) {
        var all = new Removal(organization);
        long before;
        do {
            before = all.things;
            forEachShard(shard -> {
                all.marks(shard);
                all.entries(Keys.entriesIn(shard));
                all.unlinked(shard);
            });
        } while (all.things > before);
        return new Removed(all.things, all.shards);
    }

    private final class Removal {
        private final String organization;
        private final Set<Bytes> shards = new LinkedHashSet<>();

        /// Its directories whose entries are still to be removed. What a crash leaves of them the collector finds.
        private final Deque<ObjectId> directories = new ArrayDeque<>();

        private long things;

        Removal(String organization) {
            this.organization = organization;
        }

        void marks(Bytes shard) {
            Bytes prefix = Keys.facetsIn(shard);
            forEach(prefix, mark -> {
                ObjectId faceted = Keys.idOf(mark.key());
                Label label = Labels.decode(Keys.belowId(mark.key()).toArray());
                if (isOwn(label, organization)) {
                    clear(Walk.facetId(faceted, label));
                    barrier.freeing(() -> take(mark, Links.payerOfMark(mark.value()), new Batch()));
                }
            });
        }

        void entries(Bytes prefix) {
            forEach(prefix, entry -> {
                if (isGone(entry)) {
                    remove(entry);
                }
            });
        }

        /// What has no entry: it was made so, or lost its last one while something else leads to it.
        void unlinked(Bytes shard) {
            Bytes prefix = Keys.candidates(shard);
            forEach(prefix, note -> {
                var id = new ObjectId(Keys.join(shard, Keys.below(prefix, note.key())));
                barrier.freeing(() -> {
                    var batch = new Batch();
                    return delete(id, batch) && commit(id.shard(), batch.delete(note.key()));
                });
            });
        }

        private void clear(ObjectId directory) {
            forEach(Keys.entries(directory), this::remove);
            for (@Nullable ObjectId next = directories.poll(); next != null; next = directories.poll()) {
                forEach(Keys.entries(next), this::remove);
            }
        }

        private void remove(Store.Entry entry) {
            Kind kind = Entry.kindOf(entry.value());
            ObjectId target = Entry.targetOf(entry.value());
            barrier.freeing(() -> {
                var batch = new Batch();
                if (!kind.hasContent() || !delete(target, batch)) {
                    barrier.suspect(kind, target, batch);
                }
                return take(entry, Entry.payerOf(entry.value()), batch);
            });
            Label label = Entry.decode("", entry.value()).label();
            if (kind == Kind.DIRECTORY && label != null && isOwn(label, organization)) {
                directories.add(target);
            }
        }

        private boolean take(Store.Entry stored, String payer, Batch batch) {
            batch.requireEquals(stored.key(), stored.value()).delete(stored.key());
            return commit(
                    Keys.shardOf(stored.key()), quotas.release(batch, payer, Cost.of(stored.key(), stored.value())));
        }

        private boolean commit(Bytes shard, Batch batch) {
            boolean isDone = store.commit(batch);
            if (isDone) {
                things++;
                shards.add(shard);
            }
            return isDone;
        }

        private boolean delete(ObjectId id, Batch batch) {
            Bytes key = Keys.object(id);
            Optional<Bytes> stored = store.get(key);
            if (stored.isEmpty()) {
                return false;
            }
            StoredObject object = StoredObject.decode(stored.get());
            if (!object.kind().hasContent() || !isOwn(object.label(), organization)) {
                return false;
            }
            quotas.release(batch.requireEquals(key, stored.get()).delete(key), object.payer(), object.cost(key));
            uses.end(object, key, batch);
            return true;
        }

        /// What names nobody is its own where it has paid for it, but for what others have put into that.
        private boolean isGone(Store.Entry entry) {
            Label label = Entry.decode("", entry.value()).label();
            if (label != null && isOwn(label, organization)) {
                return true;
            }
            if (!isNobodys(label) || !Entry.payerOf(entry.value()).equals(organization)) {
                return false;
            }
            ObjectId target = Entry.targetOf(entry.value());
            return switch (Entry.kindOf(entry.value())) {
                case DIRECTORY -> isEmpty(Keys.entries(target));
                case FACETED -> isEmpty(Keys.facets(target));
                case FILE, GATE, SERVICE, BLOB -> true;
            };
        }

        private boolean isEmpty(Bytes prefix) {
            return store.scan(prefix, Bytes.EMPTY, 1).isEmpty();
        }
    }
}
