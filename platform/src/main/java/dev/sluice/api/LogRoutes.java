package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Flow;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.invoke.LiveRuns;
import dev.sluice.invoke.LiveRuns.Following;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.run.Run;
import dev.sluice.run.Runs;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// What runs print, while they run: server-sent events, each held to the label of its moment.
///
/// `GET /v1/runs/ID/logs` tells what one run has printed so far, then what it prints, then how it ended.
/// `GET /v1/function/NAME/logs` tells what a function's runs print, until the follower leaves.
final class LogRoutes {
    private static final String EVENTS = "text/event-stream";

    private final Door door;
    private final Runs runs;
    private final LiveRuns live;
    private final Clock clock;

    LogRoutes(Door door, Runs runs, LiveRuns live, Clock clock) {
        this.door = door;
        this.runs = runs;
        this.live = live;
        this.clock = clock;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/v1/runs/{id}/logs", Refusals.ofEntities(RunRoutes.KIND, this::ofRun));
        table.add("GET", "/v1/function/{name}/logs", Refusals.ofEntities("function", this::ofFunction));
    }

    private Response ofRun(Request request) {
        Caller.Known caller = door.borrower(request);
        Task task = RunRoutes.looking(caller, RunRoutes.named(request));
        UUID id = RunPage.id(request.parameter("id"), "runName in path");
        Optional<String> function = RunRoutes.named(request);
        String organization = caller.organization().token();
        Run run = task.run(() -> runs.find(organization, id))
                .map(Run.View::run)
                .filter(found -> function.isEmpty() || function.get().equals(found.function()))
                .orElseThrow(Refused::notFound);
        var reader = new Reader(task, () -> RunRoutes.looking(door.borrower(request), RunRoutes.named(request)));
        return events(request, organization, Optional.empty(), reader, (following, out) -> {
            new LogStream(out, reader, clock).ofRun(run, runs, live);
        });
    }

    private Response ofFunction(Request request) {
        Caller.Known caller = door.borrower(request);
        Optional<String> name = Optional.of(request.parameter("name"));
        var reader = new Reader(RunRoutes.looking(caller, name), () -> RunRoutes.looking(door.borrower(request), name));
        return events(request, caller.organization().token(), name, reader, (following, out) -> {
            new LogStream(out, reader, clock).ofFunction(following);
        });
    }

    /// What a follower gets.
    @FunctionalInterface
    private interface Telling {
        void to(Following following, Flow.Sink out) throws IOException, InterruptedException;
    }

    private Response events(
            Request request, String organization, Optional<String> function, Reader reader, Telling telling) {
        if (request.method().equals("HEAD")) {
            return Response.empty(200);
        }
        Following following = live.follow(organization, function, reader::task);
        return Response.flow(200, EVENTS, out -> {
                    try (following) {
                        telling.to(following, out);
                    } catch (Rejection noLonger) {
                        // He may not any more: his stream ends without a word.
                    }
                })
                .with("Cache-Control", "no-store");
    }

    /// Who follows: as he was when he was last looked at.
    static final class Reader {
        private final Supplier<Task> again;
        private volatile Task task;

        Reader(Task task, Supplier<Task> again) {
            this.task = task;
            this.again = again;
        }

        Task task() {
            return task;
        }

        /// Looks again: his credential may have ended, and his policies may be others.
        ///
        /// @throws Rejection for who may not any more
        void lookAgain() {
            task = again.get();
        }
    }
}
