package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.oci.Login;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.secret.Secrets;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// `/v1/registry`, over HTTP: shapes, texts, who may, and that no password comes out again.
final class RegistryRoutesTest extends ApiTest {
    private static final String REGISTRIES = "/v1/registry";
    private static final String PASSWORD = "correct-horse";

    private Organization acme;
    private Asker boss;

    @BeforeAll
    void people() {
        var _ = api.developer("acme", "function");
        acme = api.home("acme");
        boss = api.addAccount(acme, "boss", "*");
    }

    private static String registry(String name, String host, String password) {
        return "{\"name\":\"" + name + "\",\"host\":\"" + host + "\",\"username\":\"ci\",\"password\":\"" + password
                + "\"}";
    }

    private RegistryLogins logins() {
        return new RegistryLogins(new Secrets(api.fs, api.keys, api.audit, new SecureRandom()));
    }

    @Test
    void aRegistry_goesItsWay_andItsPasswordIsInNoAnswer() {
        Answer made = api.post(boss, REGISTRIES, registry("way", "Way.Example.com:5000", PASSWORD));
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.body()).isEqualTo(way(made, 1));
        assertThat(made.headers().get("cache-control")).containsExactly("no-store");
        assertThat(api.get(boss, REGISTRIES + "/way").body()).isEqualTo(way(made, 1));
        assertThat(api.get(boss, REGISTRIES).json().findValuesAsString("name")).contains("way");
        assertThat(api.get(boss, REGISTRIES).body()).doesNotContain("password", PASSWORD);
        assertThat(api.get(boss, REGISTRIES + "?tags=Application=other").body()).isEqualTo("[]");
        assertThat(logins().of(acme, "way.example.com:5000")).contains(new Login("ci", PASSWORD));

