package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.ObjectId;
import dev.sluice.fs.UnlinkedBlobs;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.invoke.AnswerStream;
import dev.sluice.invoke.Invocation;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.run.Run;
import dev.sluice.run.Runs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `/v1/runs`: executing functions is the hot path of the server.
final class RunRoutes {
    static final String KIND = "function run";
    private static final String RUNS = "/v1/runs";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    static final Operation EXECUTE = Operation.of(Action.CREATE, Resource.RUNS).deliveringAllThatMayBeRead();
    private static final Operation GET = Operation.of(Action.GET, Resource.RUNS).deliveringAllThatMayBeRead();

    static final Operation CANCEL = Operation.of(Action.DELETE, Resource.RUNS).deliveringAllThatMayBeRead();

    /// What Dispatch's convention hands to a function beside its payload.
    private static final Bytes CONTEXT = Bytes.utf8("{\"secrets\":{},\"serviceBindings\":{}}");

    private final Door door;
    private final Functions functions;
    private final FunctionVersions versions;
    private final Invocations invocations;
    private final Runs runs;
    private final RunJson json;
    private final UnlinkedBlobs blobs;

    RunRoutes(
            Door door,
            Functions functions,
            FunctionVersions versions,
            Invocations invocations,
            Runs runs,
            RunJson json,
            UnlinkedBlobs blobs) {
        this.door = door;
        this.functions = functions;
        this.versions = versions;
        this.invocations = invocations;
        this.runs = runs;
        this.json = json;
        this.blobs = blobs;
    }

