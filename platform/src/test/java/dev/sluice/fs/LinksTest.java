package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.Contents;
import dev.sluice.testing.Tasks;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Facets, hard links, listings and ids.
final class LinksTest {
    private static final Bytes TEXT = Bytes.utf8("text");
    private static final Label ALICES = Label.parse("alice,T");
    private static final FsPath HOME = FsPath.ROOT.child("home");
    private static final FsPath TOP = FsPath.ROOT.child("top");

    private final MemoryStore store = new MemoryStore();
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final Task root = Tasks.root();
    private final Privilege all = Tasks.all(root, "F");

    LinksTest() {
        fs.bootstrap();
        asRoot(() -> fs.createDirectory(TOP, Label.PUBLIC, all));
    }

    @ParameterizedTest
    @ValueSource(strings = {"T,T", "alice,alice", "T,somebody-new", "F,T", "T,F"})
    void facetThatNobodyLinkedInto_isAnEmptyDirectory_andLookingMakesNone(String label) {
        var before = Contents.of(store);
        Label facet = Label.parse(label);
        Task task = Tasks.of("T,F", "F,T", "T");
        task.run(() -> {
            assertThat(fs.stat(HOME.facet(facet)))
                    .isEqualTo(new LabeledFs.Stat(Kind.DIRECTORY, Optional.of(facet), 0, 0));
            assertThat(task.label()).isEqualTo(Label.BOTTOM);
            assertThat(fs.list(HOME.facet(facet), "", 10)).isEmpty();
            assertThat(fs.find(HOME.facet(facet).child("x"))).isEmpty();
            return task;
        });
        assertThat(task.label()).isEqualTo(facet);
        assertThat(Contents.of(store)).isEqualTo(before);
        assertThat(root.run(() -> fs.facets(HOME, Label.TOP))).isEmpty();
    }

    @Test
    void facets_showsThoseThatSomethingIsLinkedInto_andThatFlowToWhatIsAsked() {
        for (String label : List.of("T,T", "alice,alice", "T,alice", "alice&bob,T", "bob,bob")) {
            fileIn(HOME.facet(Label.parse(label)), "x");
        }
        assertThat(facetsUpTo("T,T")).containsExactly("T,T", "T,alice");
        assertThat(facetsUpTo("alice,T")).containsExactly("T,T", "T,alice", "alice,alice");
        assertThat(facetsUpTo("alice,alice")).containsExactly("T,alice", "alice,alice");
        assertThat(facetsUpTo("F,T")).containsExactly("T,T", "T,alice", "alice&bob,T", "alice,alice", "bob,bob");
        assertThat(facetsUpTo("carol,carol")).isEmpty();
    }

    @Test
    void facets_taintsWithWhatIsAsked_evenIfThereIsNone() {
        Task task = Tasks.of("T,T", "F,T", "T");
        assertThat(task.run(() -> fs.facets(HOME, ALICES))).isEmpty();
        assertThat(task.label()).isEqualTo(ALICES);
    }

