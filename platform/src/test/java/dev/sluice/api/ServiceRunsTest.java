package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static dev.sluice.api.ApiServer.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.org.Organization;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Functions that are bound to services, over HTTP, with real guests. `boss` may do everything; `dev` develops and may
/// read no service instance.
final class ServiceRunsTest extends ApiTest {
    private static final String INSTANCES = "/v1/serviceinstance";
    private static final String PYTHON = """
            import json
            count = 0
            def handle(context, payload):
                global count
                count += 1
                bound = context['serviceBindings']
                print(json.dumps(bound, sort_keys=True))
                if payload == 'fail':
                    raise RuntimeError(json.dumps(bound))
                keys = {name: sorted(bound[name]) for name in bound}
                return {'bound': keys, 'secrets': context['secrets'], 'count': count}
            """;

    private Organization acme;
    private Asker boss;
    private Asker dev;

    @BeforeAll
    void people() {
        dev = api.developer("acme", "function", "runs", "image", "secret");
        acme = api.organizations.tenant("acme").orElseThrow().organization();
        boss = api.addAccount(acme, "boss", "*");
    }

    @Test
    void aBoundFunction_getsWhatTheInstanceHolds_andNoLogShowsIt() {
        api.post(boss, "/v1/secret", "{\"name\":\"db\",\"secrets\":{\"password\":\"correct-horse\",\"user\":\"s\"}}");
        api.post(boss, "/v1/secret", "{\"name\":\"tls\",\"secrets\":{\"password\":\"later-wins\"}}");
        instance(
                "db",
                "\"parameters\":{\"url\":\"pg://db.local\",\"deep\":{\"list\":[\"inside-it\",4711]}},"
                        + "\"secretParameters\":[\"db\"],\"binding\":{\"parameters\":{\"user\":\"from-the-binding\"},"
                        + "\"secretParameters\":[\"tls\"]}");
        create(bound("python", "db"), "python");
        Answer run = exec(boss, "python", "{}");
        assertThat(run.json().path("output").toString())
                .isEqualTo("{\"bound\":{\"db\":[\"deep\",\"password\",\"url\",\"user\"]},\"secrets\":{},\"count\":1}");
        assertThat(run.json().path("logs").path("stdout").path(0).asString())
                .isEqualTo("{\"db\": {\"deep\": {\"list\": [\"***\", ***]}, \"password\": \"***\", \"url\": \"***\","
                        + " \"user\": \"***\"}}");
        assertThat(run.json().path("secrets").toString()).as("it is none").isEqualTo("[]");
        assertThat(run.json().path("services").toString()).isEqualTo("null");
        Answer failed = exec(boss, "python", "\"fail\"");
        assertThat(failed.json().path("error").path("message").asString()).contains("***");
        assertThat(failed.body())
                .doesNotContain("correct-horse")
                .doesNotContain("later-wins")
                .doesNotContain("inside-it")
                .doesNotContain("pg://");

        Answer released = exec(dev, "python", "{}");
        assertThat(released.json().path("output").path("bound").path("db").size())
                .isEqualTo(4);
        assertThat(released.json().path("logs").toString()).isEqualTo("{\"stderr\":null,\"stdout\":null}");
        assertThat(exec(dev, "python", "\"fail\"").json().has("error")).isFalse();
    }

    @Test
    void inNode_andInJava() {
        instance("words", "\"parameters\":{\"word\":\"staple-battery\"}");
        String node = """
                module.exports = (context, payload) => {
                  console.log(context.serviceBindings.words.word);
                  return context.serviceBindings.words.word.length;
                };
                """;
        create(function("node", "nodejs", "node.js", node, ",\"services\":[\"words\"]"), "node");
        String java = """
                import java.util.Map;

                public class Bound implements java.util.function.BiFunction<Bound.Context, Object, Object> {
                    record Context(Map<String, Map<String, String>> serviceBindings) {}

                    public Object apply(Context context, Object payload) {
                        String word = context.serviceBindings().get("words").get("word");
                        System.out.println(word);
                        return word.length();
                    }
                }
                """;
        create(function("java", "java", "Bound.java", java, ",\"services\":[\"words\"]"), "java");
        for (String name : new String[] {"node", "java"}) {
            Answer run = exec(boss, name, "{}");
            assertThat(run.text("output")).as(run.body()).isEqualTo("14");
            assertThat(run.json().path("logs").path("stdout").toString()).isEqualTo("[\"***\"]");
        }
    }

