package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.KeyPairFile;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// `iam create|get|delete key`: the keys of a service account, of which one takes another's place while both work.
final class KeyWords {
    private static final int DAYS_MAX = 36_500;

    private KeyWords() {}

    static Word create() {
        return IamWords.withNewKey(
                        named("Give a service account one key more, made here or elsewhere.", KeyWords::create))
                .option("--days", "N", "from then on it proves nothing (it does not end)")
                .example("sluice iam create key ci --private-key ci-2.pem --days 90")
                .example("sluice iam create key ci --public-key ci-2.pub");
    }

    static Word get() {
        return named("List the keys of a service account.", KeyWords::show).example("sluice iam get keys ci");
    }

    static Word delete() {
        return named("Take a key from a service account; what it had signed ends.", KeyWords::delete)
                .required("KEY", "the key's id, as `get keys` shows it; after -- if it begins with -")
                .example("sluice iam delete key ci 5pH2QpWvGQ");
    }

    private static Word named(String summary, Action action) {
        return new Word("key", summary, action).required("ACCOUNT", "the service account");
    }

    private static String path(Arguments arguments) {
        return Target.of("/v1/iam/serviceaccount").segment(arguments.required(0)) + "/key";
    }

    private static int create(Arguments arguments, Session session) {
        Json.Obj body = arguments.option("--days").isEmpty()
                ? Json.Obj.empty()
                : Json.Obj.empty()
                        .with(
                                "expiresTime",
                                Json.Num.of(end(arguments.option("--days").orElse(""), session)));
        if (arguments.option("--public-key").isPresent()) {
            return send(arguments, session, body.with("publicKey", IamWords.publicKey(arguments)), "");
        }
        Path file = Path.of(arguments
                .option("--private-key")
                .orElseThrow(() -> Failure.usage("say --public-key FILE, or --private-key FILE to make a pair")));
        String made = KeyPairFile.make(file, IamWords.kind(arguments));
        try {
            return send(arguments, session, body.with("publicKey", made), "\nIts private key is " + file);
        } catch (Failure no) {
            KeyPairFile.removeIfUnused(file, no);
            throw no;
        }
    }

    private static int send(Arguments arguments, Session session, Json.Obj body, String more) {
        Json answer = session.api().post(path(arguments), body);
        session.print(
                answer,
                () -> "Created key: "
                        + Rows.of(answer).stream()
                                .map(key -> key.show("id"))
                                .findFirst()
                                .orElse("") + more);
        return 0;
    }

    private static long end(String days, Session session) {
        try {
            int number = Integer.parseInt(days);
            if (number > 0 && number <= DAYS_MAX) {
                return session.terminal()
                        .clock()
                        .instant()
                        .plus(Duration.ofDays(number))
                        .getEpochSecond();
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw Failure.usage("--days is a number from 1 to " + DAYS_MAX + ", not " + days);
    }

    private static int show(Arguments arguments, Session session) {
        Json answer = session.api().get(path(arguments));
        session.print(answer, () -> table(Rows.of(answer)));
        return 0;
    }

    private static String table(List<Json.Obj> keys) {
        var table = new Table("Id", "Created Date", "Ends");
        keys.forEach(key -> table.row(key.show("id"), Rows.time(key, "createdTime"), Rows.time(key, "expiresTime")));
        return table.text();
    }

    private static int delete(Arguments arguments, Session session) {
        String id = arguments.required(1);
        Json answer =
                session.api().delete(Target.of(path(arguments)).segment(id).toString());
        session.print(answer, () -> "Deleted key: " + id);
        return 0;
    }
}