    /// However many hidden facets stand before a visible one, it is shown, and pages do not depend on them.
    @Test
    void facets_pages_byWhatIsVisibleAlone() {
        var visible = new ArrayList<String>();
        for (int i = 0; i < 1_200; i++) {
            fileIn(HOME.facet(Label.of(Component.TRUE, Component.of(Principal.of("a" + i)))), "x");
            if (i % 100 == 7) {
                Label open = Label.of(Component.TRUE, Component.of(Principal.of("a" + i, "b")));
                fileIn(HOME.facet(open), "x");
            }
            Label hidden = Label.of(Component.of(Principal.of("S")), Component.of(Principal.of("a" + i)));
            fileIn(HOME.facet(hidden), "x");
        }
        Task task = Tasks.of("T,T", "F,T", "T");
        task.run(() -> {
            List<Label> page = fs.facets(HOME, Label.PUBLIC, Optional.empty(), 100);
            while (!page.isEmpty()) {
                assertThat(page).hasSizeBetween(12, 100);
                page.forEach(label -> visible.add(label.toString()));
                page = fs.facets(HOME, Label.PUBLIC, Optional.of(page.getLast()), 100);
            }
            return task;
        });
        assertThat(visible)
                .hasSize(1_212)
                .doesNotHaveDuplicates()
                .isSortedAccordingTo((a, b) -> Bytes.utf8(a).compareTo(Bytes.utf8(b)));
        assertThat(task.run(() -> fs.facets(HOME, Label.PUBLIC))).hasSize(LabeledFs.LIST_ENTRIES_MAX);
        assertThat(task.run(() -> fs.facets(HOME, Label.PUBLIC, Optional.empty(), Integer.MAX_VALUE)))
                .hasSize(LabeledFs.LIST_ENTRIES_MAX);
        assertThat(task.run(() -> fs.facets(HOME, Label.PUBLIC, Optional.empty(), 0)))
                .hasSize(1);
    }

    @Test
    void hardLink_keepsTheLabel_whereverItStands() {
        asRoot(() -> fs.createDirectory(TOP.child("secret"), ALICES, all));
        fileIn(TOP.child("secret"), "diary");
        FsPath open = TOP.child("found");
        asRoot(() -> fs.link(TOP.child("secret").child("diary"), open, all));
        Task task = Tasks.of("T,T", "F,T", "T");
        task.run(() -> {
            assertThat(fs.list(TOP, "", 10)).extracting(Entry::label).containsOnly(ALICES);
            assertThat(task.label()).isEqualTo(Label.PUBLIC);
            assertThat(fs.read(open, Kind.FILE).label()).isEqualTo(ALICES);
            return task;
        });
        assertThat(task.label()).isEqualTo(ALICES);
    }

    @Test
    void objectStays_asLongAsALinkStays() {
        fileIn(TOP, "one");
        asRoot(() -> fs.link(TOP.child("one"), TOP.child("two"), all));
        asRoot(() -> fs.unlink(TOP.child("one"), all));
        assertThat(root.run(() -> fs.find(TOP.child("one")))).isEmpty();
        assertThat(root.run(() -> fs.read(TOP.child("two"), Kind.FILE)).bytes()).isEqualTo(TEXT);
        asRoot(() -> fs.write(TOP.child("two"), Kind.FILE, Bytes.EMPTY, 0, all));
        assertThat(root.run(() -> fs.read(TOP.child("two"), Kind.FILE)).version())
                .isEqualTo(2);
    }

    /// In one step, so that whoever looks meanwhile finds the old object or the new one.
    @Test
    void relinking_replacesWhatANameMeans_orNothing() {
        fileIn(TOP, "old");
        asRoot(() -> fs.createDirectory(TOP.child("new"), Label.PUBLIC, all));
        FsPath name = TOP.child("name");
        var before = Contents.of(store);
        assertNotFound(() -> fs.relink(TOP.child("old"), name, all));
        asRoot(() -> fs.link(TOP.child("old"), name, all));
        assertNotFound(() -> fs.relink(TOP.child("nothing"), name, all));
        assertThat(Contents.of(store)).hasSize(before.size() + 1);
        asRoot(() -> fs.relink(TOP.child("new"), name, all));
        assertThat(root.run(() -> fs.stat(name)).kind()).isEqualTo(Kind.DIRECTORY);
        ObjectId id = root.run(() -> fs.createUnlinked(Kind.FILE, ALICES, Bytes.EMPTY, all));
        asRoot(() -> fs.relink(fs.openById(id, Kind.FILE), name, all));
        assertThat(root.run(() -> fs.find(name))).contains(new Entry("name", Kind.FILE, id, ALICES));
        assertThat(root.run(() -> fs.read(TOP.child("old"), Kind.FILE)).bytes()).isEqualTo(TEXT);
    }

