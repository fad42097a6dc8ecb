package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import org.junit.jupiter.api.Test;

final class PushWordsTest extends RecordedTest {
    private static final String PUSHED =
            "{\"function\":\"f\",\"reference\":\"registry.example.com/f:v1\",\"digest\":\"sha256:12\"}";

    @Test
    void push_saysWhereTheImageIs_andItsDigest() {
        server.reply(200, PUSHED).reply(200, PUSHED);
        assertThat(shell.run("push", "f", "registry.example.com/f:v1").out())
                .contains("Pushed: registry.example.com/f:v1")
                .contains("sha256:12");
        assertThat(shell.run("push", "f", "registry.example.com/f:v1", "-o", "json")
                        .out())
                .contains("\"digest\": \"sha256:12\"");
        assertThat(server.asked().getFirst().text()).contains("\"reference\":\"registry.example.com/f:v1\"");
    }

    @Test
    void push_withoutAPlace_isAskedFor() {
        assertThat(shell.run("push", "f").err()).contains("REFERENCE");
    }
}
