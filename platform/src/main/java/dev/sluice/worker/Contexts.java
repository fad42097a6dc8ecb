package dev.sluice.worker;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.PayloadStyle;
import dev.sluice.label.Clause;
import dev.sluice.label.Component;
import dev.sluice.label.Principal;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a function gets beside its payload: one JSON object, in the form of its convention.
final class Contexts {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Contexts() {}

    /// @param handles of the blobs, by name
    /// @param end     when the run will be ended; told to code whose author set a timeout
    static Bytes of(Convention convention, FunctionSpec function, Job job, Map<String, String> handles, Instant end) {
        return switch (convention) {
            case FAASTEN -> faasten(function, job, handles);
            case DISPATCH, HTTP, AUTO -> {
                Bytes context = withInjected(job);
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

    private static Bytes withDeadline(Bytes context, Instant end) {
        String fields = context.utf8();
        return Bytes.utf8(fields.substring(0, fields.lastIndexOf('}')) + ",\"deadline\":\""
                + DateTimeFormatter.ISO_INSTANT.format(end) + "\"}");
    }
}
