package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scenario.World.Who;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one run leaves in a guest never reaches another one that may not know it, or that it could mislead.
final class InstancesTest {
    @TempDir
    static Path directory;

    private static World world;
    private static Who alice;
    private static Who bob;
    private static String plain;

    @BeforeAll
    static void start() throws Exception {
        world = new World(directory);
        alice = world.alice;
        bob = world.bob;
        plain = alice.open() + ":plain";
        world.file(alice, alice.home() + ":photo", "a photo");
        world.script(alice, plain, Map.of());
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    void s09_whatARunRemembers_isForgotten_beforeALowerRun() {
        var remember = new Script().readFile(alice.home() + ":photo").local("remember_last", "it");
        var recall = new Script().local("recall", "it");
        for (int i = 0; i < 5; i++) {
            assertThat(world.outcomes(alice, plain, remember)).hasSize(2);
            assertThat(world.outcomes(bob, plain, recall)).containsExactly("nothing");
            assertThat(world.outcomes(World.ANON, plain, recall)).containsExactly("nothing");
            assertThat(world.outcomes(alice, plain, recall)).containsExactly("nothing");
        }
    }

    /// What a run has declassified of its label, its instance has seen all the same.
    @Test
    void whatARunRemembers_isForgotten_thoughItDeclassified() {
        String owner = alice.open() + ":owner";
        world.script(alice, owner, Map.of("privilege", alice.principal()));
        var remember = new Script()
                .readFile(alice.home() + ":photo")
                .local("remember_last", "it")
                .call("declassify", "secrecy", "T");
        var recall = new Script().local("recall", "it");
        for (int i = 0; i < 3; i++) {
            assertThat(world.outcomes(alice, owner, remember)).hasSize(3);
            assertThat(world.outcomes(alice, owner, recall)).containsExactly("nothing");
            assertThat(world.outcomes(bob, owner, recall)).containsExactly("nothing");
        }
    }

    /// Also where nothing but the code changes.
    @Test
    void aGateThatWasReplaced_runsItsNewCode_inNoWarmGuestOfTheOld() {
        String gate = alice.open() + ":replaced";
        String source = "def handle(event, cloudcall):\n    return {'code': %d}\n";
        assertThat(world.gate(alice, gate, source.formatted(0), Map.of()).status())
                .isEqualTo(201);
        for (int code = 1; code <= 3; code++) {
            assertThat(world.send(alice, "POST", World.invocation(gate), "{}").body())
                    .contains("\"code\":" + (code - 1));
            world.gate(alice, "PUT", gate, source.formatted(code), Map.of());
            assertThat(world.send(alice, "POST", World.invocation(gate), "{}").body())
                    .contains("\"code\":" + code);
        }
    }

    @Test
    void whatAPublicRunRemembers_isThere_forTheNextOne() {
        var remember = new Script().call("parse_label", "text", "seen,T").local("remember_last", "kept");
        assertThat(world.outcomes(alice, plain, remember)).hasSize(2);
        var found = new ArrayList<String>();
        for (int i = 0; i < 5 && !found.contains("seen,T"); i++) {
            found.addAll(world.outcomes(alice, plain, new Script().local("recall", "kept")));
        }
        assertThat(found).contains("seen,T");
    }

    @Test
    void s10_aPoisonedGuest_servesItsPoisonersOnly() {
        var poison = new Script().local("poison", "x");
        var recall = new Script().local("recall", "x").readFile(alice.home() + ":photo");
        for (int i = 0; i < 3; i++) {
            world.invoke(world.mallory, plain, poison);
            assertThat(world.outcomes(alice, plain, recall)).containsExactly("nothing", "a photo");
        }
    }

    @Test
    void s46_aRun_hasThePrivilegeAndTheCode_ofOneVersion() throws Exception {
        String gate = alice.open() + ":changing";
        String source = "def handle(event, cloudcall):\n    return {'code': '%s', 'may': cloudcall.sub_privilege(['x'])"
                + " and str(cloudcall.sub_privilege(['x']))}\n";
        String[] privileges = {alice.principal() + "/one", alice.principal() + "/two"};
        assertThat(world.gate(alice, gate, source.formatted("one"), Map.of("privilege", privileges[0]))
                        .status())
                .isEqualTo(201);
        var calls = new ArrayList<Callable<String>>();
        for (int i = 0; i < 40; i++) {
            calls.add(
                    () -> world.send(bob, "POST", World.invocation(gate), "{}").body());
        }
        try (var pool = Executors.newFixedThreadPool(4)) {
            var answers = new ArrayList<Future<String>>();
            for (int i = 0; i < calls.size(); i++) {
                answers.add(pool.submit(calls.get(i)));
                if (i % 5 == 0) {
                    int which = i / 5 % 2;
                    String code = List.of("one", "two").get(which);
                    world.gate(alice, "PUT", gate, source.formatted(code), Map.of("privilege", privileges[which]));
                }
            }
            for (Future<String> answer : answers) {
                var json = World.JSON.readTree(answer.get());
                String code = json.path("code").asString("");
                assertThat(json.path("may").asString("")).endsWith("/" + code + "/x");
            }
        }
    }
}
