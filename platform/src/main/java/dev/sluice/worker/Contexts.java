package dev.sluice.worker;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.cloudcall.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.PayloadStyle;
import dev.sluice.image.Runtime;
import dev.sluice.label.Clause;
import dev.sluice.label.Component;
import dev.sluice.label.Principal;
import dev.sluice.worker.RunEnd.Fault;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a function gets beside its payload: one JSON object, in the form of its convention.
final class Contexts {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Of a run that waited for longer than its blob was there.
    static final Fault INPUT_GONE = new Fault(
            "InputError", "the blob of the input is gone: it was deleted, or the run may not read it", List.of());

    private static final Fault NO_SERVER = Fault.function("WebSocket is for plain HTTP servers in Python and Node.js,"
            + " and programs of their images, that serve one run at a time: create the function with --convention http"
            + " and no --concurrency");

    private Contexts() {}

    /// Why a run that is spoken with cannot be, if that is so.
    static Optional<Fault> deaf(Convention convention, FunctionSpec function, Job job) {
        boolean hears = convention == Convention.HTTP
                && function.runtime() != Runtime.JAVA
                && function.deployment().concurrency() == 1;
        return hears || job.chunks().inbound().isEmpty() ? Optional.empty() : Optional.of(NO_SERVER);
    }

    /// Why a function cannot be given what it shall be, if that is so.
    static Optional<Fault> unfit(Convention convention, FunctionSpec function, Job job) {
        if (convention == Convention.FAASTEN && !job.injected().sources().isEmpty()) {
            return Optional.of(Fault.function("a function of Faasten's convention is given no secrets"));
        }
        Optional<Fault> deaf = deaf(convention, function, job);
        if (deaf.isPresent()) {
            return deaf;
        }
        boolean reads = switch (convention) {
            case FAASTEN -> true;
            case DISPATCH -> function.runtime() != Runtime.POWERSHELL;
            case HTTP, LAMBDA, AUTO -> false;
        };
        return job.blobs().input().isEmpty() || reads
                ? Optional.empty()
                : Optional.of(new Fault(
                        "InputError",
                        "this function cannot read a blob: give it its input whole, or write it in Dispatch's form in"
                                + " Python, Node.js or Java",
                        List.of()));
    }

    /// @param input   by its handle
    /// @param handles of other blobs, by name
    record Given(Optional<CloudCalls.Held> input, Map<String, String> handles) {
        static final Given NOTHING = new Given(Optional.empty(), Map.of());

        Map<String, String> all() {
            var all = new LinkedHashMap<String, String>();
            input.ifPresent(blob -> all.put("input", blob.handle()));
            all.putAll(handles);
            return all;
        }
    }

    /// @param end     when the run will be ended; told to code whose author set a timeout
    static Bytes of(Convention convention, FunctionSpec function, Job job, Given given, Instant end) {
        return switch (convention) {
            case FAASTEN -> faasten(function, job, given.all());
            case DISPATCH, HTTP, AUTO -> {
                Bytes context = withInbound(withInput(withInjected(job), given.input()), job);
                yield function.timeoutStated() ? withDeadline(context, end) : context;
            }
            case LAMBDA -> lambda(function, job, end);
        };
    }

    private static Bytes withInjected(Job job) {
        Injected injected = job.injected();
        if (injected.values().isEmpty() && injected.bindings().isEmpty()) {
            return job.context();
        }
        ObjectNode fields = (ObjectNode) JSON.readTree(job.context().readOnlyArray());
        fields.set("secrets", JSON.valueToTree(injected.values()));
        ObjectNode bindings = fields.putObject("serviceBindings");
        injected.bindings()
                .forEach((name, binding) ->
                        bindings.set(name, JSON.readTree(binding.json().readOnlyArray())));
        return Bytes.takeOver(JSON.writeValueAsBytes(fields));
    }

    /// AWS's functions are told what they are and how long they have.
    private static Bytes lambda(FunctionSpec function, Job job, Instant end) {
        ObjectNode fields = (ObjectNode) JSON.readTree(withInjected(job).readOnlyArray());
        fields.put("function", job.function());
        fields.put("memoryMib", function.limits().memoryMib());
        fields.put("deadlineMillis", end.toEpochMilli());
        return Bytes.takeOver(JSON.writeValueAsBytes(fields));
    }

    private static Bytes faasten(FunctionSpec function, Job job, Map<String, String> handles) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("headers", job.headers());
        fields.put("blobs", handles);
        fields.put("invoker", component(job.vouched()));
        fields.put("wrapped", function.payloadStyle() == PayloadStyle.WRAPPED);
        return Bytes.takeOver(JSON.writeValueAsBytes(fields));
    }

    /// The whole of it: to name one principal of each clause would say more than is so (hole H15).
    private static Object component(Component component) {
        return component.isFalse()
                ? "F"
                : component.allOf().stream().map(Contexts::clause).toList();
    }

    private static List<List<String>> clause(Clause clause) {
        return clause.anyOf().stream().map(Principal::tokens).toList();
    }

    /// What the runtime makes a reader of.
    private static Bytes withInput(Bytes context, Optional<CloudCalls.Held> input) {
        return input.map(blob -> with(
                        context,
                        "\"input\":{\"handle\":\"" + blob.handle() + "\",\"length\":" + blob.lengthBytes() + "}"))
                .orElse(context);
    }

    private static Bytes withInbound(Bytes context, Job job) {
        return job.chunks().inbound().isPresent() ? with(context, "\"inbound\":true") : context;
    }

    private static Bytes withDeadline(Bytes context, Instant end) {
        return with(context, "\"deadline\":\"" + DateTimeFormatter.ISO_INSTANT.format(end) + "\"");
    }

    private static Bytes with(Bytes context, String field) {
        String fields = context.utf8();
        return Bytes.utf8(fields.substring(0, fields.lastIndexOf('}')) + "," + field + "}");
    }
}