    @Test
    void linkedFacetedDirectory_isUnlinkedLikeAnythingElse() {
        asRoot(() -> fs.createFaceted(TOP.child("f"), all));
        asRoot(() -> fs.link(TOP.child("f"), TOP.child("g"), all));
        fileIn(TOP.child("f").facet(ALICES), "x");
        assertThat(root.run(() -> fs.list(TOP.child("g").facet(ALICES), "", 10)))
                .hasSize(1);
        asRoot(() -> fs.unlink(TOP.child("f"), all));
        assertThat(root.run(() -> fs.facets(TOP.child("g"), Label.TOP))).containsExactly(ALICES);
    }

    @Test
    void facetsAndTheRoot_cannotBeLinked() {
        for (FsPath target : List.of(FsPath.ROOT, HOME.facet(Label.PUBLIC))) {
            assertThatThrownBy(() -> asRoot(() -> fs.link(target, TOP.child("x"), all)))
                    .isInstanceOfSatisfying(
                            Refused.class, r -> assertThat(r.refusal()).isEqualTo(Refusal.WRONG_KIND));
            assertThatThrownBy(() -> asRoot(() -> fs.relink(target, TOP, all)))
                    .isInstanceOfSatisfying(
                            Refused.class, r -> assertThat(r.refusal()).isEqualTo(Refusal.WRONG_KIND));
        }
    }

    /// Directories may hold each other; a path ends after a bounded number of steps all the same.
    @Test
    void circleOfLinks_isWalkedNoFartherThanAPathReaches() {
        asRoot(() -> fs.link(TOP, TOP.child("top"), all));
        fileIn(TOP, "x");
        FsPath around = TOP;
        while (around.steps().size() < FsPath.STEPS_MAX - 1) {
            around = around.child("top");
        }
        FsPath end = around.child("x");
        assertThat(root.run(() -> fs.read(end, Kind.FILE)).bytes()).isEqualTo(TEXT);
        assertThatThrownBy(() -> end.child("y")).isInstanceOf(Refused.class);
    }

    /// UTF-8 order, in which U+FFEE comes before an emoji; UTF-16 has it the other way round.
    @Test
    void listing_pagesInTheOrderOfBytes() {
        List<String> names = List.of("A", "a", "a b", "aa", "b", "é", "日本", "\uffee", "😀");
        names.reversed().forEach(name -> fileIn(TOP, name));
        var seen = new ArrayList<String>();
        root.run(() -> {
            List<Entry> page = fs.list(TOP, "", 2);
            while (!page.isEmpty()) {
                page.forEach(entry -> seen.add(entry.name()));
                page = fs.list(TOP, page.getLast().name(), 2);
            }
            return root;
        });
        assertThat(seen).isEqualTo(names);
        assertThat(root.run(() -> fs.list(TOP, "", -1))).hasSize(1);
        assertThat(root.run(() -> fs.list(TOP, "", Integer.MAX_VALUE))).hasSize(names.size());
        assertThat(root.run(() -> fs.list(TOP, "zz\uffff", 10))).hasSize(4);
        assertThatThrownBy(() -> root.run(() -> fs.list(TOP, "x".repeat(FsPath.NAME_CHARS_MAX + 1), 10)))
                .isInstanceOf(Refused.class);
    }

    /// Entries of one directory never show in another one, whatever their names.
    @Test
    void directories_doNotRunIntoEachOther() {
        for (int i = 0; i < 50; i++) {
            FsPath directory = TOP.child("d" + i);
            asRoot(() -> fs.createDirectory(directory, Label.PUBLIC, all));
            fileIn(directory, "only" + i);
        }
        for (int i = 0; i < 50; i++) {
            FsPath directory = TOP.child("d" + i);
            assertThat(root.run(() -> fs.list(directory, "", 10)))
                    .extracting(Entry::name)
                    .containsExactly("only" + i);
        }
    }

