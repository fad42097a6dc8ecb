package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.build.Registries;
import dev.sluice.bytes.Digest;
import dev.sluice.egress.EgressSettings;
import dev.sluice.store.MemoryStore;
import dev.sluice.testing.DockerRegistry;
import dev.sluice.testing.Layers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Event drivers that are programs of images. A real registry, real guests.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DriverGuestTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String DRIVERS = "/v1/event/drivers";
    private static final String ECHO = """
            def handle(context, payload):
                return {'payload': payload, 'event': context['event']}
            """;

    /// Posts what its first argument says, and then what came of that.
    private static final String PROGRAM = """
            import http.client, http.server, json, os, socket, sys, time

            def ask(method, body=None):
                connection = http.client.HTTPConnection('localhost', 8080, timeout=30)
                connection.request(method, '/', body)
                answer = connection.getresponse()
                answer.read()
                return answer.status

            def event(number, data=None):
                return {'eventType': 'made.event', 'cloudEventsVersion': '0.1', 'source': 'program',
                        'eventID': os.urandom(8).hex() + str(number), 'contentType': 'application/json', 'data': data}

            def reached(host, port):
                try:
                    socket.create_connection((host, port), 2).close()
                    return True
                except OSError:
                    return False

            what = next((one.partition('=')[2] for one in sys.argv if one.startswith('--what=')), '')
            print('does', what, flush=True)
            if what == 'report':
                lines = '\\n'.join(json.dumps(event(n, {'line': n})) for n in (3, 4))
                statuses = {
                    'one': ask('POST', json.dumps(event(0, {'line': 0}))),
                    'list': ask('POST', json.dumps([event(1, {'line': 1}), event(2, {'line': 2})])),
                    'lines': ask('POST', lines), 'bad': ask('POST', '{"eventType":"x"}'), 'nothing': ask('POST', ''),
                    'noJson': ask('POST', json.dumps(event(9)) + ' and'),
                    'half': ask('POST', json.dumps([event(8, {'line': 8}), {}])),
                    'get': ask('GET'), 'put': ask('PUT', '{}'), 'delete': ask('DELETE'),
                    'many': ask('POST', json.dumps([event(7)] * 101))}
                ask('POST', json.dumps(event(5, {'statuses': statuses, 'arguments': sys.argv[1:], 'uid': os.getuid(),
                    'environment': dict(os.environ), 'directory': os.getcwd(), 'outside': reached('1.1.1.1', 53),
                    'interfaces': [line.split(':')[0].strip() for line in open('/proc/net/dev').readlines()[2:]]})))
            if what == 'ends':
                ask('POST', json.dumps(event(0, {'life': True})))
                sys.exit(3)
            if what == 'serve':
                class Served(http.server.BaseHTTPRequestHandler):
                    def do_POST(self):
                        body = self.rfile.read(int(self.headers['Content-Length'])).decode()
                        ask('POST', json.dumps(event(6, {'body': body})))
                        said = json.dumps({'path': self.path, 'body': body, 'secret': os.environ.get('WORD'),
                            'names': sorted(name.lower() for name in self.headers)}).encode()
                        self.send_response(203)
                        self.send_header('Content-Type', 'application/json')
                        self.send_header('Set-Cookie', 'a=b')
                        self.end_headers()
                        self.wfile.write(said)
                http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Served).serve_forever()
            time.sleep(3600)
            """;

    @TempDir
    static Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private DockerRegistry registry;
    private ApiServer api;
    private final List<Asker> owners = new ArrayList<>();
    private String tag;
    private String pinned;

    @BeforeAll
    void start() throws Exception {
        registry = DockerRegistry.open(directory.resolve("registry"));
        var outside = new EgressSettings(Set.of("127.0.0.1"), Set.of(registry.host()), Optional.empty());
        api = new ApiServer(
                Files.createDirectories(directory.resolve("server")),
                new MemoryStore(),
                new MemoryBlobs(),
                Registries.NONE,
                outside);
        var program = new Layers().file("opt/driver.py", PROGRAM).gzip();
        Digest digest = registry.pushProgram("made/driver", "v1", List.of(PulledImagesTest.python(), program), """
                {"Entrypoint":["/usr/bin/python3","-I"],"Cmd":["/opt/driver.py","--first"],"User":"root",
                "Env":["OF_IMAGE=yes","PATH=/usr/bin","DISPATCH_ORGANIZATION=mine"],"WorkingDir":"/opt"}""");
        tag = registry.host() + "/made/driver:v1";
        pinned = registry.host() + "/made/driver@sha256:" + digest.hex();
    }

    @AfterAll
    void stop() {
        client.close();
        api.close();
        registry.close();
    }

    private Asker organization(String name, String image) {
        Asker dev = api.developer(name, "*");
        owners.add(dev);
        base(dev, "b", image);
        api.post(dev, "/v1/event/drivertypes", "{\"name\":\"t\",\"image\":\"" + image + "\",\"expose\":true}");
        api.post(dev, "/v1/event/drivertypes", "{\"name\":\"hidden\",\"image\":\"" + image + "\"}");
        assertThat(api.post(dev, "/v1/function", ApiServer.python("echo", ECHO)).status())
                .isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> api.get(dev, "/v1/function/echo").text("status").equals("READY"));
        String subscription = "{\"name\":\"s\",\"eventType\":\"made.event\",\"function\":\"echo\"}";
        assertThat(api.post(dev, "/v1/event/subscriptions", subscription).status())
                .isEqualTo(201);
        return dev;
    }

    private void base(Asker dev, String name, String image) {
        String body = "{\"name\":\"" + name + "\",\"dockerUrl\":\"" + image + "\",\"language\":\"python3\"}";
        assertThat(api.post(dev, "/v1/baseimage", body).status()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(dev, "/v1/baseimage/" + name).text("status").equals("READY"));
    }

    private void driver(Asker dev, String name, String type, String what, String more) {
        Answer made = api.post(
                dev,
                DRIVERS,
                "{\"name\":\"" + name + "\",\"type\":\"" + type + "\",\"config\":[{\"key\":\"what\",\"value\":\"" + what
                        + "\"},{\"key\":\"flag\"}]" + more + "}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        assertThat(made.text("status")).isEqualTo("CREATING");
    }

    private void ready(Asker dev, String name) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(api.get(dev, DRIVERS + "/" + name).body()).contains("\"status\":\"READY\""));
    }

    private List<JsonNode> payloads(Asker dev) {
        return api.get(dev, "/v1/runs?functionName=echo")
                .json()
                .valueStream()
                .map(run -> run.path("output").path("payload"))
                .toList();
    }

    private JsonNode awaited(Asker dev, String member, String driver) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(payloads(dev)).as(printed(dev, driver)).anyMatch(one -> one.has(member)));
        return payloads(dev).stream().filter(one -> one.has(member)).findFirst().orElseThrow();
    }

    private String printed(Asker dev, String driver) {
        String log = api.get(dev, DRIVERS + "/" + driver + "/logs").text("log");
        return log.substring(Math.max(0, log.length() - 1500));
    }

    @AfterEach
    void deleteDrivers() {
        for (Asker dev : owners) {
            api.get(dev, DRIVERS)
                    .json()
                    .forEach(one ->
                            api.delete(dev, DRIVERS + "/" + one.path("name").asString()));
        }
        owners.clear();
    }

    private HttpResponse<String> send(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.gateway.port() + path))
                .POST(HttpRequest.BodyPublishers.ofString("hello"));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String path(Asker dev, String name) {
        return URI.create(api.get(dev, DRIVERS + "/" + name).text("url")).getPath();
    }

    @Test
    void aProgram_postsEvents_knowsItsSettings_andReachesNothingElse() {
        Asker dev = organization("acme", tag);
        driver(dev, "d", "t", "report", "");
        ready(dev, "d");
        JsonNode told = awaited(dev, "statuses", "d");
        assertThat(told.path("statuses").toString())
                .isEqualTo("{\"one\":201,\"list\":201,\"lines\":201,\"bad\":400,\"nothing\":400,\"noJson\":400,"
                        + "\"half\":400,\"get\":200,\"put\":405,\"delete\":405,\"many\":400}");
        assertThat(told.path("arguments").toString()).isEqualTo("[\"--first\",\"--what=report\",\"--flag\"]");
        JsonNode environment = told.path("environment");
        assertThat(environment.path("DISPATCH_ORGANIZATION").asString()).isEqualTo("acme");
        assertThat(environment.path("DISPATCH_DRIVER_TYPE").asString()).isEqualTo("t");
        assertThat(environment.path("OF_IMAGE").asString()).isEqualTo("yes");
        assertThat(told.path("directory").asString()).isEqualTo("/opt");
        assertThat(told.path("uid").asInt()).isEqualTo(1000);
        assertThat(told.path("outside").asBoolean()).isFalse();
        assertThat(told.path("interfaces").toString()).isEqualTo("[\"lo\"]");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(payloads(dev).stream()
                                .filter(one -> one.has("line"))
                                .map(one -> one.path("line").asInt()))
                        .containsExactlyInAnyOrder(0, 1, 2, 3, 4));
        assertThat(api.get(dev, DRIVERS + "/d/logs").text("log")).startsWith("does report\n");
    }

    @Test
    void aProgramThatEnds_isStartedAgain_andGoneWithItsDriver() {
        Asker dev = organization("again", tag);
        driver(dev, "d", "hidden", "ends", "");
        await().atMost(PATIENCE)
                .until(() ->
                        payloads(dev).stream().filter(one -> one.has("life")).count() >= 3);
        assertThat(api.get(dev, DRIVERS + "/d/logs").text("log")).contains("the program ended with 3");
        assertThat(api.delete(dev, DRIVERS + "/d").status()).isEqualTo(200);
        driver(dev, "e", "hidden", "nothing", "");
        ready(dev, "e");
        String organization = api.home("again").token();
        assertThat(api.used(organization).memoryMib()).isEqualTo(128);
        assertThat(api.delete(dev, DRIVERS + "/e").status()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> api.used(organization).memoryMib() == 0);
    }

    @Test
    void anExposedProgram_isAskedAtItsUrl_withoutCredentials_andNoOtherOneIs() throws Exception {
        Asker dev = organization("shown", tag);
        driver(dev, "d", "t", "serve", "");
        driver(dev, "h", "hidden", "serve", "");
        ready(dev, "d");
        ready(dev, "h");
        String path = path(dev, "d");
        await().atMost(PATIENCE).until(() -> send(path).statusCode() == 203);
        HttpResponse<String> told =
                send(path + "/a%2Fb/c?d=e", "Authorization", "Basic eDp5", "Cookie", "s=t", "X-Own", "1");
        assertThat(told.statusCode()).isEqualTo(203);
        assertThat(told.body()).contains("\"path\": \"/a%2Fb/c?d=e\"", "\"body\": \"hello\"", "\"x-own\"");
        assertThat(told.body()).doesNotContain("authorization", "cookie");
        assertThat(told.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(told.headers().firstValue("Content-Security-Policy")).contains("sandbox");
        awaited(dev, "body", "d");
        assertThat(api.get(dev, DRIVERS + "/h").text("url")).isEmpty();
        String id = path.substring(path.lastIndexOf('/') + 1);
        String none =
                send(path.replace(id, "00000000-0000-4000-8000-000000000000")).body();
        assertThat(send("/driver/acme/" + id).body()).isEqualTo(none);
        assertThat(api.put(dev, DRIVERS + "/d", "{\"name\":\"d\",\"type\":\"hidden\"}")
                        .status())
                .isEqualTo(200);
        ready(dev, "d");
        assertThat(send(path).body()).isEqualTo(none);
        assertThat(api.put(dev, DRIVERS + "/d", "{\"name\":\"d\",\"type\":\"t\"}")
                        .status())
                .isEqualTo(200);
        assertThat(api.delete(dev, DRIVERS + "/d").status()).isEqualTo(200);
        assertThat(send(path).body()).isEqualTo(none);
    }

    @Test
    void secrets_areVariables_whereTheImageIsPinned_andTellNobodyOutside() throws Exception {
        Asker dev = organization("sealed", pinned);
        api.post(dev, "/v1/secret", "{\"name\":\"s1\",\"secrets\":{\"word\":\"open sesame\"}}");
        driver(dev, "d", "t", "serve", ",\"secrets\":[\"s1\"]");
        ready(dev, "d");
        String path = path(dev, "d");
        await().atMost(PATIENCE).until(() -> send(path).statusCode() == 202);
        assertThat(send(path).body()).isEmpty();
        driver(dev, "r", "t", "report", ",\"secrets\":[\"s1\"]");
        assertThat(awaited(dev, "statuses", "r")
                        .path("environment")
                        .path("WORD")
                        .asString())
                .isEqualTo("open sesame");
        assertThat(api.get(dev, DRIVERS + "/r/logs").status()).isEqualTo(200);
        Asker other = api.addAccount(api.home("sealed"), "other", "event");
        assertThat(api.get(other, DRIVERS + "/r").status()).isEqualTo(200);
        assertThat(api.get(other, DRIVERS + "/r/logs").status()).isEqualTo(403);
    }

    @Test
    void secrets_areNotGiven_toAnImageThatCanBecomeAnotherOne() {
        Asker dev = organization("loose", tag);
        api.post(dev, "/v1/secret", "{\"name\":\"s1\",\"secrets\":{\"word\":\"open sesame\"}}");
        driver(dev, "d", "t", "report", ",\"secrets\":[\"s1\"]");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(api.get(dev, DRIVERS + "/d").body())
                        .contains("\"status\":\"ERROR\"", "DeploymentNotAvailable", "@sha256:DIGEST"));
        assertThat(payloads(dev)).isEmpty();
    }

    @Test
    void anImageThatIsNotThere_isAnError_untilItIs() {
        Asker dev = api.developer("later", "*");
        owners.add(dev);
        api.post(dev, "/v1/event/drivertypes", "{\"name\":\"t\",\"image\":\"" + tag + "\"}");
        driver(dev, "d", "t", "nothing", "");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(api.get(dev, DRIVERS + "/d").body())
                        .contains("\"status\":\"ERROR\"", "DeploymentNotAvailable", "create base-image"));
        base(dev, "b", tag);
        ready(dev, "d");
    }

    @Test
    void anotherOrganizationsImage_isNotThere() {
        organization("owner", tag);
        Asker dev = api.developer("poor", "*");
        api.post(dev, "/v1/event/drivertypes", "{\"name\":\"t\",\"image\":\"" + tag + "\"}");
        driver(dev, "d", "t", "nothing", "");
        await().atMost(PATIENCE)
                .until(() -> api.get(dev, DRIVERS + "/d").text("status").equals("ERROR"));
    }
}
