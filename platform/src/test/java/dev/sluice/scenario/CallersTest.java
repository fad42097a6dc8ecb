package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scenario.World.Who;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Functions that call functions.
final class CallersTest {
    private static final String REFUSED = "refused: DENIED";

    @TempDir
    static Path directory;

    private static World world;
    private static Who alice;
    private static String plain;
    private static String writer;
    private static String open;

    @BeforeAll
    static void start() throws Exception {
        world = new World(directory);
        alice = world.alice;
        plain = alice.open() + ":plain";
        writer = alice.open() + ":writer";
        String app = alice.principal() + "/app";
        open = "home:<T," + app + ">:open";
        world.file(alice, alice.home() + ":photo", "a photo");
        world.file(alice, open, "untouched");
        world.script(alice, plain, Map.of("timeout", 1500));
        world.script(alice, writer, Map.of("privilege", app, "timeout", 20_000));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    private static Script calling(Script inner, boolean isSync) {
        return new Script().call("invoke", "gate", plain, "payload", Map.of("octets", inner.json()), "sync", isSync);
    }

    private static Script writing(Script before) {
        return before.call("current_label").writeFile(open, "told");
    }

    @Test
    void s17_anAnswer_taintsWhoAskedForIt() {
        var read = new Script().readFile(alice.home() + ":photo");
        var outcomes = world.outcomes(alice, writer, writing(calling(read, true)));
        assertThat(outcomes.get(0)).contains("a photo");
        assertThat(outcomes.get(1)).isEqualTo(alice.principal() + ",T");
        assertThat(outcomes.get(2)).isEqualTo(REFUSED);
        assertThat(world.read(world.bob, open).body()).isEqualTo("untouched");
        assertThat(world.invoke(world.bob, writer, calling(read, true)).status())
                .isEqualTo(404);
    }

    @Test
    void s18_aCrashAndATimeout_taintWhoAskedForThem() {
        for (String end : new String[] {"exit", "spin", "raise"}) {
            var read = new Script().readFile(alice.home() + ":photo").local(end, "30");
            var outcomes = world.outcomes(alice, writer, writing(calling(read, true)));
            assertThat(outcomes.get(1)).as(end).isEqualTo(alice.principal() + ",T");
            assertThat(outcomes.get(2)).as(end).isEqualTo(REFUSED);
        }
        assertThat(world.read(world.bob, open).body()).isEqualTo("untouched");
    }

    @Test
    void s19_whoDoesNotWait_learnsThatItWasAccepted_andNoMore() {
        var reads = new Script().readFile(alice.home() + ":photo");
        var ends = new Script().local("exit", "");
        for (Script inner : new Script[] {reads, ends}) {
            var outcomes =
                    world.outcomes(world.bob, writer, calling(inner, false).call("current_label"));
            assertThat(outcomes).containsExactly("null", "T,T");
        }
    }

    @Test
    void s39_theInvoker_isTheWholeComponent() {
        String either = alice.principal() + "|" + world.bob.principal();
        String token = world.send(
                        alice, "POST", "/faasten/delegate", "{\"component\":\"" + either + "\",\"bootstrap\":false}")
                .body();
        String gate = alice.open() + ":who";
        String source = """
                from syscalls import ResponseDict


                def handle(syscall, payload=b'', blobs={}, headers={}, invoker=[], **more):
                    return ResponseDict({'invoker': str(invoker.component), 'alone': len(invoker)})
                """;
        assertThat(world.gate(alice, gate, source, Map.of()).status()).isEqualTo(201);
        String seen = world.send(alice.as(token), "POST", World.invocation(gate), "{}")
                .body();
        assertThat(seen).contains("\"" + either + "\"").contains("\"alone\": 0");
    }
}
