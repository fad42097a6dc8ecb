package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.Launcher.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Every command of the client, as `commands.txt` tells them, by `./sluice` against a server.
final class CommandsTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
    private static final Pattern KEPT = Pattern.compile("\\{([A-Z]+)}");

    /// A command's page in the manual: its words, and how it is written behind them.
    private static final Pattern PAGE = Pattern.compile("(?m)^\\.SS \"sluice ((?:[a-z]+(?:-[a-z]+)* )+)(.*)\"$");

    private static final String HELLO = """
            def handle(context, payload):
                print("hello is called")
                if payload == "fail":
                    raise RuntimeError("no luck")
                services = context["serviceBindings"]
                return {
                    "hello": payload,
                    "secret": context["secrets"].get("word"),
                    "db": services.get("db", {}).get("url"),
                }
            """;
    private static final String BATCH = """
            kind: Application
            name: market
            ---
            kind: BaseImage
            name: market-py
            dockerUrl: dispatchframework/python3-base
            language: python3
            ---
            kind: Image
            name: market-image
            baseImageName: market-py
            ---
            kind: Secret
            name: till
            secrets:
              word: open
            ---
            kind: ServiceInstance
            name: till-db
            serviceClass: user-provided-service
            servicePlan: default
            parameters:
              url: pg://till
            ---
            kind: Registry
            name: depot
            host: depot.example.com
            username: ci
            passwordFile: password
            ---
            kind: Function
            name: sell
            image: market-image
            sourcePath: hello.py
            ---
            kind: API
            name: sell
            function: sell
            uris: ["/sell"]
            """;
    private static final String CHANGES = """
            kind: Application
            name: market
            ---
            kind: Function
            name: sell
            image: market-image
            sourcePath: hello.py
            """;

    /// One command of the story, and what it must say.
    private record Step(String line, List<String> out, List<String> err, Map<String, String> kept, int exit) {}

    private final Map<String, String> kept = new HashMap<>();
    private final List<String> run = new ArrayList<>();
    private final List<String> elsewhere = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    @Test
    void everyCommand_hasItsPlaceInTheStory() throws Exception {
        List<Step> steps = story();
        try (var sluice = new Launcher()) {
            prepare(sluice.home());
            sluice.run("up", "--detach", "--host-claim", "waived").succeeds();
            for (Step step : steps) {
                try {
                    tell(sluice, step);
                } catch (AssertionError other) {
                    wrong.add(String.valueOf(other.getMessage()));
                }
            }
            assertThat(wrong).isEmpty();
            assertThat(unheardOf(sluice.run("man").succeeds().out())).isEmpty();
        }
    }

    private static void prepare(Path home) throws IOException, NoSuchAlgorithmException {
        Files.writeString(home.resolve("hello.py"), HELLO);
        Files.writeString(home.resolve("word.json"), "{\"word\":\"sesame\"}");
        Files.writeString(home.resolve("word2.json"), "{\"word\":\"simsim\"}");
        Files.writeString(
                home.resolve("users.json"),
                "{\"jon\":\"$2y$05$4sC2./HmAIwpKuN/ef66.OhxThCvywe2M3ptRCz5amsbdKsvM031.\"}");
        Files.writeString(home.resolve("password"), "tell-nobody");
        Files.write(home.resolve("large.bin"), new byte[100_000]);
        Files.writeString(home.resolve("batch.yaml"), BATCH);
        Files.writeString(home.resolve("changes.yaml"), CHANGES);
        Files.writeString(home.resolve("unknown.yaml"), "kind: Nothing\n");
        Files.writeString(home.resolve("broken.yaml"), ": [");
        KeyPair key = key();
        write(home.resolve("public.pem"), "PUBLIC KEY", key.getPublic().getEncoded());
        write(home.resolve("private.pem"), "PRIVATE KEY", key.getPrivate().getEncoded());
        write(home.resolve("other.pem"), "PUBLIC KEY", key().getPublic().getEncoded());
    }

    private static KeyPair key() throws NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static void write(Path file, String kind, byte[] key) throws IOException {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(key);
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    private List<Step> story() throws IOException {
        String text;
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("commands.txt"))) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        var steps = new ArrayList<Step>();
        for (String line : text.lines().filter(one -> !one.isBlank()).toList()) {
            String rest = line.length() > 2 ? line.substring(2) : "";
            switch (line.charAt(0)) {
                case '#' -> {}
                case '@' -> elsewhere.add(rest.substring(0, rest.indexOf(':')));
                case '$' -> steps.add(new Step(rest, new ArrayList<>(), new ArrayList<>(), new HashMap<>(), 0));
                case '!' -> steps.getLast().err().add(rest);
                case '=' ->
                    steps.getLast()
                            .kept()
                            .put(rest.substring(0, rest.indexOf(' ')), rest.substring(rest.indexOf(' ') + 1));
                case '?' -> {
                    Step last = steps.removeLast();
                    steps.add(new Step(last.line(), last.out(), last.err(), last.kept(), Integer.parseInt(rest)));
                }
                default -> steps.getLast().out().add(line);
            }
        }
        return steps;
    }

    private void tell(Launcher sluice, Step step) throws IOException, InterruptedException {
        Matcher matcher = WORD.matcher(filled(step.line()));
        var words = new ArrayList<String>();
        while (matcher.find()) {
            words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        Result result = sluice.run(words.toArray(String[]::new));
        run.add(String.join(" ", words) + " ");
        String said = step.line() + " said " + result;
        assertThat(result.exit()).as(said).isEqualTo(step.exit());
        step.out().forEach(text -> assertThat(result.out()).as(said).contains(filled(text)));
        step.err().forEach(text -> assertThat(result.err()).as(said).contains(filled(text)));
        step.kept().forEach((name, regex) -> {
            Matcher found = Pattern.compile(regex).matcher(result.out());
            assertThat(found.find()).as(said).isTrue();
            kept.put(name, found.group(1));
        });
    }

    private String filled(String text) {
        return KEPT.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(kept.getOrDefault(found.group(1), "nothing")));
    }

    /// The commands that the manual has and the story has not. Plurals and other spellings stand for the word.
    private Set<String> unheardOf(String manual) {
        var missing = new TreeSet<String>();
        Matcher page = PAGE.matcher(manual.replace("\\-", "-"));
        while (page.find()) {
            String words = page.group(1).strip();
            boolean isGroup = page.group(2).startsWith("COMMAND");
            if (!isGroup
                    && !elsewhere.contains(words)
                    && run.stream().noneMatch(one -> one.startsWith(words + " ") || one.startsWith(words + "s "))) {
                missing.add(words);
            }
        }
        return missing;
    }
}
