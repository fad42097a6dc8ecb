package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class FsWordsTest extends RecordedTest {
    private String request() {
        return server.only().method() + " " + server.only().target();
    }

    @Test
    void ls_showsNamesKindsAndLabels() {
        server.reply(200, """
                {"entries":[{"name":"todo.txt","kind":"file","label":"acme,acme"},
                            {"name":"d\\u001b[31m","kind":"directory","label":"T,acme"}]}
                """);

        var outcome = shell.run("fs", "ls", "~:notes");

        assertThat(request()).isEqualTo("GET /faasten/fs/~%3Anotes?op=list");
        assertThat(outcome.out()).isEqualTo("""
                NAME     | KIND      | LABEL
                --------------------------------
                todo.txt | file      | acme,acme
                d?[31m   | directory | T,acme
                """.replace("--------------------------------", "-".repeat(32)));
    }

    @Test
    void ls_ofAFacetedDirectory_showsFacets() {
        server.reply(200, "{\"facets\":[\"acme,acme\",\"T,acme/api\"]}");

        var outcome = shell.run("fs", "ls", "home", "--clearance", "acme|x");

        assertThat(request()).isEqualTo("GET /faasten/fs/home?op=list&clearance=acme%7Cx");
        assertThat(outcome.out()).isEqualTo("FACET\n----------\nacme,acme\nT,acme/api\n");
    }

    @Test
    void ls_ofALongDirectory_saysHowToGoOn() {
        server.reply(200, "{\"entries\":[{\"name\":\"a\",\"kind\":\"file\",\"label\":\"T,T\"}],\"next\":\"a\"}");

        var outcome = shell.run("fs", "ls", "~", "--limit", "1", "--after", "A");

        assertThat(request()).isEqualTo("GET /faasten/fs/~?op=list&after=A&limit=1");
        assertThat(outcome.err()).contains("--after 'a'");
    }

    @Test
    void cat_printsTheBytesAsTheyAre() {
        server.reply(200, "application/octet-stream", "a\u0000\u00e9");

        assertThat(shell.run("fs", "cat", "~:todo")).isEqualTo(new Shell.Outcome(0, "a\u0000\u00e9", ""));
        assertThat(request()).isEqualTo("GET /faasten/fs/~%3Atodo");
    }

    @Test
    void put_ofAFile_sendsItsLength() throws IOException {
        Path file = Files.write(home.resolve("big"), new byte[300_000]);
        server.reply(201, "{\"name\":\"todo\"}");

        var outcome = shell.run("fs", "put", "~:todo", file.toString(), "--label", "acme,acme", "--version", "3");

        assertThat(outcome).isEqualTo(new Shell.Outcome(0, "Created file: ~:todo\n", ""));
        assertThat(request()).isEqualTo("PUT /faasten/fs/~%3Atodo?label=acme%2Cacme&version=3");
        assertThat(server.only().header("Content-Length")).isEqualTo("300000");
        assertThat(server.only().header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(server.only().body()).hasSize(300_000);
    }

    @Test
    void put_ofStandardInput_streamsIt() {
        String text = "0123456789".repeat(20_000);

        var outcome = shell.typing(text).run("fs", "put", "~:todo");

        assertThat(outcome.out()).isEqualTo("Updated file: ~:todo\n");
        assertThat(server.only().header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(server.only().text()).isEqualTo(text);
    }

    @Test
    void put_ofAFileThatIsNotThere_saysSo() {
        var outcome = shell.run("fs", "put", "~:todo", home.resolve("no").toString());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).endsWith("no: there is no such file\n");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void mkdir_posts() {
        server.reply(201, "{}");

        var outcome = shell.run("fs", "mkdir", "~:notes", "--label", "acme,acme", "--faceted");

        assertThat(request()).isEqualTo("POST /faasten/fs/~%3Anotes?op=mkdir&label=acme%2Cacme&faceted=true");
        assertThat(server.only().body()).isEmpty();
        assertThat(outcome.out()).isEqualTo("Created directory: ~:notes\n");
    }

    @Test
    void rm_takesAnAnswerWithoutBody() {
        server.reply(204, "");

        assertThat(shell.run("fs", "rm", "~:notes:todo"))
                .isEqualTo(new Shell.Outcome(0, "Removed: ~:notes:todo\n", ""));
        assertThat(request()).isEqualTo("DELETE /faasten/fs/~%3Anotes%3Atodo");
    }

    @Test
    void stat_showsWhatTheServerKnows() {
        server.reply(200, "{\"name\":\"todo\",\"kind\":\"file\",\"label\":\"acme,acme\",\"size\":5,\"version\":2}");

        var outcome = shell.run("fs", "stat", "~:todo", "-o", "json");

        assertThat(request()).isEqualTo("GET /faasten/fs/~%3Atodo?op=stat");
        assertThat(outcome.out()).contains("\"size\": 5");
    }

    @Test
    void aRefusal_isPrintedAndFails() {
        server.reply(403, "{\"code\":403,\"message\":\"no\"}");

        assertThat(shell.run("fs", "cat", "~:todo")).isEqualTo(new Shell.Outcome(1, "", "[Code: 403] no\n"));
    }

    @Test
    void mkfile_createsOnlyWhereNothingIs() {
        server.reply(201, "{}");

        assertThat(shell.run("fs", "mkfile", "~:todo").out()).isEqualTo("Created file: ~:todo\n");
        assertThat(request()).isEqualTo("PUT /faasten/fs/~%3Atodo?op=create");
    }

    @Test
    void mkfaceted_posts() {
        server.reply(201, "{}");

        shell.run("fs", "mkfaceted", "~:in");
        assertThat(request()).isEqualTo("POST /faasten/fs/~%3Ain?op=mkdir&faceted=true");
    }

    @Test
    void mkblob_uploads_andLinks() throws IOException {
        Path file = Files.writeString(home.resolve("p"), "JPEG");
        server.reply(201, "{\"blob\":\"b-1\"}").reply(201, "{}");

        assertThat(shell.run("fs", "mkblob", "~:photo", file.toString(), "--label", "T,a")
                        .out())
                .isEqualTo("Created blob: ~:photo\n");
        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target() + " " + asked.text())
                .containsExactly("POST /blobs?label=T%2Ca JPEG", "POST /dirs/~%3Aphoto {\"blob\":\"b-1\"}");
    }

    @Test
    void ln_posts() {
        server.reply(201, "{}");

        shell.run("fs", "ln", "~:a", "~:b");
        assertThat(request()).isEqualTo("POST /dirs/~%3Ab");
        assertThat(server.only().text()).isEqualTo("{\"target\":\"~:a\"}");
    }
}
