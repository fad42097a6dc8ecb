package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

final class VersionRoutesTest extends ApiTest {
    @Test
    void eachUpdate_isAVersion_andEachStaysAsItWas() {
        Answer first = build(root, "grows", "POST", says("grows", 1));
        Answer second = build(root, "grows", "PUT", says("grows", 2));
        assertThat(run(root, "grows").text("output")).isEqualTo("2");
        assertThat(run(root, "grows:1").text("output")).isEqualTo("1");
        assertThat(run(root, "grows:1").text("faasId")).isEqualTo(first.text("faasId"));
        assertThat(run(root, "grows:2").text("output")).isEqualTo("2");
        assertThat(run(root, "grows:2").text("functionName")).isEqualTo("grows");
        assertThat(run(root, "grows:3").body()).isEqualTo("{\"code\":404,\"message\":\"function grows:3 not found\"}");

        Answer versions = api.get(root, "/v1/function/grows/versions");
        assertThat(versions.json().findValuesAsString("version")).containsExactly("2", "1");
        assertThat(versions.json().findValuesAsString("faasId"))
                .containsExactly(second.text("faasId"), first.text("faasId"));
        assertThat(api.get(root, "/v1/function/grows/versions/1").text("faasId"))
                .isEqualTo(first.text("faasId"));
        assertThat(api.get(root, "/v1/function/grows/versions/x").status()).isEqualTo(404);
        assertThat(api.get(root, "/v1/function/nothing/versions").status()).isEqualTo(404);
        assertThat(api.get(root, "/v1/function").body()).doesNotContain("\"version\"");
    }

    @Test
    void whatCannotBeBuilt_isNoVersion_andLeavesTheOthers() {
        build(root, "breaks", "POST", says("breaks", 1));
        api.post(root, "/v1/function/breaks/aliases", alias("prod", "1=100"));
        api.put(root, "/v1/function/breaks", function("breaks", "python3", "breaks.py", "def", ""));
        awaitStatus(root, "breaks", "ERROR");
        assertThat(run(root, "breaks").status()).isEqualTo(404);
        assertThat(run(root, "breaks:2").status()).isEqualTo(404);
        assertThat(run(root, "breaks:prod").text("output")).isEqualTo("1");
        build(root, "breaks", "PUT", says("breaks", 3));
        assertThat(api.get(root, "/v1/function/breaks/versions").json().findValuesAsString("version"))
                .containsExactly("3", "1");
    }

    @Test
    void anAlias_sharesItsRuns_andIsRolledBackAtOnce() {
        build(root, "shares", "POST", says("shares", 1));
        build(root, "shares", "PUT", says("shares", 2));
        Answer created = api.post(root, "/v1/function/shares/aliases", alias("prod", "1=100"));
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.body())
                .startsWith("{\"name\":\"prod\",\"kind\":\"Alias\",\"function\":\"shares\","
                        + "\"versions\":[{\"version\":1,\"weight\":100}],\"previous\":null,\"createdTime\":");
        assertThat(run(root, "shares:prod").text("output")).isEqualTo("1");

