package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.Launcher.Result;
import dev.sluice.image.Runtime;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What `./sluice` promises about the server it starts.
final class LauncherTest {
    /// The server is nobody's child any more; the system takes its time to say that it has ended.
    private static final Duration REAPED = Duration.ofSeconds(30);

    /// The flags of guests are the server's, those of the recording the launcher's.
    @Test
    void guestsOfJava_startWithWhatWasRecordedForThem() throws Exception {
        try (var sluice = new Launcher()) {
            sluice.run("up", "--detach").succeeds();
            // ProcessHandle tells no arguments where a class path makes them longer than a page
            Path said = Path.of("/proc", Long.toString(sluice.server().pid()), "cmdline");
            List<String> server =
                    Files.readString(said).replace('\0', '\n').lines().toList();
            Path runtime = Path.of(server.get(server.indexOf("--guest-dir") + 1), "java", "runtime");
            List<String> command = new ArrayList<>();
            Runtime.JAVA.command(256).forEach(word -> command.add(word.replace("/runtime/", runtime + "/")));
            command.set(0, sluice.server().info().command().orElseThrow());
            command.set(command.size() - 1, "dev.sluice.guest.Rehearsal");
            command.add(1, "-XX:AOTMode=on"); // or end
            Process guest =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            assertThat(new String(guest.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEmpty();
            assertThat(guest.waitFor()).isZero();
        }
    }

    @Test
    void up_detached_servesAndSaysWhere() throws Exception {
        try (var sluice = new Launcher()) {
            Launcher.Result up = sluice.run("up", "--detach").succeeds();

            Map<String, String> endpoints = sluice.endpoints();
            assertThat(endpoints).containsOnlyKeys("api", "apiTls", "gateway", "gatewayTls", "pid");
            assertThat(endpoints.get("api")).matches("http://127\\.0\\.0\\.1:\\d+");
            assertThat(endpoints.get("apiTls")).matches("https://127\\.0\\.0\\.1:\\d+");
            assertThat(endpoints.get("gateway")).matches("http://127\\.0\\.0\\.1:\\d+");
            assertThat(endpoints.get("gatewayTls")).matches("https://127\\.0\\.0\\.1:\\d+");
            assertThat(sluice.server().info().command().orElseThrow()).endsWith("/bin/java");
            assertThat(up.out()).contains(endpoints.get("api"), endpoints.get("gatewayTls"), "admin.json");
            assertThat(status(endpoints.get("api") + "/v1/version")).isEqualTo(200);
            assertThat(status(endpoints.get("gateway") + "/nothing")).isEqualTo(404);
            assertThat(permissions(sluice.data().resolve("admin.json"))).isEqualTo("rw-------");
            assertThat(permissions(sluice.data().resolve("server.log"))).isEqualTo("rw-------");
            assertThat(sluice.home().resolve(".sluice/config.json")).exists();
        }
    }

    /// Names of files in images need not be ASCII, whatever the locale of who starts the server.
    @Test
    void up_inTheLocaleC_namesFilesInUtf8() throws Exception {
        try (var sluice = new Launcher()) {
            String launcher = Launcher.ROOT.resolve("sluice").toString();
            sluice.run(sluice.home(), List.of("env", "LC_ALL=C", launcher, "up", "--detach"))
                    .succeeds();
            Path java = Path.of(sluice.server().info().command().orElseThrow());
            String server = Long.toString(sluice.server().pid());
            Result properties = sluice.run(
                    sluice.home(), List.of(java.resolveSibling("jcmd").toString(), server, "VM.system_properties"));
            assertThat(properties.succeeds().out()).contains("sun.jnu.encoding=UTF-8");
        }
    }

    /// What an earlier build made is there until a later one is whole.
    @Test
    void aBuildThatFails_takesNothingAway() throws Exception {
        try (var sluice = new Launcher()) {
            Path clone = Files.createDirectories(sluice.home().resolve("clone"));
            for (String part : List.of("sluice", "launcher")) {
                sluice.run(
                                clone,
                                List.of("cp", "-R", Launcher.ROOT.resolve(part).toString(), "."))
                        .succeeds();
            }
            Path kept = Files.createFile(Files.createDirectories(clone.resolve("platform/target/lib"))
                    .resolve("kept.jar"));
            Path maven = Files.writeString(
                    Files.createDirectories(clone.resolve("bin")).resolve("mvn"), """
                    #!/bin/sh
                    exit 1
                    """);
            Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwx------"));
            String path = "PATH=" + maven.getParent() + ":" + System.getenv("PATH");
            Result build = sluice.run(clone, List.of("env", "-u", "SLUICE_PREBUILT", path, "./sluice", "build"));
            assertThat(build.exit()).isNotZero();
            assertThat(build.err()).contains("the build failed");
            assertThat(kept).exists();
        }
    }

    @Test
    void up_onPortZero_picksFreePorts() throws Exception {
        try (var sluice = new Launcher()) {
            sluice.run(
                            "up",
                            "--detach",
                            "--api-port",
                            "0",
                            "--api-tls-port=0",
                            "--gateway-port",
                            "0",
                            "--gateway-tls-port",
                            "0")
                    .succeeds();

            assertThat(URI.create(sluice.endpoints().get("api")).getPort()).isPositive();
            assertThat(status(sluice.endpoints().get("api") + "/v1/version")).isEqualTo(200);
        }
    }

    @Test
    void up_aSecondTime_saysSoAndChangesNothing() throws Exception {
        try (var sluice = new Launcher()) {
            sluice.run("up", "--detach").succeeds();
            String before = Files.readString(sluice.data().resolve("endpoints.json"));

            Launcher.Result again =
                    sluice.run("up", "--detach", "--api-port", "0").succeeds();

            assertThat(again.err()).contains("already running");
            assertThat(Files.readString(sluice.data().resolve("endpoints.json")))
                    .isEqualTo(before);
            assertThat(sluice.server().isAlive()).isTrue();
        }
    }

    @Test
    void dev_runsOnAPrivateServer_thatGoesWithIt() throws Exception {
        try (var sluice = new Launcher()) {
            String directory = sluice.home().resolve("greeter").toString();
            sluice.run("init", "--lang", "python3", directory).succeeds();

            Launcher.Result run = sluice.run("dev", directory, "--once", "--input", "{\"name\": \"Jon\"}")
                    .succeeds();

            assertThat(run.out()).isEqualTo("{\"greeting\":\"Hello, Jon\"}\n");
            assertThat(sluice.run("status").exit()).isEqualTo(3);
            assertThat(sluice.home().resolve(".sluice")).doesNotExist();
        }
    }

    @Test
    void install_mayBeRepeated_replacesNothingOfOthers_andUninstallLeavesNothing() throws Exception {
        try (var sluice = new Launcher()) {
            Path prefix = sluice.home().resolve(".local");
            Path manual = prefix.resolve("share/man/man1/sluice.1");
            sluice.run("install").succeeds();
            sluice.run("install").succeeds();
            assertThat(manual).content().startsWith(".TH SLUICE 1");
            assertThat(prefix.resolve("share/bash-completion/completions/sluice"))
                    .exists();
            assertThat(prefix.resolve("share/zsh/site-functions/_sluice"))
                    .content()
                    .startsWith("#compdef sluice");
            assertThat(prefix.resolve("share/fish/vendor_completions.d/sluice.fish"))
                    .exists();
            String program = prefix.resolve("bin/sluice").toString();
            assertThat(sluice.run(sluice.home(), List.of(program, "version", "--client"))
                            .succeeds()
                            .out())
                    .startsWith("Client: ");

            sluice.run("uninstall").succeeds();
            try (var left = Files.walk(prefix)) {
                assertThat(left.filter(file -> !Files.isDirectory(file))).isEmpty();
            }

            Files.writeString(manual, "somebody else's");
            Launcher.Result refused = sluice.run("install");
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).contains(manual + " is there and is not ours");
            assertThat(prefix.resolve("bin/sluice")).doesNotExist();
            sluice.run("uninstall").succeeds();
            assertThat(manual).content().isEqualTo("somebody else's");
        }
    }

    @Test
    void down_stopsTheServer_andMayBeRepeated() throws Exception {
        try (var sluice = new Launcher()) {
            sluice.run("up", "--detach").succeeds();
            assertThat(sluice.run("status").exit()).isZero();
            ProcessHandle server = sluice.server();

            sluice.run("down").succeeds();

            await().atMost(REAPED).until(() -> !server.isAlive());
            assertThat(sluice.run("status").exit()).isEqualTo(3);
            assertThat(sluice.run("down").succeeds().err()).contains("No Sluice server is running");
        }
    }

    @Test
    void up_afterTheServerWasKilled_startsAnother() throws Exception {
        try (var sluice = new Launcher()) {
            sluice.run("up", "--detach").succeeds();
            ProcessHandle killed = sluice.server();
            killed.destroyForcibly();
            killed.onExit().join();
            assertThat(sluice.run("status").exit())
                    .as("endpoints.json of a dead process")
                    .isEqualTo(3);

            sluice.run("up", "--detach").succeeds();

            assertThat(sluice.server().pid()).isNotEqualTo(killed.pid());
        }
    }

    @Test
    void status_ofAnotherProcessWithThatId_isNotRunning() throws Exception {
        try (var sluice = new Launcher()) {
            Files.createDirectories(sluice.data());
            Files.writeString(
                    sluice.data().resolve("endpoints.json"),
                    "{\"api\":\"http://127.0.0.1:1\",\"pid\":"
                            + ProcessHandle.current().pid() + "}");

            assertThat(sluice.run("status").exit()).isEqualTo(3);
            assertThat(sluice.run("down").succeeds().err()).contains("No Sluice server is running");
        }
    }

    @Test
    void up_whoseServerEnds_failsWithItsLastWords() throws Exception {
        try (var sluice = new Launcher()) {
            Files.createDirectories(sluice.data());
            Files.writeString(sluice.data().resolve("store"), "a file where the store's directory belongs");

            Launcher.Result up = sluice.run("up", "--detach");

            assertThat(up.exit()).isEqualTo(1);
            assertThat(up.err()).contains("ended before it was ready", "server.log");
        }
    }

    @Test
    void anUnknownOption_isRefusedWithTheWayToHelp() throws Exception {
        try (var sluice = new Launcher()) {
            for (String word : new String[] {"up", "down", "status", "logs", "build"}) {
                Launcher.Result refused = sluice.run(word, "--sideways");
                assertThat(refused.exit()).isEqualTo(2);
                assertThat(refused.err()).contains("'--sideways'", "sluice " + word + " --help");
                assertThat(sluice.run(word, "--help").succeeds().out()).contains("Usage: sluice " + word);
            }
        }
    }

    @Test
    void aPortThatIsNone_isRefused() throws Exception {
        try (var sluice = new Launcher()) {
            for (String port : new String[] {"-1", "65536", "http", ""}) {
                assertThat(sluice.run("up", "--api-port", port).exit()).as(port).isEqualTo(2);
            }
        }
    }

    /// A server says by itself what it does not understand; what it does is in its command line.
    @Test
    void up_passesOn_whatAnOperatorSets() throws Exception {
        try (var sluice = new Launcher()) {
            String[] options = {
                "--egress-allow=api.github.com",
                "--egress-allow=example.com",
                "--egress-permit=localhost:9443",
                "--quota=acme=10,20",
                "--quota-items=1000",
                "--quota-mib=64",
                "--collect-seconds=60",
                "--runs-kept-days=7",
                "--runs-kept=1000",
                "--token-seconds=600",
                "--token-audience=required",
                "--isolation=namespaces",
                "--reuse=never",
                "--ready-guests=1",
                "--guest-mib=1024"
            };
            var words = new ArrayList<String>(List.of("up", "--detach"));
            words.addAll(List.of(options));
            sluice.run(words.toArray(String[]::new)).succeeds();
            String command = Files.readString(
                    Path.of("/proc", Long.toString(sluice.server().pid()), "cmdline"));
            for (String option : options) {
                int equals = option.indexOf('=');
                assertThat(command).contains(option.substring(0, equals) + "\0" + option.substring(equals + 1) + "\0");
            }
        }
    }

    @Test
    void anOptionThatMakesNoSense_isRefused() throws Exception {
        try (var sluice = new Launcher()) {
            for (String option : List.of(
                    "--quota-mib=much",
                    "--guest-mib=-1",
                    "--isolation=none",
                    "--reuse=always",
                    "--collect-seconds=",
                    "--egress-ca=/nowhere",
                    "--token-audience=some",
                    "--token-else=x",
                    "--egress-else=x")) {
                assertThat(sluice.run("up", "--detach", option).exit())
                        .as(option)
                        .isEqualTo(2);
            }
            for (String option : List.of("--egress-permit=localhost", "--egress-allow=http://x/", "--quota=acme")) {
                Launcher.Result refused = sluice.run("up", "--detach", option);
                assertThat(refused.exit()).as(option).isEqualTo(1);
                assertThat(refused.err()).contains(option.substring(0, option.indexOf('=')));
            }
        }
    }

    @Test
    void label_needsNoServer() throws Exception {
        try (var sluice = new Launcher()) {
            assertThat(sluice.run("label", "flow", "alice,T", "alice&bob,T")
                            .succeeds()
                            .out())
                    .isEqualTo("true\n");
        }
    }

    private static int status(String uri) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
