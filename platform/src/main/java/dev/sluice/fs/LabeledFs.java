package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.label.Tcb;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/// The labeled file system. Each method acts as [Task#current] and says how it taints and what it checks.
///
/// It uses no privilege but the `with` it is given ([Task#exercise] makes one); [Privilege#NONE] is none. Changes are
/// durable when a method returns. A refused operation changes nothing but the task's label, which may have risen.
///
/// It does not know gates' or blobs' content: to it they are bytes of a [Kind]. But a gate's content turns into
/// authority when it is read, so only [#createTcb] and [#writeTcb] write it. Thread-safe.
///
/// Source: contracts/faasten.md 2.3 and 2.4 `[R]`; docs/design/file-system.md.
public final class LabeledFs {
    public static final int FILE_BYTES_MAX = 4 << 20;
    public static final int LIST_ENTRIES_MAX = 1_000;

    private final Links links;
    private final Walk walk;
    final Heap heap;
    final Barrier barrier;
    final Quotas quotas;
    final BlobUses uses;

    public LabeledFs(Store store, SecureRandom random) {
        this(store, random, FsSettings.DEFAULT);
    }

    public LabeledFs(Store store, SecureRandom random, FsSettings settings) {
        this.quotas = new Quotas(store, settings.quotas());
        this.barrier = new Barrier(store, random, settings.clock());
        this.uses = new BlobUses(settings.references(), settings.clock());
        this.links = new Links(store, quotas, barrier);
        this.walk = new Walk(links);
        this.heap = new Heap(store, random, quotas, barrier, uses);
    }

    /// What a read of an object's content gives.
    public record Content(ObjectId id, Bytes bytes, long version, Label label) {}

    /// What is known of an object. Size and version are its content's, so asking taints with its label.
    public record Stat(Kind kind, Optional<Label> label, long sizeBytes, long version) {}

    /// An object that was opened.
    ///
    /// @param path of one step, the object itself
    public record Opened(FsPath path, Kind kind, Optional<Label> label) {}

    /// Links `home` and `orgs` into the root where they are missing, and gives back what a killed server had reserved.
    /// Acts below the labels, and runs before anything is served.
    public void bootstrap() {
        quotas.unreserveAll();
        links.establish("home");
        links.establish("orgs");
    }

    /// The content of the object of `kind` at `path`. Taints with the path and the object.
    ///
    /// @throws Refused `NOT_FOUND`, `WRONG_KIND`, `DENIED` above the clearance
    public Content read(FsPath path, Kind kind) {
        Node node = walk.to(path);
        node.requireKind(kind);
        if (!kind.hasContent()) {
            throw Node.wrongKind();
        }
        Task.current().observe(node.requireLabel(), path);
        return heap.load(node.id()).content(node.id());
    }

    /// The content of the object of `kind` named by `id`. As [#openById].
    public Content readById(ObjectId id, Kind kind) {
        return readByIdTcb(id, kind, Component.TRUE);
    }

    /// As [#readById], tainting with what `enter` does not release.
    @Tcb(why = "a redirect lets its callers reach its target by what its creator granted and held")
    public Content readByIdTcb(ObjectId id, Kind kind, Component enter) {
        try (var _ = barrier.begin()) {
            return heap.observe(id, kind, enter).content(id);
        }
    }

    /// What is at `path`, to be used again without walking there: a path that begins with the object means this
    /// very object, whatever its name leads to by then. Taints with the path and not with the object.
    ///
    /// @throws Refused `NOT_FOUND`, `DENIED` above the clearance
    public Opened open(FsPath path) {
        try (var _ = barrier.begin()) {
            Node node = walk.to(path);
            return new Opened(barrier.open(node), node.kind(), Optional.ofNullable(node.label()));
        }
    }

    /// The object of `kind` named by `id`, opened. Taints with the object, after the clearance has been
    /// checked by its label alone; an id of nothing, of another kind and one that may not be known are one
    /// refusal.
    ///
    /// @throws Refused `NOT_FOUND`
    public FsPath openById(ObjectId id, Kind kind) {
        try (var _ = barrier.begin()) {
            return barrier.open(
                    new Node(kind, id, heap.observe(id, kind, Component.TRUE).label(), null));
        }
    }

