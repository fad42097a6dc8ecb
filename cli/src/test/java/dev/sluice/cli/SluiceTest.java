package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program as a process of its own, for what only a process has: standard streams, exit code, home, trust.
final class SluiceTest {
    @TempDir
    Path home;

    private final List<String> jvm = new ArrayList<>();

    @BeforeEach
    void prepare() {
        jvm.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        jvm.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        jvm.addAll(List.of("-cp", System.getProperty("java.class.path")));
    }

    private Shell.Outcome run(String... args) throws IOException, InterruptedException {
        var command = new ArrayList<>(jvm);
        command.add("dev.sluice.cli.Sluice");
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("SLUICE_"));
        builder.environment().put("HOME", home.toString());
        builder.redirectError(home.resolve("err").toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Shell.Outcome(process.waitFor(), out, Files.readString(home.resolve("err")));
    }

    @Test
    void aProcess_findsItsConfigurationAtHome_andPrintsUtf8() throws IOException, InterruptedException {
        try (var server = new Recorder()) {
            server.reply(200, "{\"login\":\"acme/user/grüße\"}");
            new Shell(home).at(server);

            assertThat(run("whoami")).isEqualTo(new Shell.Outcome(0, "acme/user/grüße\n", ""));
        }
    }

    @Test
    void aLoginThatIsBrokenOff_endsAtTheServer() throws IOException, InterruptedException {
        try (var server = new Recorder()) {
            String providers = "{\"providers\":[{\"name\":\"sso\",\"flows\":[\"device\"]}]}";
            server.reply(200, providers).reply(200, """
                    {"device_code":"h","user_code":"A","verification_uri":"https://a.test/","expires_in":300,"interval":60}
                    """);
            new Shell(home).at(server);
            var command = new ArrayList<>(jvm);
            command.addAll(List.of("dev.sluice.cli.Sluice", "login", "--device"));
            var builder = new ProcessBuilder(command);
            builder.environment().keySet().removeIf(name -> name.startsWith("SLUICE_"));
            builder.environment().put("HOME", home.toString());
            Process process = builder.redirectErrorStream(true).start();
            var shown = process.inputReader(StandardCharsets.UTF_8);
            assertThat(shown.readLine()).startsWith("To log in");
            assertThat(shown.readLine()).contains("https://a.test/");
            assertThat(shown.readLine()).endsWith("A");

            process.destroy();

            assertThat(process.waitFor()).isEqualTo(143);
            assertThat(server.asked().getLast().target()).isEqualTo("/v1/iam/oauth2/device/cancel");
            assertThat(server.asked().getLast().text()).isEqualTo("{\"device_code\":\"h\"}");
        }
    }

    @Test
    void aRefusal_isTheExitCode() throws IOException, InterruptedException {
        assertThat(run("whoami", "--host", "127.0.0.1", "--port", "1").exitCode())
                .isEqualTo(1);
        assertThat(run("whoami", "--prot", "1").exitCode()).isEqualTo(2);
    }

    @Test
    void aTrustedCertificate_isAcceptedOnlyForTheNameInIt()
            throws IOException, InterruptedException, GeneralSecurityException {
        var certificate = new Certificate(home);
        jvm.add("-Djavax.net.ssl.trustStore=" + certificate.store());
        jvm.add("-Djavax.net.ssl.trustStorePassword=" + Certificate.PASSWORD);
        try (var server = new Recorder(certificate.server())) {
            String port = Integer.toString(server.port());

            var named = run("whoami", "--host", "127.0.0.1", "--port", port);
            var otherwise = run("whoami", "--host", "localhost", "--port", port);

            assertThat(named.exitCode()).as(named.err()).isZero();
            assertThat(otherwise.exitCode()).isEqualTo(1);
            assertThat(otherwise.err()).contains("localhost");
            assertThat(server.asked()).hasSize(1);
        }
    }
}
