package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.event.Undelivered;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import dev.sluice.org.EventKind;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Below `/v1/event/subscriptions/NAME`: the events that could not be delivered, and those that are to be delivered
/// again. Whoever may get the subscription sees what its events may tell him, and whoever may update it has them
/// delivered.
final class UndeliveredRoutes {
    private static final String SUBSCRIPTION = "/v1/event/subscriptions/{name}";
    private static final String LETTERS = SUBSCRIPTION + "/undelivered";
    private static final String LETTER = LETTERS + "/{id}";
    private static final int PAGE_MAX = 200;
    private static final int BODY_BYTES_MAX = 4 << 10;

    private final Door door;
    private final Subscriptions subscriptions;

    UndeliveredRoutes(Door door, Subscriptions subscriptions) {
        this.door = door;
        this.subscriptions = subscriptions;
    }

    void addTo(Routes.Table table) {
        add(table, "GET", LETTERS, "subscription", "name", this::list);
        add(table, "GET", LETTER, "undelivered event", "id", this::get);
        add(table, "DELETE", LETTER, "undelivered event", "id", this::discard);
        add(table, "POST", LETTER + "/redrive", "undelivered event", "id", this::redrive);
        add(table, "POST", SUBSCRIPTION + "/replay", "subscription", "name", this::replay);
    }

    private static void add(
            Routes.Table table, String method, String template, String kind, String parameter, Handler handler) {
        table.add(method, template, Refusals.ofEntities(kind, parameter, handler));
    }

    /// Events may know of whatever somebody emitted who knew it.
    private static Task lent(Caller.Known caller, Action action, Request request) {
        Need need = EventKind.SUBSCRIPTION.need(action, request.parameter("name"));
        return ObjectLoans.of(caller, Operation.of(need).deliveringAllThatMayBeRead());
    }

    /// The oldest first.
    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = lent(caller, Action.GET, request);
        String name = PathName.of(request, "subscriptionName");
        long after = request.query("after").map(UndeliveredRoutes::place).orElse(0L);
        List<Undelivered> letters =
                task.run(() -> subscriptions.undelivered(caller.organization(), name, after, PAGE_MAX));
        var out = new JsonWriter(512 * (letters.size() + 1)).beginArray();
        letters.forEach(letter -> write(letter, out));
        return Response.json(200, out.endArray().done());
    }

    private Response get(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = lent(caller, Action.GET, request);
        String name = request.parameter("name");
        long place = place(request.parameter("id"));
        return answer(task.run(() -> subscriptions.undelivered(caller.organization(), name, place)));
    }

    private Response discard(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = lent(caller, Action.UPDATE, request);
        String name = request.parameter("name");
        long place = place(request.parameter("id"));
        return answer(task.run(() -> subscriptions.discard(caller.organization(), name, place)));
    }

    /// 200 once it is delivered; 409 says why it was not.
    private Response redrive(Request request) throws InterruptedException {
        Caller.Known caller = door.borrower(request);
        Task task = lent(caller, Action.UPDATE, request);
        String name = request.parameter("name");
        long place = place(request.parameter("id"));
        Undelivered letter = task.run(() -> subscriptions.undelivered(caller.organization(), name, place));
        Optional<String> why = task.run(() -> subscriptions.redrive(caller.organization(), name, place));
        return why.isEmpty()
                ? answer(letter)
                : Response.error(409, 409, "the event could not be delivered, and is kept: " + why.get());
    }

    private Response replay(Request request) throws IOException {
        Caller.Known caller = door.borrower(request);
        Task task = lent(caller, Action.UPDATE, request);
        String name = PathName.of(request, "subscriptionName");
        JsonBody body = JsonBody.parse(request.body(BODY_BYTES_MAX));
        Instant from = time("from", body.requiredText("from"));
        Optional<Instant> to = body.text("to").map(text -> time("to", text));
        if (to.filter(end -> !end.isAfter(from)).isPresent()) {
            throw Rejection.of(422, 605, "to in body should be after from");
        }
        return task.run(() -> subscriptions.replay(caller.organization(), name, from, to)
                ? Response.empty(204)
                : Response.error(
                        409,
                        409,
                        "subscription " + name + " has not got to the end of its last replay yet: try again later, or"
                                + " replay all, without an end"));
    }

    private static Instant time(String field, String text) {
        try {
            Instant time = Instant.parse(text);
            if (time.toEpochMilli() >= 0) {
                return time;
            }
        } catch (DateTimeException | ArithmeticException wrong) {
            throw noTime(field);
        }
        throw noTime(field);
    }

    private static Rejection noTime(String field) {
        return Rejection.of(422, 605, field + " in body should be a time, such as 2026-01-31T10:00:00Z");
    }

    /// What is no id is nobody's.
    private static long place(String id) {
        try {
            return Math.max(0, Long.parseLong(id));
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    private static Response answer(Undelivered letter) {
        var out = new JsonWriter(1024);
        write(letter, out);
        return Response.json(200, out.done());
    }

    private static void write(Undelivered letter, JsonWriter out) {
        out.beginObject().field("id", Long.toString(letter.place()));
        out.field("time", Instant.ofEpochMilli(letter.millis()).toString()).field("reason", letter.reason());
        out.name("event").raw(letter.event().context());
        out.name("data").raw(letter.event().data()).endObject();
    }
}