    void addTo(Routes.Table table) {
        add(table, "POST", RUNS, this::execute);
        add(table, "GET", RUNS, this::list);
        add(table, "GET", "/v1/runs/{id}", this::get);
        add(table, "DELETE", "/v1/runs/{id}", this::cancel);
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(KIND, handler));
    }

    private Response execute(Request request) throws IOException, InterruptedException {
        Caller.Known caller = door.borrower(request);
        Task lent = Door.lent(caller, execution(request)); // before the body is read
        FunctionRef function = wanted(request);
        RunRequest wanted = RunRequest.parse(request.body(RunRequest.BYTES_MAX));
        Task task = wanted.secrets().isEmpty() ? lent : executor(request, wanted);
        boolean isStreamed = RunStream.isAsked(request);
        if (isStreamed && idempotencyKey(request).isPresent()) {
            throw Rejection.of(400, "an answer that is streamed has no Idempotency-Key: leave it out");
        }
        try {
            Functions.Target target = target(caller.organization(), function, task, idempotencyKey(request));
            Label start = start(task, caller.organization(), function.name(), target);
            var key = idempotencyKey(request)
                    .map(text -> new Invocation.Key(text, caller.component(), function.toString()));
            var asked = new Invocation.Asked(wanted.tags(), key, retained(task, wanted));
            Invocation wish = wish(caller.organization(), function.name(), target, start, wanted, asked);
            if (isStreamed) {
                AnswerStream answer = task.run(() -> invocations.stream(wish, Optional.empty()));
                return RunStream.of(answer, new LogRoutes.Reader(task, () -> executor(request, wanted)));
            }
            if (wanted.blocking()) {
                return Response.json(200, json.printAnswer(task.run(() -> invocations.invoke(wish))));
            }
            Run accepted = task.run(() -> invocations.submit(wish));
            return Response.json(202, json.printAccepted(accepted, wanted.input()));
        } catch (Refused refused) {
            return Refusals.ofEntity("function", function.toString(), refused);
        }
    }

    /// The blob that the run reads. Whoever names it has read it, so that the run, and what is known of it, is as
    /// secret as that.
    private Optional<ObjectId> retained(Task task, RunRequest wanted) {
        return wanted.inputRef().map(text -> {
            try {
                ObjectId id = UnlinkedBlobs.id(text);
                task.run(() -> blobs.retain(id));
                return id;
            } catch (Refused refused) {
                throw new Rejection(Refusals.ofEntity("blob", text, refused));
            }
        });
    }

    /// Whoever asks, as he is at this moment.
    private Task executor(Request request, RunRequest wanted) {
        return Door.lent(door.borrower(request), withSecrets(execution(request), wanted.secrets()));
    }

    private static FunctionRef wanted(Request request) {
        if (request.query("functionName").orElse("").isEmpty()) {
            throw Rejection.of(400, "Bad Request: No function specified");
        }
        return FunctionRef.of(request).orElseThrow(RunRoutes::noName);
    }

    /// What is run of a function: what it is now, or a version, which an alias may name.
    private Functions.Target target(
            Organization organization, FunctionRef function, Task task, Optional<String> idempotencyKey)
            throws InterruptedException {
        if (function.isQualified()) {
            long version = task.run(() -> versions.resolve(organization, function, idempotencyKey));
            return functions.target(organization, function.name(), version);
        }
        Functions.Target target = functions
                .builtTarget(organization, function.name())
                .orElseThrow(() -> Rejection.of(404, "function " + function + " not found"));
        if (!target.isReady()) {
            throw Rejection.of(404, "function " + function + " is not READY");
        }
        return target;
    }

    /// Policies may speak of running one function only, whichever of its versions.
    static Operation execution(Request request) {
        return FunctionRef.of(request)
                .map(FunctionRef::name)
                .map(name -> new Operation(List.of(Need.of(Action.CREATE, Resource.RUNS, name)), EXECUTE.optional()))
                .orElse(EXECUTE);
    }

    /// Whoever names a secret must be allowed to read it, whether or not there is one of that name.
    static Operation withSecrets(Operation execution, List<String> named) {
        Stream<Need> secrets = named.stream().map(name -> Need.of(Action.GET, Resource.SECRET, name));
        return new Operation(
                Stream.concat(execution.required().stream(), secrets).toList(), execution.optional());
    }

    /// The function that the query names, if that can be one.
    static Optional<String> named(Request request) {
        return request.query("functionName").filter(name -> NAME.matcher(name).matches());
    }

    /// Of a payload that somebody hands over who may run this function and no other: secret to who may run it.
    private static Label start(Task caller, Organization organization, String name, Functions.Target target) {
        return caller.mayObserve(target.start())
                ? target.start()
                : Label.of(FunctionFiles.runner(organization, name), Component.TRUE);
    }

    private static Invocation wish(
            Organization organization,
            String name,
            Functions.Target target,
            Label start,
            RunRequest wanted,
            Invocation.Asked asked) {
        return new Invocation(
                organization.token(),
                name,
                target.id(),
                target.faasId(),
                target.gate(),
                start,
                wanted.input(),
                CONTEXT,
                Map.of(),
                Map.of(),
                wanted.secrets(),
                asked);
    }

    static Optional<String> idempotencyKey(Request request) {
        Optional<String> key = request.header("Idempotency-Key").filter(text -> !text.isEmpty());
        if (key.filter(text -> text.length() > Invocation.IDEMPOTENCY_KEY_CHARS_MAX)
                .isPresent()) {
            throw Rejection.of(
                    400, "Idempotency-Key is at most " + Invocation.IDEMPOTENCY_KEY_CHARS_MAX + " characters");
        }
        return key;
    }

    /// The newest runs, or those that are older than one. Where there are more, the next page is in a header that
    /// Dispatch's client does not look at.
    private Response list(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = looking(caller, named(request));
        long since = since(request);
        var wanted = new Runs.Wanted(functionName(request), Tags.wantedApplications(request));
        RunPage page = RunPage.of(request);
        String organization = caller.organization().token();
        List<Run.View> views = task.run(() -> runs.list(organization, wanted, page.after(), page.limit()));
        Response answer = Response.json(
                200,
                json.print(views.stream().filter(view -> changed(view) > since).toList()));
        if (views.isEmpty()) {
            return answer;
        }
        UUID last = views.getLast().run().id();
        boolean isLast = task.run(() -> runs.list(organization, wanted, Optional.of(last), 1))
                .isEmpty();
        return isLast ? answer : answer.with("Link", page.next(request, RUNS, last));
    }

    /// Policies may speak of the runs of one function only: of those that are named, no others are shown or ended.
    static Task looking(Caller.Known caller, Optional<String> function) {
        return lent(caller, function, GET);
    }

    static Task lent(Caller.Known caller, Optional<String> function, Operation operation) {
        Action action = operation.required().getFirst().action();
        return function.map(name -> ObjectLoans.of(
                        caller, new Operation(List.of(Need.of(action, Resource.RUNS, name)), operation.optional())))
                .orElseGet(() -> Door.lent(caller, operation));
    }

    private Response get(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = looking(caller, named(request));
        String id = request.parameter("id");
        UUID run = RunPage.id(id, "runName in path");
        long since = since(request);
        Optional<String> function = functionName(request);
        Run.View view = task.run(() -> runs.find(caller.organization().token(), run))
                .filter(found ->
                        function.isEmpty() || function.get().equals(found.run().function()))
                .filter(found -> changed(found) > since)
                .orElseThrow(Refused::notFound);
        return Response.json(200, json.print(view));
    }

    /// Ours. What is on record of the run stays.
    private Response cancel(Request request) throws InterruptedException {
        Caller.Known caller = door.borrower(request);
        Task task = lent(caller, named(request), CANCEL);
        UUID run = RunPage.id(request.parameter("id"), "runName in path");
        Optional<String> function = functionName(request);
        String organization = caller.organization().token();
        return Response.json(200, json.print(task.run(() -> invocations.cancel(organization, run, function))));
    }

    /// When the run last changed, in seconds, as far as the caller may know.
    private static long changed(Run.View view) {
        return view.content().map(Run.Content::finishedMillis).orElse(view.run().startedMillis()) / 1000;
    }

    private static long since(Request request) {
        String text = request.query("since").orElse("");
        try {
            return text.isEmpty() ? Long.MIN_VALUE : Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw Rejection.of(422, 601, "since in query must be of type int64");
        }
    }

    static Optional<String> functionName(Request request) {
        Optional<String> name = request.query("functionName").filter(text -> !text.isEmpty());
        if (name.filter(text -> !NAME.matcher(text).matches()).isPresent()) {
            throw noName();
        }
        return name;
    }

    private static Rejection noName() {
        return Rejection.of(422, 605, "functionName in query should match '^[\\w\\d\\-]+$'");
    }
}
