package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UndeliveredWordsTest extends RecordedTest {
    private static final String LETTERS = "/v1/event/subscriptions/s/undelivered";
    private static final String REFUSED =
            "{\"code\":409,\"message\":\"the event could not be delivered, and is kept: no function\"}";

    private static String letter(String id) {
        return "{\"id\":\"" + id + "\",\"time\":\"2026-01-31T10:00:00Z\",\"reason\":\"no function\","
                + "\"event\":{\"eventType\":\"a.b\",\"eventID\":\"e" + id + "\"},\"data\":7}";
    }

    @Test
    void get_listsAll_pageByPage_orShowsOne() {
        server.reply(200, "[" + letter("1") + "," + letter("2") + "]")
                .reply(200, "[]")
                .reply(200, letter("1"));
        assertThat(shell.run("get", "undelivered", "s").out())
                .containsPattern("1 +\\| a.b +\\| e1 +\\| 2026-01-31T10:00:00Z +\\| no function")
                .contains("e2");
        assertThat(shell.run("get", "undelivered", "s", "1", "-o", "yaml").out())
                .contains("data: 7");
        assertThat(asked()).containsExactly("GET " + LETTERS, "GET " + LETTERS + "?after=2", "GET " + LETTERS + "/1");
    }

    @Test
    void redrive_ofASubscription_triesEach_andTellsWhatIsKept() {
        server.reply(200, "[" + letter("1") + "," + letter("2") + "]")
                .reply(200, "[]")
                .reply(409, REFUSED)
                .reply(200, letter("2"));
        var outcome = shell.run("redrive", "--subscription", "s");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).contains("Delivered: 1");
        assertThat(outcome.err()).contains("1: [Code: 409]", "no function", "could not be delivered: 1");
        assertThat(asked().subList(2, 4))
                .containsExactly("POST " + LETTERS + "/1/redrive", "POST " + LETTERS + "/2/redrive");
    }

    @Test
    void redrive_ofOne_andDelete_sendIt() {
        server.reply(200, letter("1")).reply(200, letter("1")).reply(409, REFUSED);
        assertThat(shell.run("redrive", "1", "--subscription", "s").out()).contains("Delivered: 1");
        assertThat(shell.run("delete", "undelivered", "s", "1").out()).contains("Deleted undelivered event: 1");
        assertThat(shell.run("redrive", "1", "--subscription", "s").exitCode()).isEqualTo(1);
        assertThat(asked())
                .isEqualTo(List.of(
                        "POST " + LETTERS + "/1/redrive",
                        "DELETE " + LETTERS + "/1",
                        "POST " + LETTERS + "/1/redrive"));
    }

    @Test
    void replay_sendsTheTime() {
        server.reply(204, "");
        server.reply(204, "");
        assertThat(shell.run("replay", "s", "--from", "2026-01-31T10:00:00Z").out())
                .contains("Delivered again from 2026-01-31T10:00:00Z on: s");
        assertThat(server.only().body()).isEqualTo("{\"from\":\"2026-01-31T10:00:00Z\"}");
        assertThat(shell.run("replay", "s", "--from", "2026-01-31T10:00:00Z", "--to", "2026-01-31T11:00:00Z")
                        .out())
                .contains("Delivered again from 2026-01-31T10:00:00Z to 2026-01-31T11:00:00Z: s");
        assertThat(server.asked().getLast().body())
                .isEqualTo("{\"from\":\"2026-01-31T10:00:00Z\",\"to\":\"2026-01-31T11:00:00Z\"}");
        assertThat(shell.run("replay", "s").err()).contains("say from when on");
        assertThat(shell.run("replay", "s", "--from", "2h", "--to", "then").err())
                .contains("--to is such as 30m");
        assertThat(shell.run("replay", "s", "--from", "then").err()).contains("--from is such as 30m");
    }

    private List<String> asked() {
        return server.asked().stream()
                .map(one -> one.method() + " " + one.target())
                .toList();
    }
}
