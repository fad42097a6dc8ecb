package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scenario.World.Answer;
import dev.sluice.scenario.World.Who;
import dev.sluice.testing.Sink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `examples/github`, with a server on loopback in GitHub's place. What is sent is what stands there.
final class GithubTest {
    private static final Path EXAMPLE = Path.of("..", "examples", "github");
    private static final Pattern BODY = Pattern.compile("-d '(\\{.*})' \\$API(/\\S+)");

    @TempDir
    private Path directory;

    @Test
    void aRepositorysIssues_areReadByAFunction_thatNeverSeesTheToken() throws Exception {
        try (Sink github = Sink.https(Files.createDirectory(directory.resolve("github")));
                var world = new World(
                        directory,
                        "--egress-allow",
                        "localhost",
                        "--egress-permit",
                        "localhost:" + github.port(),
                        "--egress-ca",
                        github.certificate().toString())) {
            Who alice = world.alice;
            github.answer(_ -> Sink.ok("[{\"number\": 1, \"title\": \"It is broken\"}]"));
            String gate = Files.readString(EXAMPLE.resolve("gate.json"))
                    .replace("https://api.github.com", "https://localhost:" + github.port())
                    .replace("ME", alice.principal());
            assertThat(world.send(alice, "POST", "/gates", gate).status()).isEqualTo(201);
            Answer blob = world.send(alice, "POST", "/blobs", Files.readString(EXAMPLE.resolve("issues.py")));

            Matcher sent = BODY.matcher(Files.readString(EXAMPLE.resolve("README.md")));
            assertThat(sent.find()).isTrue();
            String function = sent.group(1).replace("'$BLOB'", blob.text("blob"));
            Answer made = world.send(alice, "POST", sent.group(2), function);
            assertThat(made.status()).as(made.body()).isEqualTo(201);
            assertThat(sent.find()).isTrue();
            String call = sent.group(1).replace("ME", alice.principal());
            Answer answer = world.send(alice, "POST", sent.group(2), call);

            assertThat(answer.body()).isEqualTo("{\"titles\": [\"It is broken\"]}");
            assertThat(github.received()).hasSize(1);
            assertThat(github.received().getFirst().line())
                    .isEqualTo("GET /repos/OWNER/REPOSITORY/issues?state=open&labels= HTTP/1.1");
            assertThat(github.received().getFirst().head().toLowerCase(Locale.ROOT))
                    .contains("authorization: bearer token", "x-github-api-version: 2022-11-28");
            String shown = alice.open() + ":show";
            world.script(alice, shown, Map.of());
            var read = new Script().call("read_gate", "path", alice.home() + ":github");
            assertThat(world.outcomes(alice, shown, read).getFirst())
                    .contains("authorization")
                    .doesNotContain("TOKEN");
            assertThat(world.send(world.bob, "POST", World.invocation(alice.home() + ":issues"), call)
                            .status())
                    .isEqualTo(404);
        }
    }
}
