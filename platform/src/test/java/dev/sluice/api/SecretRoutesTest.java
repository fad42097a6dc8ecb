package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `/v1/secret`, as Dispatch's client asks.
final class SecretRoutesTest extends ApiTest {
    private static final String SESAME =
            "{\"name\":\"open-sesame\",\"secrets\":{\"password\":\"OpenSesame\"},\"tags\":null}";

    @Test
    void aSecret_isMade_changedAndRemoved_asDispatchAnswers() {
        Asker admin = api.developer("s1", "secret");
        Answer made = api.post(admin, "/v1/secret", SESAME);
        assertThat(made.status()).isEqualTo(201);
        String id = made.text("id");
        assertThat(made.body())
                .isEqualTo("{\"id\":\"" + id + "\",\"name\":\"open-sesame\",\"kind\":\"Secret\",\"version\":1,"
                        + "\"secrets\":{\"password\":\"OpenSesame\"},\"tags\":null}");
        Answer kept = api.get(admin, "/v1/secret/open-sesame");
        assertThat(kept.body()).isEqualTo(made.body());
        for (Answer answer : List.of(made, kept, api.get(admin, "/v1/secret"))) {
            assertThat(answer.headers()).containsEntry("cache-control", List.of("no-store"));
        }
        assertThat(api.get(admin, "/v1/secret").body()).isEqualTo("[" + made.body() + "]");

        Answer changed = api.put(
                admin,
                "/v1/secret/open-sesame",
                "{\"kind\":\"Secret\",\"name\":\"open-sesame\",\"secrets\":{\"password\":\"OpenSesameStreet\"},"
                        + "\"tags\":[{\"key\":\"role\",\"value\":\"test\"}]}");
        assertThat(changed.status()).isEqualTo(201);
        Answer read = api.get(admin, "/v1/secret/open-sesame");
        assertThat(read.body())
                .isEqualTo("{\"id\":\"" + id + "\",\"name\":\"open-sesame\",\"kind\":\"Secret\",\"version\":2,"
                        + "\"secrets\":{\"password\":\"OpenSesameStreet\"},"
                        + "\"tags\":[{\"key\":\"role\",\"value\":\"test\"}]}");

        Answer removed = api.delete(admin, "/v1/secret/open-sesame");
        assertThat(removed.status()).isEqualTo(204);
        assertThat(removed.body()).isEmpty();
        assertThat(api.get(admin, "/v1/secret/open-sesame").body())
                .isEqualTo("{\"code\":404,\"message\":\"secret open-sesame not found\"}");
        assertThat(api.delete(admin, "/v1/secret/open-sesame").status()).isEqualTo(404);
        assertThat(api.put(admin, "/v1/secret/open-sesame", SESAME).status()).isEqualTo(404);
        assertThat(api.get(admin, "/v1/secret").body()).isEqualTo("[]");
        assertThat(api.post(admin, "/v1/secret", SESAME).text("id")).isNotEqualTo(id);
    }

    @Test
    void whoMayDoNothingWithSecrets_isForbidden_whetherThereIsOneOrNot() {
        Asker admin = api.developer("s2", "*");
        assertThat(api.post(admin, "/v1/secret", SESAME).status()).isEqualTo(201);
        Asker developer = api.addAccount(api.home("s2"), "coder", "function", "runs", "api");
        Asker stranger = of("s2", api.developer("s3", "*"));
        for (Asker asker : List.of(developer, stranger)) {
            for (String name : List.of("open-sesame", "missing")) {
                String at = "/v1/secret/" + name;
                for (Answer answer : List.of(
                        api.get(asker, at),
                        api.get(asker, at + "?version=1"),
                        api.put(asker, at, SESAME),
                        api.delete(asker, at),
                        api.get(asker, "/v1/secret"),
                        api.post(asker, "/v1/secret", SESAME),
                        api.post(asker, "/v1/secret", "no json"))) {
                    assertThat(answer.status()).isEqualTo(403);
                    assertThat(answer.body()).isEqualTo(FORBIDDEN);
                }
            }
        }
        Asker neighbor = new Asker(stranger.token(), "");
        assertThat(api.get(neighbor, "/v1/secret/open-sesame").status()).isEqualTo(404);
        assertThat(api.get(neighbor, "/v1/secret").body()).isEqualTo("[]");
        assertThat(value(api.get(admin, "/v1/secret/open-sesame"))).isEqualTo("OpenSesame");
    }

