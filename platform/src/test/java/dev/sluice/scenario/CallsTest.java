package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.scenario.World.Answer;
import dev.sluice.scenario.World.Who;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a hostile guest says, and what it gets for it.
final class CallsTest {
    @TempDir
    static Path directory;

    private static World world;
    private static Who alice;
    private static String plain;

    @BeforeAll
    static void start() throws Exception {
        world = new World(directory);
        alice = world.alice;
        plain = alice.open() + ":plain";
        world.file(alice, alice.home() + ":photo", "a photo");
        world.script(alice, plain, Map.of("timeout", 5000));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ffffffff", // a frame of 4 GiB
                "00000000", // of nothing
                "0000000604000000010b", // an unknown kind of value
                "000000110400000001070000ffff0000000000000000", // a list longer than its frame
                "0000000a05ffffffff050000000000", // a result of another run
                "000000ff04", // cut off
                "4745540a4745540a" // another protocol
            })
    void s40_whatIsNoMessage_endsThatGuestOnly(String hex) {
        Answer answer = world.invoke(world.mallory, plain, new Script().local("say", hex));
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).contains("FunctionError: ");
        assertThat(world.outcomes(world.mallory, plain, new Script().local("recall", "x")))
                .containsExactly("nothing");
        assertThat(world.outcomes(alice, plain, new Script().readFile(alice.home() + ":photo")))
                .containsExactly("a photo");
    }

    @Test
    void s40_callsThatMakeNoSense_areRefused_andTheRunGoesOn() {
        var script = new Script()
                .call("no_such_call")
                .call("read_file")
                .call("read_file", "path", 7)
                .call("read_file", "path", Map.of("handle", "e999", "path", List.of()))
                .call("read_file", "path", alice.home() + ":photo", "more", 1)
                .call("read_blob", "handle", "r1", "offset", -1, "length", 1)
                .call("close_blob", "handle", "nothing")
                .call("declassify", "secrecy", "a,b")
                .call("taint_with_label", "label", "a,b,c")
                .call("open", "path", "home:nothing")
                .call("invoke", "gate", "home:nothing", "payload", Map.of("octets", "{}"), "sync", "perhaps")
                .call("parse_label", "text", "still,here");
        List<String> outcomes = world.outcomes(alice, plain, script);
        assertThat(outcomes.subList(0, outcomes.size() - 1)).allMatch(outcome -> outcome.startsWith("refused: "));
        assertThat(outcomes.getLast()).isEqualTo("still,here");
    }

    @Test
    void s41_aFailedCreate_givesNothingToLink() {
        var script = new Script()
                .call("create_unlinked", "kind", "file", "label", "T,bob")
                .call("create_unlinked", "kind", "gate", "label", "T,T")
                .call("create_unlinked", "kind", "directory", "label", "T,T")
                .call("hard_link", "source", Map.of("handle", "", "path", List.of()), "destination", "home:<T,T>:s41");
        List<String> outcomes = world.outcomes(alice, plain, script);
        assertThat(outcomes.get(0)).isEqualTo("refused: DENIED");
        assertThat(outcomes.get(1)).startsWith("refused: ");
        assertThat(outcomes.get(2)).contains("handle");
        assertThat(outcomes.get(3)).startsWith("refused: ");
        assertThat(world.list(World.ANON, "home:<T,T>").body()).doesNotContain("s41");
    }

    @Test
    void s42_aBlobOfTheSameBytes_tellsNothing_ofAnotherOnes() {
        world.send(alice, "POST", "/blobs?label=" + World.encoded(alice.own()), "the same bytes");
        var store = new Script()
                .call("create_blob")
                .call("write_blob", "handle", Map.of("outcome", 0), "content", Map.of("octets", "the same bytes"))
                .call("finalize_blob", "handle", Map.of("outcome", 0));
        var other = new Script()
                .call("create_blob")
                .call("write_blob", "handle", Map.of("outcome", 0), "content", Map.of("octets", "never seen"))
                .call("finalize_blob", "handle", Map.of("outcome", 0));
        assertThat(world.outcomes(world.bob, plain, store)).isEqualTo(world.outcomes(world.bob, plain, other));
        String digest = Digest.of(Bytes.utf8("the same bytes")).hex();
        assertThat(world.outcomes(world.bob, plain, new Script().call("open_blob_handle", "handle", digest)))
                .containsExactly("refused: CLOSED");
    }

    @Test
    void s38_aLabelThatIsNone_opensNoGate_andNamesNoFacet() {
        for (String clearance : List.of("alice,T", "Tom&", "T&bob", "a|", "")) {
            Answer refused = world.gate(alice, alice.open() + ":s38", World.script(), Map.of("clearance", clearance));
            assertThat(refused.status()).as(clearance).isEqualTo(400);
        }
        world.script(alice, alice.open() + ":tom", Map.of("clearance", "Tom"));
        assertThat(world.invoke(World.ANON, alice.open() + ":tom", new Script()).status())
                .isEqualTo(404);
        for (String label : List.of("alice,T&bob", "a,b,c", "alice", "")) {
            assertThat(world.invoke(alice, plain, new Script(), "X-Faasten-Label", label)
                            .status())
                    .as(label)
                    .isEqualTo(400);
        }
        assertThat(world.send(alice, "PUT", World.fs("home:<T,Tom>:x"), "x").status())
                .isEqualTo(404);
        assertThat(world.list(World.ANON, "home").body()).doesNotContain("Tom");
    }
}
