package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.authn.Upkeep;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.Layer;
import dev.sluice.label.Label;
import dev.sluice.org.Resource;
import dev.sluice.store.MemoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// What images need beside their languages, built by the real tools from registries on loopback.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ImageBuildsTest {
    private static final String IMAGES = "/v1/image";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String USES_TINY = "import tinypkg\ndef handle(context, payload):\n    return tinypkg.WORD\n";

    /// Writes down what it finds. Its registry is asked for what is in it, and for what is beside it.
    private static final String SPY = """
            const fs = require('fs'), http = require('http'), net = require('net');
            const registry = new URL(process.env.npm_config_registry);
            const places = ['/etc/shadow', '/etc/hostname', '/root', '/home', '/var/log', '/var/cache', '/srv', '/usr/local/bin',
                '/run/secrets', 'DIRECTORY'];
            const connects = (host, port) => new Promise((done) => {
                const socket = net.connect({ host, port }, () => { socket.destroy(); done([host + ':' + port]); });
                socket.on('error', () => done([]));
                socket.setTimeout(2000, () => { socket.destroy(); done([]); });
            });
            const asks = (path) => new Promise((done) => {
                http.get({ host: registry.hostname, port: registry.port, path }, (answer) => {
                    answer.resume().on('end', () => done(answer.statusCode));
                });
            });
            (async () => {
                const connected = [];
                for (const [host, port] of [['127.0.0.1', SERVER_PORT], ['127.0.0.1', REGISTRY_PORT], ['8.8.8.8', 53], ['10.0.0.1', 80]]) {
                    connected.push(...await connects(host, port));
                }
                const answers = [];
                for (const path of ['/npm/spy', '/private/secret', '/npm/../private/secret',
                    '/npm/%2e%2E/private/secret', '/npm/..%2fprivate%2fsecret']) answers.push(await asks(path));
                fs.writeFileSync('found.json', JSON.stringify({
                    files: places.filter((place) => fs.existsSync(place)),
                    users: fs.readFileSync('/etc/passwd', 'utf8'),
                    environment: Object.keys(process.env).filter((name) => !/^(npm_|NODE|INIT_CWD$|PATH$|HOME$|LANG$|TMPDIR$|PWD$|COLOR$|EDITOR$|SHLVL$|OLDPWD$|_$)/.test(name)),
                    connected, answers }));
            })();
            """;

    private PackageIndexes indexes;
    private Path directory;
    private MemoryBlobs blobs;
    private ApiServer api;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/pip")), "python3-pip is not installed");
        this.directory = directory;
        indexes = new PackageIndexes();
        blobs = new MemoryBlobs();
        api = new ApiServer(directory, new MemoryStore(), blobs, indexes.registries());
    }

    @AfterAll
    void end() {
        if (indexes != null) {
            api.close();
            indexes.close();
        }
    }

    @Test
    void pythonPackages_areInstalled_andSeenByFunctions_whateverBecomesOfTheImage() {
        Asker admin = organization("python");
        indexes.wheel("tinypkg", "1.0", Map.of("tinypkg/__init__.py", "WORD = 'tiny'\n"));
        image(admin, "i", "py", "# mine\ntinypkg == 1.0\nnumpy\n");
        settled(admin, IMAGES, "i", "READY");
        assertThat(indexes.asked).as("the host has it").doesNotContain("/simple/numpy/");
        create(admin, "/v1/function", function("f", "i", "f.py", USES_TINY, ""));
        settled(admin, "/v1/function", "f", "READY");
        assertThat(run(admin, "f")).isEqualTo("\"tiny\"");
        assertThat(log(admin, "i"))
                .contains("Successfully installed tinypkg-1.0")
                .contains("the image is ready");

        image(admin, "same", "py", "tinypkg == 1.0");
        settled(admin, IMAGES, "same", "READY");
        assertThat(log(admin, "same")).contains("shares what was installed").doesNotContain("Successfully installed");
        api.delete(admin, IMAGES + "/i");
        assertThat(run(admin, "f")).isEqualTo("\"tiny\"");
    }

    @Test
    void aHashInAManifest_isHeld_evenWhereTheHostHasThePackage() {
        Asker admin = organization("hashes");
        indexes.wheel("hashed", "1.0", Map.of("hashed.py", "WORD = 'hashed'\n"));
        String right = PackageIndexes.hex(
                PackageIndexes.digest("SHA-256", indexes.content("/files/hashed-1.0-py3-none-any.whl")));
        image(admin, "right", "py", "hashed==1.0 \\\n    --hash=sha256:" + right + "\n");
        image(admin, "wrong", "py", "hashed==1.0 --hash=sha256:" + "0".repeat(64));
        image(admin, "hosts", "py", "Pillow --hash=sha256:" + "0".repeat(64));
        settled(admin, IMAGES, "right", "READY");
        settled(admin, IMAGES, "wrong", "ERROR");
        assertThat(reason(admin, "wrong")).contains("HASHES");
        settled(admin, IMAGES, "hosts", "ERROR");
    }

    @Test
    void aProgramOfAPackage_mayBeExecuted_andOtherFilesMayNot() {
        assumeTrue(Files.exists(Path.of("/usr/bin/npm")), "npm is not installed");
        Asker admin = organization("programs");
        String make = "cp /usr/bin/true run && chmod 6755 run && cp run data && chmod 644 data";
        indexes.npm("tool", "1.0.0", make, Map.of("index.js", ""));
        image(admin, "i", "js", "{\"dependencies\":{\"tool\":\"*\"}}");
        settled(admin, IMAGES, "i", "READY");
        String source = "const fs = require('fs'), run = require('child_process').spawnSync;\nmodule.exports = () =>"
                + " ['run', 'data'].map((name) => [run('node_modules/tool/' + name).status,"
                + " (fs.statSync('node_modules/tool/' + name).mode & 0o7111).toString(8)]);\n";
        create(admin, "/v1/function", function("f", "i", "f.js", source, ""));
        settled(admin, "/v1/function", "f", "READY");
        assertThat(run(admin, "f")).isEqualTo("[[0,\"100\"],[null,\"0\"]]");
    }

    @Test
    void nodePackages_areInstalled_andSeenByFunctions() {
        assumeTrue(Files.exists(Path.of("/usr/bin/npm")), "npm is not installed");
        Asker admin = organization("node");
        indexes.npm("leaf", "1.0.0", "", Map.of("index.js", "module.exports = 'leaf'"));
        image(admin, "i", "js", "{\"dependencies\":{\"leaf\":\"^1.0.0\"}}");
        settled(admin, IMAGES, "i", "READY");
        String source = "module.exports = (context, payload) => require('leaf')";
        create(admin, "/v1/function", function("f", "i", "f.js", source, ""));
        settled(admin, "/v1/function", "f", "READY");
        assertThat(run(admin, "f")).isEqualTo("\"leaf\"");
    }

    @Test
    void jars_areFetched_withWhatTheyNeed_andSeenByFunctions() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/usr/share/maven/lib")), "maven is not installed");
        Asker admin = organization("jars");
        indexes.maven("deep", "2", Map.of("word.txt", PackageIndexes.utf8("deep")), "");
        indexes.maven("tiny", "1.0", Map.of(), PackageIndexes.dependency("deep", "2"));
        image(admin, "i", "jv", PackageIndexes.pom("app", "1", PackageIndexes.dependency("tiny", "1.0")));
        image(admin, "none", "jv", PackageIndexes.pom("app", "1", PackageIndexes.dependency("gone", "1.0")));
        settled(admin, IMAGES, "i", "READY");
        String source = "import java.util.Map;\npublic class F implements java.util.function.BiFunction<Map<String,"
                + " Object>, Object, String> {\n public String apply(Map<String, Object> c, Object p) {\n  try (var in"
                + " = F.class.getResourceAsStream(\"/word.txt\")) { return new String(in.readAllBytes()); }\n  catch"
                + " (java.io.IOException e) { throw new IllegalStateException(e); }\n }\n}\n";
        create(admin, "/v1/function", function("f", "i", "F.java", source, ""));
        settled(admin, "/v1/function", "f", "READY");
        assertThat(run(admin, "f")).isEqualTo("\"deep\"");
        settled(admin, IMAGES, "none", "ERROR");
        assertThat(reason(admin, "none")).contains("org.test:gone:");
    }

    /// What a package brings runs while it is installed. It looks for whatever could be found.
    @Test
    void installScripts_findNeitherHostNorServerNorNetwork_andNothingOfAnyRegistryButTheConfiguredPart() {
        assumeTrue(Files.exists(Path.of("/usr/bin/npm")), "npm is not installed");
        Asker admin = organization("spied");
        indexes.put("/private/secret", PackageIndexes.utf8("secret"));
        indexes.npm(
                "spy",
                "1.0.0",
                "node spy.js",
                Map.of(
                        "spy.js",
                        SPY.replace("SERVER_PORT", Integer.toString(api.port()))
                                .replace("REGISTRY_PORT", Integer.toString(indexes.port()))
                                .replace("DIRECTORY", directory.toString())));
        image(admin, "i", "js", "{\"dependencies\":{\"spy\":\"*\"}}");
        settled(admin, IMAGES, "i", "READY");
        create(
                admin,
                "/v1/function",
                function("f", "i", "f.js", "module.exports = () => require('spy/found.json')", ""));
        settled(admin, "/v1/function", "f", "READY");
        assertThat(run(admin, "f"))
                .isEqualTo("{\"files\":[],\"users\":\"guest:x:1000:1000::/tmp:/nonexistent\\n\",\"environment\":[],"
                        + "\"connected\":[],\"answers\":[200,403,403,403,403]}");
        assertThat(indexes.asked).noneMatch(path -> path.contains("private"));
    }

    @Test
    void aBuildThatNeverEnds_isEnded_andLeavesNothing() {
        Asker admin = organization("endless");
        indexes.sdist("endless", "1.0", "import time\nwhile True:\n    time.sleep(1)\n");
        image(admin, "i", "py", "endless");
        settled(admin, IMAGES, "i", "ERROR");
        assertThat(reason(admin, "i")).matches("the build took longer than [0-9]+ s");
        assertThat(layers("endless")).isEmpty();
    }

    @Test
    void aBuildThatFillsItsDisk_orWantsToAddTooMuch_isAnError_andLeavesNothing() {
        assumeTrue(Files.exists(Path.of("/usr/bin/npm")), "npm is not installed");
        Asker admin = organization("full");
        String fill = "const fs = require('fs');\nfor (let i = 0; i < %d; i++)"
                + " fs.writeFileSync('f' + i, Buffer.alloc(32 << 20, 1));\n";
        indexes.npm("flood", "1.0.0", "node fill.js", Map.of("fill.js", fill.formatted(10_000)));
        indexes.npm("large", "1.0.0", "node fill.js", Map.of("fill.js", fill.formatted(2)));
        image(admin, "flood", "js", "{\"dependencies\":{\"flood\":\"*\"}}");
        image(admin, "large", "js", "{\"dependencies\":{\"large\":\"*\"}}");
        settled(admin, IMAGES, "flood", "ERROR");
        settled(admin, IMAGES, "large", "ERROR");
        assertThat(log(admin, "flood")).contains("ENOSPC");
        assertThat(reason(admin, "large")).isEqualTo("what is needed is more than the 32 MiB that an image may add");
        assertThat(layers("full")).isEmpty();
    }

    @Test
    void aLinkOutOfAPackage_isAnError() {
        assumeTrue(Files.exists(Path.of("/usr/bin/npm")), "npm is not installed");
        Asker admin = organization("links");
        indexes.npm("thief", "1.0.0", "ln -s /etc/passwd stolen", Map.of("index.js", ""));
        image(admin, "i", "js", "{\"dependencies\":{\"thief\":\"*\"}}");
        settled(admin, IMAGES, "i", "ERROR");
        assertThat(reason(admin, "i"))
                .isEqualTo("a package has a link that leads out of its folder: node_modules/thief/stolen");
    }

    @Test
    void whatIsInNoRegistry_isAnError_thatSaysWhich() {
        Asker admin = organization("absent");
        image(admin, "i", "py", "no-such-package");
        settled(admin, IMAGES, "i", "ERROR");
        assertThat(reason(admin, "i")).contains("no-such-package");
        assertThat(api.get(admin, IMAGES + "/i").json().path("reason").size()).isEqualTo(1);
    }

    @Test
    void twoOrganizations_shareNothing_andALogIsForThoseWhoWorkWithImages() throws Exception {
        Asker one = organization("one");
        Asker other = organization("other");
        indexes.wheel("shared", "1.0", Map.of("shared/__init__.py", ""));
        image(one, "i", "py", "shared");
        settled(one, IMAGES, "i", "READY");
        image(other, "i", "py", "shared");
        settled(other, IMAGES, "i", "READY");
        assertThat(log(other, "i")).contains("Successfully installed").doesNotContain("shares what was installed");
        assertThat(layers("one")).hasSize(1).doesNotContainAnyElementsOf(layers("other"));

        Asker coder = api.addAccount(api.home("one"), "coder", "function", "runs");
        assertThat(api.get(coder, IMAGES + "/i/logs").body()).isEqualTo(ApiServer.FORBIDDEN);
        assertThat(api.get(one, IMAGES + "/nowhere/logs").status()).isEqualTo(404);
        Label image = Label.parse("one/image,one/image");
        FsPath log = FsPath.home(image).child("i.log");
        assertThat(Upkeep.of(api.home("one"), Resource.IMAGE)
                        .run(() -> api.fs.read(log, Kind.BLOB))
                        .label())
                .isEqualTo(image);

        String digest = layers("one").getFirst();
        assertThat(api.delete(one, IMAGES + "/i").status()).isEqualTo(200);
        assertThat(layers("one")).isEmpty();
        api.collectLater();
        assertThat(blobs.open(new Digest(digest)))
                .as("nothing needs it any more")
                .isEmpty();
        assertThat(blobs.open(new Digest(layers("other").getFirst()))).isPresent();
    }

    /// The digests of the layers that an organization's images name.
    private List<String> layers(String organization) {
        var files = new SharedFiles<>(api.fs, ImageEntity.class, Resource.IMAGE, Resource.FUNCTION);
        return Upkeep.of(api.home(organization), Resource.IMAGE).run(() -> {
            FsPath home = files.used(api.home(organization));
            return api.fs.list(home, "", 100).stream()
                    .filter(entry -> entry.name().endsWith(".layer"))
                    .map(entry -> BlobRef.decode(
                            api.fs.read(home.child(entry.name()), Kind.BLOB).bytes()))
                    .map(ref -> ref.digest().hex())
                    .toList();
        });
    }

    private String reason(Asker asker, String image) {
        return api.get(asker, IMAGES + "/" + image)
                .json()
                .path("reason")
                .path(0)
                .asString("");
    }

    @Test
    void modulesOfPowershell_areFetched_withWhatTheyNeed_whereTheirHashesAreRight() throws Exception {
        Asker admin = organization("modules");
        byte[] deep = PackageIndexes.zip(Map.of("Deep.psm1", "deep", "Deep.nuspec", "none", "_rels/.rels", "none"));
        indexes.module("Deep", "2.0", "", deep, sha512(deep));
        byte[] top = PackageIndexes.zip(Map.of("Top.psd1", "@{}", "lib/a.txt", "a"));
        indexes.module("Top", "1.2.3", "Deep:[2.0]:", top, sha512(top));
        indexes.module("Wrong", "1.0", "", top, sha512(deep));
        byte[] escaping = PackageIndexes.zip(Map.of("../../../escaped", "a"));
        indexes.module("Escaping", "1.0", "", escaping, sha512(escaping));
        image(
                admin,
                "i",
                "ps",
                "@{\n  # of the team\n  PSDependOptions = @{ Target = 'CurrentUser' }\n  'Top' = 'latest'\n}");
        image(admin, "wrong", "ps", "@{ Wrong = '1.0' }");
        image(admin, "escaping", "ps", "@{ Escaping = '1.0' }");
        image(admin, "script", "ps", "@{ Top = $(Get-Date) }");
        image(admin, "absent", "ps", "@{ Top = '9.9' }");
        settled(admin, IMAGES, "i", "READY");
        assertThat(Layer.read(blobs, new Digest(layers("modules").getFirst()))
                        .files()
                        .keySet())
                .containsExactly(
                        "modules/Deep/2.0/Deep.psm1", "modules/Top/1.2.3/Top.psd1", "modules/Top/1.2.3/lib/a.txt");
        settled(admin, IMAGES, "wrong", "ERROR");
        assertThat(reason(admin, "wrong")).isEqualTo("Wrong 1.0 is not what its feed says: its hash is another one");
        settled(admin, IMAGES, "escaping", "ERROR");
        assertThat(reason(admin, "escaping")).isEqualTo("a module has a file with a forbidden name");
        settled(admin, IMAGES, "script", "ERROR");
        assertThat(reason(admin, "script"))
                .isEqualTo("requirements.psd1: only a table of names and texts is read, and line 1 is something else");
        settled(admin, IMAGES, "absent", "ERROR");
        assertThat(reason(admin, "absent")).isEqualTo("the feed has no module Top 9.9");
    }

    private static String sha512(byte[] content) {
        return Base64.getEncoder().encodeToString(PackageIndexes.digest("SHA-512", content));
    }

    private Asker organization(String name) {
        Asker admin = api.developer(name, "*");
        for (String[] base : List.of(
                new String[] {"py", "python3"},
                new String[] {"js", "nodejs"},
                new String[] {"jv", "java"},
                new String[] {"ps", "powershell"})) {
            create(
                    admin,
                    "/v1/baseimage",
                    "{\"name\":\"" + base[0] + "\",\"dockerUrl\":\"dispatchframework/" + base[1]
                            + "-base\",\"language\":\"\"}");
        }
        return admin;
    }

    private void image(Asker asker, String name, String base, String manifest) {
        String quoted = JsonMapper.shared().writeValueAsString(manifest);
        create(
                asker,
                IMAGES,
                "{\"name\":\"" + name + "\",\"baseImageName\":\"" + base + "\",\"runtimeDependencies\":{\"manifest\":"
                        + quoted + "}}");
    }

    private void create(Asker asker, String at, String body) {
        Answer answer = api.post(asker, at, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }

    private void settled(Asker asker, String at, String name, String status) {
        await().atMost(PATIENCE).until(() -> {
            String now = api.get(asker, at + "/" + name).text("status");
            return now.equals("READY") || now.equals("ERROR");
        });
        Answer answer = api.get(asker, at + "/" + name);
        assertThat(answer.text("status"))
                .as(answer.body() + (at.equals(IMAGES) ? log(asker, name) : ""))
                .isEqualTo(status);
    }

    private String log(Asker asker, String image) {
        return api.get(asker, IMAGES + "/" + image + "/logs").text("log");
    }

    private String run(Asker asker, String function) {
        Answer answer = api.post(asker, "/v1/runs?functionName=" + function, "{\"blocking\":true,\"input\":null}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.text("status")).as(answer.body()).isEqualTo("READY");
        return answer.json().path("output").toString();
    }
}
