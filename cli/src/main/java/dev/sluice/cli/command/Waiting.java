package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// Waits until the server has made what it was asked for, and says how far it has got.
final class Waiting {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Set<String> UNDER_WAY = Set.of("INITIALIZED", "CREATING", "UPDATING");

    private Waiting() {}

    static Flag flag() {
        return Flag.bare("wait until it is READY; an ERROR then makes the exit code 1", "--wait");
    }

    /// Prints what the server made, or makes, of `target`: once nothing is under way there, if one waits for it.
    ///
    /// @return the exit code
    static int printed(Json made, String target, String said, Arguments arguments, Session session) {
        if (!arguments.has("--wait")) {
            session.print(made, () -> said);
            return 0;
        }
        Json.Obj settled = settled(session, target);
        session.print(settled, () -> said);
        return verdict(settled);
    }

    /// What stands at `target` once nothing is under way there. Each change is told on standard error.
    static Json.Obj settled(Session session, String target) {
        return settled(session, target, LOOK_AGAIN);
    }

    /// The same, asking the server each `lookAgain`.
    static Json.Obj settled(Session session, String target, Duration lookAgain) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String told = "";
        while (true) {
            Json.Obj entity = entity(session, target);
            String status = entity.show("status");
            if (!status.equals(told)) {
                session.terminal().complain(entity.show("name") + ": " + Rows.status(entity));
                told = status;
            }
            if (!isUnderWay(entity)) {
                return entity;
            }
            if (System.nanoTime() > end) {
                throw new Failure(entity.show("name") + " is still " + status + ": look later, with sluice get");
            }
            LockSupport.parkNanos(lookAgain.toNanos());
        }
    }

    static Json.Obj entity(Session session, String target) {
        if (session.api().get(target) instanceof Json.Obj entity) {
            return entity;
        }
        throw new Failure("the server's answer makes no sense: is it a Sluice server?");
    }

    static boolean isUnderWay(Json.Obj entity) {
        return UNDER_WAY.contains(entity.show("status"));
    }

    /// The exit code of a command that waited for it.
    static int verdict(Json.Obj entity) {
        return entity.show("status").equals("ERROR") ? Failure.FAILED : 0;
    }
}
