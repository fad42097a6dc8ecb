package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scenario.World.Answer;
import dev.sluice.scenario.World.Who;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What may leave the server, and what whoever waits for it can tell from what does not.
final class DeliveryTest {
    private static final int TIMED = 24;
    private static final long FIRST_MOMENT_NANOS = 50_000_000;

    @TempDir
    static Path directory;

    private static World world;
    private static Who alice;
    private static Who bob;
    private static String plain;
    private static String owner;
    private static Script photo;

    @BeforeAll
    static void start() throws Exception {
        world = new World(directory);
        alice = world.alice;
        bob = world.bob;
        plain = alice.open() + ":plain";
        owner = alice.open() + ":owner";
        photo = new Script().readFile(alice.home() + ":photo");
        world.file(alice, alice.home() + ":photo", "a photo");
        world.script(alice, plain, Map.of("timeout", 2000));
        world.script(alice, owner, Map.of("privilege", alice.principal()));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    /// All that a client sees of an answer, but for the moment and the request's number.
    private static String seen(Answer answer) {
        var headers = new TreeMap<>(answer.headers());
        headers.keySet().removeIf(name -> name.equalsIgnoreCase("date") || name.equalsIgnoreCase("x-request-id"));
        return answer.status() + "\n" + headers + "\n" + answer.body();
    }

    private static String refusal() {
        return seen(world.invoke(bob, alice.open() + ":no-such-gate", photo));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice/serviceaccount/me,T", "F,T", "T,T"})
    void s04_aStatedLabel_opensNothing(String label) {
        for (Who who : List.of(bob, World.ANON)) {
            Answer answer = world.invoke(who, plain, photo, "X-Faasten-Label", label);
            assertThat(seen(answer)).isEqualTo(refusal());
        }
        assertThat(world.outcomes(alice, plain, photo)).containsExactly("a photo");
    }

    @Test
    void s05_aGateInASecretDirectory_answersNobodyElse() {
        world.script(alice, alice.home() + ":inside", Map.of());
        var list = new Script().call("list_directory", "path", alice.home());
        assertThat(seen(world.invoke(World.ANON, alice.home() + ":inside", list)))
                .isEqualTo(refusal());
        assertThat(world.outcomes(alice, alice.home() + ":inside", list)).hasSize(1);
    }

    @Test
    void s07_aDeputy_releasesNothing_byReadingOrWritingForAnother() {
        var overwrite = new Script().writeFile(alice.home() + ":photo", "by bob");
        assertThat(seen(world.invoke(bob, plain, overwrite))).isEqualTo(refusal());
        assertThat(world.read(alice, alice.home() + ":photo").body()).isEqualTo("a photo");
        var copy = new Script()
                .readFile(alice.home() + ":photo")
                .createFile("home:<T," + alice.principal() + ">:leak", "T," + alice.principal());
        assertThat(seen(world.invoke(bob, owner, copy))).isEqualTo(refusal());
        assertThat(world.read(bob, alice.open() + ":leak").status()).isEqualTo(404);
    }

    /// A gate with Alice's privilege that anybody may enter writes where its caller says, and into its own log.
    @Test
    void s07_aDeputy_overwritesForAnother_onlyWithThePrivilegeThatItNames() {
        String page = alice.open() + ":page";
        String log = alice.open() + ":log";
        String wall = "home:<T,T>:wall";
        for (String path : List.of(page, log, wall)) {
            world.file(alice, path, "by alice");
        }
        String source = """
                def handle(event, cloudcall):
                    asked = cloudcall.with_privilege(None).fs_write(event["path"], b"by bob")
                    return {"asked": asked, "logged": cloudcall.fs_write("%s", event["path"].encode())}
                """.formatted(log);
        String deputy = alice.open() + ":deputy";
        assertThat(world.gate(alice, deputy, source, Map.of("privilege", alice.principal()))
                        .status())
                .isEqualTo(201);
        for (String path : List.of(page, log, deputy)) {
            assertThat(deputized(deputy, path)).isEqualTo("false true");
            assertThat(world.read(bob, log).body()).isEqualTo(path);
        }
        assertThat(world.read(bob, page).body()).isEqualTo("by alice");
        assertThat(deputized(deputy, wall)).isEqualTo("true true");
        assertThat(world.read(bob, wall).body()).isEqualTo("by bob");
    }

    private static String deputized(String deputy, String path) {
        Answer answer = world.send(bob, "POST", World.invocation(deputy), "{\"path\":\"" + path + "\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json().path("asked") + " " + answer.json().path("logged");
    }

    /// The same, of each thing that a call can say.
    @Test
    void s07_aWrite_usesWhatPrivilegeItNames_andNoMoreThanItsGateHas() {
        String page = alice.open() + ":named";
        world.file(alice, page, "by alice");
        String part = alice.principal() + "/pages";
        var script = new Script()
                .call("write_file", "path", page, "content", Map.of("octets", "1"), "with", false)
                .call("write_file", "path", page, "content", Map.of("octets", "2"), "with", part)
                .call("write_file", "path", page, "content", Map.of("octets", "3"), "with", bob.principal())
                .call("write_file", "path", page, "content", Map.of("octets", "4"), "with", "no&&component")
                .readFile(page)
                .call("write_file", "path", page, "content", Map.of("octets", "5"), "with", alice.principal());
        assertThat(world.outcomes(bob, owner, script))
                .containsExactly(
                        "refused: DENIED",
                        "refused: DENIED",
                        "refused: DENIED",
                        "refused: INVALID",
                        "by alice",
                        "null");
        assertThat(world.read(bob, page).body()).isEqualTo("5");
    }

    @Test
    void s11_whatARunPrinted_isWithheld_fromWhoMayNotKnowIt() {
        var script = new Script().readFile(alice.home() + ":photo").local("print_last", "");
        assertThat(seen(world.invoke(bob, plain, script))).isEqualTo(refusal());
        String runs = world.send(bob, "GET", "/v1/runs", "").body();
        assertThat(runs).contains("plain").doesNotContain("a photo");
    }

    @Test
    void s12_anExceptionsText_carriesTheRunsLabel_whateverThePrivilege() {
        var script = new Script().readFile(alice.home() + ":photo").local("raise_last", "");
        assertThat(seen(world.invoke(bob, owner, script))).isEqualTo(refusal());
        Answer own = world.invoke(alice, owner, script);
        assertThat(own.body()).contains("a photo");
        var declassified = new Script()
                .readFile(alice.home() + ":photo")
                .call("declassify", "secrecy", "T")
                .local("raise", "an error after all");
        assertThat(seen(world.invoke(bob, owner, declassified))).isEqualTo(refusal());
    }

    @Test
    void s13_aCrash_tellsOfItsOwnRunOnly() {
        var read = new Script().readFile(alice.home() + ":photo");
        assertThat(world.outcomes(alice, plain, read)).containsExactly("a photo");
        Answer crashed = world.invoke(bob, plain, new Script().local("exit", ""));
        assertThat(crashed.status()).isEqualTo(500);
        assertThat(crashed.body()).doesNotContain("photo");
        var readAndCrash = new Script().readFile(alice.home() + ":photo").local("exit", "");
        assertThat(seen(world.invoke(bob, plain, readAndCrash))).isEqualTo(refusal());
    }

    @Test
    void s14_aLabelAsCarrier_arrivesNowhere() {
        String first = seen(world.invoke(bob, plain, new Script().call("taint_with_label", "label", "bit-0110,T")));
        String second = seen(
                world.invoke(bob, plain, new Script().call("taint_with_label", "label", "much/longer/bits/1001&x,T")));
        assertThat(first).isEqualTo(second).isEqualTo(refusal());
    }

    @Test
    @Timeout(value = 40, unit = TimeUnit.SECONDS)
    void s15_loopingForASecret_endsAtTheDeadline_inTheSameRefusal() {
        var loops =
                new Script().readFile(alice.home() + ":photo").onlyIf("a photo").local("spin", "3600");
        var ends = new Script()
                .readFile(alice.home() + ":photo")
                .onlyIf("another photo")
                .local("spin", "3600");
        assertThat(seen(world.invoke(bob, plain, loops)))
                .isEqualTo(seen(world.invoke(bob, plain, ends)))
                .isEqualTo(refusal());
    }

    @Test
    void s20_runs_areListedToTheirOwnersOnly_andSecretOnesToNobodyBelow() {
        assertThat(world.outcomes(alice, plain, photo)).hasSize(1);
        assertThat(world.send(alice, "GET", "/v1/runs", "").body()).contains("a photo");
        assertThat(world.send(world.mallory, "GET", "/v1/runs", "").body()).isEqualTo("[]");
        assertThat(world.send(World.ANON, "GET", "/v1/runs", "").status()).isEqualTo(401);
        String callee = alice.open() + ":callee";
        world.script(alice, callee, Map.of());
        var calling = new Script().call("invoke", "gate", callee, "payload", Map.of("octets", "{}"), "sync", true);
        var secret = new Script()
                .call("taint_with_label", "label", bob.principal() + ",T")
                .call("invoke", "gate", callee, "payload", Map.of("octets", "{}"), "sync", true);
        assertThat(seen(world.invoke(alice, plain, secret))).isEqualTo(refusal());
        assertThat(world.send(alice, "GET", "/v1/runs", "").body()).doesNotContain(":callee");
        world.invoke(alice, plain, calling);
        assertThat(world.send(alice, "GET", "/v1/runs", "").body()).contains(":callee");
    }

    @Test
    void s21_probingForGates_tellsNothing() {
        world.script(alice, alice.home() + ":hidden", Map.of());
        world.directory(alice, alice.home() + ":no-gate", false);
        for (Who who : List.of(World.ANON, bob)) {
            for (String name : List.of("hidden", "absent", "no-gate", "photo", "no-gate:below", "photo:below")) {
                assertThat(seen(world.invoke(who, alice.home() + ":" + name, new Script())))
                        .isEqualTo(refusal());
            }
        }
    }

    @Test
    void s35_whoIsNotCleared_cannotTellTheGateFromNone() {
        world.script(alice, alice.open() + ":cleared", Map.of("clearance", alice.principal()));
        world.script(alice, alice.open() + ":root-only", Map.of("clearance", "F"));
        for (Who who : List.of(World.ANON, bob)) {
            assertThat(seen(world.invoke(who, alice.open() + ":cleared", new Script())))
                    .isEqualTo(refusal());
        }
        assertThat(seen(world.invoke(alice, alice.open() + ":root-only", new Script())))
                .isEqualTo(refusal());
        assertThat(world.outcomes(alice, alice.open() + ":cleared", new Script()))
                .isEmpty();
    }

    /// The moment at which a refusal comes shall not tell whether the run worked on the secret: it never comes
    /// before the first of few moments, and whoever guesses by the best threshold there is guesses little better
    /// than a coin.
    @Test
    void s16_theMomentOfARefusal_doesNotTellWhatTheRunDid() {
        var worked = new ArrayList<Long>();
        var idled = new ArrayList<Long>();
        for (int i = 0; i < 2 * TIMED; i++) {
            boolean works = i % 2 == 0;
            var script = new Script()
                    .readFile(alice.home() + ":photo")
                    .onlyIf(works ? "a photo" : "another")
                    .local("spin", "0.006");
            long start = System.nanoTime();
            world.invoke(bob, plain, script);
            (works ? worked : idled).add(System.nanoTime() - start);
        }
        assertThat(worked).allSatisfy(nanos -> assertThat(nanos).isGreaterThanOrEqualTo(FIRST_MOMENT_NANOS));
        assertThat(idled).allSatisfy(nanos -> assertThat(nanos).isGreaterThanOrEqualTo(FIRST_MOMENT_NANOS));
        assertThat(bestGuess(worked, idled)).isLessThan(0.85);
    }

    /// The share of right guesses with the best threshold between the two.
    private static double bestGuess(List<Long> longer, List<Long> shorter) {
        double best = 0;
        for (long threshold : longer) {
            long right = longer.stream().filter(time -> time >= threshold).count()
                    + shorter.stream().filter(time -> time < threshold).count();
            best = Math.max(best, (double) right / (longer.size() + shorter.size()));
        }
        return best;
    }
}
