package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import dev.sluice.cli.json.NotYaml;
import dev.sluice.cli.json.Table;
import dev.sluice.cli.json.YamlText;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `iam whatif`: which decisions would be others if policies were others.
final class WhatIfWords {
    private static final String WHAT_IF = "/v1/iam/whatif";
    private static final int FILE_BYTES_MAX = 256 << 10;
    private static final Pattern AGE = Pattern.compile("([0-9]{1,6})([mhd])");

    private WhatIfWords() {}

    static Word whatIf() {
        return new Word(
                        "whatif",
                        "Tell which decisions on record would flip if policies were others. Changes nothing.",
                        WhatIfWords::whatIf)
                .flag(Flag.valued(
                        "FILE", "policies to put in place, YAML or JSON; - is standard input", "-f", "--file"))
                .flag(new Flag(List.of("--without"), "NAME", Flag.Use.REPEATABLE, "as if the policy NAME were deleted"))
                .option("--since", "WHEN", "such as 30m, 24h, 7d or 2026-01-31T12:00:00Z (24h)")
                .flag(Flag.bare("make the exit code 1 if anything would flip", "--fail-on-flip"))
                .example("sluice iam whatif -f policy.yaml")
                .example("sluice iam get policy dev -o yaml > dev.yaml")
                .example("sluice iam whatif --without dev --since 7d -o json")
                .example("sluice iam whatif -f policy.yaml --fail-on-flip");
    }

    private static int whatIf(Arguments arguments, Session session) {
        Optional<String> file = arguments.option("--file");
        List<String> without = arguments.options("--without");
        if (file.isEmpty() && without.isEmpty()) {
            throw Failure.usage("nothing to try: say -f FILE, --without NAME or both");
        }
        Json.Obj body = Json.Obj.empty();
        if (file.isPresent()) {
            List<Json> policies = policies(file.get(), session.terminal().in());
            body = body.with("policies", new Json.Arr(policies));
        }
        if (!without.isEmpty()) {
            body = body.with("without", Json.Arr.ofTexts(without));
        }
        Optional<String> since = arguments.option("--since");
        if (since.isPresent()) {
            body = body.with("since", since(since.get(), session.terminal().clock(), "--since"));
        }
        Json answer = session.api().post(WHAT_IF, body);
        Json.Obj replayed = answer instanceof Json.Obj found ? found : Json.Obj.empty();
        session.print(answer, () -> text(replayed));
        boolean isSure = flips(replayed).isEmpty() && !isMore(replayed);
        return arguments.has("--fail-on-flip") && !isSure ? Failure.FAILED : 0;
    }

    /// What the file holds: one policy or more, as documents, as a list, or as `iam get policies` prints them.
    private static List<Json> policies(String file, InputStream standardInput) {
        byte[] content = Content.ofFile(file, standardInput);
        if (content.length > FILE_BYTES_MAX) {
            throw Failure.usage(file + " is larger than " + (FILE_BYTES_MAX >> 10) + " KiB");
        }
        var policies = new ArrayList<Json>();
        for (Json document : documents(file, content)) {
            List<Json> items = document instanceof Json.Arr(var all) ? all : List.of(document);
            for (Json item : items) {
                policies.add(policy(file, item));
            }
        }
        if (policies.isEmpty()) {
            throw Failure.usage("there is no policy in " + file);
        }
        return policies;
    }

    private static List<Json> documents(String file, byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        try {
            return text.stripLeading().startsWith("{") || text.stripLeading().startsWith("[")
                    ? List.of(JsonText.parse(content))
                    : YamlText.parse(text);
        } catch (NotJson bad) {
            throw Failure.usage(file + " is not JSON: " + bad.getMessage());
        } catch (NotYaml bad) {
            throw Failure.usage(file + ", " + bad.getMessage());
        }
    }