    /// Creates a file or a blob's entry, and links it at `path`, in one step. Taints with the path.
    ///
    /// @param content for a blob a [BlobRef], made by whoever holds the blob
    /// @return the new object's id
    /// @throws Refused `EXISTS`, `NOT_FOUND` (a directory on the way), `DENIED`, `TOO_LARGE`, `QUOTA`, `WRONG_KIND`
    public ObjectId create(FsPath path, Kind kind, Label label, Bytes content, Privilege with) {
        kind.requirePlain();
        return createTcb(path, kind, label, content, with);
    }

    /// As [#create], for any kind.
    @Tcb(why = "the room that reads a gate turns its content into authority, so only that room may write it")
    public ObjectId createTcb(FsPath path, Kind kind, Label label, Bytes content, Privilege with) {
        try (var _ = barrier.begin()) {
            String name = path.name();
            StoredObject.requireSize(content);
            Labels.requireStorable(label);
            Node directory = walk.toDirectory(path.parent());
            links.requireFree(directory, name, with);
            Task.current().requireMayCreate(label, with, path);
            ObjectId id = heap.idNear(directory.id());
            var batch = new Batch();
            Cost cost = heap.add(id, kind, label, content, batch);
            links.add(directory, new Entry(name, kind, id, label), batch, cost);
            return id;
        }
    }

    /// Creates a file or a blob's entry that nothing links to yet: it is found by its id, which opens it for who
    /// may read it. It lives on the shard of `label`'s owner.
    ///
    /// @throws Refused `DENIED`, `TOO_LARGE`, `WRONG_KIND`
    public ObjectId createUnlinked(Kind kind, Label label, Bytes content, Privilege with) {
        try (var _ = barrier.begin()) {
            kind.requirePlain();
            return heap.addUnlinked(kind, label, content, with);
        }
    }

    /// Creates a directory, a faceted directory, a file or a blob's entry that nothing links to yet.
    ///
    /// @param label means nothing for a faceted directory, which has none
    /// @return the object, opened
    /// @throws Refused `DENIED`, `TOO_LARGE`, `WRONG_KIND`
    public FsPath createUnlinkedAt(Kind kind, Label label, Bytes content, Privilege with) {
        if (kind.hasContent()) {
            kind.requirePlain();
        }
        return createUnlinkedTcb(kind, label, kind.hasContent() ? content : Bytes.EMPTY, with);
    }

    /// As [#createUnlinkedAt], for any kind.
    @Tcb(why = "the room that reads a gate turns its content into authority, so only that room may write it")
    public FsPath createUnlinkedTcb(Kind kind, Label label, Bytes content, Privilege with) {
        try (var _ = barrier.begin()) {
            if (kind == Kind.FACETED) {
                return barrier.open(new Node(kind, heap.addUnlinkedFaceted(), null, null));
            }
            return barrier.open(new Node(kind, heap.addUnlinked(kind, label, content, with), label, null));
        }
    }

    /// Creates an empty directory. As [#create].
    public void createDirectory(FsPath path, Label label, Privilege with) {
        createTcb(path, Kind.DIRECTORY, label, Bytes.EMPTY, with);
    }

    /// Creates a faceted directory, which has no label: only linking into its facets is checked.
    public void createFaceted(FsPath path, Privilege with) {
        try (var _ = barrier.begin()) {
            String name = path.name();
            Node directory = walk.toDirectory(path.parent());
            links.requireFree(directory, name, with);
            ObjectId id = heap.addFaceted(directory.id());
            links.add(directory, new Entry(name, Kind.FACETED, id, null), new Batch(), Cost.NONE);
        }
    }

    /// Replaces the whole content of the file or blob's entry at `path`. Taints with the path; with the object
    /// too when `expectedVersion` is given, because the outcome then depends on it.
    ///
    /// @param expectedVersion 0 for whatever is there
    /// @return the new version; 0 to a task that has not observed the object, for how often it was written
    ///     before is part of what it would have to observe
    /// @throws Refused `CONFLICT` if the version is another, `NOT_FOUND`, `WRONG_KIND`, `DENIED`, `TOO_LARGE`
    public long write(FsPath path, Kind kind, Bytes content, long expectedVersion, Privilege with) {
        kind.requirePlain();
        StoredObject.requireSize(content);
        Node node = walk.to(path);
        node.requireKind(kind);
        return heap.overwrite(node.id(), node.requireLabel(), content, expectedVersion, with, path);
    }

