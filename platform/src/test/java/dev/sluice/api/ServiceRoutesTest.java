package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.label.Principal;
import dev.sluice.org.Organization;
import dev.sluice.secret.Sort;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// `/v1/serviceclass` and `/v1/serviceinstance`, over HTTP: shapes, texts and who may.
final class ServiceRoutesTest extends ApiTest {
    private static final String INSTANCES = "/v1/serviceinstance";

    private Organization acme;
    private Asker boss;

    @BeforeAll
    void people() {
        var _ = api.developer("acme", "function");
        acme = api.organizations.tenant("acme").orElseThrow().organization();
        boss = api.addAccount(acme, "boss", "*");
    }

    @Test
    void classes_areThoseOfTheBuiltInBroker() {
        Answer all = api.get(boss, "/v1/serviceclass");
        assertThat(all.json().findValuesAsString("name"))
                .contains("user-provided-service", "user-provided-service-with-schemas", "default");
        Answer one = api.get(boss, "/v1/serviceclass/user-provided-service");
        assertThat(one.body())
                .isEqualTo("{\"id\":\"" + one.text("id") + "\",\"name\":\"user-provided-service\","
                        + "\"kind\":\"ServiceClass\",\"broker\":\"ups-broker\",\"bindable\":true,"
                        + "\"description\":\"A user provided service\",\"plans\":[{\"id\":\""
                        + one.json().path("plans").path(0).path("id").asString()
                        + "\",\"name\":\"default\",\"kind\":\"ServicePlan\",\"description\":\"The only plan\","
                        + "\"free\":true,\"bindable\":true,\"metadata\":{},"
                        + "\"schema\":{\"create\":{},\"update\":{},\"bind\":{}}}],"
                        + "\"reason\":null,\"status\":\"READY\",\"tags\":null}");
        assertThat(api.get(boss, "/v1/serviceclass/none").text("message")).isEqualTo("service class none not found");
        Asker none = api.addAccount(acme, "no-classes", "function");
        assertThat(api.get(none, "/v1/serviceclass").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(none, "/v1/serviceclass/none").body()).isEqualTo(FORBIDDEN);
    }

