package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Refusal;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `get|delete undelivered`, `redrive --subscription` and `replay`: events that a subscription did not get, and those
/// that it is to get again.
final class UndeliveredWords {
    private static final long NOT_DELIVERED = 409;

    private UndeliveredWords() {}

    static Word get() {
        return new Word(
                        "undelivered",
                        "Show an event that a subscription could not get, or list them.",
                        UndeliveredWords::get)
                .required("SUBSCRIPTION", "the subscription's name")
                .optional("ID", "the event's id in that list")
                .example("sluice get undelivered on-order")
                .example("sluice get undelivered on-order 115981234567890123 -o json");
    }

    static Word delete() {
        return new Word("undelivered", "Give such an event up.", UndeliveredWords::delete)
                .required("SUBSCRIPTION", "the subscription's name")
                .required("ID", "the event's id in the list of undelivered ones")
                .example("sluice delete undelivered on-order 115981234567890123");
    }

    static Word replay() {
        return new Word("replay", "Deliver again what came to a subscription since a time.", UndeliveredWords::replay)
                .required("SUBSCRIPTION", "the subscription's name")
                .option("--from", "TIME", "such as 30m, 12h, 7d (ago) or 2026-01-31T10:00:00Z")
                .option("--to", "TIME", "deliver only what came before that time again")
                .example("sluice replay on-order --from 2h")
                .example("sluice replay on-order --from 2026-01-31T10:00:00Z --to 2026-01-31T11:00:00Z");
    }

    private static Target target(String subscription) {
        return Target.of("/v1/event/subscriptions").segment(subscription);
    }

    private static Target letters(String subscription) {
        return target(subscription).segment("undelivered");
    }

    private static int get(Arguments arguments, Session session) {
        String subscription = arguments.required(0);
        if (arguments.positional(1).isPresent()) {
            Json letter = session.api()
                    .get(letters(subscription).segment(arguments.required(1)).toString());
            session.print(letter, () -> table(Rows.of(letter)));
            return 0;
        }
        List<Json.Obj> all = all(subscription, session);
        session.print(new Json.Arr(List.copyOf(all)), () -> table(all));
        return 0;
    }

    /// The oldest first.
    private static List<Json.Obj> all(String subscription, Session session) {
        List<Json.Obj> all = new ArrayList<>();
        List<Json.Obj> page = Rows.of(session.api().get(letters(subscription).toString()));
        while (!page.isEmpty()) {
            all.addAll(page);
            Target next = letters(subscription).query("after", page.getLast().show("id"));
            page = Rows.of(session.api().get(next.toString()));
        }
        return all;
    }

    private static int delete(Arguments arguments, Session session) {
        String id = arguments.required(1);
        Json answer =
                session.api().delete(letters(arguments.required(0)).segment(id).toString());
        session.print(answer, () -> "Deleted undelivered event: " + id);
        return 0;
    }

    /// One of a subscription, or all.
    static int redrive(String subscription, Optional<String> id, Session session) {
        if (id.isPresent()) {
            Json letter = anew(subscription, id.get(), session);
            session.print(letter, () -> "Delivered: " + id.get());
            return 0;
        }
        List<Json> delivered = new ArrayList<>();
        int left = 0;
        for (Json.Obj letter : all(subscription, session)) {
            Optional<Json> done = anewIfItGoes(subscription, letter.show("id"), session);
            done.ifPresent(delivered::add);
            left += done.isPresent() ? 0 : 1;
        }
        session.printAll(delivered);
        session.sayIfPlain("Delivered: " + delivered.size());
        if (left > 0) {
            session.terminal().complain("Kept, as they could not be delivered: " + left);
            return Failure.FAILED;
        }
        return 0;
    }

    private static Optional<Json> anewIfItGoes(String subscription, String id, Session session) {
        try {
            return Optional.of(anew(subscription, id, session));
        } catch (Refusal refusal) {
            if (refusal.code() != NOT_DELIVERED) {
                throw refusal;
            }
            session.terminal().complain(id + ": " + refusal.getMessage());
            return Optional.empty();
        }
    }

    private static Json anew(String subscription, String id, Session session) {
        Target target = letters(subscription).segment(id).segment("redrive");
        return session.api().post(target.toString(), Json.Obj.empty());
    }

    private static int replay(Arguments arguments, Session session) {
        String subscription = arguments.required(0);
        String from = arguments
                .option("--from")
                .orElseThrow(() -> Failure.usage("say from when on: --from 2h, or --from 2026-01-31T10:00:00Z"));
        String since = WhatIfWords.since(from, session.terminal().clock(), "--from");
        Optional<String> end = arguments
                .option("--to")
                .map(text -> WhatIfWords.since(text, session.terminal().clock(), "--to"));
        Json.Obj body = Json.Obj.empty().with("from", since);
        session.api()
                .post(
                        target(subscription).segment("replay").toString(),
                        end.map(until -> body.with("to", until)).orElse(body));
        session.sayIfPlain("Delivered again from " + since
                + end.map(until -> " to " + until).orElse(" on") + ": " + subscription);
        return 0;
    }

    private static String table(List<Json.Obj> letters) {
        var table = new Table("ID", "Type", "Event", "Given up", "Reason");
        for (Json.Obj letter : letters) {
            Json.Obj event =
                    letter.at("event").orElse(Json.NULL) instanceof Json.Obj context ? context : Json.Obj.empty();
            table.row(
                    letter.show("id"),
                    event.show("eventType"),
                    event.show("eventID"),
                    letter.show("time"),
                    letter.show("reason"));
        }
        return table.text();
    }
}