    /// Replaces the content of the very object that `before` was read from, wherever its path leads by now. As
    /// [#write].
    @Tcb(why = "the room that reads a gate turns its content into authority, so only that room may write it")
    public long writeTcb(Content before, Bytes content, long expectedVersion, Privilege with) {
        try (var _ = barrier.begin()) {
            StoredObject.requireSize(content);
            return heap.overwrite(before.id(), before.label(), content, expectedVersion, with, "a gate");
        }
    }

    /// Links the object at `target` under another name. Taints with both paths. The object keeps its label.
    ///
    /// @param target also an opened object, linked or not
    /// @throws Refused `EXISTS`, `NOT_FOUND`, `DENIED`; `WRONG_KIND` for a facet, which cannot be linked
    public void link(FsPath target, FsPath path, Privilege with) {
        try (var _ = barrier.begin()) {
            String name = path.name();
            Entry entry = walk.to(target).linkedAs(name);
            Node directory = walk.toDirectory(path.parent());
            links.requireFree(directory, name, with);
            links.add(directory, entry, new Batch(), Cost.NONE);
        }
    }

    /// Makes `path`, which names something, name the object at `target` instead, in one step. As [#link].
    public void relink(FsPath target, FsPath path, Privilege with) {
        try (var _ = barrier.begin()) {
            Entry entry = walk.to(target).linkedAs(path.name());
            links.replace(walk.toDirectory(path.parent()), entry, with);
        }
    }

    /// Removes the entry at `path`. Taints with the directory. The object itself stays, for whoever holds
    /// another link or its id.
    ///
    /// @throws Refused `NOT_FOUND`, `DENIED`
    public void unlink(FsPath path, Privilege with) {
        try (var _ = barrier.begin()) {
            String name = path.name();
            links.remove(walk.toDirectory(path.parent()), name, with);
        }
    }

    /// The entries of the directory at `path` whose names come after `after`, in the order of their bytes:
    /// `limit` of them, unless there are fewer. Taints with the directory.
    ///
    /// @param after empty for the beginning
    /// @param limit at most [#LIST_ENTRIES_MAX]
    /// @throws Refused `WRONG_KIND`, `NOT_FOUND`, `DENIED`, `INVALID`
    public List<Entry> list(FsPath path, String after, int limit) {
        if (after.length() > FsPath.NAME_CHARS_MAX) {
            throw new Refused(Refusal.INVALID, "no name is as long as the one to list after");
        }
        return links.list(walk.toDirectory(path), after, Math.clamp(limit, 1, LIST_ENTRIES_MAX), path);
    }

    /// The first [#LIST_ENTRIES_MAX] facets. As [#facets(FsPath, Label, Optional, int)].
    public List<Label> facets(FsPath path, Label upTo) {
        return facets(path, upTo, Optional.empty(), LIST_ENTRIES_MAX);
    }

    /// The facets of the faceted directory at `path` that something was ever linked into and that flow to
    /// `upTo`, after `after` in the order of their texts' bytes: `limit` of them, unless there are fewer.
    /// Taints with `upTo`, whether or not there are any.
    ///
    /// @param limit at most [#LIST_ENTRIES_MAX]
    /// @throws Refused `WRONG_KIND`, `NOT_FOUND`, `DENIED`
    public List<Label> facets(FsPath path, Label upTo, Optional<Label> after, int limit) {
        Node faceted = walk.to(path);
        faceted.requireKind(Kind.FACETED);
        return links.facets(faceted, upTo, after, Math.clamp(limit, 1, LIST_ENTRIES_MAX));
    }

    /// What is at `path`. Taints with the path and, where there is content, with the object.
    public Stat stat(FsPath path) {
        Node node = walk.to(path);
        if (!node.kind().hasContent()) {
            return new Stat(node.kind(), Optional.ofNullable(node.label()), 0, 0);
        }
        Task.current().observe(node.requireLabel(), path);
        StoredObject object = heap.load(node.id());
        return new Stat(node.kind(), Optional.of(object.label()), object.bytes().length(), object.version());
    }

    /// What `path` names, or nothing; taints with the directory that would hold it, and not with the object.
    public Optional<Entry> find(FsPath path) {
        String name = path.name();
        return links.find(walk.toDirectory(path.parent()), name);
    }
}