    /// What a server's policy has beside its rules, such as times, is no matter here.
    private static Json policy(String file, Json json) {
        if (!(json instanceof Json.Obj policy)) {
            throw Failure.usage("in " + file + " stands something that is no policy");
        }
        String kind = policy.show("kind");
        if (!kind.isEmpty() && !kind.equalsIgnoreCase("policy")) {
            throw Failure.usage("in " + file + " stands a " + kind + ", which is no policy");
        }
        Json.Obj kept = Json.Obj.empty();
        for (String member : List.of("name", "global", "rules")) {
            Optional<Json> value = policy.at(member);
            kept = value.isPresent() ? kept.with(member, value.get()) : kept;
        }
        return kept;
    }

    /// @param flag that it was said behind
    static String since(String text, Clock clock, String flag) {
        Matcher age = AGE.matcher(text);
        try {
            if (!age.matches()) {
                return Instant.parse(text).toString();
            }
            long count = Long.parseLong(age.group(1));
            Duration back = switch (age.group(2)) {
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
            return clock.instant().minus(back).toString();
        } catch (DateTimeException noTime) {
            throw Failure.usage(flag + " is such as 30m, 24h, 7d or 2026-01-31T12:00:00Z, not " + text);
        }
    }

    private static List<Json.Obj> flips(Json.Obj replayed) {
        return replayed.at("flips").map(Rows::of).orElse(List.of());
    }

    private static boolean isMore(Json.Obj replayed) {
        return replayed.show("more").equals("true");
    }

    private static String text(Json.Obj replayed) {
        var lines = new ArrayList<String>();
        List<Json.Obj> flips = flips(replayed);
        String first = replayed.show("first");
        String looked =
                replayed.show("looked") + " looked at since " + (first.isEmpty() ? replayed.show("since") : first);
        if (flips.isEmpty()) {
            lines.add("no decision would flip (" + looked + ")");
        } else {
            lines.add(table(flips, replayed.show("organization")));
            lines.add("these would flip (" + looked + ")");
        }
        note(lines, replayed, "flipsLeft", " more would flip and are not listed");
        note(lines, replayed, "changed", " are decided otherwise already now than they were then");
        note(lines, replayed, "accountsGone", " of accounts that are gone were not looked at");
        note(lines, replayed, "organizationsGone", " about organizations that are gone were not looked at");
        note(lines, replayed, "unnoted", " more were too many to be put on record");
        if (replayed.at("rolesGone").orElse(Json.NULL) instanceof Json.Arr(var roles) && !roles.isEmpty()) {
            lines.add("rules speak of roles that are not there: " + JsonText.compact(new Json.Arr(roles)));
        }
        if (isMore(replayed)) {
            lines.add("there are more: go on with --since " + replayed.show("until"));
        }
        return String.join("\n", lines);
    }

    private static void note(List<String> lines, Json.Obj replayed, String member, String words) {
        replayed.wholeAt(member).filter(count -> count > 0).ifPresent(count -> lines.add(count + words));
    }

    /// @param home the organization whose policies decide; others are named
    private static String table(List<Json.Obj> flips, String home) {
        var table = new Table("When", "Who", "Action", "Resource", "Now", "Then", "Times");
        for (Json.Obj flip : flips) {
            table.row(
                    flip.show("time"),
                    flip.show("who"),
                    flip.show("action"),
                    resource(flip, home),
                    flip.show("now"),
                    flip.show("then"),
                    flip.show("times"));
        }
        return table.text();
    }

    private static String resource(Json.Obj flip, String home) {
        String name = flip.show("name");
        String more = flip.at("and").orElse(Json.NULL) instanceof Json.Arr(var also) && !also.isEmpty()
                ? " and " + JsonText.compact(new Json.Arr(also))
                : "";
        String place = flip.show("organization").equals(home) ? "" : " in " + flip.show("organization");
        return flip.show("resource") + (name.isEmpty() ? "" : "/" + name) + more + place;
    }
}
