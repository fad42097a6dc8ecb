package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmitWordsTest extends RecordedTest {
    private static final String ANY = "\\{\"eventType\":\"a.b\",\"cloudEventsVersion\":\"0.1\",\"source\":\"dispatch\","
            + "\"eventID\":\"[0-9a-f-]{36}\",\"eventTime\":\"[0-9T:.-]+Z\"";

    @TempDir
    Path directory;

    @Test
    void emit_sendsWhatDispatchsClientDoes() {
        server.reply(200, "{}").reply(200, "{}");

        assertThat(shell.run("emit", "a.b", "--data={\"x\":1}", "--content-type", "application/json")
                        .out())
                .contains("Emitted: a.b");
        assertThat(server.asked().getLast().text())
                .matches(ANY + ",\"contentType\":\"application/json\",\"data\":\\{\"x\":1}}");
        shell.run("emit", "a.b");
        assertThat(server.asked().getLast().text()).matches(ANY + "}");
    }

    @Test
    void aFile_isJson_orNothingIsSent() throws IOException {
        server.reply(200, "{}");
        Path file = Files.writeString(directory.resolve("t.txt"), "no JSON");
        for (String[] words : new String[][] {
            {"emit", "a.b", "--data-from-file", file.toString()},
            {"emit", "a.b", "--data-from-file", file.toString(), "--binary"}
        }) {
            var outcome = shell.run(words);
            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).contains("t.txt is no JSON");
        }
        assertThat(server.asked()).isEmpty();
        Files.writeString(file, "[1]");
        shell.run("emit", "a.b", "--data-from-file", file.toString());
        assertThat(server.asked().getLast().text()).contains("\"data\":[1]");
    }
}
