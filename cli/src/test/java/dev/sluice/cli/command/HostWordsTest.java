package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import org.junit.jupiter.api.Test;

final class HostWordsTest extends RecordedTest {
    private static final String PROVING = "{\"name\":\"www.example.org\",\"status\":\"PROVING\",\"proof\":\"http\","
            + "\"tls\":{\"kind\":\"acme\"},\"reason\":[\"make a record\"],\"tags\":[]}";

    private void asked(String... requests) {
        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target() + " " + asked.body())
                .containsExactly(requests);
    }

    @Test
    void aHost_isAskedFor_andWhatToDoIsTold() {
        server.reply(201, PROVING);
        assertThat(shell.run("create", "host", "WWW.Example.org", "--tls", "acme", "--proof", "http")
                        .out())
                .isEqualTo("Created host: www.example.org\nTo do: make a record\n");
        asked(
                "POST /v1/host {\"name\":\"www.example.org\",\"proof\":\"http\",\"tls\":{\"kind\":\"acme\"},\"tags\":[]}");
    }

    @Test
    void whatAnUpdateDoesNotSay_staysAsItIs() {
        server.reply(200, PROVING).reply(200, "{\"status\":\"READY\",\"reason\":null}");
        assertThat(shell.run("update", "host", "www.example.org").out()).isEqualTo("Updated host: www.example.org\n");
        server.reply(200, PROVING).reply(200, "{}");
        shell.run("update", "host", "www.example.org", "--tls", "pem");
        asked(
                "GET /v1/host/www.example.org ",
                "PUT /v1/host/www.example.org {\"name\":\"www.example.org\",\"tags\":[],\"proof\":\"http\","
                        + "\"tls\":{\"kind\":\"acme\"}}",
                "GET /v1/host/www.example.org ",
                "PUT /v1/host/www.example.org {\"name\":\"www.example.org\","
                        + "\"tls\":{\"kind\":\"secret\",\"secret\":\"pem\"},\"tags\":[],\"proof\":\"http\"}");
    }

    @Test
    void theTable_showsTheStateAndWhatToDo() {
        server.reply(
                200,
                "[" + PROVING + ",{\"name\":\"a.example.org\",\"status\":\"READY\",\"proof\":\"dns\","
                        + "\"tls\":{\"kind\":\"secret\",\"secret\":\"pem\"},\"reason\":null}]");
        assertThat(shell.run("get", "hosts").out())
                .contains("NAME            | STATE   | TLS  | PROOF | TO DO")
                .contains("www.example.org | PROVING | acme | http  | make a record")
                .contains("a.example.org   | READY   | pem  | dns   |");
    }

    @Test
    void aHost_isDeleted() {
        server.reply(200, "{}");
        assertThat(shell.run("delete", "host", "www.example.org").out()).isEqualTo("Deleted host: www.example.org\n");
        asked("DELETE /v1/host/www.example.org ");
    }
}
