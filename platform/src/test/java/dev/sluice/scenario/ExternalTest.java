package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.scenario.World.Answer;
import dev.sluice.scenario.World.Who;
import dev.sluice.testing.Sink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions that call a server outside, which is a real one: what it received is what has left.
final class ExternalTest {
    private static final String DENIED = "refused: DENIED";
    private static final String INVALID = "refused: INVALID";

    @TempDir
    static Path directory;

    private static Sink sink;
    private static Sink inside;
    private static World world;
    private static Who alice;
    private static Who bob;
    private static String plain;

    @BeforeAll
    static void start() throws Exception {
        sink = Sink.https(Files.createDirectory(directory.resolve("outside")));
        inside = Sink.http(directory);
        String options = "--egress-allow localhost --egress-allow 127.0.0.1 --egress-permit localhost:" + sink.port();
        world = new World(directory, (options + " --egress-ca " + sink.certificate()).split(" "));
        alice = world.alice;
        bob = world.bob;
        plain = alice.open() + ":plain";
        world.file(alice, alice.home() + ":photo", "a photo");
        world.script(alice, plain, Map.of("timeout", 20_000));
    }

    @BeforeEach
    void forget() {
        sink.forget();
        inside.forget();
        sink.answer(_ -> Sink.ok("answer"));
    }

    @AfterAll
    static void stop() throws Exception {
        world.close();
        sink.close();
        inside.close();
    }

    private static String url(String target) {
        return "https://localhost:" + sink.port() + target;
    }

    /// An external gate, made over HTTP.
    private static Answer service(Who who, String method, String path, String url, Map<String, ?> more) {
        var body = new HashMap<String, Object>(Map.of("path", path, "url", url, "verb", "POST"));
        body.putAll(more);
        return world.send(who, method, "/gates", World.JSON.writeValueAsString(body));
    }

    private static String made(Who who, String name, String url, Map<String, ?> more) {
        String path = who.open() + ":" + name;
        Answer made = service(who, "POST", path, url, more);
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        return path;
    }

    private static Script sending(Script before, String service, Map<String, String> parameters) {
        return before.call(
                "invoke_service", "service", service, "body", Map.of("octets", "a photo"), "parameters", parameters);
    }

    /// What comes of a call of Alice's function, which sends what she has.
    private static List<String> sent(Script before, String service, Map<String, String> parameters) {
        return world.outcomes(alice, plain, sending(before, service, parameters));
    }

    /// The one request that has left.
    private static Sink.Received sent() {
        assertThat(sink.received()).hasSize(1);
        return sink.received().getFirst();
    }

    private static Script photo() {
        return new Script().readFile(alice.home() + ":photo");
    }

    @Test
    void s27_whatIsSecret_doesNotLeave_withoutItsOwnersPrivilege() {
        String open = made(alice, "s27", url("/in"), Map.of());
        String others = made(bob, "s27", url("/in"), Map.of("privilege", bob.principal()));
        for (String service : List.of(open, others)) {
            assertThat(sent(photo(), service, Map.of())).containsExactly("a photo", DENIED);
        }
        assertThat(sink.received()).isEmpty();
        assertThat(sent(new Script(), open, Map.of()).getFirst()).contains("\"status\":200");
        assertThat(sink.received()).hasSize(1);
    }

    @Test
    void s27_aServiceOfOnesOwn_releasesNothing_thatOneDoesNotHold() {
        world.script(world.mallory, world.mallory.open() + ":maker", Map.of("privilege", world.mallory.principal()));
        var gate = Map.of("type", "service", "url", url("/in"), "verb", "POST", "privilege", alice.principal());
        var meant = Map.of("type", "service", "url", url("/in"), "verb", "POST", "egress", alice.principal() + ",T");
        String path = world.mallory.open() + ":own";
        String label = "T," + world.mallory.principal();
        var script = new Script()
                .call("create_gate", "path", path, "label", label, "gate", gate)
                .call("create_gate", "path", path, "label", label, "gate", meant);
        assertThat(world.outcomes(world.mallory, world.mallory.open() + ":maker", script))
                .containsExactly(DENIED, DENIED);
        for (var more : List.of(Map.of("privilege", alice.principal()), Map.of("egress", alice.principal() + ",T"))) {
            assertThat(service(world.mallory, "POST", path, url("/in"), more).status())
                    .isEqualTo(404);
        }
    }

    @Test
    void s28_whatLeavesByTheOwnersGate_staysSecretEverywhereElse() {
        String releases = made(alice, "s28", url("/in"), Map.of("privilege", alice.principal()));
        String writer = alice.open() + ":writer";
        String app = alice.principal() + "/app";
        world.script(alice, writer, Map.of("privilege", app, "timeout", 20_000));
        String told = "home:<T," + app + ">:told";
        var script = sending(photo(), releases, Map.of())
                .call("current_label")
                .createFile(told, "T," + app)
                .call("declassify", "secrecy", "T");
        var outcomes = world.outcomes(alice, writer, script);
        assertThat(sent().body()).isEqualTo("a photo");
        assertThat(outcomes.get(1)).contains("\"status\":200");
        assertThat(outcomes.subList(2, 5)).containsExactly(alice.principal() + ",T", DENIED, DENIED);
        assertThat(world.read(bob, told).status()).isEqualTo(404);
        assertThat(world.invoke(bob, writer, script).status()).isEqualTo(404);
    }

    @Test
    void s28_whatComesBack_taintsAsTheGateSays() {
        String tainting = made(alice, "tainting", url("/in"), Map.of("taint", alice.principal() + ",T"));
        var script = sending(new Script(), tainting, Map.of()).call("current_label");
        assertThat(world.outcomes(alice, plain, script).getLast()).isEqualTo(alice.principal() + ",T");
        assertThat(world.invoke(bob, plain, script).status()).isEqualTo(404);
    }

