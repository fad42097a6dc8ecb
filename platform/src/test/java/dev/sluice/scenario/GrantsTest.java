package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scenario.World.Who;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Gates that people who do not trust each other make of each other's gates.
final class GrantsTest {
    private static final String DENIED = "refused: DENIED";
    private static final String DONE = "null";
    private static final String WHOSE =
            "def handle(event, cloudcall):\n    return {'code': '%s', 'for': str(cloudcall.sub_privilege(['x']))}\n";

    @TempDir
    static Path directory;

    private static World world;
    private static Who alice;
    private static Who bob;
    private static Who mallory;

    @BeforeAll
    static void start() throws Exception {
        world = new World(directory);
        alice = world.alice;
        bob = world.bob;
        mallory = world.mallory;
        for (Who who : new Who[] {alice, mallory}) {
            world.script(who, maker(who), Map.of("privilege", who.principal(), "clearance", who.principal()));
        }
        world.gate(mallory, mallory.open() + ":code", WHOSE.formatted("first"), Map.of());
        world.script(alice, alice.open() + ":cleared", Map.of("clearance", alice.principal()));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    /// A gate with which somebody makes other gates.
    private static String maker(Who who) {
        return who.open() + ":maker";
    }

    private static Map<String, Object> redirect(String target, String privilege, boolean isPinned) {
        return new HashMap<>(Map.of(
                "type", "redirect",
                "gate", target,
                "privilege", privilege,
                "clearance", "T",
                "pin", isPinned));
    }

    private static String made(Who who, String path, Map<String, Object> gate) {
        var script = new Script().call("create_gate", "path", path, "label", "T," + who.principal(), "gate", gate);
        return world.outcomes(who, maker(who), script).getFirst();
    }

    private static String replaced(Who who, String path, Map<String, Object> gate) {
        var script = new Script().call("replace_gate", "path", path, "gate", gate);
        return world.outcomes(who, maker(who), script).getFirst();
    }

    @Test
    void s31_nobodyGrants_whatHeDoesNotHold() {
        String target = alice.open() + ":cleared";
        String path = mallory.open() + ":s31";
        assertThat(made(mallory, path, redirect(mallory.open() + ":code", alice.principal(), true)))
                .isEqualTo(DENIED);
        var released = redirect(mallory.open() + ":code", "T", true);
        released.put("declassify", alice.principal());
        assertThat(made(mallory, path, released)).isEqualTo(DENIED);
        var entering = redirect(target, "T", true);
        entering.put("enter", alice.principal());
        assertThat(made(mallory, path, entering)).isEqualTo(DENIED);
        assertThat(made(mallory, path, redirect(mallory.open() + ":code", mallory.principal(), true)))
                .isEqualTo(DONE);
        assertThat(replaced(mallory, path, redirect(mallory.open() + ":code", alice.principal(), true)))
                .isEqualTo(DENIED);
        assertThat(world.gate(mallory, mallory.open() + ":direct", World.script(), Map.of("privilege", "F"))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void s32_aRedirect_opensNoGateBehindIt() {
        String path = mallory.open() + ":s32";
        assertThat(made(mallory, path, redirect(alice.open() + ":cleared", "T", true)))
                .isEqualTo(DONE);
        assertThat(world.invoke(bob, path, new Script()).status()).isEqualTo(404);
        assertThat(world.invoke(mallory, path, new Script()).status()).isEqualTo(404);
        assertThat(world.outcomes(alice, path, new Script())).isEmpty();
    }

    @Test
    void s33_otherCode_getsNothing_thatWasGrantedToTheFirst() {
        String path = alice.open() + ":s33";
        String code = mallory.open() + ":code";
        assertThat(made(alice, path, redirect(code, alice.principal() + "/s33", false)))
                .isEqualTo(DENIED);
        assertThat(made(alice, path, redirect(code, alice.principal() + "/s33", true)))
                .isEqualTo(DONE);
        assertThat(world.send(bob, "POST", World.invocation(path), "{}").body())
                .contains("first")
                .contains("/s33/x");
        assertThat(world.gate(mallory, "PUT", code, WHOSE.formatted("second"), Map.of())
                        .status())
                .isEqualTo(200);
        assertThat(world.send(bob, "POST", World.invocation(code), "{}").status())
                .isEqualTo(500); // no privilege to name a part of
        assertThat(world.send(bob, "POST", World.invocation(path), "{}").status())
                .isEqualTo(404);
        world.gate(mallory, "PUT", code, WHOSE.formatted("first"), Map.of());
    }

    @Test
    void s34_redirectsInACircleOrWithoutEnd_areRefused() {
        String first = alice.open() + ":ring-1";
        String second = alice.open() + ":ring-2";
        assertThat(made(alice, first, redirect(maker(alice), "T", false))).isEqualTo(DONE);
        assertThat(made(alice, second, redirect(first, "T", false))).isEqualTo(DONE);
        assertThat(replaced(alice, first, redirect(second, "T", false))).startsWith("refused: ");
        String before = maker(alice);
        int made = 0;
        for (; made < 12; made++) {
            String next = alice.open() + ":long-" + made;
            if (!made(alice, next, redirect(before, "T", false)).equals(DONE)) {
                break;
            }
            before = next;
        }
        assertThat(made).isBetween(1, 8);
        assertThat(world.outcomes(alice, before, new Script())).isEmpty();
    }
}