    /// Refused before anything is looked for.
    @Test
    void whoMayNotReadAnInstance_bindsNoFunction_whetherThereIsOneOrNot() {
        instance("closed", "\"parameters\":{\"word\":\"shut\"}");
        assertThat(api.post(dev, "/v1/function", bound("closed", "closed")).body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(dev, "/v1/function", bound("closed", "no-such")).body())
                .isEqualTo(FORBIDDEN);
        create(bound("closed", "closed"), "closed");
        assertThat(api.put(dev, "/v1/function/closed", bound("closed", "closed"))
                        .status())
                .as("an update that keeps it")
                .isEqualTo(403);
        String alias = "{\"name\":\"live\",\"versions\":[{\"version\":1,\"weight\":100}]}";
        assertThat(api.post(dev, "/v1/function/closed/aliases", alias).status()).isEqualTo(403);
        Asker one = api.addAccount(acme, "one", "function", "runs", "serviceinstance/closed");
        assertThat(api.put(one, "/v1/function/closed", bound("closed", "closed"))
                        .status())
                .isEqualTo(200);
    }

    /// The run asks under its own organization's name, so it finds blue's or none.
    @Test
    void anotherOrganizationsInstance_isNotThere() {
        instance("acmes", "\"parameters\":{\"word\":\"of-acme\"}");
        api.developer("blue", "function");
        Asker blue =
                api.addAccount(api.organizations.tenant("blue").orElseThrow().organization(), "boss", "*");
        var _ = api.post(
                blue,
                "/v1/baseimage",
                "{\"name\":\"python3-base\",\"dockerUrl\":\"dispatchframework/python3-base:1\",\"language\":\"python3\"}");
        var _ = api.post(blue, "/v1/image", "{\"name\":\"python3\",\"baseImageName\":\"python3-base\"}");
        assertThat(api.post(blue, "/v1/function", bound("steals", "acmes")).status())
                .isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> api.get(blue, "/v1/function/steals").text("status").equals("READY"));
        Answer run = exec(blue, "steals", "{}");
        assertThat(run.json().path("error").path("message").asString())
                .isEqualTo("[Code: 404] service instance acmes not found");
        assertThat(run.body()).doesNotContain("of-acme");
    }

    /// What an instance of a guest has kept of one is given to no other.
    @Test
    void anInstanceMadeAnew_isAnother_andAMissingOneIsAnError() {
        create(bound("anew", "anew"), "anew");
        Answer missing = exec(boss, "anew", "{}");
        assertThat(missing.text("status")).isEqualTo("ERROR");
        assertThat(missing.json().path("error").path("type").asString()).isEqualTo("InputError");
        assertThat(missing.json().path("reason").toString())
                .isEqualTo("[\"error running function: anew: [Code: 404] service instance anew not found\"]");
        instance("anew", "\"parameters\":{\"word\":\"once\"}");
        assertThat(count("anew")).isEqualTo(1);
        assertThat(count("anew")).isEqualTo(2);
        assertThat(api.delete(boss, INSTANCES + "/anew").status()).isEqualTo(200);
        assertThat(exec(boss, "anew", "{}").text("status")).isEqualTo("ERROR");
        instance("anew", "\"parameters\":{\"word\":\"again\"}");
        assertThat(count("anew")).isEqualTo(1);
    }

    private int count(String function) {
        return exec(boss, function, "{}").json().path("output").path("count").asInt();
    }

    private void instance(String name, String more) {
        Answer made = api.post(
                boss,
                INSTANCES,
                "{\"name\":\"" + name + "\",\"serviceClass\":\"user-provided-service\",\"servicePlan\":\"default\","
                        + more + "}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
    }

    private static String bound(String name, String service) {
        return function(name, "python3", name + ".py", PYTHON, ",\"services\":[\"" + service + "\"]");
    }

    private Answer exec(Asker asker, String function, String input) {
        return api.post(asker, "/v1/runs?functionName=" + function, "{\"blocking\":true,\"input\":" + input + "}");
    }

    private void create(String body, String name) {
        assertThat(api.post(boss, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(api.get(boss, "/v1/function/" + name).text("status"))
                                .isEqualTo("READY"));
    }
}