    @Test
    void s29_aCall_vouchesForNobody() {
        String target = bob.open() + ":target";
        world.file(bob, target, "bob's");
        String service =
                made(bob, "s29", url("/in"), Map.of("privilege", bob.principal(), "taint", "T," + bob.principal()));
        String caller = world.mallory.open() + ":caller";
        world.script(world.mallory, caller, Map.of("privilege", world.mallory.principal(), "timeout", 20_000));
        var script = sending(new Script(), service, Map.of())
                .call("current_label")
                .writeFile(target, "laundered")
                .call("endorse", "integrity", bob.principal());
        var outcomes = world.outcomes(world.mallory, caller, script);
        assertThat(outcomes.getFirst()).contains("\"status\":200");
        assertThat(outcomes.subList(1, 4)).containsExactly("T,T", DENIED, DENIED);
        assertThat(world.read(bob, target).body()).isEqualTo("bob's");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"..", ".", "", "../admin", "a/../../admin", "..\\admin", "x\r\nX-Injected: yes", "x\n", "\u0000"
            })
    void s30_aParameter_leadsToNoOtherPath(String value) {
        String service = made(
                alice,
                "s30-" + HexFormat.of().formatHex(Bytes.utf8(value).toArray()),
                url("/repos/{name}/x"),
                Map.of());
        assertThat(sent(new Script(), service, Map.of("name", value))).containsExactly(INVALID);
        assertThat(sink.received()).isEmpty();
    }

    @Test
    void s30_aParameter_staysInItsPlace() {
        String service = made(alice, "s30-place", url("/repos/{name}?ref={branch}"), Map.of());
        var parameters = Map.of("name", "a/b?c#d@127.0.0.1:1%2e&e", "branch", "x&admin=1#y");
        sent(new Script(), service, parameters);
        assertThat(sent().line())
                .isEqualTo("POST /repos/a%2Fb%3Fc%23d%40127.0.0.1%3A1%252e%26e?ref=x%26admin%3D1%23y HTTP/1.1");
        for (String hostile :
                List.of("https://{host}/", "https://{host}:1/", "https://localhost{x}/", "https://a@{b}/")) {
            assertThat(service(alice, "POST", alice.open() + ":s30-host", hostile, Map.of())
                            .status())
                    .as(hostile)
                    .isEqualTo(400);
        }
    }

    @Test
    void s30_aRedirectToTheInside_isAnAnswer_andNotFollowed() {
        String service =
                made(alice, "s30-redirect", url("/in"), Map.of("headers", Map.of("Authorization", "token 1234")));
        String location = "http://127.0.0.1:" + inside.port() + "/inside";
        sink.answer(_ -> Sink.bytes("HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n"));
        assertThat(sent(new Script(), service, Map.of()).getFirst()).contains("\"status\":302");
        assertThat(sink.received()).hasSize(1);
        assertThat(inside.received()).isEmpty();
    }

    @Test
    void s30_theInside_isNotReached() {
        for (String host : List.of("localhost", "127.0.0.1")) {
            String service =
                    made(alice, "s30-at-" + host.charAt(0), "http://" + host + ":" + inside.port() + "/", Map.of());
            assertThat(sent(new Script(), service, Map.of())).containsExactly(DENIED);
        }
        assertThat(inside.received()).isEmpty();
        assertThat(service(alice, "POST", alice.open() + ":s30-else", "https://elsewhere.example/", Map.of())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aServicesHeaders_areInjected_andShownToNobody() {
        String service = made(alice, "headers", url("/in"), Map.of("headers", Map.of("Authorization", "token 1234")));
        var script = sending(new Script().call("read_gate", "path", service), service, Map.of());
        var outcomes = world.outcomes(alice, plain, script);
        assertThat(outcomes.getFirst()).contains("authorization").doesNotContain("1234");
        assertThat(sent().head()).contains("token 1234");
        assertThat(service(alice, "PUT", service, url("/other"), Map.of()).status())
                .isEqualTo(200);
        sink.forget();
        sent(new Script(), service, Map.of());
        assertThat(sent().head()).startsWith("POST /other ").doesNotContain("1234");
        assertThat(service(bob, "PUT", service, url("/stolen"), Map.of()).status())
                .isEqualTo(404);
    }

    /// As the published client makes and calls them: with the user's own `fsutil`, whose runs know what its owner
    /// may. So the service says that it may have that.
    @Test
    void aServiceThatFsutilMade_isCalledByFsutil() {
        assertThat(world.send(alice, "GET", "/me", "").status()).isEqualTo(200);
        String directory = "\"home\", \"T,%s\"".formatted(alice.principal());
        String made =
                fsutil("mksvc", """
                {"base": [%s], "name": "weather", "label": "T,%s", "privilege": "%s", "clearance": "T", "taint": "T",
                 "url": "%s", "verb": 2, "headers": {}}
                """.formatted(directory, alice.principal(), alice.principal(), url("/in/{city}")));
        assertThat(made).contains("\"success\": true");
        String called = fsutil("invoke", """
                {"path": [%s, "weather"], "sync": true, "payload": "", "params": {"city": "Bern"}}
                """.formatted(directory));
        assertThat(called).contains("YW5zd2Vy"); // answer
        assertThat(sent().line()).isEqualTo("POST /in/Bern HTTP/1.1");
    }

    private static String fsutil(String operation, String arguments) {
        String body = "{\"op\": \"%s\", \"args\": %s}".formatted(operation, arguments);
        Answer answer = world.send(alice, "POST", World.invocation(alice.home() + ":fsutil"), body);
        assertThat(answer.status()).as(answer.body()).isIn(200, 201);
        return answer.body();
    }
}
