package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Refusal;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `get deadletters`, `redrive` and `delete deadletter`: runs that failed for good.
final class DeadLetterWords {
    private static final String LETTERS = "/v1/deadletters";
    private static final String PAGE_LETTERS = "200";
    private static final long NOT_FOUND = 404;

    private DeadLetterWords() {}

    static Word get() {
        return new Word(
                        "deadletter",
                        "Show one dead letter, or list them: runs that failed for good.",
                        DeadLetterWords::get)
                .optional("ID", "the run's id")
                .option("--function", "NAME", "only those of this function")
                .option("--limit", "N", "only the N newest (default and most: 1000)")
                .example("sluice get deadletters")
                .example("sluice get deadletters --function resize --limit 10")
                .example("sluice get deadletter 11111111-2222-4333-8444-555555555555 -o json");
    }

    static Word redrive() {
        return new Word(
                        "redrive",
                        "Run dead letters anew, each once, or deliver undelivered events.",
                        DeadLetterWords::redrive)
                .optional("ID", "the run's id; with --subscription, the event's in that list")
                .option("--subscription", "NAME", "instead, the undelivered events of this subscription")
                .option("--function", "NAME", "those of this function; with ID, for who may run this one only")
                .flag(Flag.bare("those of all functions", "--all"))
                .example("sluice redrive 11111111-2222-4333-8444-555555555555")
                .example("sluice redrive --function resize")
                .example("sluice redrive --all")
                .example("sluice redrive --subscription on-order");
    }

    static Word delete() {
        return new Word("deadletter", "Give a dead letter up; its run's record stays.", DeadLetterWords::delete)
                .required("ID", "the run's id")
                .option("--function", "NAME", "its function, for who may end the runs of that one only")
                .example("sluice delete deadletter 11111111-2222-4333-8444-555555555555");
    }

    private static int get(Arguments arguments, Session session) {
        Target target = target(arguments.positional(0), arguments);
        arguments.option("--limit").ifPresent(limit -> target.query("limit", limit));
        Json answer = session.api().get(target.toString());
        session.print(answer, () -> table(Rows.of(answer)));
        return 0;
    }

    private static int delete(Arguments arguments, Session session) {
        String id = arguments.required(0);
        Json answer = session.api().delete(target(Optional.of(id), arguments).toString());
        session.print(answer, () -> "Deleted dead letter: " + id);
        return 0;
    }

    private static Target target(Optional<String> id, Arguments arguments) {
        Target target = Target.of(LETTERS);
        id.ifPresent(target::segment);
        arguments.option("--function").ifPresent(function -> target.query("functionName", function));
        return target;
    }

    private static int redrive(Arguments arguments, Session session) {
        Optional<String> id = arguments.positional(0);
        boolean isAll = arguments.has("--all");
        if (arguments.option("--subscription").isPresent()) {
            return UndeliveredWords.redrive(arguments.option("--subscription").get(), id, session);
        }
        if (id.isPresent() && isAll) {
            throw Failure.usage("redrive ID runs one dead letter anew, --all runs all: say one of them");
        }
        if (id.isPresent()) {
            Json run = anew(id.get(), arguments, session);
            session.print(run, () -> line(id.get(), run));
            return 0;
        }
        if (!isAll && arguments.option("--function").isEmpty()) {
            throw Failure.usage("say which dead letters: redrive ID, --function NAME or --all");
        }
        return redriveEach(arguments, session);
    }

    /// From the newest to the oldest: one that fails again meanwhile is newer than all, and is not seen twice.
    private static int redriveEach(Arguments arguments, Session session) {
        List<Json> runs = new ArrayList<>();
        int left = 0;
        List<Json.Obj> page = page(Optional.empty(), arguments, session);
        while (!page.isEmpty()) {
            for (Json.Obj letter : page) {
                Optional<Json> run = anewIfThere(letter.show("name"), arguments, session);
                run.ifPresent(runs::add);
                left += run.isPresent() ? 0 : 1;
            }
            page = page(Optional.of(page.getLast().show("name")), arguments, session);
        }
        session.printAll(runs);
        session.sayIfPlain("Redriven: " + runs.size());
        if (left > 0) {
            session.terminal()
                    .complain(left + " dead letters were not run anew: you may not see what they were given, or"
                            + " somebody else was faster");
            return Failure.FAILED;
        }
        return 0;
    }

    private static List<Json.Obj> page(Optional<String> after, Arguments arguments, Session session) {
        Target target = target(Optional.empty(), arguments).query("limit", PAGE_LETTERS);
        after.ifPresent(id -> target.query("after", id));
        return Rows.of(session.api().get(target.toString()));
    }

    private static Optional<Json> anewIfThere(String id, Arguments arguments, Session session) {
        try {
            Json run = anew(id, arguments, session);
            session.sayIfPlain(line(id, run));
            return Optional.of(run);
        } catch (Refusal refusal) {
            if (refusal.code() == NOT_FOUND) {
                return Optional.empty();
            }
            throw refusal;
        }
    }

    private static Json anew(String id, Arguments arguments, Session session) {
        Target target = Target.of(LETTERS).segment(id).segment("redrive");
        arguments.option("--function").ifPresent(function -> target.query("functionName", function));
        return session.api().post(target.toString(), Json.Obj.empty());
    }

    private static String line(String id, Json run) {
        return "Redriven: " + id + " as run " + (run instanceof Json.Obj started ? started.show("name") : "-");
    }

    private static String table(List<Json.Obj> letters) {
        var table = new Table("ID", "Function", "Tries", "Status", "Started");
        letters.forEach(letter -> table.row(
                letter.show("name"),
                letter.show("functionName"),
                letter.show("attempts"),
                Rows.status(letter),
                Rows.time(letter, "executedTime")));
        return table.text();
    }
}