    @Test
    void anInstance_goesItsWay() {
        Answer made = api.post(boss, INSTANCES, instance("way", ",\"parameters\":{\"param-1\":\"foo\"}"));
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.body()).isEqualTo(way(made, "INITIALIZED"));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> api.get(boss, INSTANCES + "/way").text("status").equals("READY"));
        assertThat(api.get(boss, INSTANCES + "/way").body()).isEqualTo(way(made, "READY"));
        assertThat(api.get(boss, INSTANCES + "/way").headers().get("cache-control"))
                .containsExactly("no-store");
        assertThat(api.get(boss, INSTANCES).json().findValuesAsString("name")).contains("way");
        assertThat(api.get(boss, INSTANCES + "?tags=Application=other").body()).isEqualTo("[]");
        assertThat(api.delete(boss, INSTANCES + "/way").body()).isEqualTo(way(made, "DELETING"));
        assertThat(api.get(boss, INSTANCES + "/way").status()).isEqualTo(404);
        assertThat(api.post(boss, INSTANCES, instance("way", "")).status())
                .as("at once, under the same name")
                .isEqualTo(201);
    }

    private static String way(Answer made, String status) {
        long created = made.json().path("createdTime").asLong();
        return "{\"id\":\"" + made.text("id") + "\",\"name\":\"way\",\"kind\":\"ServiceInstance\","
                + "\"serviceClass\":\"user-provided-service-with-schemas\",\"servicePlan\":\"default\","
                + "\"parameters\":{\"param-1\":\"foo\"},\"secretParameters\":null,\"binding\":{\"status\":\"" + status
                + "\",\"parameters\":null,\"secretParameters\":null,\"bindingSecret\":\"\",\"reason\":null,"
                + "\"createdTime\":" + created + "},\"status\":\"" + status + "\",\"reason\":null,\"createdTime\":"
                + created + ",\"tags\":null}";
    }

    @Test
    void whatIsNotOffered_isRefused() {
        assertThat(api.post(boss, INSTANCES, instance("x", "").replace("-with-schemas", "-2"))
                        .body())
                .isEqualTo("{\"code\":400,\"message\":\"Service class user-provided-service-2 does not exist\"}");
        assertThat(api.post(boss, INSTANCES, instance("x", "").replace("\"default\"", "\"gold\""))
                        .text("message"))
                .isEqualTo("Service plan gold does not exist: service class user-provided-service-with-schemas has"
                        + " default");
        assertThat(api.post(boss, INSTANCES, instance("x", ",\"parameters\":{\"param-1\":1}"))
                        .text("message"))
                .startsWith("bad request when processing service instance x: parameters invalid against the schema of"
                        + " its class: ");
        assertThat(api.post(boss, INSTANCES, instance("x", ",\"binding\":{\"parameters\":{\"param-2\":[]}}"))
                        .text("message"))
                .startsWith("bad request when processing service instance x: binding.parameters invalid");
        assertThat(api.post(boss, INSTANCES, instance("x", ",\"parameters\":[1]"))
                        .status())
                .isEqualTo(422);
        assertThat(api.post(boss, INSTANCES, "{\"name\":\"x\"}").text("message"))
                .isEqualTo("serviceClass in body is required");
        assertThat(api.post(boss, INSTANCES, "{\"name\":\"x\",\"serviceClass\":\"c\"}")
                        .text("message"))
                .isEqualTo("servicePlan in body is required");
        String large = ",\"parameters\":{\"param-1\":\"" + "x".repeat(40_000) + "\"}";
        assertThat(api.post(boss, INSTANCES, instance("x", large)).text("message"))
                .isEqualTo("bad request when processing service instance x: a service instance has at most 32768 bytes,"
                        + " with its tags");
        assertThat(api.get(boss, INSTANCES + "/x").status()).isEqualTo(404);
    }

    /// What secrets gave is told to nobody, and who may not read a secret gives none, whether or not there is one.
    @Test
    void secretParameters_areTheAuthorsToGive_andNotShown() {
        api.post(boss, "/v1/secret", "{\"name\":\"sp\",\"secrets\":{\"password\":\"correct-horse\"}}");
        Asker some = api.addAccount(acme, "some", "serviceinstance", "secret/mine");
        api.post(some, "/v1/secret", "{\"name\":\"mine\",\"secrets\":{\"k\":\"v\"}}");
        for (String secret : List.of("sp", "no-such")) {
            for (String where : List.of(
                    ",\"secretParameters\":[\"" + secret + "\"]",
                    ",\"binding\":{\"secretParameters\":[\"" + secret + "\"]}")) {
                assertThat(api.post(some, INSTANCES, instance("sp", where)).body())
                        .isEqualTo(FORBIDDEN);
            }
        }
        assertThat(api.post(some, INSTANCES, instance("of-mine", ",\"secretParameters\":[\"mine\"]"))
                        .status())
                .isEqualTo(201);
        Answer missing = api.post(boss, INSTANCES, instance("sp", ",\"secretParameters\":[\"no-such\"]"));
        assertThat(missing.body())
                .isEqualTo("{\"code\":400,\"message\":\"bad request when processing service instance sp:"
                        + " [Code: 404] secret no-such not found\"}");
        Answer made = api.post(
                boss,
                INSTANCES,
                instance("sp", ",\"secretParameters\":[\"sp\"],\"binding\":{\"bindingSecret\":\"key\"}"));
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("secretParameters").toString()).isEqualTo("[\"sp\"]");
        assertThat(made.json().path("binding").path("bindingSecret").asString()).isEqualTo("key");
        for (Answer answer : List.of(
                made,
                api.get(boss, INSTANCES + "/sp"),
                api.get(boss, INSTANCES),
                api.delete(boss, INSTANCES + "/sp"))) {
            assertThat(answer.status()).isLessThan(300);
            assertThat(answer.body()).doesNotContain("correct-horse").doesNotContain("password");
        }
    }

    @Test
    void whoMayNot_isRefused_whetherThereIsOneOrNot() {
        api.post(boss, INSTANCES, instance("there", ""));
        api.post(boss, INSTANCES, instance("hers", ""));
        Asker dev = api.addAccount(acme, "no-instances", "function", "runs", "secret");
        for (String name : List.of("/there", "/no-such", "")) {
            assertThat(api.get(dev, INSTANCES + name).body()).as(name).isEqualTo(FORBIDDEN);
        }
        assertThat(api.delete(dev, INSTANCES + "/there").body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(dev, INSTANCES, instance("there", "")).body()).isEqualTo(FORBIDDEN);
        Asker one = api.addAccount(acme, "one-instance", "serviceinstance/hers");
        assertThat(api.get(one, INSTANCES).json().findValuesAsString("name")).containsExactly("hers");
        assertThat(api.get(one, INSTANCES + "/hers").status()).isEqualTo(200);
        assertThat(api.get(one, INSTANCES + "/there").status()).isEqualTo(403);
        Asker looker = api.addAccount(acme, "looks", List.of("get"), List.of("serviceinstance"));
        assertThat(api.get(looker, INSTANCES + "/there").status()).isEqualTo(200);
        assertThat(api.delete(looker, INSTANCES + "/there").status()).isEqualTo(403);
        assertThat(api.post(looker, INSTANCES, instance("new", "")).status()).isEqualTo(403);

        Asker blue = api.developer("blue", "*");
        assertThat(api.get(blue, INSTANCES).body()).isEqualTo("[]");
        assertThat(api.get(blue, INSTANCES + "/there").body())
                .isEqualTo(api.get(blue, INSTANCES + "/no-such").body().replace("no-such", "there"));
        assertThat(api.delete(blue, INSTANCES + "/there").status()).isEqualTo(404);
        assertThat(api.get(boss, INSTANCES + "/there").status()).isEqualTo(200);
    }

    /// A secret and a service instance of one name are two things.
    @Test
    void anInstance_isNoSecret() {
        api.post(boss, INSTANCES, instance("both", ""));
        assertThat(api.get(boss, "/v1/secret/both").status()).isEqualTo(404);
        assertThat(Sort.of(Principal.of("acme", "secret", "serviceinstance"))).isEqualTo(Sort.SECRET);
        api.post(boss, "/v1/secret", "{\"name\":\"both\",\"secrets\":{}}");
        assertThat(api.delete(boss, "/v1/secret/both").status()).isEqualTo(204);
        assertThat(api.get(boss, INSTANCES + "/both").status()).isEqualTo(200);
    }

    private static String instance(String name, String more) {
        return "{\"name\":\"" + name + "\",\"serviceClass\":\"user-provided-service-with-schemas\","
                + "\"servicePlan\":\"default\"" + more + "}";
    }

    @Test
    void anInstanceThatDoesNotOpenAnyMore_canBeDeleted() {
        Asker lost = api.developer("lost", "*");
        assertThat(api.post(lost, INSTANCES, instance("sealed", "")).status()).isEqualTo(201);
        var _ = api.keys.destroy("lost");
        assertThat(api.get(lost, INSTANCES + "/sealed").status()).isEqualTo(500);
        assertThat(api.delete(lost, INSTANCES + "/sealed").status()).isEqualTo(204);
        assertThat(api.get(lost, INSTANCES + "/sealed").status()).isEqualTo(404);
        assertThat(api.delete(lost, INSTANCES + "/sealed").status()).isEqualTo(404);
        assertThat(api.post(lost, INSTANCES, instance("sealed", "")).status()).isEqualTo(201);
    }
}
