package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Refusal;
import dev.sluice.cli.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `create|update|delete -f FILE`: what stands in a YAML file, document by document, in its order.
final class BatchWords {
    private static final int ALREADY_THERE = 409;
    private static final int NOT_THERE = 404;

    private BatchWords() {}

    /// What is done with each document.
    ///
    /// @param said before its kind and name, once it is done
    /// @param passed the code of an answer that says that it was done before; 0 if there is none
    private record Deed(String word, String said, int passed) {
        boolean isCreation() {
            return word.equals("create");
        }

        boolean isUpdate() {
            return word.equals("update");
        }

        boolean isDeletion() {
            return word.equals("delete");
        }
    }

    private static final Deed CREATE = new Deed("create", "Created ", ALREADY_THERE);
    private static final Deed UPDATE = new Deed("update", "Updated ", 0);
    private static final Deed DELETE = new Deed("delete", "Deleted ", NOT_THERE);

    static Word create(List<Word> words) {
        return group(CREATE, "Create something, or all that a YAML file holds.", words)
                .flag(Waiting.flag())
                .flag(Flag.bare("pass over what is there already: for a batch that was done in part", "--again"))
                .flag(Flag.valued("APPLICATION", "application to tag all with", "-a", "--application"));
    }

    static Word update(List<Word> words) {
        return group(UPDATE, "Change something, or all that a YAML file holds.", words)
                .flag(Waiting.flag());
    }

    static Word delete(List<Word> words) {
        return group(DELETE, "Delete something, or all that a YAML file holds.", words)
                .flag(Flag.bare("pass over what is gone already: for a batch that was done in part", "--again"));
    }

    private static Word group(Deed deed, String summary, List<Word> words) {
        var group = new Word(deed.word(), summary, words, (arguments, session) -> carryOut(deed, arguments, session))
                .flag(Flag.valued("FILE", "YAML documents, each with its kind; - is standard input", "-f", "--file"))
                .flag(Flag.valued("DIR", "what names of files are relative to (.)", "-w", "--work-dir"))
                .example("sluice " + deed.word() + " -f batch.yaml --work-dir ./project");
        words.forEach(word -> group.example(word.examples().getFirst()));
        return group;
    }

    private static int carryOut(Deed deed, Arguments arguments, Session session) {
        Optional<String> file = arguments.option("--file");
        if (file.isEmpty()) {
            session.terminal().err().print(Help.of(arguments.path()));
            return Failure.USAGE;
        }
        Path directory = Path.of(arguments.option("--work-dir").orElse(""));
        List<Batch.Step> steps =
                Batch.read(file.get(), directory, session.terminal().in());
        requirePossible(deed, steps);
        var answers = new ArrayList<Json>();
        for (Batch.Step step : steps) {
            try {
                answers.add(carryOut(deed, step, directory, arguments, session));
            } catch (Failure no) {
                session.printAll(answers);
                throw new Failure(
                        step.said() + ": " + no.getMessage() + "\n" + advice(deed, answers.size(), steps)
                                + way(deed, no),
                        no);
            }
        }
        int worst = arguments.has("--wait") ? settled(steps, answers, session) : 0;
        session.printAll(answers);
        return worst;
    }

    /// Before the first of them is done.
    private static void requirePossible(Deed deed, List<Batch.Step> steps) {
        for (Batch.Step step : steps) {
            if (deed.isUpdate() && !step.kind().isUpdated()) {
                throw Failure.usage(step.said() + " cannot be updated, only deleted and created again: sluice delete "
                        + "serviceinstance " + step.name() + ", then sluice create -f FILE\nNothing was done.");
            }
        }
    }

    private static Json carryOut(Deed deed, Batch.Step step, Path directory, Arguments arguments, Session session) {
        try {
            Json answer = sent(deed, step, directory, arguments, session);
            session.sayIfPlain(deed.said() + step.kind().word() + ": " + step.name());
            return answer;
        } catch (Refusal refusal) {
            if (!arguments.has("--again") || refusal.code() != deed.passed()) {
                throw refusal;
            }
            session.terminal().complain(step.said() + (deed.isCreation() ? " is there already" : " is not there"));
            return step.document();
        }
    }

    private static Json sent(Deed deed, Batch.Step step, Path directory, Arguments arguments, Session session) {
        String target = step.kind().target(step.name());
        if (deed.isDeletion()) {
            return session.api().delete(target);
        }
        if (step.kind() == BatchKind.REGISTRY) {
            Passwords.requirePrivacy(session);
        }
        Json.Obj body = Batch.body(step, directory, arguments.option("--application"));
        return deed.isCreation()
                ? session.api().post(step.kind().path(), body)
                : session.api().put(target, body);
    }

    /// Each of them once nothing is under way there any more, in the place of what it was.
    private static int settled(List<Batch.Step> steps, List<Json> answers, Session session) {
        int worst = 0;
        for (int i = 0; i < steps.size(); i++) {
            Batch.Step step = steps.get(i);
            if (step.kind().isBuilt()) {
                Json.Obj settled = Waiting.settled(session, step.kind().target(step.name()));
                answers.set(i, settled);
                worst = Math.max(worst, Waiting.verdict(settled));
            }
        }
        return worst;
    }

    /// How to go on where the first one was done before.
    private static String way(Deed deed, Failure no) {
        boolean isDone = no instanceof Refusal refusal && refusal.code() == deed.passed();
        if (!isDone) {
            return "";
        }
        return deed.isCreation()
                ? "\n--again passes over what is there; sluice update -f changes it."
                : "\n--again passes over what is gone.";
    }

    private static String advice(Deed deed, int done, List<Batch.Step> steps) {
        String again = deed.passed() == 0 ? "" : ", with --again";
        return done + " of " + steps.size() + " were done before it, none after it."
                + (done == 0 ? "" : " When that is mended, run the same line again" + again + ".");
    }
}
