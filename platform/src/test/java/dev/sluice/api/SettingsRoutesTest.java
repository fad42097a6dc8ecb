package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.authn.Upkeep;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.org.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What is kept and nothing more: applications, APIs, subscriptions, drivers and their types.
final class SettingsRoutesTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SUBSCRIPTIONS = "/v1/event/subscriptions";
    private static final String DRIVERS = "/v1/event/drivers";
    private static final String TYPES = "/v1/event/drivertypes";

    /// A body for each, and the word that rules speak of one by.
    private static final Map<String, String> BODIES = Map.of(
            "/v1/application",
            "{\"name\":\"NAME\"}",
            "/v1/api",
            "{\"name\":\"NAME\",\"function\":\"f\"}",
            SUBSCRIPTIONS,
            "{\"name\":\"NAME\",\"eventType\":\"a.b\",\"function\":\"f\"}",
            DRIVERS,
            "{\"name\":\"NAME\",\"type\":\"ticker\"}",
            TYPES,
            "{\"name\":\"NAME\",\"image\":\"kars7e/timer:latest\"}");

    private static final Map<String, String> WORDS = Map.of(
            "/v1/application",
            "application",
            "/v1/api",
            "api",
            SUBSCRIPTIONS,
            "subscription",
            DRIVERS,
            "driver",
            TYPES,
            "drivertype");

    @Test
    void whatWasMade_isThere_isChanged_andIsGone() {
        Asker dev = api.developer("kept", "*");
        ticker(dev);
        BODIES.forEach((path, form) -> {
            String one = path + "/one";
            String body = form.replace("NAME", "one");
            int created = path.startsWith("/v1/event") ? 201 : 200;
            Answer made = api.post(dev, path, body);
            assertThat(made.status()).as(path + made.body()).isEqualTo(created);
            String kind = kind(path);
            refused(api.post(dev, path, body), 409, 409, kind + " one already exists");
            assertThat(names(api.get(dev, path))).contains("one");
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(api.get(dev, one).text("status")).isEqualTo(path.equals(TYPES) ? "" : "READY"));
            Answer changed =
                    api.put(dev, one, body.replace("}", ",\"tags\":[{\"key\":\"app\",\"value\":\"" + "x\"}]}"));
            assertThat(changed.status()).as(changed.body()).isEqualTo(200);
            assertThat(changed.text("id")).isEqualTo(made.text("id"));
            assertThat(names(api.get(dev, path + "?tags=Application=x"))).containsExactly("one");
            assertThat(names(api.get(dev, path + "?tags=Application=y"))).isEmpty();
            refused(
                    api.put(dev, one, form.replace("NAME", "two")),
                    400,
                    400,
                    "bad request when processing " + kind + " one: it keeps its name");
            refused(api.put(dev, path + "/two", form.replace("NAME", "two")), 404, 404, kind + " two not found");
            Answer deleted = api.delete(dev, one);
            assertThat(deleted.status()).isEqualTo(200);
            assertThat(deleted.text("name")).isEqualTo("one");
            refused(api.get(dev, one), 404, 404, kind + " one not found");
            refused(api.delete(dev, one), 404, 404, kind + " one not found");
            assertThat(names(api.get(dev, path))).doesNotContain("one");
        });
    }

    private static String kind(String path) {
        return switch (path) {
            case "/v1/application" -> "application";
            case "/v1/api" -> "API";
            case SUBSCRIPTIONS -> "subscription";
            case DRIVERS -> "event driver";
            default -> "event driver type";
        };
    }

    @Test
    void rulesByName_areAllThatTheirHolderSeesAndChanges() {
        Asker admin = api.developer("some", "*");
        ticker(admin);
        BODIES.forEach((path, form) -> {
            for (String name : List.of("web-1", "other")) {
                api.post(admin, path, form.replace("NAME", name));
            }
            String word = WORDS.get(path);
            Asker some = api.addAccount(api.home("some"), "some-" + word, word + "/web-*", "runs");
            assertThat(names(api.get(some, path))).as(path).containsExactly("web-1");
            assertThat(api.put(some, path + "/web-1", form.replace("NAME", "web-1"))
                            .status())
                    .isEqualTo(200);
            assertThat(api.delete(some, path + "/web-1").status()).isEqualTo(200);
            assertThat(api.post(some, path, form.replace("NAME", "web-2")).status())
                    .isIn(200, 201);
            for (String name : List.of("other", "nowhere")) {
                assertThat(api.get(some, path + "/" + name).body()).isEqualTo(FORBIDDEN);
                assertThat(api.put(some, path + "/" + name, form.replace("NAME", name))
                                .body())
                        .isEqualTo(FORBIDDEN);
                assertThat(api.delete(some, path + "/" + name).body()).isEqualTo(FORBIDDEN);
                assertThat(api.post(some, path, form.replace("NAME", name)).body())
                        .isEqualTo(FORBIDDEN);
            }
            for (String others : BODIES.keySet()) {
                if (!others.equals(path)) {
                    assertThat(api.get(some, others + "/web-2").body()).isEqualTo(FORBIDDEN);
                }
            }
        });
    }

    /// Who opens a way to run a function may run it, and who names a secret may read it, whether or not it is there.
    @Test
    void whatComesOfIt_itsAuthorMayDoHimself() {
        Asker admin = api.developer("also", "*");
        ticker(admin);
        api.post(admin, "/v1/secret", "{\"name\":\"s\",\"secrets\":{\"k\":\"v\"}}");
        Asker some = api.addAccount(api.home("also"), "some", "api", "event", "runs/mine");
        for (String path : List.of("/v1/api", SUBSCRIPTIONS)) {
            String mine = bodyOf(path).replace("NAME", "a").replace("\"f\"", "\"mine\"");
            assertThat(api.post(some, path, bodyOf(path).replace("NAME", "a")).body())
                    .isEqualTo(FORBIDDEN);
            assertThat(api.post(some, path, mine).status()).isIn(200, 201);
            assertThat(api.put(some, path + "/a", bodyOf(path).replace("NAME", "a"))
                            .body())
                    .isEqualTo(FORBIDDEN);
            assertThat(api.put(some, path + "/a", mine).status()).isEqualTo(200);
        }
        for (String path : List.of(SUBSCRIPTIONS, DRIVERS)) {
            for (String secret : List.of("s", "nowhere")) {
                String body = bodyOf(path)
                        .replace("NAME", "b")
                        .replace("\"f\"", "\"mine\"")
                        .replace("}", ",\"secrets\":[\"" + secret + "\"]}");
                assertThat(api.post(some, path, body).body()).isEqualTo(FORBIDDEN);
                assertThat(api.post(admin, path, body.replace("\"b\"", "\"" + secret + "\""))
                                .status())
                        .isEqualTo(201);
            }
        }
    }

    @Test
    void eachIsForItsOwnResource_andForNoOther() {
        Asker admin = api.developer("own", "*");
        ticker(admin);
        BODIES.forEach((path, form) -> api.post(admin, path, form.replace("NAME", "one")));
        Map<String, Resource> owners = Map.of(
                "one.driver", Resource.EVENT,
                "one.drivertype", Resource.EVENT,
                "one.subscription", Resource.EVENT);
        for (Resource resource : Resource.values()) {
            owners.forEach((file, owner) -> assertReadBy(resource, owner, file));
            assertReadBy(resource, Resource.API, "one");
            assertReadBy(resource, Resource.APPLICATION, "one");
        }
        Asker other = api.developer("foreign", "*");
        for (String path : BODIES.keySet()) {
            assertThat(api.get(other, path + "/one").status()).isEqualTo(404);
            assertThat(names(api.get(other, path))).isEmpty();
            Asker into = new Asker(other.token(), "own");
            assertThat(api.get(into, path).body()).isEqualTo(FORBIDDEN);
            assertThat(api.delete(into, path + "/one").body()).isEqualTo(FORBIDDEN);
        }
        Asker none = api.addAccount(api.home("own"), "none", "function", "runs", "secret");
        for (String path : BODIES.keySet()) {
            assertThat(api.get(none, path).body()).isEqualTo(FORBIDDEN);
            assertThat(api.post(none, path, "{").body()).isEqualTo(FORBIDDEN);
            assertThat(api.put(none, path + "/one", "{").body()).isEqualTo(FORBIDDEN);
        }
    }

    private void assertReadBy(Resource reader, Resource owner, String file) {
        String component = "own/" + owner.word();
        FsPath path = FsPath.home(Label.parse(component + "," + component)).child(file);
        if (reader == owner) {
            assertThat(Upkeep.of(api.home("own"), reader)
                            .run(() -> api.fs.read(path, Kind.FILE))
                            .label())
                    .isEqualTo(Label.parse(component + "," + component));
        } else {
            assertThatThrownBy(() -> Upkeep.of(api.home("own"), reader).run(() -> api.fs.read(path, Kind.FILE)))
                    .isInstanceOf(Refused.class);
        }
    }

    @Test
    void anApi_isBelowItsOrganizationsName_unlessAHostSaysWhose() {
        Asker dev = api.developer("paths", "*");
        String form = "{\"name\":\"a\",\"function\":\"f\",\"uris\":[URIS]}";
        Answer made = api.post(dev, "/v1/api", form.replace("URIS", "\"/hello\",\"/paths\",\"/pathsy\""));
        assertThat(made.body()).contains("\"uris\":[\"/paths/hello\",\"/paths\",\"/paths/pathsy\"]");
        Answer again = api.put(dev, "/v1/api/a", made.body());
        assertThat(again.body()).contains("\"uris\":[\"/paths/hello\",\"/paths\",\"/paths/pathsy\"]");
        assertThat(api.put(dev, "/v1/api/a", form.replace("URIS", "")).body()).contains("\"uris\":[\"/paths\"]");
        assertThat(api.put(
                                dev,
                                "/v1/api/a",
                                form.replace("]}", "\"/x\"],\"hosts\":[\"x.example.com\"]}")
                                        .replace("URIS", ""))
                        .body())
                .contains("\"hosts\":[\"x.example.com\"]", "\"uris\":[\"/x\"]");
        for (String outside :
                List.of("hello", "//evil/../x", "/../x", "/paths/../other", "/./x", "/%2e%2e/x", "/a b")) {
            assertThat(api.put(dev, "/v1/api/a", form.replace("URIS", "\"" + outside + "\""))
                            .status())
                    .as(outside)
                    .isIn(400, 422);
        }
    }

    @Test
    void aDriver_isWhatItsTypeSays() {
        Asker dev = api.developer("drive", "*");
        refused(
                api.post(dev, DRIVERS, "{\"name\":\"d\",\"type\":\"none\"}"),
                400,
                400,
                "bad request when processing event driver d: driver type none does not exist");
        ticker(dev);
        api.post(dev, TYPES, "{\"name\":\"bad\",\"image\":\"no/such:1\",\"expose\":true}");
        api.post(dev, DRIVERS, "{\"name\":\"good\",\"type\":\"ticker\"}");
        Answer bad = api.post(dev, DRIVERS, "{\"name\":\"worse\",\"type\":\"bad\"}");
        assertThat(bad.body()).contains("\"expose\":true", "\"status\":\"CREATING\"", "\"reason\":null");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(api.get(dev, DRIVERS + "/good").body())
                        .contains("\"status\":\"READY\"", "\"reason\":null"));
        assertThat(api.get(dev, DRIVERS + "/worse").text("status")).isEqualTo("CREATING");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(api.get(dev, DRIVERS + "/worse").body())
                        .contains(
                                "\"status\":\"ERROR\"",
                                "[\"DeploymentNotAvailable\",",
                                "create base-image NAME no/such:1"));
    }

    @Test
    void anEvent_isAnsweredWithItself_whetherOrNotItIsDelivered() {
        Asker dev = api.developer("emit", "*");
        String event =
                "{\"eventType\":\"a.b\",\"cloudEventsVersion\":\"0.1\",\"source\":\"dispatch\",\"eventID\":\"1\"}";
        assertThat(api.post(dev, "/v1/event", event.replace("}", ",\"more\":1}"))
                        .body())
                .isEqualTo(event);
        api.post(dev, SUBSCRIPTIONS, "{\"name\":\"s\",\"eventType\":\"a.b\",\"function\":\"f\"}");
        assertThat(api.post(dev, "/v1/event", event).body()).isEqualTo(event);
        String other = event.replace("a.b", "a.c");
        assertThat(api.post(dev, "/v1/event", other).status()).isEqualTo(200);
        Asker lister = api.addAccount(api.home("emit"), "lister", List.of("get"), List.of("event"));
        assertThat(api.post(lister, "/v1/event", "{").body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(api.addAccount(api.home("emit"), "named", "subscription/*"), "/v1/event", other)
                        .body())
                .isEqualTo(FORBIDDEN);

        refused(
                api.post(dev, "/v1/event", other.replace("0.1", "0.2")),
                400,
                400,
                "Error validating event: cloudEventsVersion must be 0.1");
        for (String member : List.of("eventType", "cloudEventsVersion", "source", "eventID")) {
            refused(
                    api.post(dev, "/v1/event", other.replace("\"" + member + "\"", "\"x\"")),
                    422,
                    602,
                    member + " in body is required");
        }
        refused(
                api.post(dev, "/v1/event", event.replace("a.b", "a*")),
                422,
                605,
                "eventType in body should match '^[\\w\\d\\-\\.]+$'");
        for (String wrong : List.of(
                "\"eventTime\":\"yesterday\"",
                "\"schemaURL\":\"a b\"",
                "\"extensions\":1",
                "\"contentType\":1",
                "\"eventTypeVersion\":{}")) {
            Answer answer = api.post(dev, "/v1/event", other.replace("}", "," + wrong + "}"));
            assertThat(answer.status()).as(wrong).isEqualTo(422);
            assertThat(answer.json().path("code").asInt()).isEqualTo(601);
        }
    }

    @Test
    void whatMeansNothing_isRefused() {
        Asker dev = api.developer("wrong", "*");
        String name = "name should start with letter or number and may only contain letters, numbers, underscores and"
                + " dashes";
        for (String path : List.of("/v1/application", "/v1/api", SUBSCRIPTIONS, TYPES)) {
            String form = bodyOf(path);
            refused(api.post(dev, path, form.replace("NAME", "-a")), 422, 605, name);
            refused(api.post(dev, path, form.replace("\"name\"", "\"x\"")), 422, 602, "name in body is required");
            refused(api.post(dev, path, ""), 422, 602, "body in body is required");
            refused(
                    api.post(dev, path, "{"),
                    400,
                    400,
                    "parsing body body from \"\" failed, because it is not valid JSON");
        }
        refused(
                api.post(dev, DRIVERS, "{\"name\":\"Ticker\",\"type\":\"ticker\"}"),
                422,
                605,
                "name should start with lower case letter or number and may only contain lower case letters, numbers"
                        + " and dashes");
        String long33 = "t".repeat(33);
        refused(
                api.post(dev, TYPES, "{\"name\":\"" + long33 + "\",\"image\":\"i\"}"),
                422,
                603,
                "name in body should be at most 32 chars long");
        refused(
                api.post(dev, DRIVERS, "{\"name\":\"d\",\"type\":\"" + long33 + "\"}"),
                422,
                603,
                "type in body should be at most 32 chars long");
        refused(api.post(dev, TYPES, "{\"name\":\"t\"}"), 422, 602, "image in body is required");
        refused(api.post(dev, DRIVERS, "{\"name\":\"d\"}"), 422, 602, "type in body is required");
        refused(api.post(dev, "/v1/api", "{\"name\":\"a\"}"), 422, 602, "function in body is required");
        String api1 = "{\"name\":\"a\",\"function\":\"f\",WRONG}";
        Map.of(
                        "\"authentication\":\"none\"",
                                "authentication in body should be one of [public basic oauth2 apikey hmac mtls]",
                        "\"protocols\":[\"https\",\"ftp\"]", "protocols.1 in body should be one of [http https]",
                        "\"methods\":[\"get\"]", "methods.0 in body should match '^[A-Z]+$'",
                        "\"hosts\":[\"a/b\"]", "hosts.0 in body should match '^[A-Za-z0-9][A-Za-z0-9.\\-]*$'",
                        "\"enabled\":\"yes\"", "enabled in body must be of type boolean: \"string\"")
                .forEach((wrong, message) -> assertThat(api.post(dev, "/v1/api", api1.replace("WRONG", wrong))
                                .text("message"))
                        .isEqualTo(message));
        String large = "{\"name\":\"a\",\"tags\":[{\"key\":\"k\",\"value\":\"VALUE\"}]}";
        refused(
                api.post(dev, "/v1/application", large.replace("VALUE", "x".repeat(KeptEntities.FIELDS_BYTES_MAX))),
                422,
                603,
                "all fields should be at most 16384 bytes together");
    }

    @Test
    void thereAreOnlySoMany() {
        Asker dev = api.developer("many", "*");
        for (int i = 0; i < KeptEntities.ENTITIES_MAX; i++) {
            assertThat(api.post(dev, "/v1/application", "{\"name\":\"a" + i + "\"}")
                            .status())
                    .isEqualTo(200);
        }
        assertThat(names(api.get(dev, "/v1/application"))).hasSize(KeptEntities.ENTITIES_MAX);
        assertThat(api.post(dev, "/v1/application", "{\"name\":\"more\"}").status())
                .isEqualTo(429);
    }

    @Test
    void anOrganizationsEnd_isTheirs() {
        String organization = "{\"name\":\"ending\"}";
        api.post(root, "/v1/iam/organization", organization);
        Asker into = new Asker(root.token(), "ending");
        ticker(into);
        BODIES.forEach((path, form) -> api.post(into, path, form.replace("NAME", "one")));
        assertThat(api.delete(root, "/v1/iam/organization/ending?cascade=true").status())
                .isEqualTo(200);
        assertThat(api.post(root, "/v1/iam/organization", organization).status())
                .isEqualTo(201);
        BODIES.keySet()
                .forEach(path -> assertThat(names(api.get(into, path))).as(path).isEmpty());
    }

    private void ticker(Asker asker) {
        assertThat(api.post(asker, TYPES, "{\"name\":\"ticker\",\"image\":\"kars7e/timer:latest\"}")
                        .status())
                .isEqualTo(201);
    }

    private static List<String> names(Answer answer) {
        List<String> names = new ArrayList<>();
        answer.json().forEach(entity -> names.add(entity.path("name").asString("")));
        return names;
    }

    private static void refused(Answer answer, int status, int code, String message) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().path("code").asInt()).isEqualTo(code);
        assertThat(answer.text("message")).isEqualTo(message);
    }

    private static String bodyOf(String path) {
        return Objects.requireNonNull(BODIES.get(path));
    }
}
