package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Dispatch's operations one after the other (contracts/dispatch.md 2.1), each answered with its status and in the
/// shape that `/openapi.json` tells; and that document itself.
final class DispatchContractTest extends ApiTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String PYTHON = "def handle(context, payload):\n    return payload\n";

    private final Set<String> walked = new HashSet<>();
    private JsonNode document = JSON.nullNode();

    @BeforeAll
    void fetch() {
        Answer answer = api.send(ApiServer.NOBODY, "GET", "/openapi.json", Bytes.EMPTY);
        assertThat(answer.status()).isEqualTo(200);
        document = answer.json();
    }

    @Test
    void theDocument_tellsOfEveryRoute_andOfNoOther() throws IOException {
        Set<String> told = new TreeSet<>();
        Set<String> untold = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> (method.getValue()
                                                .path("summary")
                                                .asString("")
                                                .isEmpty()
                                        ? untold
                                        : told)
                                .add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
        assertThat(untold)
                .as("routes that openapi.json beside OpenApi does not describe")
                .isEmpty();
        try (InputStream in = Objects.requireNonNull(DispatchContractTest.class.getResourceAsStream("openapi.json"))) {
            Set<String> described = new TreeSet<>();
            JSON.readTree(in.readAllBytes())
                    .path("operations")
                    .propertyNames()
                    .forEach(name -> described.add(name.replace("...}", "}")));
            assertThat(described)
                    .as("descriptions of routes that are not there")
                    .isEqualTo(told);
        }
    }

    /// A reference that leads nowhere, a parameter that a path does not have and the like.
    @Test
    void theDocument_meansSomething() {
        assertThat(document.path("openapi").asString("")).isEqualTo("3.1.0");
        assertThat(document.path("info").path("version").asString("")).isNotEmpty();
        Set<String> ids = new HashSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().forEach(operation -> {
                    assertThat(ids.add(operation.path("operationId").asString("")))
                            .isTrue();
                    List<String> inPath = new ArrayList<>();
                    operation.path("parameters").forEach(parameter -> {
                        if (parameter.path("in").asString("").equals("path")) {
                            inPath.add("{" + parameter.path("name").asString("") + "}");
                        }
                    });
                    assertThat(inPath).allMatch(path.getKey()::contains);
                    assertThat(path.getKey().chars().filter(c -> c == '{').count())
                            .isEqualTo(inPath.size());
                    operation.path("responses").forEach(answer -> requireSchemas(answer.path("content")));
                    requireSchemas(operation.path("requestBody").path("content"));
                }));
        document.path("components").path("schemas").propertyNames().forEach(name -> {
            Schema schema = schema(JSON.readTree("{\"$ref\":\"#/components/schemas/" + name + "\"}"));
            assertThat(schema.validate(JSON.readTree("17")))
                    .as(name + " accepts anything")
                    .isNotEmpty();
        });
        assertThat(document.toString())
                .doesNotContain("dispatch/admin", api.home("dispatch").id());
    }

    private void requireSchemas(JsonNode content) {
        content.forEach(media -> {
            JsonNode schema = media.path("schema");
            JsonNode reference = schema.path(schema.has("items") ? "items" : "").path("$ref");
            String name = (reference.isMissingNode() ? schema.path("$ref") : reference).asString("");
            if (!name.isEmpty()) {
                assertThat(document.at(name.substring(1)).isObject()).as(name).isTrue();
            }
        });
    }

    @Test
    void everyOperation_answersAsDispatchDoes() {
        Asker admin = root;
        step(admin, "GET", "/", "/", 200, "");
        step(admin, "GET", "/home", "/home", 200, "");
        step(ApiServer.NOBODY, "GET", "/v1/version", "/v1/version", 200, "");
        step(admin, "GET", "/v1/iam/auth", "/v1/iam/auth", 202, "");
        walked.add("GET /v1/iam/redirect"); // LoginRoutesTest
        String key = api.get(admin, "/v1/iam/serviceaccount/admin").text("publicKey");
        five(admin, "/v1/iam/organization", "{\"name\":\"walk\"}", 201, 200, 200);
        five(
                admin,
                "/v1/iam/policy",
                "{\"name\":\"walk\",\"rules\":[{\"actions\":[\"get\"],\"resources\":[\"runs\"],\"subjects\":[\"a\"]}]}",
                201,
                200,
                200);
        five(admin, "/v1/iam/serviceaccount", "{\"name\":\"walk\",\"publicKey\":\"" + key + "\"}", 201, 200, 200);
        five(
                admin,
                "/v1/baseimage",
                "{\"dockerUrl\":\"dispatchframework/python3-base:1\",\"language\":\"python3\",\"name\":\"walk\"}",
                201,
                200,
                200);
        api.post(
                admin,
                "/v1/baseimage",
                "{\"dockerUrl\":\"dispatchframework/python3-base:1\",\"language\":\"python3\",\"name\":\"base\"}");
        five(admin, "/v1/image", "{\"baseImageName\":\"base\",\"name\":\"walk\"}", 201, 200, 200);
        five(admin, "/v1/secret", "{\"name\":\"walk\",\"secrets\":{\"k\":\"v\"},\"tags\":null}", 201, 201, 204);
        five(admin, "/v1/api", "{\"name\":\"walk\",\"function\":\"f\",\"uris\":[\"/x\"]}", 200, 200, 200);
        five(admin, "/v1/application", "{\"name\":\"walk\"}", 200, 200, 200);
        five(admin, "/v1/event/drivertypes", "{\"name\":\"walk\",\"image\":\"i\"}", 201, 200, 200);
        api.post(admin, "/v1/event/drivertypes", "{\"name\":\"t\",\"image\":\"i\"}");
        five(
                admin,
                "/v1/event/drivers",
                "{\"name\":\"walk\",\"type\":\"t\",\"config\":[{\"key\":\"k\",\"value\":\"v\"}]}",
                201,
                200,
                200);
        five(
                admin,
                "/v1/event/subscriptions",
                "{\"name\":\"walk\",\"eventType\":\"a\",\"function\":\"f\"}",
                201,
                200,
                200);
        step(
                admin,
                "POST",
                "/v1/event",
                "/v1/event",
                200,
                "{\"eventType\":\"z\",\"cloudEventsVersion\":\"0.1\",\"source\":\"s\",\"eventID\":\"1\",\"data\":[1]}");
        functionsAndRuns(admin);
        services(admin);
        assertThat(walked).as("the operations of the contract").hasSize(75);
    }

    private void functionsAndRuns(Asker admin) {
        five(admin, "/v1/function", ApiServer.python("walk", PYTHON), 201, 200, 200);
        api.post(admin, "/v1/function", ApiServer.python("walk", PYTHON));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(api.get(admin, "/v1/function/walk").text("status"))
                                .isEqualTo("READY"));
        String runs = "/v1/runs?functionName=walk";
        Answer done = step(admin, "POST", runs, "/v1/runs", 200, "{\"blocking\":true,\"input\":{\"a\":[1,null]}}");
        step(admin, "POST", runs, "/v1/runs", 202, "{\"input\":42}");
        step(admin, "GET", "/v1/runs", "/v1/runs", 200, "");
        step(admin, "GET", "/v1/runs/" + done.text("name"), "/v1/runs/{id}", 200, "");
    }

    private void services(Asker admin) {
        String classes = "/v1/serviceclass";
        step(admin, "GET", classes, classes, 200, "");
        step(admin, "GET", classes + "/user-provided-service", classes + "/{name}", 200, "");
        Answer none = api.get(admin, classes + "/none");
        refused(none, 404, 404, "service class none not found");
        String path = "/v1/serviceinstance";
        String one = path + "/{name}";
        String body = "{\"name\":\"walk\",\"serviceClass\":\"user-provided-service\",\"servicePlan\":\"default\"}";
        step(admin, "POST", path, path, 201, body);
        refused(api.post(admin, path, body), 409, 409, "service instance walk already exists");
        step(admin, "GET", path, path, 200, "");
        step(admin, "GET", path + "/walk", one, 200, "");
        Answer put = api.put(admin, path + "/walk", body);
        refused(put, 405, 405, "method PUT is not allowed, but [DELETE,GET] are");
        invalid(admin, path, body);
        step(admin, "DELETE", path + "/walk", one, 200, "");
        refused(api.get(admin, path + "/walk"), 404, 404, "service instance walk not found");
        refused(api.delete(admin, path + "/walk"), 404, 404, "service instance walk not found");
    }

    private void five(Asker asker, String path, String body, int created, int updated, int deleted) {
        String one = path + "/{name}";
        step(asker, "POST", path, path, created, body);
        assertThat(api.post(asker, path, body).status()).as(path).isEqualTo(409);
        step(asker, "GET", path, path, 200, "");
        step(asker, "GET", path + "/walk", one, 200, "");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> api.put(asker, path + "/walk", body).status() != 409);
        step(asker, "PUT", path + "/walk", one, updated, body);
        invalid(asker, path, body);
        step(asker, "DELETE", path + "/walk", one, deleted, "");
        for (String method : List.of("GET", "DELETE")) {
            Answer gone = api.send(asker, method, path + "/walk", Bytes.EMPTY);
            assertThat(gone.status()).as(method + path).isEqualTo(404);
            requireSchema("Error", gone);
            assertThat(gone.text("message")).endsWith(" not found");
        }
    }

    private void invalid(Asker asker, String path, String body) {
        refused(api.post(asker, path, ""), 422, 602, "body in body is required");
        refused(
                api.post(asker, path, "{"),
                400,
                400,
                "parsing body body from \"\" failed, because it is not valid JSON");
        refused(api.post(asker, path, "[]"), 422, 601, "body in body must be of type object: \"array\"");
        refused(api.post(asker, path, body.replace("\"name\"", "\"other\"")), 422, 602, "name in body is required");
        assertThat(api.post(asker, path, body.replace("\"walk\"", "\"w@lk\"")).status())
                .isEqualTo(422);
        Answer patch = api.send(asker, "PATCH", path, Bytes.EMPTY);
        refused(patch, 405, 405, "method PATCH is not allowed, but [GET,POST] are");
        assertThat(patch.headers().get("allow")).containsExactly("GET,POST");
        refused(api.get(asker, path + "/a/b/c/d"), 404, 404, "path " + path + "/a/b/c/d was not found");
    }

    @Test
    void aProxy_isTold_whatPoliciesSay() {
        Asker dev = api.developer("edge", "runs");
        assertThat(ask(dev, "POST", "/v1/runs?functionName=f").headers().get("x-dispatch-org"))
                .containsExactly("edge");
        assertThat(ask(dev, "GET", "/home").status()).isEqualTo(202);
        for (String path : List.of("/v1/function", "/v1/function?x=/v1/runs", "/v1/", "/v1/nothing", "//v1/runs")) {
            assertThat(ask(dev, "GET", path).body()).as(path).isEqualTo(ApiServer.FORBIDDEN);
        }
        assertThat(ask(dev, "BREW", "/v1/runs").body()).isEqualTo(ApiServer.FORBIDDEN);
        Asker looker = api.addAccount(api.home("edge"), "looker", List.of("get"), List.of("runs"));
        assertThat(ask(looker, "GET", "/v1/runs").status()).isEqualTo(202);
        assertThat(ask(looker, "POST", "/v1/runs").body()).isEqualTo(ApiServer.FORBIDDEN);
        assertThat(ask(looker, "GET", "/v1/host").body()).isEqualTo(ApiServer.FORBIDDEN);
        Asker server = api.addAccount(api.home("edge"), "server", List.of("get"), List.of("api"));
        assertThat(ask(server, "GET", "/v1/host/www.example.org").status()).isEqualTo(202);
        assertThat(ask(server, "DELETE", "/v1/host/www.example.org").body()).isEqualTo(ApiServer.FORBIDDEN);
        assertThat(ask(ApiServer.NOBODY, "GET", "/home").status()).isEqualTo(401);
    }

    private Answer ask(Asker asker, String method, String path) {
        return api.send(
                asker,
                "GET",
                "/v1/iam/auth",
                Bytes.EMPTY,
                "X-Original-Method",
                method,
                "X-Auth-Request-Redirect",
                path);
    }

    private Answer step(Asker asker, String method, String target, String template, int status, String body) {
        Answer answer = api.send(asker, method, target, Bytes.utf8(body));
        assertThat(answer.status()).as(method + " " + target + answer.body()).isEqualTo(status);
        JsonNode operation = document.path("paths").path(template).path(method.toLowerCase(Locale.ROOT));
        JsonNode told = operation.path("responses").path(Integer.toString(status));
        assertThat(told.isObject())
                .as(method + " " + template + " tells of " + status)
                .isTrue();
        JsonNode schema = told.path("content").path("application/json").path("schema");
        assertThat(answer.body().isEmpty()).as("no body").isEqualTo(schema.isMissingNode());
        if (!schema.isMissingNode()) {
            requireValid(schema, answer.body());
        }
        JsonNode asked = operation
                .path("requestBody")
                .path("content")
                .path("application/json")
                .path("schema");
        assertThat(body.isEmpty()).as("no body to send").isEqualTo(asked.isMissingNode());
        if (!asked.isMissingNode()) {
            requireValid(asked, body);
        }
        walked.add(method + " " + template);
        return answer;
    }

    private void requireSchema(String name, Answer answer) {
        requireValid(JSON.readTree("{\"$ref\":\"#/components/schemas/" + name + "\"}"), answer.body());
    }

    private void requireValid(JsonNode schema, String text) {
        assertThat(schema(schema).validate(JSON.readTree(text))).as(text).isEmpty();
    }

    /// With the document's other schemas, none of which takes a member that it does not tell of.
    private Schema schema(JsonNode one) {
        ObjectNode whole = (ObjectNode) one.deepCopy();
        ObjectNode components = (ObjectNode) document.path("components").deepCopy();
        components.path("schemas").forEach(DispatchContractTest::close);
        whole.set("components", components);
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole);
    }

    private static void close(JsonNode schema) {
        if (schema.path("properties").isObject()
                && schema.path("additionalProperties").isMissingNode()) {
            ((ObjectNode) schema).put("additionalProperties", false);
        }
        schema.forEach(DispatchContractTest::close);
    }

    private static void refused(Answer answer, int status, int code, String message) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().path("code").asInt()).isEqualTo(code);
        assertThat(answer.text("message")).isEqualTo(message);
    }
}
