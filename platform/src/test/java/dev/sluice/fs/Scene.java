package dev.sluice.fs;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;

/// A small tree for the rules of operations, made by root:
///
/// ```
/// :d             a directory labeled D
/// :d:o           a file labeled O, version 1
/// :d:sub         a directory labeled O
/// :d:f           a faceted directory
/// :d:f:<O>:x     a file labeled O
/// :t:o :t:g      the same file, and a gate labeled O, in a directory that taints nobody
/// ```
final class Scene {
    static final Bytes BEFORE = Bytes.utf8("before");
    static final Bytes AFTER = Bytes.utf8("after");

    final MemoryStore store = new MemoryStore();
    final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    final FsPath directory = FsPath.ROOT.child("d");
    final FsPath object = directory.child("o");
    final FsPath fresh = directory.child("new");
    final FsPath faceted = directory.child("f");
    final FsPath elsewhere = FsPath.ROOT.child("t").child("o");
    final Label o;
    final ObjectId id;
    final LabeledFs.Content gate;
    final FsPath openedDirectory;
    final FsPath openedObject;
    final FsPath openedFaceted;
    final FsPath openedFacet;

    Scene(Label d, Label o) {
        this.o = o;
        Task root = Tasks.root();
        Privilege all = root.exercise(Component.FALSE, Component.FALSE);
        root.run(() -> {
            fs.createDirectory(directory, d, all);
            fs.createDirectory(FsPath.ROOT.child("t"), Label.BOTTOM, all);
            fs.create(object, Kind.FILE, o, BEFORE, all);
            fs.link(object, elsewhere, all);
            fs.createTcb(FsPath.ROOT.child("t").child("g"), Kind.GATE, o, BEFORE, all);
            fs.createDirectory(directory.child("sub"), o, all);
            fs.createFaceted(faceted, all);
            fs.create(faceted.facet(o).child("x"), Kind.FILE, o, BEFORE, all);
            return root;
        });
        this.id = root.run(() -> fs.read(object, Kind.FILE)).id();
        this.gate = root.run(() -> fs.read(FsPath.ROOT.child("t").child("g"), Kind.GATE));
        this.openedDirectory = root.run(() -> fs.open(directory)).path();
        this.openedObject = root.run(() -> fs.open(object)).path();
        this.openedFaceted = root.run(() -> fs.open(faceted)).path();
        this.openedFacet = root.run(() -> fs.open(faceted.facet(o))).path();
    }
}