    @Test
    void entriesSayTheLabelsOfTheirObjects() {
        for (String label : List.of("T,T", "alice,T", "T,F", "a|b&c,d\\,e")) {
            asRoot(() -> fs.create(TOP.child(label), Kind.FILE, Label.parse(label), TEXT, all));
            Entry entry = root.run(() -> fs.find(TOP.child(label))).orElseThrow();
            assertThat(entry.label()).isEqualTo(Label.parse(label));
            assertThat(root.run(() -> fs.stat(TOP.child(label))).label()).contains(Label.parse(label));
            assertThat(root.run(() -> fs.readById(entry.target(), Kind.FILE)).label())
                    .isEqualTo(entry.label());
        }
    }

    @Test
    void idOfWhatAStrangerMayNotKnow_isLikeAnIdOfNothing() {
        ObjectId alices = root.run(() -> fs.createUnlinked(Kind.FILE, ALICES, TEXT, all));
        ObjectId absent = ObjectId.parse("0".repeat(40)).orElseThrow();
        Task bob = Tasks.of("T,T", "bob,T", "bob");
        Task alice = Tasks.of("T,T", "alice,T", "alice");
        for (var asked : List.of(alices, absent)) {
            assertThatThrownBy(() -> bob.run(() -> fs.readById(asked, Kind.FILE)))
                    .isInstanceOfSatisfying(
                            Refused.class, r -> assertThat(r.refusal()).isEqualTo(Refusal.NOT_FOUND))
                    .hasMessage(Refused.notFound().getMessage());
            assertThatThrownBy(() -> bob.run(() -> {
                        fs.link(fs.openById(asked, Kind.FILE), TOP.child("x"), Privilege.NONE);
                        return bob;
                    }))
                    .hasMessage(Refused.notFound().getMessage());
            assertThatThrownBy(() -> alice.run(() -> fs.readById(asked, Kind.BLOB)))
                    .hasMessage(Refused.notFound().getMessage());
        }
        assertThat(bob.label()).isEqualTo(Label.PUBLIC);
        assertThat(alice.label()).isEqualTo(Label.PUBLIC);
        assertThat(alice.run(() -> fs.readById(alices, Kind.FILE)).bytes()).isEqualTo(TEXT);
        assertThat(alice.label()).isEqualTo(ALICES);
    }

    /// S42: the same bytes of two tenants are two objects, and neither can name the other's.
    @Test
    void sameBlobOfTwoTenants_hasTwoIds() {
        Bytes blob = new BlobRef(Digest.of(TEXT), TEXT.length()).encode();
        Task alice = Tasks.of("alice,T", "alice,T", "alice");
        Task bob = Tasks.of("bob,T", "bob,T", "bob");
        ObjectId alices = alice.run(() -> fs.createUnlinked(Kind.BLOB, alice.label(), blob, Privilege.NONE));
        ObjectId bobs = bob.run(() -> fs.createUnlinked(Kind.BLOB, bob.label(), blob, Privilege.NONE));
        assertThat(alices).isNotEqualTo(bobs);
        assertThatThrownBy(() -> bob.run(() -> fs.readById(alices, Kind.BLOB))).isInstanceOf(Refused.class);
    }

    private void assertNotFound(Runnable body) {
        assertThatThrownBy(() -> asRoot(body))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.refusal()).isEqualTo(Refusal.NOT_FOUND));
    }

    private List<String> facetsUpTo(String label) {
        Task task = Tasks.of("T,F", "F,T", "T");
        return task.run(() -> fs.facets(HOME, Label.parse(label))).stream()
                .map(Label::toString)
                .toList();
    }

    private void fileIn(FsPath directory, String name) {
        Task fresh = Tasks.root();
        fresh.run(() -> fs.create(directory.child(name), Kind.FILE, ALICES, TEXT, Tasks.all(fresh, "F")));
    }

    private void asRoot(Runnable body) {
        root.run(() -> {
            body.run();
            return root;
        });
    }
}
