package dev.sluice.api;

import static dev.sluice.api.ApiServer.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.Packages;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Faasten's dialect and the seed's.
final class PathRoutesTest extends ApiTest {
    private static final String UNIFORM =
            "{\"code\":404,\"message\":\"not found or not allowed\",\"error\":\"not found or not allowed\"}";
    private static final String ME = "dispatch/serviceaccount/admin";
    private static final String ECHO = "def handle(event, cloudcall):\n    return {'got': event}\n";

    private Asker stranger;

    @BeforeAll
    void start() {
        stranger = api.developer("blue", "function", "runs");
    }

    @Test
    void theServer_saysWhoAsks_andThatItIsThere() {
        assertThat(api.get(root, "/me").body()).isEqualTo("{\"login\":\"" + ME + "\"}");
        assertThat(api.get(NOBODY, "/me").status()).isEqualTo(401);
        assertThat(api.get(NOBODY, "/faasten/ping").body()).isEqualTo("Pong.");
        assertThat(api.get(NOBODY, "/healthz").status()).isEqualTo(200);
        assertThat(api.get(NOBODY, "/readyz").status()).isEqualTo(200);
        assertThat(api.get(NOBODY, "/v1/version").text("version")).isEqualTo("0.0");
        assertThat(api.get(root, "/").body()).isEqualTo("{\"message\":\"Default Root Page\"}");
        assertThat(api.get(root, "/home/").body()).isEqualTo("{\"message\":\"Home Page, You have already logged in\"}");
        assertThat(api.get(NOBODY, "/home").status()).isEqualTo(401);
        assertThat(api.get(NOBODY, "/nope").body())
                .isEqualTo("{\"code\":404,\"message\":\"path /nope was not found\"}");
    }

