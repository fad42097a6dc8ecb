package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scenario.World.Answer;
import dev.sluice.scenario.World.Who;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Redirects made, replaced and invoked over HTTP.
final class HttpGatesTest {
    private static final String CODE =
            "def handle(event, cloudcall):\n    return {'code': '%s', 'for': str(cloudcall.sub_privilege(['x']))}\n";

    @TempDir
    static Path directory;

    private static World world;
    private static Who alice;
    private static Who bob;

    @BeforeAll
    static void start() throws Exception {
        world = new World(directory);
        alice = world.alice;
        bob = world.bob;
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    private static Answer redirect(Who who, String method, String path, String target, Map<String, ?> more) {
        var body = new HashMap<String, Object>(Map.of("path", path, "gate", target));
        body.putAll(more);
        return world.send(who, method, "/gates", World.JSON.writeValueAsString(body));
    }

    private static Answer called(Who who, String path) {
        return world.send(who, "POST", World.invocation(path), "{}");
    }

    private static String code(Who who, String name, String says) {
        String path = who.open() + ":" + name;
        assertThat(world.gate(who, path, CODE.formatted(says), Map.of()).status())
                .isEqualTo(201);
        return path;
    }

    @Test
    void aRedirect_runsItsTarget_withWhatItGrants() {
        String target = code(alice, "granted", "a");
        String path = alice.open() + ":granting";
        String part = alice.principal() + "/part";
        Answer made = redirect(alice, "POST", path, target, Map.of("privilege", part));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        assertThat(made.text("kind")).isEqualTo("gate");
        assertThat(called(bob, path).body()).contains("\"a\"").contains(part + "/x");
        assertThat(called(bob, target).status()).isEqualTo(500); // no privilege to name a part of
        assertThat(redirect(alice, "PUT", path, target, Map.of("privilege", part, "clearance", alice.principal()))
                        .status())
                .isEqualTo(200);
        assertThat(called(bob, path).status()).isEqualTo(404);
        assertThat(called(alice, path).status()).isEqualTo(200);
    }

    @Test
    void aRedirect_entersForItsCallers_whatItsAuthorMayEnter() {
        String target = alice.open() + ":cleared";
        String source = "def handle(event, cloudcall):\n    return 'entered'\n";
        world.gate(alice, target, source, Map.of("clearance", alice.principal()));
        String path = alice.open() + ":entering";
        assertThat(redirect(alice, "POST", path, target, Map.of("enter", alice.principal()))
                        .status())
                .isEqualTo(201);
        assertThat(called(bob, target).status()).isEqualTo(404);
        assertThat(called(bob, path).body()).contains("entered");
    }

    @Test
    void aPinnedRedirect_isNotFound_onceItsTargetHasChanged() {
        String target = code(bob, "pinned", "first");
        String path = alice.open() + ":pinning";
        var grants = Map.of("privilege", alice.principal() + "/part");
        assertThat(redirect(alice, "POST", path, target, grants).status()).isEqualTo(404); // Bob may replace it
        var pinned = Map.of("privilege", alice.principal() + "/part", "pin", true);
        assertThat(redirect(alice, "POST", path, target, pinned).status()).isEqualTo(201);
        assertThat(called(bob, path).body()).contains("first");
        world.gate(bob, "PUT", target, CODE.formatted("second"), Map.of());
        assertThat(called(bob, path).status()).isEqualTo(404);
        assertThat(redirect(alice, "PUT", path, target, pinned).status()).isEqualTo(200);
        assertThat(called(bob, path).body()).contains("second");
    }

    @Test
    void whatOneDoesNotHold_cannotBeGranted_andWhatIsNotThereNotLedTo() {
        String target = code(bob, "others", "b");
        String path = bob.open() + ":grabbing";
        for (String grant : List.of("privilege", "declassify", "enter")) {
            assertThat(redirect(bob, "POST", path, target, Map.of(grant, alice.principal(), "pin", true))
                            .status())
                    .as(grant)
                    .isEqualTo(404);
        }
        assertThat(redirect(bob, "POST", path, bob.open() + ":absent", Map.of()).status())
                .isEqualTo(404);
        assertThat(redirect(bob, "POST", path, alice.home() + ":hidden", Map.of())
                        .status())
                .isEqualTo(404);
        assertThat(redirect(bob, "POST", path, target, Map.of("privilege", "a,b"))
                        .status())
                .isEqualTo(400);
        assertThat(redirect(bob, "POST", alice.open() + ":in-hers", target, Map.of())
                        .status())
                .isEqualTo(404);
        assertThat(called(bob, path).status()).isEqualTo(404);
    }

    @Test
    void aCircle_isRefused() {
        String target = code(alice, "end", "a");
        String one = alice.open() + ":one";
        String two = alice.open() + ":two";
        assertThat(redirect(alice, "POST", one, target, Map.of()).status()).isEqualTo(201);
        assertThat(redirect(alice, "POST", two, one, Map.of()).status()).isEqualTo(201);
        Answer circle = redirect(alice, "PUT", one, two, Map.of());
        assertThat(circle.status()).isEqualTo(400);
        assertThat(circle.body()).contains("circle");
    }
}
