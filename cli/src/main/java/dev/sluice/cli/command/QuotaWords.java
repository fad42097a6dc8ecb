package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.util.List;
import java.util.Locale;

/// `iam get|update quota`: what an organization may have at most.
final class QuotaWords {
    private static final String OWN = "/v1/iam/quota";
    private static final String ISOLATION = "isolation";
    private static final String DEFAULT = "default";

    private QuotaWords() {}

    /// @param member of what the server sends
    private record Limit(String member, String unit) {
        String flag() {
            return "--" + member.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        }
    }

    private static final List<Limit> LIMITS = List.of(
            new Limit("concurrentRuns", "runs at once"),
            new Limit("queuedRuns", "runs that wait"),
            new Limit("queuedMib", "MiB of runs that nobody waits for"),
            new Limit("memoryMib", "MiB of memory for its runs together"),
            new Limit("weight", "its share of the machine (100)"),
            new Limit(ISOLATION, "at least namespaces, oci or microvm"),
            new Limit("functions", "functions"),
            new Limit("storedItems", "items in the file system"),
            new Limit("storedMib", "MiB in the file system"),
            new Limit("requestsPerSecond", "requests a second"),
            new Limit("gatewayRequestsPerSecond", "to its APIs"));

    static Word get() {
        return new Word("quota", "Show what an organization may have, and how much it has.", QuotaWords::show)
                .optional("ORG", "the organization (the one in which you act)")
                .example("sluice iam get quota")
                .example("sluice iam get quota acme -o json");
    }

    static Word update() {
        Word word = new Word("quota", "Change what an organization may have (with global rights).", QuotaWords::change)
                .optional("ORG", "the organization (the one in which you act)")
                .example("sluice iam update quota acme --concurrent-runs 20 --memory-mib 4096")
                .example("sluice iam update quota acme --concurrent-runs default");
        for (Limit limit : LIMITS) {
            word = word.option(
                    limit.flag(),
                    limit.member().equals(ISOLATION) ? "HOW" : "N",
                    limit.unit() + "; or default, the server's");
        }
        return word;
    }

    private static String target(Arguments arguments) {
        return arguments
                .positional(0)
                .map(name -> Target.of("/v1/iam/organization").segment(name) + "/quota")
                .orElse(OWN);
    }

    private static int show(Arguments arguments, Session session) {
        Json answer = session.api().get(target(arguments));
        session.print(answer, () -> table(answer));
        return 0;
    }

    private static int change(Arguments arguments, Session session) {
        Json.Obj body = Json.Obj.empty();
        for (Limit limit : LIMITS) {
            var value = arguments.option(limit.flag());
            if (value.isPresent()) {
                body = body.with(limit.member(), value(limit, value.get()));
            }
        }
        if (body.members().isEmpty()) {
            throw Failure.usage("nothing to change: say at least one of "
                    + String.join(", ", LIMITS.stream().map(Limit::flag).toList()));
        }
        Json answer = session.api().put(target(arguments), body);
        session.print(answer, () -> table(answer));
        return 0;
    }

    private static Json value(Limit limit, String text) {
        if (text.equals(DEFAULT)) {
            return Json.NULL;
        }
        if (limit.member().equals(ISOLATION)) {
            return new Json.Text(text);
        }
        try {
            return Json.Num.of(Long.parseLong(text));
        } catch (NumberFormatException notANumber) {
            throw Failure.usage(limit.flag() + " is a number, or " + DEFAULT + ", not " + text);
        }
    }

    /// A limit that is not set is shown with what the server's settings say.
    private static String table(Json answer) {
        var table = new Table("Limit", "At Most", "Used", "Set");
        for (Json.Obj quota : Rows.of(answer)) {
            Json.Obj most = quota.objectAt("limits");
            Json.Obj used = quota.objectAt("used");
            for (Limit limit : LIMITS) {
                boolean isSet = quota.members().get("set") instanceof Json.Arr(var words)
                        && words.contains(new Json.Text(limit.member()));
                table.row(
                        limit.flag().substring(2),
                        most.show(limit.member()),
                        used.members().isEmpty() || limit.member().equals(ISOLATION) ? "-" : used.show(limit.member()),
                        isSet ? "yes" : "no");
            }
        }
        return table.text();
    }
}
