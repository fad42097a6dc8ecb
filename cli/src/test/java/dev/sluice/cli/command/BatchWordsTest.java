package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `create|update|delete -f`, with the requests of contracts: appendix A.
final class BatchWordsTest extends RecordedTest {
    private static final String SEED = """
            kind: BaseImage
            name: python3-base
            dockerUrl: dispatchframework/python3-base:0.0.13
            language: python3
            ---
            kind: Image
            name: python3
            baseImageName: python3-base
            runtimeDependencies: {manifest: '@requirements.txt'}
            ---
            kind: Function
            name: hello-py
            image: python3
            sourcePath: hello.py
            tags:
            - key: role
              value: test
            ---
            kind: Secret
            name: open-sesame
            secrets:
              password: 1234
              key: |
                -----BEGIN PUBLIC KEY-----
                AA==
            ---
            kind: Driver
            name: ticker
            type: ticker
            config:
            - key: seconds
              value: 2
            """;

    private Path seed() throws IOException {
        Path work = Files.createDirectories(home.resolve("work"));
        Files.writeString(work.resolve("requirements.txt"), "requests\n");
        Files.writeString(work.resolve("hello.py"), "def handle(context, payload): return payload\n");
        Files.writeString(work.resolve("seed.yaml"), SEED);
        return work;
    }

    @Test
    void create_sendsEachDocument_inItsOrder_withTheFilesThatItNames() throws IOException {
        Path work = seed();
        var outcome = shell.run("create", "-f", "seed.yaml", "-w", work.toString());
        assertThat(outcome).isEqualTo(new Shell.Outcome(0, """
                        Created BaseImage: python3-base
                        Created Image: python3
                        Created Function: hello-py
                        Created Secret: open-sesame
                        Created Driver: ticker
                        """, ""));
        List<Recorder.Asked> asked = server.asked();
        assertThat(asked.stream().map(one -> one.method() + " " + one.target()))
                .containsExactly(
                        "POST /v1/baseimage",
                        "POST /v1/image",
                        "POST /v1/function",
                        "POST /v1/secret",
                        "POST /v1/event/drivers");
        assertThat(asked.get(1).text()).contains("\"runtimeDependencies\":{\"manifest\":\"requests\\n\"}");
        assertThat(asked.get(2).text())
                .contains("\"sourcePath\":\"hello.py\"", "\"tags\":[{\"key\":\"role\",\"value\":\"test\"}]")
                .containsPattern("\"source\":\"H4sI[^\"]+\"");
        assertThat(asked.get(3).text())
                .contains("\"password\":\"1234\"", "\"key\":\"-----BEGIN PUBLIC KEY-----\\nAA==\\n\"");
        assertThat(asked.get(4).text()).contains("\"config\":[{\"key\":\"seconds\",\"value\":\"2\"}]");
    }

    @Test
    void update_puts_andDelete_deletes() throws IOException {
        Path work = seed();
        assertThat(shell.run("update", "--work-dir", work.toString(), "--file", "seed.yaml")
                        .out())
                .startsWith("Updated BaseImage: python3-base\nUpdated Image: python3\n");
        assertThat(server.asked().get(2))
                .extracting(Recorder.Asked::method, Recorder.Asked::target)
                .containsExactly("PUT", "/v1/function/hello-py");

        server.reply(200, "{}").reply(200, "{}").reply(200, "{}").reply(204, "");
        assertThat(shell.run("delete", "-f", work.resolve("seed.yaml").toString())
                        .out())
                .endsWith("Deleted Secret: open-sesame\nDeleted Driver: ticker\n");
        assertThat(server.asked().get(8))
                .extracting(Recorder.Asked::method, Recorder.Asked::target, Recorder.Asked::body)
                .containsExactly("DELETE", "/v1/secret/open-sesame", "");
    }

    @Test
    void standardInput_isAFile_andTheApplicationTagsWhatHasTags() {
        shell.typing("kind: Policy\nname: p\nrules: []\n---\nkind: API\nname: a\ntags: null\n")
                .run("create", "-f", "-", "-a", "shop");
        assertThat(server.asked().getFirst().text()).isEqualTo("{\"kind\":\"Policy\",\"name\":\"p\",\"rules\":[]}");
        assertThat(server.asked().getLast().text())
                .isEqualTo("{\"kind\":\"API\",\"name\":\"a\",\"tags\":[{\"key\":\"Application\",\"value\":\"shop\"}]}");
    }

    /// The kinds that no other test sends.
    private static final String REST = """
            {kind: ServiceAccount, name: ci, publicKey: '@ci.pub'}
            ---
            {kind: DriverType, name: ticker, image: 'kars7e/timer:latest', config: [{key: seconds, value: 2}]}
            ---
            {kind: Subscription, name: on-tick, eventType: ticker.tick, function: hello}
            """;

    private static final List<String> REST_BODIES = List.of(
            "{\"kind\":\"ServiceAccount\",\"name\":\"ci\",\"publicKey\":\"a2V5\"}",
            "{\"kind\":\"DriverType\",\"name\":\"ticker\",\"image\":\"kars7e/timer:latest\","
                    + "\"config\":[{\"key\":\"seconds\",\"value\":\"2\"}]}",
            "{\"kind\":\"Subscription\",\"name\":\"on-tick\",\"eventType\":\"ticker.tick\",\"function\":\"hello\"}");

    private static final List<String> REST_PATHS =
            List.of("/v1/iam/serviceaccount", "/v1/event/drivertypes", "/v1/event/subscriptions");

