package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// `get instance|worker|usage`, and `top`: the guests that there are, and what they use.
final class FleetWords {
    private static final String INSTANCES = "/v1/instances";
    private static final int MICROS_SCALE = 6;
    private static final int SECONDS_MAX = 3_600;

    /// To the first place of the screen, and nothing on it.
    private static final String CLEAR = "\u001b[H\u001b[2J";

    private FleetWords() {}

    static Word instances() {
        return new Word("instance", "List the instances that live now (with all rights).", FleetWords::list)
                .flag(Flag.bare("those of all organizations (with global rights)", "--all"))
                .example("sluice get instances")
                .example("sluice get instances --all -o json");
    }

    static Word workers() {
        return new Word("worker", "List the machines that run instances (with global rights).", FleetWords::workers)
                .example("sluice get workers");
    }

    static Word usage() {
        return new Word("usage", "Show what functions have used (with all rights).", FleetWords::used)
                .example("sluice get usage")
                .example("sluice get usage -o json");
    }

    static Word top() {
        return new Word("top", "Watch the instances that use most.", FleetWords::watch)
                .flag(Flag.bare("those of all organizations (with global rights)", "--all"))
                .flag(Flag.bare("print them once, and end", "--once"))
                .option("--seconds", "N", "how long until it looks again, 1 to 3600 (default: 2)")
                .example("sluice top")
                .example("sluice top --once");
    }

    private static Json instances(Arguments arguments, Session session) {
        Target target = Target.of(INSTANCES);
        if (arguments.has("--all")) {
            target.query("all", "true");
        }
        return session.api().get(target.toString());
    }

    private static int list(Arguments arguments, Session session) {
        Json answer = instances(arguments, session);
        session.print(answer, () -> table(Rows.of(answer), new FunctionNames(session)));
        return 0;
    }

    private static String table(List<Json.Obj> instances, FunctionNames names) {
        names.learn(instances);
        var table = new Table("ID", "Organization", "Function", "Driver", "Runtime", "CPU s", "MiB", "of", "Age s");
        instances.forEach(one -> table.row(
                one.show("id"),
                one.show("organization"),
                names.of(one),
                one.show("driver"),
                one.show("runtime"),
                seconds(one, "cpuMicros"),
                mib(one, "memoryBytes"),
                one.show("memoryMib"),
                one.show("aliveSeconds")));
        return table.text();
    }

    private static int workers(Arguments arguments, Session session) {
        Json answer = session.api().get("/v1/workers");
        session.print(answer, () -> {
            var table = new Table("Name", "Instances", "MiB", "Leased", "Idle", "Waiting runs");
            Rows.of(answer)
                    .forEach(one -> table.row(
                            one.show("name"),
                            one.show("instances"),
                            one.show("memoryMib"),
                            one.show("leasedMib"),
                            one.show("idleMib"),
                            one.show("waitingRuns")));
            return table.text();
        });
        return 0;
    }

    private static int used(Arguments arguments, Session session) {
        Json answer = session.api().get("/v1/usage");
        session.print(answer, () -> {
            var table = new Table("Function", "Instances", "CPU s", "Alive s", "MiB s", "Peak MiB");
            var names = new FunctionNames(session);
            names.learn(Rows.of(answer));
            Rows.of(answer)
                    .forEach(one -> table.row(
                            names.of(one),
                            one.show("instances"),
                            seconds(one, "cpuMicros"),
                            seconds(one, "aliveMicros"),
                            seconds(one, "memoryMibMicros"),
                            mib(one, "memoryPeakBytes")));
            return table.text();
        });
        return 0;
    }

    /// Nothing of the terminal is changed but what stands on it: whoever breaks it off finds it as it was.
    private static int watch(Arguments arguments, Session session) {
        Duration pause = Duration.ofSeconds(pause(arguments.option("--seconds")));
        boolean isOnce = arguments.has("--once");
        var names = new FunctionNames(session);
        while (true) {
            List<Json.Obj> most = Rows.of(instances(arguments, session)).stream()
                    .sorted(Comparator.comparing(one -> one.wholeAt("cpuMicros").orElse(0L), Comparator.reverseOrder()))
                    .toList();
            session.say((isOnce ? "" : CLEAR) + table(most, names).stripTrailing());
            session.terminal().out().flush();
            if (isOnce) {
                return 0;
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    private static int pause(Optional<String> given) {
        try {
            int seconds = given.map(Integer::parseInt).orElse(2);
            if (seconds >= 1 && seconds <= SECONDS_MAX) {
                return seconds;
            }
        } catch (NumberFormatException notANumber) {
            throw Failure.usage("--seconds is a number from 1 to " + SECONDS_MAX);
        }
        throw Failure.usage("--seconds is a number from 1 to " + SECONDS_MAX);
    }

    private static String seconds(Json.Obj one, String member) {
        return BigDecimal.valueOf(one.wholeAt(member).orElse(0L), MICROS_SCALE)
                .setScale(2, RoundingMode.HALF_UP)
                .toPlainString();
    }

    private static String mib(Json.Obj one, String member) {
        return Long.toString(one.wholeAt(member).orElse(0L) >> 20);
    }
}
