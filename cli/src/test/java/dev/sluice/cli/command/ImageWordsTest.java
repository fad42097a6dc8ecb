package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Requests as Dispatch's client sends them (contracts: appendix A), and its messages.
final class ImageWordsTest extends RecordedTest {
    @Test
    void createBaseImage_postsWhatDispatchPosts() {
        server.reply(201, "{\"name\":\"nodejs-base\"}");
        var outcome = shell.run(
                "create", "base-image", "nodejs-base", "dispatchframework/nodejs-base:0.0.12", "--language", "nodejs");
        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "Created base image: nodejs-base\n", ""));
        assertThat(asked(server.only()))
                .isEqualTo("POST /v1/baseimage {\"dockerUrl\":\"dispatchframework/nodejs-base:0.0.12\",\"groups\":null,"
                        + "\"language\":\"nodejs\",\"name\":\"nodejs-base\",\"reason\":null,\"tags\":null}");
    }

    @Test
    void createImage_postsWhatDispatchPosts() throws IOException {
        Path needs = Files.writeString(home.resolve("requirements.txt"), "requests\n");
        Path system = Files.writeString(
                home.resolve("system.json"), "{\"packages\":[{\"name\":\"curl\",\"version\":\"7.59\"}]}");
        server.reply(201, "{}").reply(201, "{}").reply(201, "{}");

        assertThat(shell.run("create", "image", "nodejs", "nodejs-base"))
                .isEqualTo(new Shell.Outcome(0, "Created image: nodejs\n", ""));
        shell.run("create", "image", "py3", "python3-base", "--runtime-deps", needs.toString());
        shell.run("create", "image", "sys", "python3-base", "--system-deps", system.toString());

        assertThat(server.asked().stream().map(ImageWordsTest::asked))
                .containsExactly(
                        "POST /v1/image {\"baseImageName\":\"nodejs-base\",\"groups\":null,\"name\":\"nodejs\","
                                + "\"reason\":null,\"runtimeDependencies\":{},\"systemDependencies\":"
                                + "{\"packages\":null},\"tags\":null}",
                        "POST /v1/image {\"baseImageName\":\"python3-base\",\"groups\":null,\"name\":\"py3\","
                                + "\"reason\":null,\"runtimeDependencies\":{\"manifest\":\"requests\\n\"},"
                                + "\"systemDependencies\":{\"packages\":null},\"tags\":null}",
                        "POST /v1/image {\"baseImageName\":\"python3-base\",\"groups\":null,\"name\":\"sys\","
                                + "\"reason\":null,\"runtimeDependencies\":{},\"systemDependencies\":{\"packages\":"
                                + "[{\"name\":\"curl\",\"version\":\"7.59\"}]},\"tags\":null}");
    }

    @Test
    void createSeedImages_postsWhatDispatchPosts_inItsOrder() {
        for (int i = 0; i < 8; i++) {
            server.reply(201, "{}");
        }
        var outcome = shell.run("create", "seed-images");
        assertThat(outcome).isEqualTo(new Shell.Outcome(0, """
                        Created BaseImage: nodejs-base
                        Created BaseImage: python3-base
                        Created BaseImage: powershell-base
                        Created BaseImage: java-base
                        Created Image: nodejs
                        Created Image: python3
                        Created Image: powershell
                        Created Image: java
                        """, ""));
        assertThat(server.asked()).hasSize(8);
        assertThat(asked(server.asked().get(1)))
                .isEqualTo("POST /v1/baseimage {\"dockerUrl\":\"dispatchframework/python3-base:0.0.13\","
                        + "\"groups\":null,\"kind\":\"BaseImage\",\"language\":\"python3\",\"name\":\"python3-base\","
                        + "\"reason\":null,\"tags\":null}");
        assertThat(asked(server.asked().get(4)))
                .isEqualTo("POST /v1/image {\"baseImageName\":\"nodejs-base\",\"groups\":null,\"kind\":\"Image\","
                        + "\"name\":\"nodejs\",\"reason\":null,\"tags\":null}");
        assertThat(asked(server.asked().get(5)))
                .isEqualTo("POST /v1/image {\"baseImageName\":\"python3-base\",\"groups\":null,\"kind\":\"Image\","
                        + "\"name\":\"python3\",\"reason\":null,\"runtimeDependencies\":{\"manifest\":\"requests\"},"
                        + "\"tags\":null}");
    }

    @Test
    void createSeedImages_stopsAtTheFirstThatIsRefused() {
        server.reply(409, "{\"code\":409,\"message\":\"base image nodejs-base already exists\"}");
        var outcome = shell.run("create", "seed-images");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("base image nodejs-base already exists");
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void waiting_tellsEachStep_andFailsForAnError() {
        server.reply(201, "{\"name\":\"i\",\"status\":\"INITIALIZED\"}")
                .reply(200, "{\"name\":\"i\",\"status\":\"INITIALIZED\",\"reason\":null}")
                .reply(200, "{\"name\":\"i\",\"status\":\"CREATING\",\"reason\":null}")
                .reply(200, "{\"name\":\"i\",\"status\":\"CREATING\",\"reason\":null}")
                .reply(200, "{\"name\":\"i\",\"status\":\"READY\",\"reason\":null}");
        assertThat(shell.run("create", "image", "i", "b", "--wait"))
                .isEqualTo(new Shell.Outcome(0, "Created image: i\n", "i: INITIALIZED\ni: CREATING\ni: READY\n"));
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/image/i");

        server.reply(201, "{\"name\":\"b\",\"status\":\"INITIALIZED\"}")
                .reply(200, "{\"name\":\"b\",\"status\":\"ERROR\",\"reason\":[\"no\"]}");
        assertThat(shell.run("create", "base-image", "b", "u", "--language", "x", "--wait"))
                .isEqualTo(new Shell.Outcome(1, "Created base image: b\n", "b: ERROR (no)\n"));
    }

    @Test
    void get_showsTables_andDeleteSaysWhat() {
        server.reply(
                200,
                "[{\"name\":\"b\",\"dockerUrl\":\"someone/b:1\",\"language\":\"x\",\"status\":\"ERROR\","
                        + "\"reason\":[\"no\"],\"createdTime\":0}]");
        var bases = shell.run("get", "base-images").out().lines().toList();
        assertThat(bases.getFirst()).matches(" *NAME +\\| +URL +\\| +STATUS +\\| +CREATED DATE *");
        assertThat(bases.getLast()).contains("b", "someone/b:1", "ERROR (no)");
        server.reply(
                200,
                "{\"name\":\"i\",\"dockerUrl\":\"sluice/1:latest\",\"baseImageName\":\"b\",\"status\":\"READY\","
                        + "\"reason\":null,\"createdTime\":0}");
        var images = shell.run("get", "image", "i").out();
        assertThat(images).contains("BASEIMAGE", "sluice/1:latest", "READY");
        assertThat(server.asked().stream().map(Recorder.Asked::target)).containsExactly("/v1/baseimage", "/v1/image/i");

        assertThat(shell.run("delete", "base-image", "b").out()).isEqualTo("Deleted base image: b\n");
        assertThat(shell.run("delete", "image", "i").out()).isEqualTo("Deleted image: i\n");
        assertThat(asked(server.asked().get(2))).isEqualTo("DELETE /v1/baseimage/b ");
        assertThat(asked(server.asked().get(3))).isEqualTo("DELETE /v1/image/i ");
    }

    private static String asked(Recorder.Asked asked) {
        return asked.method() + " " + asked.target() + " " + asked.text();
    }
}