    @Test
    void secretsByName_areAllThatTheirHolderSeesAndChanges() {
        Asker admin = api.developer("s4", "*");
        for (String name : List.of("db-1", "db-2", "other")) {
            assertThat(api.post(admin, "/v1/secret", secret(name, "old")).status())
                    .isEqualTo(201);
        }
        Asker some = api.addAccount(api.home("s4"), "some", "secret/db-*");
        assertThat(names(api.get(some, "/v1/secret"))).containsExactly("db-1", "db-2");
        assertThat(value(api.get(some, "/v1/secret/db-1"))).isEqualTo("old");
        assertThat(api.put(some, "/v1/secret/db-1", secret("db-1", "new")).status())
                .isEqualTo(201);
        assertThat(api.post(some, "/v1/secret", secret("db-3", "new")).status()).isEqualTo(201);
        assertThat(api.delete(some, "/v1/secret/db-2").status()).isEqualTo(204);
        assertThat(api.get(some, "/v1/secret/db-9").status()).isEqualTo(404);
        for (String name : List.of("other", "missing")) {
            String at = "/v1/secret/" + name;
            assertThat(api.get(some, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.put(some, at, secret(name, "new")).body()).isEqualTo(FORBIDDEN);
            assertThat(api.delete(some, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.post(some, "/v1/secret", secret(name, "new")).body()).isEqualTo(FORBIDDEN);
        }
        assertThat(names(api.get(admin, "/v1/secret"))).containsExactly("db-1", "db-3", "other");
        assertThat(value(api.get(admin, "/v1/secret/other"))).isEqualTo("old");
    }

    @Test
    void whoMayOnlyMakeSecrets_readsNone() {
        Asker admin = api.developer("s5", "*");
        Asker maker = api.addAccount(api.home("s5"), "maker", List.of("create", "update"), List.of("secret"));
        assertThat(api.post(maker, "/v1/secret", secret("s", "one")).status()).isEqualTo(201);
        assertThat(api.put(maker, "/v1/secret/s", secret("s", "two")).status()).isEqualTo(201);
        assertThat(api.get(maker, "/v1/secret/s").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(maker, "/v1/secret").body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(maker, "/v1/secret/s").body()).isEqualTo(FORBIDDEN);
        assertThat(value(api.get(admin, "/v1/secret/s"))).isEqualTo("two");
    }

    @Test
    void whatIsNoSecret_isRefusedInDispatchsWords() {
        Asker admin = api.developer("s6", "secret");
        assertThat(api.post(admin, "/v1/secret", "{\"secrets\":{}}").body())
                .isEqualTo("{\"code\":602,\"message\":\"name in body is required\"}");
        assertThat(api.post(admin, "/v1/secret", "{\"name\":\"-x\"}")
                        .json()
                        .path("code")
                        .asInt())
                .isEqualTo(605);
        Answer number = api.post(admin, "/v1/secret", "{\"name\":\"s\",\"secrets\":{\"pin\":4711}}");
        assertThat(number.status()).isEqualTo(422);
        assertThat(number.json().path("code").asInt()).isEqualTo(601);
        assertThat(number.body()).doesNotContain("4711");
        Answer broken = api.post(admin, "/v1/secret", "{\"name\":\"s\",\"secrets\":{\"pin\":\"4711\"");
        assertThat(broken.status()).isEqualTo(400);
        assertThat(broken.body()).doesNotContain("4711");

        for (String half : List.of("\"k\":\"\\ud800\"", "\"\\ud800\":\"v\"")) {
            assertThat(api.post(admin, "/v1/secret", "{\"name\":\"s\",\"secrets\":{" + half + "}}")
                            .status())
                    .isEqualTo(400);
        }

        assertThat(api.post(admin, "/v1/secret", SESAME).status()).isEqualTo(201);
        Answer again = api.post(admin, "/v1/secret", SESAME);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.body()).isEqualTo("{\"code\":409,\"message\":\"secret open-sesame already exists\"}");
        assertThat(api.put(admin, "/v1/secret/open-sesame", secret("other", "x"))
                        .status())
                .isEqualTo(400);
        assertThat(api.post(admin, "/v1/secret", secret("large", "x".repeat(40_000)))
                        .body())
                .isEqualTo("{\"code\":400,\"message\":\"bad request when processing secret large: a secret has at"
                        + " most 32768 bytes, with its tags\"}");
        assertThat(api.post(admin, "/v1/secret", secret("large", "x".repeat(300_000)))
                        .status())
                .isEqualTo(413);
        String many =
                IntStream.range(0, 101).mapToObj(i -> "\"k" + i + "\":\"v\"").collect(Collectors.joining(","));
        assertThat(api.post(admin, "/v1/secret", "{\"name\":\"many\",\"secrets\":{" + many + "}}")
                        .status())
                .isEqualTo(422);
        assertThat(names(api.get(admin, "/v1/secret"))).containsExactly("open-sesame");
    }

    @Test
    void lists_areFilteredByApplication() {
        Asker admin = api.developer("s9", "secret");
        String tagged = "{\"name\":\"t\",\"secrets\":{}," + "\"tags\":[{\"key\":\"Application\",\"value\":\"app1\"}]}";
        assertThat(api.post(admin, "/v1/secret", tagged).status()).isEqualTo(201);
        assertThat(api.post(admin, "/v1/secret", secret("s", "one")).status()).isEqualTo(201);
        assertThat(names(api.get(admin, "/v1/secret?tags=Application%3Dapp1"))).containsExactly("t");
        assertThat(names(api.get(admin, "/v1/secret"))).containsExactly("s", "t");
        assertThat(api.get(admin, "/v1/secret?tags=x").status()).isEqualTo(400);
    }

    @Test
    void olderVersions_canBeRead() {
        Asker admin = api.developer("s7", "secret");
        api.post(admin, "/v1/secret", secret("s", "one"));
        api.put(admin, "/v1/secret/s", secret("s", "two"));
        assertThat(value(api.get(admin, "/v1/secret/s?version=1"))).isEqualTo("one");
        assertThat(value(api.get(admin, "/v1/secret/s?version=2"))).isEqualTo("two");
        assertThat(api.get(admin, "/v1/secret/s?version=3").status()).isEqualTo(404);
        assertThat(api.get(admin, "/v1/secret/s?version=x").status()).isEqualTo(422);
    }

    @Test
    void theAuditLog_hasEachChange_withoutValues() {
        Asker admin = api.developer("s8", "*");
        api.post(admin, "/v1/secret", secret("s", "marker-1"));
        api.put(admin, "/v1/secret/s", secret("s", "marker-2"));
        api.delete(admin, "/v1/secret/s");
        String log = api.get(admin, "/v1/audit").body();
        assertThat(log)
                .contains("secret.create", "secret.update", "secret.delete")
                .doesNotContain("marker");
    }

    private static String secret(String name, String value) {
        return "{\"name\":\"" + name + "\",\"secrets\":{\"password\":\"" + value + "\"},\"tags\":null}";
    }

    private static String value(Answer answer) {
        return answer.json().path("secrets").path("password").asString("");
    }

    private static List<String> names(Answer answer) {
        List<String> names = new ArrayList<>();
        answer.json().forEach(one -> names.add(one.path("name").asString("")));
        return names;
    }

    private static Asker of(String organization, Asker asker) {
        return new Asker(asker.token(), organization);
    }
}