    @Test
    void accounts_driverTypes_andSubscriptions_areMade_changedAndDeletedToo() throws IOException {
        Files.writeString(home.resolve("ci.pub"), "key");
        List<String> names = List.of("/ci", "/ticker", "/on-tick");
        shell.typing(REST);
        for (String deed : List.of("create", "update", "delete")) {
            String said = Character.toUpperCase(deed.charAt(0)) + deed.substring(1) + "d ";
            assertThat(shell.run(deed, "-f", "-", "-w", home.toString()))
                    .isEqualTo(new Shell.Outcome(
                            0,
                            said + "ServiceAccount: ci\n" + said + "DriverType: ticker\n" + said
                                    + "Subscription: on-tick\n",
                            ""));
        }
        for (int i = 0; i < 3; i++) {
            String path = REST_PATHS.get(i);
            assertThat(List.of(
                            server.asked().get(i),
                            server.asked().get(3 + i),
                            server.asked().get(6 + i)))
                    .extracting(asked -> asked.method() + " " + asked.target() + " " + asked.text())
                    .containsExactly(
                            "POST " + path + " " + REST_BODIES.get(i),
                            "PUT " + path + names.get(i) + " " + REST_BODIES.get(i),
                            "DELETE " + path + names.get(i) + " ");
        }
    }

    @Test
    void aServiceInstance_isNotUpdated_andNothingElseIs() {
        var outcome = shell.typing("{kind: API, name: a}\n---\n{kind: ServiceInstance, name: db}\n")
                .run("update", "-f", "-");
        assertThat(outcome).isEqualTo(new Shell.Outcome(2, "", """
                        ServiceInstance db cannot be updated, only deleted and created again: sluice delete serviceinstance db, then sluice create -f FILE
                        Nothing was done.
                        """));
        assertThat(server.asked()).isEmpty();
        assertThat(shell.run("create", "-f", "-").exitCode()).isZero();
        assertThat(shell.run("delete", "-f", "-").exitCode()).isZero();
    }

    @Test
    void aRefusal_tellsWhich_whatWasDone_andHowToGoOn() {
        server.reply(201, "{}").reply(409, "{\"code\":409,\"message\":\"API b already exists\"}");
        var outcome = shell.typing("""
                        {kind: API, name: a}
                        ---
                        {kind: API, name: b}
                        ---
                        {kind: API, name: c}
                        """).run("create", "-f", "-");
        assertThat(outcome).isEqualTo(new Shell.Outcome(1, "Created API: a\n", """
                        API b: [Code: 409] API b already exists
                        1 of 3 were done before it, none after it. When that is mended, run the same line again, with --again.
                        --again passes over what is there; sluice update -f changes it.
                        """));
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void again_passesOverWhatIsThere_orGone_andNothingElse() {
        shell.typing("{kind: API, name: a}\n---\n{kind: API, name: b}\n");
        server.reply(409, "{\"code\":409,\"message\":\"API a already exists\"}").reply(200, "{}");
        assertThat(shell.run("create", "-f", "-", "--again"))
                .isEqualTo(new Shell.Outcome(0, "Created API: b\n", "API a is there already\n"));
        server.reply(404, "{\"code\":404,\"message\":\"API a not found\"}").reply(200, "{}");
        assertThat(shell.run("delete", "-f", "-", "--again"))
                .isEqualTo(new Shell.Outcome(0, "Deleted API: b\n", "API a is not there\n"));
        server.reply(404, "{\"code\":404,\"message\":\"function f not found\"}");
        assertThat(shell.run("create", "-f", "-", "--again").exitCode()).isEqualTo(1);
    }

    @Test
    void waiting_tellsOfEachThatIsBuilt_andFailsForAnError() {
        server.reply(201, "{}")
                .reply(201, "{}")
                .reply(200, "{\"name\":\"i\",\"status\":\"READY\",\"reason\":null}")
                .reply(200, "{\"name\":\"f\",\"status\":\"ERROR\",\"reason\":[\"no\"]}");
        var outcome = shell.typing("{kind: Image, name: i}\n---\n{kind: Function, name: f}\n")
                .run("create", "-f", "-", "--wait", "-o", "json");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).isEqualTo("i: READY\nf: ERROR (no)\n");
        assertThat(outcome.out()).startsWith("[").contains("\"status\": \"READY\"", "\"status\": \"ERROR\"");
    }

    @Test
    void aMistakeAnywhere_doesNothing() {
        String good = "{kind: API, name: a}\n---\n";
        for (String bad : List.of("{name: b}", "{kind: Pod, name: b}", "{kind: API}", "7", "a: *b", "[")) {
            var outcome = shell.typing(good + bad + "\n").run("create", "-f", "-");
            assertThat(outcome.exitCode()).as(bad).isEqualTo(2);
        }
        assertThat(shell.typing(good + "{kind: Pod, name: b}")
                        .run("create", "-f", "-")
                        .err())
                .contains("document 2 of standard input is of an unknown kind: Pod", "BaseImage", "Subscription");
        assertThat(shell.typing("").run("create", "-f", "-").err()).contains("there is nothing in standard input");
        assertThat(shell.typing("{kind: API, name: a}\n---\n".repeat(Batch.STEPS_MAX + 1))
                        .run("create", "-f", "-")
                        .err())
                .contains("more than 1000 documents");
        assertThat(shell.run("create", "-f", "none.yaml").err()).contains("there is no such file");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void theFile_goesWithoutAFurtherWord_andWithoutBothThereIsHelp() {
        assertThat(shell.run("create", "-f", "x", "function", "f").err())
                .contains("the flag --file goes without a further word: function");
        var outcome = shell.run("create");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("Usage: sluice create").contains("--work-dir DIR");
    }
}
