package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scenario.World.Answer;
import dev.sluice.scenario.World.Who;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Functions at the labeled file system. The numbers are those of the contract's list of scenarios.
final class FilesTest {
    private static final String REFUSED = "refused: DENIED";
    private static final String UNIFORM = "not found or not allowed";

    @TempDir
    static Path directory;

    private static World world;
    private static Who alice;
    private static Who bob;
    private static String thumb;

    @BeforeAll
    static void start() throws Exception {
        world = new World(directory);
        alice = world.alice;
        bob = world.bob;
        thumb = alice.principal() + "/pma/thumb";
        world.file(alice, alice.home() + ":photo", "a photo");
        world.script(alice, alice.open() + ":thumbnail", Map.of("privilege", thumb));
        world.script(alice, alice.open() + ":plain", Map.of());
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    void s01_aGate_readsAPhoto_andKeepsTheThumbnail_secretToItsOwner() {
        String facet = alice.principal() + "," + thumb;
        var script = new Script()
                .readFile(alice.home() + ":photo")
                .createFile("home:<" + facet + ">:small", facet)
                .writeFile("home:<" + facet + ">:small", "a thumbnail")
                .call("current_label");
        assertThat(world.outcomes(alice, alice.open() + ":thumbnail", script))
                .containsExactly("a photo", "null", "null", alice.principal() + ",T");
        assertThat(world.read(alice, "home:<" + facet + ">:small").body()).isEqualTo("a thumbnail");
        assertThat(world.read(bob, "home:<" + facet + ">:small").body()).contains(UNIFORM);
    }

    @Test
    void s02_aThumbnailForEverybody_isRefused_andLeavesNoFacet() {
        String facet = "T," + thumb;
        String into = "home:<" + facet + ">:small";
        var script = new Script()
                .readFile(alice.home() + ":photo")
                .createFile(into, facet)
                .writeFile(into, "a thumbnail");
        assertThat(world.outcomes(alice, alice.open() + ":thumbnail", script))
                .containsExactly("a photo", REFUSED, "refused: NOT_FOUND");
        assertThat(world.list(World.ANON, "home").body()).doesNotContain(facet);
        var unread = new Script().createFile(into, facet);
        assertThat(world.outcomes(alice, alice.open() + ":thumbnail", unread)).containsExactly("null");
        assertThat(world.list(World.ANON, "home").body()).contains(facet);
    }

    @Test
    void s03_aGate_writesNothing_thatItsPrivilegeDoesNotVouchFor() {
        var script = new Script()
                .writeFile(alice.home() + ":photo", "vandalized")
                .createFile(alice.home() + ":more", alice.own());
        assertThat(world.outcomes(alice, alice.open() + ":thumbnail", script)).containsExactly(REFUSED, REFUSED);
        assertThat(world.read(alice, alice.home() + ":photo").body()).isEqualTo("a photo");
    }

    @Test
    void s06_whatIsShared_isDeclassifiedFirst_explicitly() {
        world.script(alice, alice.open() + ":share", Map.of("privilege", alice.principal()));
        String copy = alice.open() + ":copy";
        String label = "T," + alice.principal();
        var implicit = new Script().readFile(alice.home() + ":photo").createFile(copy, label);
        assertThat(world.outcomes(alice, alice.open() + ":share", implicit)).containsExactly("a photo", REFUSED);
        assertThat(world.read(bob, copy).body()).contains(UNIFORM);
        var explicit = new Script()
                .readFile(alice.home() + ":photo")
                .call("declassify", "secrecy", "T")
                .createFile(copy, label)
                .writeFile(copy, "a photo");
        assertThat(world.outcomes(alice, alice.open() + ":share", explicit))
                .containsExactly("a photo", "T,T", "null", "null");
        assertThat(world.read(bob, copy).body()).isEqualTo("a photo");
    }

    @Test
    void s08_namesInASecretDirectory_areAsSecretAsIt() {
        world.directory(alice, alice.home() + ":days", false);
        world.file(alice, alice.home() + ":days:2026-01-01", "x");
        var count = new Script().call("list_directory", "path", alice.home() + ":days");
        Answer withheld = world.invoke(bob, alice.open() + ":plain", count);
        assertThat(withheld.status()).isEqualTo(404);
        assertThat(withheld.body()).contains(UNIFORM);
        assertThat(world.outcomes(alice, alice.open() + ":plain", count)).hasSize(1);
        assertThat(world.outcomes(alice, alice.open() + ":plain", count).getFirst())
                .contains("2026-01-01");
    }

    @Test
    void s22_aTakenName_isSaid_toWhoMayListTheDirectory() {
        var script =
                new Script().createFile(alice.home() + ":photo", alice.own()).call("current_label");
        world.script(alice, alice.open() + ":owner", Map.of("privilege", alice.principal()));
        assertThat(world.outcomes(alice, alice.open() + ":owner", script))
                .containsExactly("refused: EXISTS", alice.principal() + ",T");
        assertThat(world.invoke(bob, alice.open() + ":owner", script).status()).isEqualTo(404);
    }

    @Test
    void s23_aCountOfASecretDirectory_isNotWrittenWhereEverybodyReads() {
        world.script(alice, alice.open() + ":counter", Map.of("privilege", thumb));
        String open = "home:<T," + thumb + ">:count";
        var script = new Script()
                .createFile(open, "T," + thumb)
                .call("list_directory", "path", alice.home())
                .writeFile(open, "17");
        assertThat(world.outcomes(alice, alice.open() + ":counter", script).getLast())
                .isEqualTo(REFUSED);
        assertThat(world.read(bob, open).body()).isEmpty();
    }

    @Test
    void s24_openingAFacet_leavesNoTrace() {
        var script = new Script()
                .readFile(alice.home() + ":photo")
                .call("list_directory", "path", "home:<T,bits-0110>")
                .call("stat", "path", "home:<T,bits-0110>")
                .createFile("home:<T,bits-0110>:x", "T,bits-0110");
        assertThat(world.outcomes(alice, alice.open() + ":plain", script))
                .element(3)
                .isEqualTo(REFUSED);
        assertThat(world.list(World.ANON, "home").body()).doesNotContain("bits-0110");
    }

    @Test
    void s25_listingFacets_showsThoseBelowTheClearance_andTaintsWithIt() {
        world.file(alice, "home:<T," + alice.principal() + "/s25>:open", "x");
        world.file(alice, "home:<" + alice.principal() + "," + alice.principal() + "/s25>:closed", "x");
        var open = new Script()
                .call("list_facets", "path", "home", "up_to", "T,T", "limit", 1000)
                .call("current_label");
        var outcomes = world.outcomes(alice, alice.open() + ":plain", open);
        assertThat(outcomes.getFirst()).contains("T," + alice.principal() + "/s25");
        assertThat(outcomes.getFirst()).doesNotContain("\"" + alice.principal() + ",");
        assertThat(outcomes.getLast()).isEqualTo("T,T");
        String clearance = alice.principal() + ",T";
        var closed = new Script()
                .call("list_facets", "path", "home", "up_to", clearance, "limit", 1000)
                .call("current_label");
        outcomes = world.outcomes(alice, alice.open() + ":plain", closed);
        assertThat(outcomes.getFirst()).contains("\"" + alice.principal() + "," + alice.principal() + "/s25");
        assertThat(outcomes.getLast()).isEqualTo(clearance);
        assertThat(world.invoke(bob, alice.open() + ":plain", closed).status()).isEqualTo(404);
    }

    @Test
    void s43_declassifyingAndEndorsing_areBoundedByThePrivilege() {
        var script = new Script()
                .call("endorse", "integrity", alice.principal())
                .readFile(alice.home() + ":photo")
                .call("declassify", "secrecy", "T")
                .call("current_label");
        assertThat(world.outcomes(alice, alice.open() + ":plain", script))
                .containsExactly(REFUSED, "a photo", REFUSED, alice.principal() + ",T");
    }

    @Test
    void s26_followersAdd_theirOwnEntries_andNobodyElses() {
        String followers = bob.open() + ":followers";
        world.directory(bob, followers, true);
        for (Who who : new Who[] {alice, world.carol}) {
            String app = who.principal() + "/social/follow";
            world.script(who, who.open() + ":follow", Map.of("privilege", app));
            String facet = bob.principal() + "," + app;
            var follow = new Script()
                    .createFile(followers + ":<" + facet + ">:" + who.organization(), facet)
                    .writeFile(followers + ":<" + facet + ">:" + who.organization(), "since today");
            assertThat(world.invoke(who, who.open() + ":follow", follow).status())
                    .isEqualTo(404); // it knows of Bob
        }
        String others = bob.principal() + "," + world.carol.principal() + "/social/follow";
        var meddling = new Script()
                .createFile(followers + ":<" + others + ">:forged", others)
                .call("delete", "path", followers + ":<" + others + ">:carol");
        world.invoke(alice, alice.open() + ":follow", meddling);
        world.script(bob, bob.open() + ":list", Map.of());
        var list = new Script()
                .call("list_facets", "path", followers, "up_to", bob.principal() + ",T", "limit", 100)
                .call("list_directory", "path", followers + ":<" + others + ">");
        var outcomes = world.outcomes(bob, bob.open() + ":list", list);
        assertThat(outcomes.getFirst()).contains("alice").contains("carol");
        assertThat(outcomes.getLast()).contains("carol").doesNotContain("forged");
        assertThat(world.invoke(alice, bob.open() + ":list", list).status()).isEqualTo(404);
    }
}