        Answer updated = api.put(root, "/v1/function/shares/aliases/prod", alias("prod", "1=50,2=50"));
        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.json().path("previous").toString()).isEqualTo("[{\"version\":1,\"weight\":100}]");
        assertThat(IntStream.range(0, 40).mapToObj(i -> run(root, "shares:prod").text("output")))
                .contains("1", "2");
        var body = Bytes.utf8("{\"blocking\":true}");
        assertThat(IntStream.range(0, 8)
                        .mapToObj(i -> api.send(
                                root, "POST", "/v1/runs?functionName=shares:prod", body, "Idempotency-Key", "k"))
                        .map(again -> again.text("name"))
                        .distinct())
                .hasSize(1);

        List<String> before = keyed(body);
        api.put(root, "/v1/function/shares/aliases/prod", alias("prod", "2=100"));
        assertThat(keyed(body)).as("the same runs, whatever the alias names").isEqualTo(before);
        assertThat(run(root, "shares:prod").text("output")).isEqualTo("2");
        assertThat(rollBack("shares:prod").path("versions")).hasSize(2);
        assertThat(rollBack("shares:prod").path("versions").toString()).isEqualTo("[{\"version\":1,\"weight\":100}]");
        assertThat(run(root, "shares:prod").text("output")).isEqualTo("1");
        assertThat(rollBack("shares:prod").path("message").asString())
                .isEqualTo("bad request when processing function shares:prod: the alias has never named anything"
                        + " else");

        assertThat(api.get(root, "/v1/function/shares/aliases").json()).hasSize(1);
        assertThat(api.delete(root, "/v1/function/shares/aliases/prod").status())
                .isEqualTo(200);
        assertThat(api.get(root, "/v1/function/shares/aliases/prod").body())
                .isEqualTo("{\"code\":404,\"message\":\"function shares:prod not found\"}");
        assertThat(run(root, "shares:prod").body())
                .isEqualTo("{\"code\":404,\"message\":\"function shares:prod not found\"}");
    }

    private List<String> keyed(Bytes body) {
        return IntStream.range(0, 8)
                .mapToObj(i ->
                        api.send(root, "POST", "/v1/runs?functionName=shares:prod", body, "Idempotency-Key", "k" + i))
                .map(answer -> answer.text("name") + " " + answer.text("output"))
                .toList();
    }

    private JsonNode rollBack(String alias) {
        String[] parts = alias.split(":", -1);
        return api.post(root, "/v1/function/" + parts[0] + "/aliases/" + parts[1] + "/rollback", "")
                .json();
    }

    @Test
    void aVersion_goes_butNotWhileItIsInUse() {
        build(root, "goes", "POST", says("goes", 1));
        build(root, "goes", "PUT", says("goes", 2));
        api.post(root, "/v1/function/goes/aliases", alias("prod", "1=100"));
        assertThat(api.delete(root, "/v1/function/goes/versions/1").text("message"))
                .contains("an alias names this version");
        assertThat(api.delete(root, "/v1/function/goes/versions/2").text("message"))
                .contains("the function is this version now");
        api.delete(root, "/v1/function/goes/aliases/prod");
        assertThat(api.delete(root, "/v1/function/goes/versions/1").status()).isEqualTo(200);
        assertThat(run(root, "goes:1").status()).isEqualTo(404);
        assertThat(api.post(root, "/v1/function/goes/aliases", alias("prod", "1=100"))
                        .text("message"))
                .contains("there is no version 1");
    }

    @Test
    void aDeletedFunction_leavesNoVersionsAndNoAliases() {
        build(root, "whole", "POST", says("whole", 1));
        build(root, "whole", "PUT", says("whole", 2));
        api.post(root, "/v1/function/whole/aliases", alias("prod", "1=100"));
        api.delete(root, "/v1/function/whole");
        assertThat(run(root, "whole:1").status()).isEqualTo(404);
        assertThat(run(root, "whole:prod").status()).isEqualTo(404);
        build(root, "whole", "POST", says("whole", 7));
        assertThat(api.get(root, "/v1/function/whole/versions").json()).hasSize(1);
        assertThat(api.get(root, "/v1/function/whole/aliases").body()).isEqualTo("[]");
        assertThat(run(root, "whole:1").text("output")).isEqualTo("7");
        assertThat(run(root, "whole:2").status()).isEqualTo(404);
    }

    @Test
    void whoMayRunTheFunction_runsItsVersionsAndAliases_andNobodyElseDoes() {
        Asker dev = api.developer("acme-alias", "function", "runs");
        build(dev, "open", "POST", says("open", 1));
        build(dev, "other", "POST", says("other", 1));
        api.post(dev, "/v1/function/open/aliases", alias("prod", "1=100"));
        api.post(dev, "/v1/function/other/aliases", alias("prod", "1=100"));
        Asker runner = api.addAccount(api.home("acme-alias"), "runner", "runs/open");
        assertThat(run(runner, "open:prod").text("output")).isEqualTo("1");
        assertThat(run(runner, "open:1").text("output")).isEqualTo("1");
        assertThat(run(runner, "other:prod").status()).isEqualTo(403);
        assertThat(run(runner, "other:1").status()).isEqualTo(403);
        assertThat(api.get(runner, "/v1/function/open/aliases").status()).isEqualTo(403);
        assertThat(api.put(runner, "/v1/function/open/aliases/prod", alias("prod", "1=100"))
                        .status())
                .isEqualTo(403);
        Asker foreigner = api.developer("acme-elsewhere", "function", "runs");
        assertThat(run(foreigner, "open:prod").status()).isEqualTo(404);
        assertThat(api.get(foreigner, "/v1/function/open/versions").status()).isEqualTo(404);
    }

    @Test
    void anAlias_leadsToAVersionWithASecret_onlyIfItsAuthorMayReadIt() {
        Asker admin = api.developer("acme-kept", "function", "runs", "secret");
        api.post(admin, "/v1/secret", "{\"name\":\"s\",\"secrets\":{\"k\":\"value\"}}");
        build(admin, "keeps", "POST", function("keeps", "python3", "keeps.py", SAYS.formatted(1), WITH_S));
        build(admin, "keeps", "PUT", says("keeps", 2));
        Asker dev = api.addAccount(api.home("acme-kept"), "other", "function", "runs");
        assertThat(api.post(dev, "/v1/function/keeps/aliases", alias("mine", "1=100"))
                        .status())
                .isEqualTo(403);
        assertThat(api.post(dev, "/v1/function/keeps/aliases", alias("mine", "2=100"))
                        .status())
                .isEqualTo(201);
        assertThat(api.put(dev, "/v1/function/keeps/aliases/mine", alias("mine", "1=1,2=99"))
                        .status())
                .isEqualTo(403);
        assertThat(api.post(admin, "/v1/function/keeps/aliases", alias("prod", "1=100"))
                        .status())
                .isEqualTo(201);
        api.put(admin, "/v1/function/keeps/aliases/prod", alias("prod", "2=100"));
        assertThat(api.post(dev, "/v1/function/keeps/aliases/prod/rollback", "").status())
                .isEqualTo(403);
        assertThat(run(dev, "keeps:prod").text("output")).isEqualTo("2");
        assertThat(api.post(admin, "/v1/function/keeps/aliases/prod/rollback", "")
                        .status())
                .isEqualTo(200);
        assertThat(run(dev, "keeps:prod").json().path("secrets").toString()).isEqualTo("[\"s\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{}~422~name in body is required",
                "{\"name\":\"3\"}~422~name in body should match",
                "{\"name\":\"a\"}~400~an alias names 1 to 5 versions",
                "{\"name\":\"a\",\"versions\":[{\"version\":0}]}~422~version in body should be greater than or equal",
                "{\"name\":\"a\",\"versions\":[{\"version\":1,\"weight\":50}]}~400~the weights",
                "{\"name\":\"a\",\"versions\":[{\"version\":1,\"weight\":50},{\"version\":1,\"weight\":50}]}~400~once",
                "{\"name\":\"a\",\"versions\":[{\"version\":9}]}~400~there is no version 9",
            })
    void aWrongAlias_isRefused(String body, int status, String message) {
        if (api.get(root, "/v1/function/strict").status() == 404) {
            build(root, "strict", "POST", says("strict", 1));
        }
        Answer answer = api.post(root, "/v1/function/strict/aliases", body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("message")).contains(message);
    }

    @Test
    void anAliasTwice_isAConflict_andThereAreNotTooMany() {
        build(root, "many", "POST", says("many", 1));
        for (int i = 0; i < FunctionVersions.ALIASES_MAX; i++) {
            assertThat(api.post(root, "/v1/function/many/aliases", alias("a" + i, "1=100"))
                            .status())
                    .isEqualTo(201);
        }
        assertThat(api.post(root, "/v1/function/many/aliases", alias("a1", "1=100"))
                        .body())
                .isEqualTo("{\"code\":409,\"message\":\"function many:a1 already exists\"}");
        assertThat(api.post(root, "/v1/function/many/aliases", alias("more", "1=100"))
                        .status())
                .isEqualTo(429);
    }

    private static final String SAYS = "def handle(context, payload):\n    return '%d'\n";
    private static final String WITH_S = ",\"secrets\":[\"s\"]";

    private static String says(String name, int number) {
        return python(name, SAYS.formatted(number));
    }

    /// @param shares such as `1=90,2=10`
    private static String alias(String name, String shares) {
        String versions = shares.replaceAll("(\\d+)=(\\d+)", "{\"version\":$1,\"weight\":$2}");
        return "{\"name\":\"" + name + "\",\"versions\":[" + versions + "]}";
    }

    private Answer run(Asker asker, String function) {
        return api.post(asker, "/v1/runs?functionName=" + function, "{\"blocking\":true}");
    }

    private Answer build(Asker asker, String name, String method, String body) {
        String target = method.equals("POST") ? "/v1/function" : "/v1/function/" + name;
        Answer answer = api.send(asker, method, target, Bytes.utf8(body));
        assertThat(answer.status()).isBetween(200, 201);
        awaitStatus(asker, name, "READY");
        return answer;
    }

    private void awaitStatus(Asker asker, String name, String status) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(api.get(asker, "/v1/function/" + name).text("status"))
                                .isEqualTo(status));
    }
}
