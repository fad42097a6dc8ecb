package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The labeled file system. Each method acts as [Task#current] and says how it taints and what it checks.
///
/// It uses no privilege but the `with` it is given ([Task#exercise] makes one); [Privilege#NONE] is none. Changes
/// are durable when a method returns. A refused operation changes nothing but the task's label, which may have risen.
///
/// It does not know gates' or blobs' content: to it they are bytes of a [Kind].
///
/// Thread-safe. Source: contracts/faasten.md 2.3 and 2.4 `[R]`.
public final class LabeledFs {
    public static final int FILE_BYTES_MAX = 4 << 20;
    public static final int LIST_ENTRIES_MAX = 1_000;

    private static final Bytes MARK = Bytes.utf8("1");

    private final Store store;
    private final Walk walk;
    private final SecureRandom random;

    public LabeledFs(Store store, SecureRandom random) {
        this.store = store;
        this.walk = new Walk(store);
        this.random = random;
    }

    /// What a read of an object's content gives.
    public record Content(ObjectId id, Bytes bytes, long version, Label label) {}

    /// What is known of an object. Size and version are its content's, so asking taints with its label.
    public record Stat(Kind kind, Optional<Label> label, long sizeBytes, long version) {}

    /// Links the faceted directories `home` and `orgs` into the root, where they are missing. Acts below the labels;
    /// it is what makes the root, and runs before anything is served.
    public void bootstrap() {
        for (String name : List.of("home", "orgs")) {
            var entry = new Entry(name, Kind.FACETED, ObjectId.derived("", "faceted", name), null);
            Bytes key = Keys.entry(Walk.ROOT_ID, name);
            store.putIfAbsent(key, entry.encode());
        }
    }

    /// The content of the object of `kind` at `path`. Taints with the path and the object.
    ///
    /// @throws Refused `NOT_FOUND`, `WRONG_KIND`, `DENIED` above the clearance
    public Content read(FsPath path, Kind kind) {
        Node node = walk.to(path);
        requireKind(node, kind);
        Task.current().observe(node.requireLabel());
        StoredObject object = walk.load(node);
        return new Content(node.id(), object.content(), object.version(), object.label());
    }

    /// The content of the object of `kind` named by `id` itself. Taints with the object, after the clearance has been
    /// checked by its label alone; an id of nothing, of another kind and one that may not be known are one refusal.
    ///
    /// @throws Refused `NOT_FOUND`
    public Content readById(ObjectId id, Kind kind) {
        StoredObject object = walk.loadRaw(id).map(StoredObject::decode).orElseThrow(Refused::notFound);
        if (object.kind() != kind || !Task.current().mayObserve(object.label())) {
            throw Refused.notFound();
        }
        Task.current().observe(object.label());
        return new Content(id, object.content(), object.version(), object.label());
    }

    /// Creates a file or another object with content, and links it at `path`, in one step. Taints with the path.
    ///
    /// @return the new object's id
    /// @throws Refused `EXISTS`, `NOT_FOUND` (a directory on the way), `DENIED`, `TOO_LARGE`
    public ObjectId create(FsPath path, Kind kind, Label label, Bytes content, Privilege with) {
        requireSize(content);
        Node directory = walk.toDirectory(path.parent());
        requireFree(directory, path.name(), with);
        Task.current().requireMayCreate(label, with);
        ObjectId id = ObjectId.random(directory.id().shard(), random);
        var entry = new Entry(path.name(), kind, id, label);
        Bytes object = new StoredObject(kind, 1, label, content).encode();
        commitLink(directory, entry, new Batch().put(Keys.object(id), object));
        return id;
    }

    /// Creates an object that nothing links to yet, opened by its id alone. It lives on the shard of `label`'s owner.
    ///
    /// @throws Refused `DENIED`, `TOO_LARGE`
    public ObjectId createUnlinked(Kind kind, Label label, Bytes content, Privilege with) {
        requireSize(content);
        Task.current().requireMayCreate(label, with);
        ObjectId id = ObjectId.random(walk.shardOf(label), random);
        Bytes object = new StoredObject(kind, 1, label, content).encode();
        store.commit(new Batch().put(Keys.object(id), object));
        return id;
    }

    /// Creates an empty directory. As [#create].
    public void createDirectory(FsPath path, Label label, Privilege with) {
        create(path, Kind.DIRECTORY, label, Bytes.EMPTY, with);
    }

    /// Creates a faceted directory, which has no label: only linking into its facets is checked.
    public void createFaceted(FsPath path, Privilege with) {
        Node directory = walk.toDirectory(path.parent());
        requireFree(directory, path.name(), with);
        ObjectId id = ObjectId.random(directory.id().shard(), random);
        commitLink(directory, new Entry(path.name(), Kind.FACETED, id, null), new Batch());
    }

    /// Replaces the whole content of the object of `kind` at `path`. Taints with the path; with the object too when
    /// `expectedVersion` is given, because the outcome then depends on it.
    ///
    /// @param expectedVersion 0 for whatever is there
    /// @return the new version
    /// @throws Refused `CONFLICT` if the version is another, `NOT_FOUND`, `WRONG_KIND`, `DENIED`, `TOO_LARGE`
    public long write(FsPath path, Kind kind, Bytes content, long expectedVersion, Privilege with) {
        requireSize(content);
        Node node = walk.to(path);
        requireKind(node, kind);
        if (expectedVersion != 0) {
            Task.current().observe(node.requireLabel());
        }
        Task.current().requireMayAffect(node.requireLabel(), with);
        while (true) {
            Bytes before = walk.loadRaw(node.id()).orElseThrow(Refused::notFound);
            StoredObject object = StoredObject.decode(before);
            if (expectedVersion != 0 && object.version() != expectedVersion) {
                throw new Refused(Refusal.CONFLICT, "the object has changed: read it again and retry");
            }
            StoredObject changed = object.changed(content);
            if (store.compareAndSet(Keys.object(node.id()), before, changed.encode())) {
                return changed.version();
            }
        }
    }

    /// Links the object at `target` under another name. Taints with both paths. The object keeps its label.
    ///
    /// @throws Refused `EXISTS`, `NOT_FOUND`, `DENIED`; `WRONG_KIND` for a facet, which cannot be linked
    public void link(FsPath target, FsPath path, Privilege with) {
        Node source = walk.to(target);
        if (source.facetOf() != null || source.id().equals(Walk.ROOT_ID)) {
            throw new Refused(Refusal.WRONG_KIND, "neither a facet nor the root can be linked");
        }
        linkNode(source, path, with);
    }

    /// Links an object that was created unlinked. As [#link].
    public void linkById(ObjectId id, Kind kind, FsPath path, Privilege with) {
        Content content = readById(id, kind);
        linkNode(new Node(kind, id, content.label(), null), path, with);
    }

    private void linkNode(Node source, FsPath path, Privilege with) {
        Node directory = walk.toDirectory(path.parent());
        requireFree(directory, path.name(), with);
        commitLink(directory, new Entry(path.name(), source.kind(), source.id(), source.label()), new Batch());
    }

    /// Removes the entry at `path`. Taints with the directory. The object goes when nothing links to it.
    ///
    /// @throws Refused `NOT_FOUND`, `DENIED`
    public void unlink(FsPath path, Privilege with) {
        Node directory = walk.toDirectory(path.parent());
        while (true) {
            Optional<Entry> entry = walk.entry(directory, path.name());
            Task.current().requireMayAffect(directory.requireLabel(), with);
            Entry found = entry.orElseThrow(Refused::notFound);
            if (store.delete(Keys.entry(directory.id(), path.name()), found.encode())) {
                return;
            }
        }
    }

    /// The entries of the directory at `path` whose names come after `after`, in the order of their bytes. Taints
    /// with the directory.
    ///
    /// @param after empty for the beginning
    /// @param limit at most [#LIST_ENTRIES_MAX]
    /// @throws Refused `WRONG_KIND`, `NOT_FOUND`, `DENIED`
    public List<Entry> list(FsPath path, String after, int limit) {
        Node directory = walk.toDirectory(path);
        Task.current().observe(directory.requireLabel());
        Bytes prefix = Keys.entries(directory.id());
        Bytes from = after.isEmpty() ? Bytes.EMPTY : Keys.entry(directory.id(), after);
        var entries = new ArrayList<Entry>();
        for (Store.Entry stored : store.scan(prefix, from, Math.clamp(limit, 1, LIST_ENTRIES_MAX))) {
            entries.add(Entry.decode(Keys.below(prefix, stored.key()).utf8(), stored.value()));
        }
        return entries;
    }

    /// The first [#LIST_ENTRIES_MAX] facets of the faceted directory at `path` that hold something and flow to `upTo`.
    /// Taints with `upTo`, whether or not there are any.
    ///
    /// @throws Refused `WRONG_KIND`, `NOT_FOUND`, `DENIED`
    public List<Label> facets(FsPath path, Label upTo) {
        Node faceted = walk.to(path);
        requireKind(faceted, Kind.FACETED);
        Task.current().observe(upTo);
        Bytes prefix = Keys.facets(faceted.id());
        var labels = new ArrayList<Label>();
        List<Store.Entry> page = store.scan(prefix, Bytes.EMPTY, LIST_ENTRIES_MAX);
        while (!page.isEmpty() && labels.size() < LIST_ENTRIES_MAX) {
            for (Store.Entry stored : page) {
                Label label = Labels.decode(Keys.below(prefix, stored.key()).toArray());
                if (label.canFlowTo(upTo) && labels.size() < LIST_ENTRIES_MAX) {
                    labels.add(label);
                }
            }
            page = store.scan(prefix, page.getLast().key(), LIST_ENTRIES_MAX);
        }
        return labels;
    }

    /// What is at `path`. Taints with the path and, where there is content, with the object.
    public Stat stat(FsPath path) {
        Node node = walk.to(path);
        return switch (node.kind()) {
            case FACETED -> new Stat(node.kind(), Optional.empty(), 0, 0);
            case DIRECTORY -> new Stat(node.kind(), Optional.ofNullable(node.label()), 0, 0);
            case FILE, GATE, SERVICE, BLOB -> {
                Task.current().observe(node.requireLabel());
                StoredObject object = walk.load(node);
                yield new Stat(
                        node.kind(),
                        Optional.of(object.label()),
                        object.content().length(),
                        object.version());
            }
        };
    }

    /// What `path` names, or nothing; taints with the directory that would hold it, and not with the object.
    public Optional<Entry> find(FsPath path) {
        return walk.entry(walk.toDirectory(path.parent()), path.name());
    }

    /// Taints with the directory, checks that it may be written, and that the name is free.
    private void requireFree(Node directory, String name, Privilege with) {
        Optional<Entry> taken = walk.entry(directory, name);
        Task.current().requireMayAffect(directory.requireLabel(), with);
        if (taken.isPresent()) {
            throw exists();
        }
    }

    private void commitLink(Node directory, Entry entry, Batch batch) {
        ObjectId facetOf = directory.facetOf();
        if (facetOf != null) {
            Bytes mark = Keys.facet(facetOf, directory.requireLabel());
            if (mark.length() > Store.KEY_BYTES_MAX) {
                throw new Refused(Refusal.TOO_LARGE, "the label of this facet is too long to hold anything");
            }
            if (store.get(mark).isEmpty()) {
                store.putIfAbsent(mark, MARK);
            }
        }
        Bytes key = Keys.entry(directory.id(), entry.name());
        if (!store.commit(batch.requireAbsent(key).put(key, entry.encode()))) {
            throw exists();
        }
    }

    private static void requireKind(Node node, Kind kind) {
        if (node.kind() != kind) {
            throw new Refused(Refusal.WRONG_KIND, "the object at this path is of another kind");
        }
    }

    private static void requireSize(Bytes content) {
        if (content.length() > FILE_BYTES_MAX) {
            throw new Refused(Refusal.TOO_LARGE, "a file holds at most " + FILE_BYTES_MAX + " bytes: use a blob");
        }
    }

    private static Refused exists() {
        return new Refused(Refusal.EXISTS, "the name is taken");
    }
}