        Answer changed = api.put(boss, REGISTRIES + "/way", registry("way", "way.example.com:5000", "battery-staple"));
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.body()).isEqualTo(way(made, 2));
        assertThat(logins().of(acme, "way.example.com:5000")).contains(new Login("ci", "battery-staple"));

        assertThat(api.delete(boss, REGISTRIES + "/way").status()).isEqualTo(204);
        assertThat(api.get(boss, REGISTRIES + "/way").body())
                .isEqualTo("{\"code\":404,\"message\":\"registry way not found\"}");
        assertThat(logins().of(acme, "way.example.com:5000")).isEmpty();
    }

    private static String way(Answer made, int version) {
        return "{\"id\":\"" + made.text("id") + "\",\"name\":\"way\",\"kind\":\"Registry\","
                + "\"host\":\"way.example.com:5000\",\"username\":\"ci\",\"version\":" + version + ",\"createdTime\":"
                + made.json().path("createdTime").asLong() + ",\"tags\":null}";
    }

    @Test
    void aLogin_isForItsHostOnly_andForItsOrganization() {
        Asker blue = api.developer("blue", "*");
        api.post(boss, REGISTRIES, registry("hub", "docker.io", PASSWORD));
        api.post(boss, REGISTRIES, registry("one", "one.example.com", PASSWORD));
        api.post(blue, REGISTRIES, registry("one", "one.example.com", "of-blue"));
        assertThat(logins().of(acme, "one.example.com")).contains(new Login("ci", PASSWORD));
        assertThat(logins().of(api.home("blue"), "one.example.com")).contains(new Login("ci", "of-blue"));
        assertThat(logins().of(api.home("blue"), "registry-1.docker.io")).isEmpty();
        assertThat(logins().of(acme, "registry-1.docker.io")).isPresent();
        for (String other : List.of("one.example.com:443", "two.one.example.com", "example.com", "one.example.co")) {
            assertThat(logins().of(acme, other)).as(other).isEmpty();
        }
    }

    @Test
    void oneLogin_isAtOneHost_alsoIfTwoAreMadeAtOnce() throws Exception {
        String wanted = registry("NAME", "same.example.com", PASSWORD);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> both = List.of(
                    () -> api.post(boss, REGISTRIES, wanted.replace("NAME", "same-1"))
                            .status(),
                    () -> api.post(boss, REGISTRIES, wanted.replace("NAME", "same-2"))
                            .status(),
                    () -> api.post(boss, REGISTRIES, wanted.replace("NAME", "same-3"))
                            .status());
            List<Integer> statuses = threads.invokeAll(both).stream()
                    .map(done -> done.resultNow())
                    .sorted()
                    .toList();
            assertThat(statuses).containsExactly(201, 409, 409);
        }
        Answer third = api.post(boss, REGISTRIES, wanted.replace("NAME", "same-4"));
        assertThat(third.text("message"))
                .isEqualTo("your organization has a login for same.example.com under another name: update or delete"
                        + " that one");
        api.post(boss, REGISTRIES, registry("moves", "from.example.com", PASSWORD));
        assertThat(api.put(boss, REGISTRIES + "/moves", registry("moves", "same.example.com", PASSWORD))
                        .status())
                .isEqualTo(409);
        assertThat(api.put(boss, REGISTRIES + "/moves", registry("moves", "to.example.com", PASSWORD))
                        .status())
                .isEqualTo(200);
        assertThat(api.post(boss, REGISTRIES, registry("moves", "x.example.com", PASSWORD))
                        .body())
                .isEqualTo("{\"code\":409,\"message\":\"registry moves already exists\"}");
    }

    /// Not even a new host can be stated without the password: who may not know it could have it sent to his own.
    @Test
    void whatIsMissingOrWrong_isRefused_withoutSayingThePassword() {
        api.post(boss, REGISTRIES, registry("there", "there.example.com", PASSWORD));
        Answer moved = api.put(
                boss, REGISTRIES + "/there", "{\"name\":\"there\",\"host\":\"mine.example.com\",\"username\":\"ci\"}");
        assertThat(moved.text("message")).isEqualTo("password in body is required");
        assertThat(logins().of(acme, "mine.example.com")).isEmpty();
        assertThat(api.put(boss, REGISTRIES + "/there", registry("other", "o.example.com", PASSWORD))
                        .text("message"))
                .isEqualTo("bad request when processing registry there: a registry keeps its name");
        assertThat(api.put(boss, REGISTRIES + "/none", registry("none", "none.example.com", PASSWORD))
                        .text("message"))
                .isEqualTo("registry none not found");
        assertThat(api.post(boss, REGISTRIES, "{\"name\":\"x\",\"host\":\"h.example.com\"}")
                        .text("message"))
                .isEqualTo("username in body is required");
        assertThat(api.post(boss, REGISTRIES, "{\"name\":\"x\"}").text("message"))
                .isEqualTo("host in body is required");
        for (String host : List.of("https://h.example.com", "h.example.com/x", "h:0", "a b", "user@h.example.com")) {
            assertThat(api.post(boss, REGISTRIES, registry("x", host, PASSWORD)).body())
                    .isEqualTo("{\"code\":400,\"message\":\"bad request when processing registry x: host: that is no"
                            + " registry: write its host, or host:port\"}");
        }
        for (String wrong : List.of(PASSWORD + "\\r\\nHost: x", PASSWORD + "\\ud800", PASSWORD + "x".repeat(8192))) {
            Answer refused = api.post(boss, REGISTRIES, registry("x", "h.example.com", wrong));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body())
                    .contains("password has at most 8192 characters")
                    .doesNotContain(PASSWORD);
        }
        assertThat(api.post(
                                boss,
                                REGISTRIES,
                                registry("x", "h.example.com", PASSWORD).replace("\"ci\"", "\"c:i\""))
                        .text("message"))
                .isEqualTo("bad request when processing registry x: a username has no colon");
    }

    @Test
    void whoMayNot_isRefused_whetherThereIsOneOrNot() {
        api.post(boss, REGISTRIES, registry("kept", "kept.example.com", PASSWORD));
        api.post(boss, REGISTRIES, registry("hers", "hers.example.com", PASSWORD));
        Asker dev = api.addAccount(acme, "no-registries", "function", "runs", "secret", "baseimage");
        for (String name : List.of("/kept", "/no-such", "")) {
            assertThat(api.get(dev, REGISTRIES + name).body()).as(name).isEqualTo(FORBIDDEN);
        }
        assertThat(api.delete(dev, REGISTRIES + "/kept").body()).isEqualTo(FORBIDDEN);
        assertThat(api.put(dev, REGISTRIES + "/kept", registry("kept", "k.example.com", "x"))
                        .body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(dev, REGISTRIES, registry("kept", "k.example.com", "x"))
                        .body())
                .isEqualTo(FORBIDDEN);
        Asker one = api.addAccount(acme, "one-registry", "registry/hers");
        assertThat(api.get(one, REGISTRIES).json().findValuesAsString("name")).containsExactly("hers");
        assertThat(api.put(one, REGISTRIES + "/hers", registry("hers", "hers.example.com", "y"))
                        .status())
                .isEqualTo(200);
        assertThat(api.put(one, REGISTRIES + "/hers", registry("hers", "kept.example.com", "y"))
                        .status())
                .isEqualTo(409);
        assertThat(api.get(one, REGISTRIES + "/kept").status()).isEqualTo(403);
        Asker looker = api.addAccount(acme, "looks-at-registries", List.of("get"), List.of("registry"));
        assertThat(api.get(looker, REGISTRIES + "/kept").status()).isEqualTo(200);
        assertThat(api.delete(looker, REGISTRIES + "/kept").status()).isEqualTo(403);

        Asker green = api.developer("green", "*");
        assertThat(api.get(green, REGISTRIES).body()).isEqualTo("[]");
        assertThat(api.get(green, REGISTRIES + "/kept").body())
                .isEqualTo(api.get(green, REGISTRIES + "/no-such").body().replace("no-such", "kept"));
        assertThat(api.delete(green, REGISTRIES + "/kept").status()).isEqualTo(404);
        assertThat(logins().of(acme, "kept.example.com")).contains(new Login("ci", PASSWORD));
    }

    /// Sealed with the organization's key, the newest only, and as its own kind of thing.
    @Test
    void whatIsStored_showsNothing_andKeepsNoOldPassword() {
        api.post(boss, REGISTRIES, registry("stored", "stored.example.com", PASSWORD));
        int before = stored("stored").length();
        api.put(boss, REGISTRIES + "/stored", registry("stored", "stored.example.com", PASSWORD));
        String file = stored("stored");
        assertThat(file).doesNotContain(PASSWORD, "stored.example.com");
        assertThat(file).hasSize(before).contains("\"version\":2").doesNotContain("\"version\":1");
        assertThat(api.get(boss, "/v1/secret/stored").status()).isEqualTo(404);
        assertThat(api.get(boss, "/v1/serviceinstance/stored").status()).isEqualTo(404);
    }

    private String stored(String name) {
        var all = acme.principal().child("registry");
        FsPath path = FsPath.home(Label.of(Component.of(all.child(name)), Component.of(all)))
                .child(name);
        Bytes file = Upkeep.of(acme, Resource.REGISTRY)
                .run(() -> api.fs.read(path, Kind.FILE).bytes());
        return new String(file.readOnlyArray(), StandardCharsets.UTF_8);
    }
}