    @Test
    void aFile_isWritten_read_listed_andRemoved() {
        Answer created = api.put(root, fs("~:note"), "one");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.body())
                .isEqualTo("{\"name\":\"note\",\"kind\":\"file\",\"label\":\"" + ME + "," + ME
                        + "\",\"size\":3,\"version\":1}");
        assertThat(api.get(root, fs("~:note")).body()).isEqualTo("one");
        assertThat(api.put(root, fs("~:note") + "?version=1", "two!").body()).contains("\"size\":4,\"version\":2");
        assertThat(api.put(root, fs("~:note") + "?version=1", "three").status()).isEqualTo(409);
        assertThat(api.get(root, fs("~:note") + "?op=stat").body())
                .contains("\"kind\":\"file\"")
                .contains("\"size\":4,\"version\":2");
        assertThat(api.get(root, fs("~") + "?op=list").body())
                .contains("{\"name\":\"note\",\"kind\":\"file\",\"label\":\"" + ME + "," + ME + "\"}");
        assertThat(api.delete(root, fs("~:note")).status()).isEqualTo(204);
        assertThat(api.get(root, fs("~:note")).body()).isEqualTo(UNIFORM);
    }

    @Test
    void listings_comeInPages() {
        api.post(root, fs("~:paged") + "?op=mkdir", "");
        for (String name : new String[] {"a", "b", "c"}) {
            api.put(root, fs("~:paged:" + name), "x");
        }
        Answer first = api.get(root, fs("~:paged") + "?op=list&limit=2");
        assertThat(first.json().path("entries").size()).isEqualTo(2);
        assertThat(first.text("next")).isEqualTo("b");
        Answer second = api.get(root, fs("~:paged") + "?op=list&limit=2&after=b");
        assertThat(second.body()).contains("\"name\":\"c\"").doesNotContain("next");
        api.post(root, fs("~:facets") + "?op=mkdir&faceted=true", "");
        for (String part : new String[] {"x", "y"}) {
            api.put(root, fs("~:facets:<T," + ME + "/" + part + ">:f"), "x");
        }
        String facet = api.get(root, fs("~:facets") + "?op=list&limit=1").text("next");
        assertThat(facet).isEqualTo("T," + ME + "/x");
        assertThat(api.get(root, fs("~:facets") + "?op=list&limit=2&after=" + encoded(facet))
                        .body())
                .isEqualTo("{\"facets\":[\"T," + ME + "/y\"]}");
        for (String limit : new String[] {"0", "-1", "1001", "x"}) {
            assertThat(api.get(root, fs("~:paged") + "?op=list&limit=" + limit).status())
                    .isEqualTo(400);
        }
    }

    @Test
    void aNewFile_isMadeOnlyWhereNothingIs() {
        assertThat(api.put(root, fs("~:fresh") + "?op=create", "one").status()).isEqualTo(201);
        assertThat(api.put(root, fs("~:fresh") + "?op=create", "two").status()).isEqualTo(409);
        assertThat(api.get(root, fs("~:fresh")).body()).isEqualTo("one");
    }

    @Test
    void directories_areMade_plainAndFaceted() {
        assertThat(api.post(root, fs("~:plain") + "?op=mkdir", "").status()).isEqualTo(201);
        assertThat(api.put(root, fs("~:plain:deep"), "x").status()).isEqualTo(201);
        assertThat(api.post(root, fs("~:plain") + "?op=mkdir", "").status()).isEqualTo(409);
        Answer faceted = api.post(root, fs("~:many") + "?op=mkdir&faceted=true", "");
        assertThat(faceted.text("kind")).isEqualTo("faceted");
        String facet = "~:many:<" + ME + "/x," + ME + "/x>:f";
        assertThat(api.put(root, fs(facet), "x").status()).isEqualTo(201);
        assertThat(api.get(root, fs("~:many") + "?op=list").body())
                .isEqualTo("{\"facets\":[\"" + ME + "/x," + ME + "/x\"]}");
        assertThat(api.get(root, fs("~:many") + "?op=list&clearance=T").body()).isEqualTo("{\"facets\":[]}");
    }

    @Test
    void anotherOnesFile_isAsMissing() {
        api.put(root, fs("~:private"), "secret");
        String path = "home:<" + ME + "," + ME + ">:";
        for (Asker asker : new Asker[] {stranger, NOBODY}) {
            for (String op : new String[] {"", "?op=stat"}) {
                Answer there = api.get(asker, fs(path + "private") + op);
                Answer missing = api.get(asker, fs(path + "nothing") + op);
                assertThat(there.body()).isEqualTo(missing.body()).isEqualTo(UNIFORM);
                assertThat(there.status()).isEqualTo(missing.status());
            }
        }
        assertThat(api.put(stranger, fs(path + "planted"), "x").body()).isEqualTo(UNIFORM);
        assertThat(api.delete(stranger, fs(path + "private")).body()).isEqualTo(UNIFORM);
    }

    @Test
    void aPolicy_lendsNothing_toFsVerbs() {
        FsPath path =
                FsPath.home(Label.parse("dispatch/function,dispatch/function")).child("data");
        ApiServer.asRoot(() -> api.fs.create(
                path,
                Kind.FILE,
                Label.parse("dispatch/function,dispatch/function"),
                Bytes.utf8("x"),
                Privilege.mintTcb(Component.TRUE, Component.FALSE)));
        assertThat(api.get(root, fs(path.toString())).body()).isEqualTo(UNIFORM);
    }

    @Test
    void nobody_readsThePublic_andWritesNothing() {
        String path = "home:<T," + ME + ">:page";
        assertThat(api.put(root, fs(path), "hello world").status()).isEqualTo(201);
        assertThat(api.get(NOBODY, fs(path)).body()).isEqualTo("hello world");
        assertThat(api.put(NOBODY, fs("~:x"), "x").status()).isEqualTo(401);
        assertThat(api.get(new Asker("bad", ""), fs(path)).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a::b", "<T,T>:x", "home:<T>:x", "home:<>:x", "a:~:b", "home:<T,T&a>:x", "home:<a,b,c>"})
    void aWrongPath_isRefused(String path) {
        assertThat(api.get(root, fs(path)).status()).isEqualTo(400);
    }

    @Test
    void aBlob_opensForItsOwnerOnly_andBecomesAGate() {
        Answer blob = api.send(root, "POST", "/blobs", Bytes.utf8(ECHO), "Content-Type", "text/x-python");
        assertThat(blob.status()).isEqualTo(201);
        String body = "{\"path\":\"~:echo\",\"blob\":\"" + blob.text("blob")
                + "\",\"image\":\"python3\",\"handler\":\"echo.handle\"}";
        assertThat(api.post(stranger, "/gates", body).body()).isEqualTo(UNIFORM);
        assertThat(api.post(NOBODY, "/gates", body).status()).isEqualTo(401);
        assertThat(api.post(root, "/gates", body).status()).isEqualTo(201);
        assertThat(api.post(root, "/gates", body).status()).isEqualTo(409);

        Answer answer = api.post(root, "/faasten/invoke/" + encoded("~:echo"), "{\"a\":1}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).startsWith("{\"got\":{\"a\":1}");
        String path = "home:<" + ME + "," + ME + ">:";
        Answer there = api.post(NOBODY, "/faasten/invoke/" + encoded(path + "echo"), "{}");
        Answer missing = api.post(NOBODY, "/faasten/invoke/" + encoded(path + "nothing"), "{}");
        assertThat(there.body()).isEqualTo(missing.body()).isEqualTo(UNIFORM);

        Answer other = api.send(root, "POST", "/blobs", Bytes.utf8(ECHO.replace("got", "new")));
        String relink = "{\"path\":\"~:echo\",\"blob\":\"" + other.text("blob") + "\",\"image\":\"python3\"}";
        assertThat(api.put(root, "/gates", relink).status()).isEqualTo(200);
        assertThat(api.post(root, "/faasten/invoke/" + encoded("~:echo"), "1").body())
                .startsWith("{\"new\":1");
    }

    @Test
    void aPublicGate_answersNobody_andAStatedLabelIsKept() {
        String id = api.send(root, "POST", "/blobs", Bytes.utf8(ECHO)).text("blob");
        String path = "home:<T," + ME + ">:public";
        String body =
                "{\"path\":\"" + path + "\",\"blob\":\"" + id + "\",\"image\":\"python3\",\"handler\":\"a.handle\"}";
        assertThat(api.post(root, "/gates", body).status()).isEqualTo(201);
        String target = "/faasten/invoke/" + encoded(path);
        assertThat(api.post(NOBODY, target, "1").body()).startsWith("{\"got\":1");
        for (String label : new String[] {ME + ",T", "F,T"}) {
            assertThat(api.send(NOBODY, "POST", target, Bytes.utf8("1"), "X-Faasten-Label", label)
                            .body())
                    .isEqualTo(UNIFORM);
        }
        assertThat(api.send(root, "POST", target, Bytes.utf8("1"), "X-Faasten-Label", ME + ",T")
                        .body())
                .startsWith("{\"got\":1");
        assertThat(api.send(NOBODY, "POST", target, Bytes.utf8("1"), "X-Faasten-Label", "T,Tom,x")
                        .status())
                .isEqualTo(400);
        assertThat(api.post(NOBODY, target, "{").status()).isEqualTo(400);
    }

    @Test
    void aCallByPath_isChargedToTheCallersOwnOrganization_whateverHeNames() {
        Asker blue = api.developer("blue", "runs");
        String id = api.send(root, "POST", "/blobs", Bytes.utf8(ECHO)).text("blob");
        String path = gate("T," + ME, "charged", id);
        var abroad = new Asker(root.token(), "blue");
        assertThat(api.post(abroad, "/faasten/invoke/" + encoded(path), "1").body())
                .startsWith("{\"got\":1");
        assertThat(api.get(blue, "/v1/runs").body()).isEqualTo("[]");
        assertThat(api.get(root, "/v1/runs").body()).contains("charged");
    }

    @Test
    void aGateThatOneOfTwoVouchesFor_answersNobody_asNeitherIsCharged() {
        Asker blue = api.developer("blue", "runs");
        String id = api.send(root, "POST", "/blobs", Bytes.utf8(ECHO)).text("blob");
        String path = gate("T,blue|" + ME, "shared", id);
        assertThat(api.post(NOBODY, "/faasten/invoke/" + encoded(path), "1").body())
                .isEqualTo(UNIFORM);
        assertThat(api.get(blue, "/v1/runs").body()).doesNotContain("shared");
    }

    @Test
    void aSquashfsImage_becomesAGate() throws IOException {
        byte[] image;
        try (InputStream in = Packages.class.getResourceAsStream("xz.squashfs")) {
            image = Objects.requireNonNull(in).readAllBytes();
        }
        String id = api.send(root, "POST", "/blobs", Bytes.takeOver(image)).text("blob");
        String body = "{\"path\":\"~:squashed\",\"blob\":\"" + id + "\",\"image\":\"python3\"}";
        assertThat(api.post(root, "/gates", body).body()).contains("\"kind\":\"gate\"");
        assertThat(api.post(root, "/faasten/invoke/" + encoded("~:squashed"), "[1]")
                        .body())
                .contains("\"squashed\"");
    }

    private String gate(String label, String name, String blob) {
        String path = "home:<" + label + ">:" + name;
        String body =
                "{\"path\":\"" + path + "\",\"blob\":\"" + blob + "\",\"image\":\"python3\",\"handler\":\"a.handle\"}";
        assertThat(api.post(root, "/gates", body).status()).isEqualTo(201);
        return path;
    }

    @Test
    void theSeedsInvoke_isAccepted_andRuns() {
        String id = api.send(root, "POST", "/blobs", Bytes.utf8(ECHO)).text("blob");
        api.post(
                root,
                "/gates",
                "{\"path\":\"~:later\",\"blob\":\"" + id + "\",\"image\":\"python3\",\"handler\":\"a.handle\"}");
        Answer accepted =
                api.post(root, "/invoke", "{\"path\":\"~:later\",\"payload\":\"{\\\"a\\\":1}\",\"label\":\"T,T\"}");
        assertThat(accepted.status()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(api.get(root, "/v1/runs/" + accepted.text("run"))
                                .status())
                        .isIn(200, 404));
        assertThat(api.post(root, "/invoke", "{\"path\":\"~:nothing\"}").body()).isEqualTo(UNIFORM);
        assertThat(api.post(root, "/invoke", "{\"path\":\"~:later\",\"payload\":\"{\"}")
                        .status())
                .isEqualTo(400);
        assertThat(api.post(root, "/invoke", "{\"path\":\"~:later\",\"label\":{\"secrecy\":1}}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void objects_areCreatedAndRelinked_atPathsOfEitherForm() {
        assertThat(api.post(root, "/dirs/" + encoded("~:tree"), "").status()).isEqualTo(201);
        assertThat(api.post(root, "/directories/~/tree/branch", "{}").status()).isEqualTo(201);
        api.put(root, fs("~:tree:leaf"), "green");
        assertThat(api.post(root, "/dirs/~/tree/other", "{\"target\":\"~:tree:leaf\"}")
                        .status())
                .isEqualTo(201);
        assertThat(api.get(root, fs("~:tree:other")).body()).isEqualTo("green");
        api.put(root, fs("~:tree:dry"), "brown");
        assertThat(api.put(root, "/dirs/~/tree/other", "{\"target\":\"~:tree:dry\"}")
                        .status())
                .isEqualTo(200);
        assertThat(api.get(root, fs("~:tree:other")).body()).isEqualTo("brown");
        String id = api.send(root, "POST", "/blobs", Bytes.utf8("a blob")).text("blob");
        assertThat(api.post(root, "/dirs/~/tree/blob", "{\"blob\":\"" + id + "\"}")
                        .status())
                .isEqualTo(201);
        assertThat(api.get(root, fs("~:tree:blob")).body()).isEqualTo("a blob");
        assertThat(api.get(root, fs("~:tree:blob") + "?op=stat").text("kind")).isEqualTo("blob");
    }

    private static String fs(String path) {
        return "/faasten/fs/" + encoded(path);
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
