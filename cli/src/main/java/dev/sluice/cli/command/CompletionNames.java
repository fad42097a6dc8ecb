package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/// The names that a shell offers of what the server has: `completion names KIND`.
///
/// What a word takes is told by what stands for it in help: `FUNCTION` is a function's name, and `NAME` below
/// `get function` too. A new word needs nothing else to be completed but a kind here.
final class CompletionNames {
    static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int NAMES_MAX = 1_000;

    /// What a shell takes for one word, and nothing that it could take for more.
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}");

    private static final Map<String, String> PATHS = Map.ofEntries(
            Map.entry("function", "/v1/function"),
            Map.entry("image", "/v1/image"),
            Map.entry("base-image", "/v1/baseimage"),
            Map.entry("secret", "/v1/secret"),
            Map.entry("application", "/v1/application"),
            Map.entry("api", "/v1/api"),
            Map.entry("host", "/v1/host"),
            Map.entry("subscription", "/v1/event/subscriptions"),
            Map.entry("event-driver", "/v1/event/drivers"),
            Map.entry("event-driver-type", "/v1/event/drivertypes"),
            Map.entry("serviceclass", "/v1/serviceclass"),
            Map.entry("serviceinstance", "/v1/serviceinstance"),
            Map.entry("registry", "/v1/registry"),
            Map.entry("organization", "/v1/iam/organization"),
            Map.entry("policy", "/v1/iam/policy"),
            Map.entry("role", "/v1/iam/role"),
            Map.entry("serviceaccount", "/v1/iam/serviceaccount"));

    private static final Map<String, String> LABELS = Map.of(
            "FUNCTION", "function",
            "IMAGE", "image",
            "SECRET", "secret",
            "SERVICE", "serviceinstance",
            "CLASS", "serviceclass",
            "BASE", "base-image",
            "ACCOUNT", "serviceaccount",
            "APPLICATION", "application",
            "ORG", "organization");

    private CompletionNames() {}

    /// The kind of thing whose names stand where `label` does in help.
    static Optional<String> ofLabel(String label) {
        return Optional.ofNullable(LABELS.get(label));
    }

    /// The kind of thing whose names are offered behind a word: of what comes first or, where that is a new name, of
    /// what comes behind it.
    ///
    /// @param path of the word, from the root's children
    static Optional<String> of(Word word, String path) {
        if (word.positionals().isEmpty()) {
            return Optional.empty();
        }
        String label = word.positionals().getFirst().label();
        if (!label.equals("NAME")) {
            return ofLabel(label);
        }
        if (!path.contains(" create ")) {
            return Optional.of(word.name()).filter(PATHS::containsKey);
        }
        return word.positionals().stream()
                .flatMap(one -> ofLabel(one.label()).stream())
                .findFirst();
    }

    static Word word() {
        return new Word("names", "Print the names of what the server has, for a shell.", CompletionNames::print)
                .required("KIND", "such as function, image or secret")
                .example("sluice completion names function");
    }

    /// A shell that completes shows nothing of what goes wrong, and does not wait.
    private static int print(Arguments arguments, Session session) {
        String path = PATHS.get(arguments.required(0));
        if (path == null) {
            throw Failure.usage("there are no names of that kind: " + arguments.required(0));
        }
        var answer = new AtomicReference<Json>(Json.NULL);
        var isOver = new CountDownLatch(1);
        Thread asking = Thread.ofVirtual().start(() -> {
            try {
                answer.set(session.api().get(path));
            } catch (Failure none) {
                answer.set(Json.NULL);
            } finally {
                isOver.countDown();
            }
        });
        try {
            boolean isInTime = isOver.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            names(answer.get()).forEach(session::say);
            return isInTime ? 0 : Failure.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Failure.FAILED;
        } finally {
            asking.interrupt();
        }
    }

    private static List<String> names(Json answer) {
        return Rows.of(answer).stream()
                .map(one -> one.show("name"))
                .filter(name -> HARMLESS.matcher(name).matches())
                .limit(NAMES_MAX)
                .toList();
    }
}
