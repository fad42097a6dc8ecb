package dev.sluice.invoke;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.gate.Gate;
import dev.sluice.gate.Invoker;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Fault;
import dev.sluice.run.Run.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// The invocations of one run: a function that has others run.
///
/// A callee that is waited for never learns what its caller could not be tainted with afterwards, but for what the
/// callee's gate declassifies in an answer. So the caller carries the callee's label whatever comes of the call.
final class Nested implements Invoker {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Bytes CONTEXT = Bytes.utf8("{\"secrets\":{},\"serviceBindings\":{}}");
    private static final int STATUS_ERROR = 500;
    private static final int STATUS_TIMEOUT = 504;

    private final Invocations invocations;
    private final String organization;
    private final Chain chain;

    /// @param organization who is charged: the one that caused the run
    Nested(Invocations invocations, String organization, Chain chain) {
        this.invocations = invocations;
        this.organization = organization;
        this.chain = chain;
    }

    @Override
    public Answer call(FsPath path, Call call) throws InterruptedException {
        long arrival = System.nanoTime();
        Task caller = Task.current();
        Chain here = chain.calledBy(caller);
        call.resultLabel().ifPresent(caller::observe);
        Gate gate = invocations.entered(path, caller);
        Component ceiling = call.resultLabel().isPresent()
                ? caller.label().secrecy()
                : caller.clearance().secrecy();
        Task task = gate.taskWithin(caller.label(), ceiling);
        Content content = invocations.run(wish(path, call), gate, task, caller, here);
        if (content.status() == Status.READY) {
            taint(caller, content.outputLabel(), path);
            Run.Output output = content.output().orElseThrow();
            return new Answer(output.status(), output.body(), false);
        }
        int status = content.status() == Status.TIMEOUT ? STATUS_TIMEOUT : STATUS_ERROR;
        if (caller.mayObserve(content.label())) {
            caller.observe(content.label(), path);
            return new Answer(status, message(content.fault().orElseThrow()), true);
        }
        taint(caller, content.outputLabel(), path);
        invocations.buckets().awaitEdge(arrival);
        return new Answer(status, Bytes.EMPTY, true);
    }

    @Override
    public void submit(FsPath path, Call call) {
        invocations.submit(wish(path, call));
    }

    /// It states no label of its own: what it starts is as secret as the caller is.
    private Invocation wish(FsPath path, Call call) {
        return new Invocation(
                organization,
                path.toString(),
                "",
                "",
                path,
                Label.PUBLIC,
                call.payload(),
                CONTEXT,
                lowercased(call.headers()),
                call.blobs(),
                List.of(),
                Invocation.Asked.BY_RUN);
    }

    private static Map<String, String> lowercased(Map<String, String> headers) {
        var lowercased = new HashMap<String, String>();
        headers.forEach((name, value) -> lowercased.put(name.toLowerCase(Locale.ROOT), value));
        return lowercased;
    }

    /// Raises the caller by what it may be raised by. Only size caps can be in the way: then it knows all that it
    /// ever may.
    private static void taint(Task caller, Label outcome, FsPath callee) {
        try {
            caller.observe(outcome, callee);
        } catch (Refused tooLarge) {
            caller.observe(Label.of(caller.clearance().secrecy(), Component.TRUE), callee);
            throw tooLarge;
        }
    }

    private static Bytes message(Fault fault) {
        var error = Map.of("type", fault.type(), "message", fault.message());
        return Bytes.takeOver(JSON.writeValueAsBytes(Map.of("error", error)));
    }
}
