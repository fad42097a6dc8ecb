package dev.sluice.invoke;

import dev.sluice.gate.Gate;
import dev.sluice.gate.Invoker;
import dev.sluice.kernel.Task;
import dev.sluice.run.Run;
import dev.sluice.schedule.Scheduler;
import dev.sluice.secret.Secrets;
import dev.sluice.worker.GuestRoom;
import dev.sluice.worker.Job;
import dev.sluice.worker.LocalWorker;
import dev.sluice.worker.RunEnd;
import java.util.Optional;
import java.util.function.LongFunction;

/// One run between its room and its end, as its own task: what it is given is judged, its secrets are read, it runs,
/// is followed meanwhile, and what it answers is judged.
final class Serving {
    private final LocalWorker worker;
    private final Injection injection;
    private final Validation validation = new Validation();
    private final LiveRuns live = new LiveRuns();
    private final Standby standby;

    Serving(LocalWorker worker, Secrets secrets, Scheduler scheduler) {
        this.standby = new Standby(scheduler, worker.loaded());
        this.worker = worker;
        this.injection = new Injection(secrets);
    }

    Standby standby() {
        return standby;
    }

    LocalWorker worker() {
        return worker;
    }

    LiveRuns live() {
        return live;
    }

    RunEnd serve(Execution.Start start, LongFunction<Invoker> nested, GuestRoom room) throws InterruptedException {
        Run run = start.run();
        Gate gate = start.gate();
        Invocation wish = start.wish();
        String tenant = run.organization();
        Optional<RunEnd> unwanted = validation.ofInput(tenant, gate.function(), wish.payload());
        if (unwanted.isPresent()) {
            return unwanted.get();
        }
        try (LiveRun begun = live.begin(run, Task.current())) {
            return injection.with(run, gate, wish.secrets(), injected -> {
                Job job = wish.job(injected, start.chain(), nested, start.cancellation(), begun.log(), start.chunks());
                RunEnd end = worker.run(tenant, gate, job, room);
                return validation.ofOutput(tenant, gate.function(), injected, end);
            });
        }
    }
}
