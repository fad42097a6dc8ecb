package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.bytes.Bytes;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.invoke.Redrives;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.run.Run;
import dev.sluice.run.Runs;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// `/v1/deadletters`: the runs that nobody waited for and that failed for good, of functions that keep such. A letter
/// has its run's id, and reads as its run does: what was given and why it failed is for who may see the run's content.
final class DeadLetterRoutes {
    private static final String LETTERS = "/v1/deadletters";
    private static final Bytes NULL = Bytes.utf8("null");

    private final Door door;
    private final Redrives redrives;
    private final Runs runs;
    private final RunJson json;

    DeadLetterRoutes(Door door, Redrives redrives, Runs runs, RunJson json) {
        this.door = door;
        this.redrives = redrives;
        this.runs = runs;
        this.json = json;
    }

    void addTo(Routes.Table table) {
        add(table, "GET", LETTERS, this::list);
        add(table, "GET", LETTERS + "/{id}", this::get);
        add(table, "DELETE", LETTERS + "/{id}", this::discard);
        add(table, "POST", LETTERS + "/{id}/redrive", this::redrive);
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities("dead letter", "id", handler));
    }

    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = RunRoutes.looking(caller, RunRoutes.named(request));
        Optional<String> function = RunRoutes.functionName(request);
        RunPage page = RunPage.of(request);
        String organization = caller.organization().token();
        List<Run.View> views = task.run(() -> runs.listDeadLetters(organization, function, page.after(), page.limit()));
        Response answer = Response.json(200, json.print(views));
        if (views.isEmpty()) {
            return answer;
        }
        UUID last = views.getLast().run().id();
        boolean isLast = task.run(() -> runs.listDeadLetters(organization, function, Optional.of(last), 1))
                .isEmpty();
        return isLast ? answer : answer.with("Link", page.next(request, LETTERS, last));
    }

    private Response get(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = RunRoutes.looking(caller, RunRoutes.named(request));
        return Response.json(200, json.print(found(task, caller, request)));
    }

    private Run.View found(Task task, Caller.Known caller, Request request) {
        Optional<String> function = RunRoutes.functionName(request);
        UUID id = id(request);
        return task.run(() -> runs.findDeadLetter(caller.organization().token(), id))
                .filter(view ->
                        function.isEmpty() || function.get().equals(view.run().function()))
                .orElseThrow(Refused::notFound);
    }

    /// The run's record stays.
    private Response discard(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = RunRoutes.lent(caller, RunRoutes.named(request), RunRoutes.CANCEL);
        UUID id = id(request);
        Optional<String> function = RunRoutes.functionName(request);
        return Response.json(
                200,
                json.print(task.run(() -> redrives.discard(caller.organization().token(), id, function))));
    }

    /// As an execution by who asks: he must be allowed to run the function, and to read each secret that the first
    /// request named.
    private Response redrive(Request request) {
        Caller.Known caller = door.borrower(request);
        Task finder = RunRoutes.lent(caller, RunRoutes.named(request), RunRoutes.EXECUTE);
        String organization = caller.organization().token();
        UUID id = id(request);
        Optional<String> function = RunRoutes.functionName(request);
        List<String> secrets = finder.run(() -> redrives.secrets(organization, id));
        Task runner = Door.lent(caller, RunRoutes.withSecrets(RunRoutes.execution(request), secrets));
        Run run = finder.run(() -> redrives.redrive(organization, id, function, runner));
        return Response.json(202, json.printAccepted(run, NULL));
    }

    private static UUID id(Request request) {
        return RunPage.id(request.parameter("id"), "id in path");
    }
}
