package dev.sluice.fs;

import static dev.sluice.fs.Operation.Place.D;
import static dev.sluice.fs.Operation.Place.O;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Component;
import dev.sluice.label.Privilege;
import java.util.Optional;
import java.util.Set;

/// What each operation of the file system does on a [Scene]: what it looks at, what it changes, what it brings
/// into being. `FlowRulesTest` holds every one to the rules of contracts/faasten.md 2.3, and finds those that
/// are missing.
@SuppressWarnings("ImmutableEnumChecker") // sets made by Set.of, actions without a state
enum Operation {
    READ("read", Set.of(D, O), Set.of(), (s, with) -> s.fs.read(s.object, Kind.FILE)),
    READ_BY_ID("readById", Set.of(O), Set.of(), (s, with) -> s.fs.readById(s.id, Kind.FILE)),
    READ_OPENED("read", Set.of(O), Set.of(), (s, with) -> s.fs.read(s.openedObject, Kind.FILE)),
    READ_IN_OPENED("read", Set.of(D, O), Set.of(), (s, with) -> s.fs.read(s.openedDirectory.child("o"), Kind.FILE)),
    OPEN("open", Set.of(D), Set.of(), (s, with) -> s.fs.open(s.object)),
    OPEN_IN_OPENED("open", Set.of(D), Set.of(), (s, with) -> s.fs.open(s.openedDirectory.child("o"))),
    OPEN_BY_ID("openById", Set.of(O), Set.of(), (s, with) -> s.fs.openById(s.id, Kind.FILE)),
    STAT_OPENED("stat", Set.of(O), Set.of(), (s, with) -> s.fs.stat(s.openedObject)),
    READ_BY_ID_TCB("readByIdTcb", Set.of(O), Set.of(), (s, with) -> s.fs.readByIdTcb(s.id, Kind.FILE, Component.TRUE)),
    STAT("stat", Set.of(D, O), Set.of(), (s, with) -> s.fs.stat(s.object)),
    STAT_OF_DIRECTORY("stat", Set.of(D), Set.of(), (s, with) -> s.fs.stat(s.directory.child("sub"))),
    FIND("find", Set.of(D), Set.of(), (s, with) -> s.fs.find(s.object)),
    LIST("list", Set.of(D), Set.of(), (s, with) -> s.fs.list(s.directory, "", 10)),
    LIST_OPENED("list", Set.of(D), Set.of(), (s, with) -> s.fs.list(s.openedDirectory, "", 10)),
    LIST_OPENED_FACET("list", Set.of(O), Set.of(), (s, with) -> s.fs.list(s.openedFacet, "", 10)),
    FACETS_OPENED("facets", Set.of(O), Set.of(), (s, with) -> s.fs.facets(s.openedFaceted, s.o)),
    LIST_OF_FACET("list", Set.of(D, O), Set.of(), (s, with) -> s.fs.list(s.faceted.facet(s.o), "", 10)),
    FACETS("facets", Set.of(D, O), Set.of(), (s, with) -> s.fs.facets(s.faceted, s.o)),
    FACETS_PAGE("facets", Set.of(D, O), Set.of(), (s, with) -> s.fs.facets(s.faceted, s.o, Optional.of(s.o), 1)),
    CREATE("create", Set.of(D), Set.of(D, O), (s, with) -> s.fs.create(s.fresh, Kind.FILE, s.o, Scene.AFTER, with)),
    CREATE_IN_FACET(
            "create",
            Set.of(D, O),
            Set.of(O),
            (s, with) -> s.fs.create(s.faceted.facet(s.o).child("new"), Kind.FILE, s.o, Scene.AFTER, with)),
    CREATE_TCB(
            "createTcb",
            Set.of(D),
            Set.of(D, O),
            (s, with) -> s.fs.createTcb(s.fresh, Kind.GATE, s.o, Scene.AFTER, with)),
    CREATE_UNLINKED(
            "createUnlinked", Set.of(), Set.of(O), (s, with) -> s.fs.createUnlinked(Kind.FILE, s.o, Scene.AFTER, with)),
    CREATE_UNLINKED_AT(
            "createUnlinkedAt",
            Set.of(),
            Set.of(O),
            (s, with) -> s.fs.createUnlinkedAt(Kind.FILE, s.o, Scene.AFTER, with)),
    CREATE_UNLINKED_DIRECTORY(
            "createUnlinkedAt",
            Set.of(),
            Set.of(O),
            (s, with) -> s.fs.createUnlinkedAt(Kind.DIRECTORY, s.o, Bytes.EMPTY, with)),
    CREATE_UNLINKED_TCB(
            "createUnlinkedTcb",
            Set.of(),
            Set.of(O),
            (s, with) -> s.fs.createUnlinkedTcb(Kind.GATE, s.o, Scene.AFTER, with)),
    CREATE_IN_OPENED(
            "create",
            Set.of(D),
            Set.of(D, O),
            (s, with) -> s.fs.create(s.openedDirectory.child("new"), Kind.FILE, s.o, Scene.AFTER, with)),
    CREATE_IN_OPENED_FACET(
            "create",
            Set.of(O),
            Set.of(O),
            (s, with) -> s.fs.create(s.openedFacet.child("new"), Kind.FILE, s.o, Scene.AFTER, with)),
    CREATE_DIRECTORY("createDirectory", Set.of(D), Set.of(D, O), (s, with) -> {
        s.fs.createDirectory(s.fresh, s.o, with);
        return s;
    }),
    CREATE_FACETED("createFaceted", Set.of(D), Set.of(D), (s, with) -> {
        s.fs.createFaceted(s.fresh, with);
        return s;
    }),
    WRITE("write", Set.of(D), Set.of(O), (s, with) -> s.fs.write(s.object, Kind.FILE, Scene.AFTER, 0, with)),
    WRITE_OPENED(
            "write", Set.of(), Set.of(O), (s, with) -> s.fs.write(s.openedObject, Kind.FILE, Scene.AFTER, 0, with)),
    WRITE_OPENED_OF_VERSION(
            "write", Set.of(O), Set.of(O), (s, with) -> s.fs.write(s.openedObject, Kind.FILE, Scene.AFTER, 1, with)),
    WRITE_OF_VERSION(
            "write", Set.of(D, O), Set.of(O), (s, with) -> s.fs.write(s.object, Kind.FILE, Scene.AFTER, 1, with)),
    WRITE_TCB("writeTcb", Set.of(), Set.of(O), (s, with) -> s.fs.writeTcb(s.gate, Scene.AFTER, 0, with)),
    WRITE_TCB_OF_VERSION("writeTcb", Set.of(O), Set.of(O), (s, with) -> s.fs.writeTcb(s.gate, Scene.AFTER, 1, with)),
    LINK("link", Set.of(D), Set.of(D), (s, with) -> {
        s.fs.link(s.elsewhere, s.fresh, with);
        return s;
    }),
    LINK_OPENED("link", Set.of(D), Set.of(D), (s, with) -> {
        s.fs.link(s.openedObject, s.openedDirectory.child("new"), with);
        return s;
    }),
    LINK_OPENED_BY_ID("link", Set.of(D, O), Set.of(D), (s, with) -> {
        s.fs.link(s.fs.openById(s.id, Kind.FILE), s.fresh, with);
        return s;
    }),
    RELINK("relink", Set.of(D), Set.of(D), (s, with) -> {
        s.fs.relink(s.elsewhere, s.directory.child("sub"), with);
        return s;
    }),
    RELINK_OPENED("relink", Set.of(D), Set.of(D), (s, with) -> {
        s.fs.relink(s.openedObject, s.openedDirectory.child("sub"), with);
        return s;
    }),
    UNLINK_OPENED("unlink", Set.of(D), Set.of(D), (s, with) -> {
        s.fs.unlink(s.openedDirectory.child("o"), with);
        return s;
    }),
    UNLINK("unlink", Set.of(D), Set.of(D), (s, with) -> {
        s.fs.unlink(s.object, with);
        return s;
    });

    /// Whose label it is: the directory's or the object's.
    enum Place {
        D,
        O,
    }

    interface Action {
        Object on(Scene scene, Privilege with);
    }

    final String method;
    final Set<Place> observes;
    final Set<Place> affects;
    private final Action action;

    Operation(String method, Set<Place> observes, Set<Place> affects, Action action) {
        this.method = method;
        this.observes = observes;
        this.affects = affects;
        this.action = action;
    }

    Object on(Scene scene, Privilege with) {
        return action.on(scene, with);
    }

    /// Whether it makes an object labeled O, so that O may not be above the clearance either.
    boolean creates() {
        return method.startsWith("create") && affects.contains(O);
    }
}
