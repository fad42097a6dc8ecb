package dev.sluice.api;

import static dev.sluice.api.ApiServer.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.store.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// System packages of images, from the host and from a mirror on loopback, with the host's real apt.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SystemPackagesTest {
    private static final String IMAGES = "/v1/image";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /// A program with libraries of the host's that no guest has, which every Debian has.
    private static final Path PROGRAM = Path.of("/usr/bin/dpkg-deb");

    private static final String LOOKS = """
            import glob, os, stat, subprocess
            def handle(context, payload):
                top = os.path.abspath('system')
                files = [os.path.join(d, f) for d, _, names in os.walk(top) for f in names]
                special = [f for f in files if os.lstat(f).st_mode & 0o7000 or not stat.S_ISREG(os.lstat(f).st_mode)]
                said = subprocess.run(['tiny', '--version'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                return {'said': said.stdout.decode().split(' ')[0] + str(said.returncode),
                    'word': open(top + '/usr/share/tiny/word').read(), 'special': special,
                    'thief': os.path.lexists(top + '/usr/share/tiny/thief'),
                    'marks': glob.glob('/tmp/ran') + glob.glob(top + '/usr/share/tiny/ran')}
            """;

    private PackageIndexes indexes;
    private DebianMirror mirror;
    private ApiServer api;
    private Path directory;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        assumeTrue(Files.exists(PROGRAM) && Files.exists(Path.of("/usr/bin/apt-get")), "this is no Debian");
        assumeTrue(Files.exists(Path.of("/usr/bin/gpg")), "gnupg is not installed");
        this.directory = directory;
        indexes = new PackageIndexes();
        mirror = new DebianMirror(directory.resolve("mirror"), indexes);
        Path data = files("data");
        write(data, "usr/share/tiny/word", "word", "rw-r--r--");
        mirror.add("tiny-data", "1.0", "", data, Map.of());
        Path tiny = files("tiny");
        write(tiny, "usr/share/doc/tiny/copyright", "none", "rw-r--r--");
        Files.createDirectories(tiny.resolve("usr/bin"));
        Files.copy(PROGRAM, tiny.resolve("usr/bin/tiny"));
        Files.setAttribute(tiny.resolve("usr/bin/tiny"), "unix:mode", 0104755);
        Files.createDirectories(tiny.resolve("usr/share/tiny"));
        Files.createSymbolicLink(tiny.resolve("usr/share/tiny/thief"), Path.of("../../../../../../etc/passwd"));
        String script = "#!/bin/sh\ntouch /tmp/ran /tmp/out/system/usr/share/tiny/ran\n";
        mirror.add("tiny", "1:1.2.3-4", "tiny-data (>= 1.0)", tiny, Map.of("preinst", script, "postinst", script));
        mirror.publish("good");
        api = new ApiServer(
                directory,
                new MemoryStore(),
                new MemoryBlobs(),
                indexes.registries().signedBy(mirror.keyring()));
    }

    @AfterAll
    void end() {
        if (api != null) {
            api.close();
            mirror.close();
            indexes.close();
        }
    }

    @Test
    void aPackage_isInstalled_withWhatItNeeds_andWithoutItsScripts_itsSetuidBitOrItsLinksOut() throws Exception {
        mirror.publish("good");
        Asker admin = organization("packages");
        image(admin, "i", "tiny", "1.2");
        settled(admin, IMAGES, "i", "READY");
        create(admin, "/v1/function", function("f", "i", "f.py", LOOKS, ""));
        settled(admin, "/v1/function", "f", "READY");
        assertThat(run(admin, "f"))
                .isEqualTo("{\"said\":\"Debian0\",\"word\":\"word\",\"special\":[],\"thief\":false,\"marks\":[]}");

        image(admin, "same", "tiny", "1.2");
        settled(admin, IMAGES, "same", "READY");
        assertThat(log(admin, "same")).contains("shares what was installed");
        image(admin, "newer", "tiny", "1.3");
        settled(admin, IMAGES, "newer", "ERROR");
        assertThat(reason(admin, "newer")).isEqualTo("the mirror has no package tiny of version 1.3");
    }

    @Test
    void nothingIsInstalled_thatTheOperatorsKeyHasNotSigned() throws Exception {
        Asker admin = organization("unsigned");
        mirror.publish("");
        image(admin, "nobody", "tiny", "");
        settled(admin, IMAGES, "nobody", "ERROR");
        mirror.publish("other");
        image(admin, "other", "tiny", "");
        settled(admin, IMAGES, "other", "ERROR");
        mirror.publish("good");
        byte[] real = indexes.content("/debian/pool/tiny.deb");
        byte[] changed = real.clone();
        changed[changed.length - 1] ^= 1;
        indexes.put("/debian/pool/tiny.deb", changed);
        image(admin, "changed", "tiny", "");
        settled(admin, IMAGES, "changed", "ERROR");
        indexes.put("/debian/pool/tiny.deb", real);
        image(admin, "good", "tiny", "");
        settled(admin, IMAGES, "good", "READY");
        assertThat(api.get(admin, IMAGES + "/nobody").json().path("reason").size())
                .isEqualTo(1);
        assertThat(log(admin, "nobody")).contains("InRelease");
    }

    @Test
    void whatTheHostHas_isTakenFromThere_withoutTheMirror() {
        Asker admin = organization("host");
        int before = indexes.asked.size();
        image(admin, "i", "dpkg", "");
        settled(admin, IMAGES, "i", "READY");
        assertThat(indexes.asked.stream().skip(before)).noneMatch(path -> path.contains("/pool/dpkg"));
        assertThat(log(admin, "i")).contains("the host has the package dpkg");
        String source = """
                import subprocess
                def handle(context, payload):
                    return subprocess.check_output(['dpkg-deb', '--version']).decode().split(' ')[0]
                """;
        create(admin, "/v1/function", function("f", "i", "f.py", source, ""));
        settled(admin, "/v1/function", "f", "READY");
        assertThat(run(admin, "f")).isEqualTo("\"Debian\"");
    }

    @Test
    void aNameThatIsNone_isAnError() {
        Asker admin = organization("names");
        image(admin, "option", "-oDir::Bin::dpkg=x", "");
        settled(admin, IMAGES, "option", "ERROR");
        assertThat(reason(admin, "option")).startsWith("a system package has a name of");
        image(admin, "none", "no-such-package", "");
        settled(admin, IMAGES, "none", "ERROR");
        assertThat(reason(admin, "none")).isEqualTo("the mirror has no package no-such-package");
    }

    private Path files(String name) throws IOException {
        return Files.createDirectories(directory.resolve("files").resolve(name));
    }

    private static void write(Path top, String name, String content, String mode) throws IOException {
        Path file = top.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        Files.setPosixFilePermissions(Files.writeString(file, content), PosixFilePermissions.fromString(mode));
    }

    private Asker organization(String name) {
        Asker admin = api.developer(name, "*");
        create(
                admin,
                "/v1/baseimage",
                "{\"name\":\"py\",\"dockerUrl\":\"dispatchframework/python3-base\",\"language\":\"\"}");
        return admin;
    }

    private void image(Asker asker, String name, String wanted, String version) {
        create(
                asker,
                IMAGES,
                "{\"name\":\"" + name + "\",\"baseImageName\":\"py\",\"systemDependencies\":{\"packages\":[{\"name\":\""
                        + wanted + "\",\"version\":\"" + version + "\"}]}}");
    }

    private String reason(Asker asker, String image) {
        return api.get(asker, IMAGES + "/" + image)
                .json()
                .path("reason")
                .path(0)
                .asString("");
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
