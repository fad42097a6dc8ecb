package dev.sluice.cli.command;

import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.Table;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/// `get runs --follow`: a line for each run, and one more whenever its status changes, until one has seen enough.
final class RunFollowing {
    static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    /// Runs whose status is remembered; older ones are forgotten.
    private static final int REMEMBERED_MAX = 10_000;

    private final Session session;
    private final Map<String, String> told = new LinkedHashMap<>();
    private long since;

    private RunFollowing(Session session, long since) {
        this.session = session;
        this.since = since;
    }

    /// Ends with the first answer that is a refusal.
    ///
    /// @param target of the runs that changed after a second since 1970
    static int follow(LongFunction<String> target, long since, Session session) {
        var following = new RunFollowing(session, since);
        while (true) {
            following.tell(Rows.of(session.api().get(target.apply(following.since))));
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    /// What changes within the second of the last change that was seen is asked for again.
    private void tell(List<Json.Obj> runs) {
        runs.stream().sorted(Comparator.comparingLong(RunFollowing::changed)).forEach(this::tell);
        while (told.size() > REMEMBERED_MAX) {
            told.remove(told.keySet().iterator().next());
        }
    }

    private void tell(Json.Obj run) {
        since = Math.max(since, changed(run) - 1);
        String status = run.show("status");
        if (status.equals(told.put(run.show("name"), status))) {
            return;
        }
        if (session.format().equals("table")) {
            String line = String.join(
                    "  ",
                    run.show("name"),
                    Rows.time(run, "executedTime"),
                    Rows.time(run, "finishedTime"),
                    run.show("functionName"),
                    Rows.status(run));
            session.say(Table.harmless(line));
        } else {
            session.say(JsonText.compact(run));
        }
        session.terminal().out().flush();
    }

    /// In seconds since 1970: when it ended, else when it began.
    private static long changed(Json.Obj run) {
        return Math.max(
                run.wholeAt("executedTime").orElse(0L),
                run.wholeAt("finishedTime").orElse(0L));
    }
}
