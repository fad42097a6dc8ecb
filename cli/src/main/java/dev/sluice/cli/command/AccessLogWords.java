package dev.sluice.cli.command;

import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.Table;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// `log api`: what became of requests at an API.
final class AccessLogWords {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final String AFTER = "after";
    private static final List<String> COLUMNS =
            List.of("time", "client", "method", "path", "status", "bytes", "millis", "run");

    private AccessLogWords() {}

    static Word api() {
        return new Word("api", "Show what became of the last requests at an API.", AccessLogWords::ofApi)
                .alias("apis")
                .required("NAME", "the API's name")
                .example("sluice log api hello --follow");
    }

    private static int ofApi(Arguments arguments, Session session) {
        Target log = Target.of("/v1/api").segment(arguments.required(0)).segment("log");
        Json.Obj answer = page(session, log);
        if (!arguments.has("--follow")) {
            session.print(answer, () -> table(answer));
            return 0;
        }
        say(answer, session);
        String last = answer.show(AFTER);
        while (true) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            Json.Obj next = page(
                    session,
                    Target.of("/v1/api")
                            .segment(arguments.required(0))
                            .segment("log")
                            .query(AFTER, last));
            say(next, session);
            last = next.show(AFTER);
        }
    }

    private static Json.Obj page(Session session, Target target) {
        return Rows.of(session.api().get(target.toString())).getFirst();
    }

    private static List<Json.Obj> requests(Json.Obj answer) {
        return Rows.of(answer.at("requests").orElse(Json.NULL));
    }

    private static String table(Json.Obj answer) {
        var table = new Table(COLUMNS.toArray(String[]::new));
        requests(answer).forEach(one -> table.row(cells(one).toArray(String[]::new)));
        return table.text();
    }

    /// Of requests that are not on record only how many there were is known.
    private static Stream<String> cells(Json.Obj one) {
        return one.at("lost").isPresent()
                ? Stream.of(one.show("time"), "", "", one.show("lost") + " requests are not on record", "", "", "", "")
                : COLUMNS.stream().map(one::show);
    }

    private static void say(Json.Obj answer, Session session) {
        requests(answer)
                .forEach(one -> session.say(
                        session.format().equals("table")
                                ? Table.harmless(cells(one)
                                        .filter(cell -> !cell.isEmpty())
                                        .collect(Collectors.joining(" ")))
                                : JsonText.compact(one)));
        session.terminal().out().flush();
    }
}
