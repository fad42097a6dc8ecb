package dev.sluice.cloudcall;

import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.FunctionSpec;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.GateView;
import dev.sluice.gate.Gates;
import dev.sluice.gate.Invoker;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a guest asks of gates.
final class GateCalls {
    private final Gates gates;
    private final ServiceCalls services;
    private final GateForms forms;
    private final OpenObjects objects;
    private final PathReader paths;
    private final Handles handles;
    private final Invoker invoker;

    GateCalls(
            Gates gates,
            ServiceCalls services,
            GateForms forms,
            OpenObjects objects,
            PathReader paths,
            Handles handles,
            Invoker invoker) {
        this.gates = gates;
        this.services = services;
        this.forms = forms;
        this.objects = objects;
        this.paths = paths;
        this.handles = handles;
        this.invoker = invoker;
    }

    Value answer(CloudCall.OfGates call) throws IOException, InterruptedException {
        return switch (call) {
            case CloudCall.CreateGate create ->
                create.gate().leads() instanceof GateArg.External leads
                        ? services.create(create, leads)
                        : create(create);
            case CloudCall.ReplaceGate(var path, var gate, var with) ->
                gate.leads() instanceof GateArg.External leads
                        ? services.replace(paths.read(path), gate.grants(), leads, with.exercised())
                        : replace(paths.read(path), gate, with.exercised());
            case CloudCall.ReadGate(var path) -> read(paths.read(path));
            case CloudCall.InvokeExternal invoke -> services.invoke(invoke);
            case CloudCall.DuplicateGate duplicate -> duplicate(duplicate);
            case CloudCall.Invoke invoke -> invoke(invoke);
        };
    }

    private Value read(FsPath path) {
        return services.isAt(path) ? services.read(path) : told(gates.read(path));
    }

    private Value create(CloudCall.CreateGate create) throws IOException {
        Privilege with = create.with().exercised();
        objects.requireRoom();
        Label label = FileCalls.stated(create.label());
        GateContent.OfFunction content = forms.content(create.gate(), Optional.empty());
        if (create.path() == null) {
            FsPath gate = gates.createUnlinked(content, Backing.LABEL, label, with);
            return objects.add(gate, Kind.GATE);
        }
        gates.create(paths.destination(create.path()), content, Backing.LABEL, label, with);
        return Value.NULL;
    }

    /// The version that was read is the one that is replaced.
    private Value replace(FsPath path, GateArg gate, Privilege with) throws IOException {
        GateView<GateContent.OfFunction> before = gates.read(path);
        GateContent.OfFunction content = forms.content(gate, Optional.of(before.content()));
        gates.replace(path, content, Backing.LABEL, before.version(), with);
        return Value.NULL;
    }

    private Value duplicate(CloudCall.DuplicateGate duplicate) {
        Privilege with = duplicate.with().exercised();
        Label label = FileCalls.stated(null);
        var grants = new GatePolicy(
                Component.parse(duplicate.privilege()),
                Component.parse(duplicate.clearance()),
                Component.TRUE,
                Component.FALSE);
        GateContent.OfFunction content =
                switch (gates.read(paths.read(duplicate.source())).content()) {
                    case GateContent.Direct(var _, var function, var _) -> new GateContent.Direct(grants, function);
                    case GateContent.Redirect(var _, var _, var target, var pin) ->
                        new GateContent.Redirect(grants, Component.TRUE, target, pin);
                };
        gates.create(paths.destination(duplicate.path()), content, Backing.LABEL, label, with);
        return Value.NULL;
    }

    private Value invoke(CloudCall.Invoke invoke) throws InterruptedException {
        FsPath gate = paths.read(invoke.gate());
        var blobs = new LinkedHashMap<String, BlobRef>();
        for (Map.Entry<String, String> named : invoke.blobs().entrySet()) {
            blobs.put(named.getKey(), handles.finished(named.getValue()));
        }
        var call = new Invoker.Call(
                invoke.payload(),
                invoke.headers(),
                blobs,
                Optional.ofNullable(invoke.resultLabel()).map(FsPath::label));
        if (!invoke.sync()) {
            invoker.submit(gate, call);
            return Value.NULL;
        }
        Invoker.Answer answer = invoker.call(gate, call);
        return Value.of(Map.of(
                "status", Value.of(answer.status()),
                "body", Value.of(answer.body()),
                "failed", answer.isFailed() ? Value.TRUE : Value.FALSE));
    }

    private static Value told(GateView<GateContent.OfFunction> view) {
        var fields = new LinkedHashMap<String, Value>();
        GateContent.OfFunction content = view.content();
        fields.put("privilege", Value.of(content.privilege().toString()));
        fields.put("clearance", Value.of(content.clearance().toString()));
        fields.put("version", Value.of(view.version()));
        fields.put("digest", Value.of(view.digest().hex()));
        switch (content) {
            case GateContent.Direct(var policy, var function, var _) -> {
                fields.put("type", Value.of("direct"));
                put(policy, fields);
                put(function, fields);
            }
            case GateContent.Redirect(var policy, var enter, var _, var pin) -> {
                fields.put("type", Value.of("redirect"));
                put(policy, fields);
                fields.put("enter", Value.of(enter.toString()));
                fields.put("pin", pin.map(Digest::hex).map(Value::of).orElse(Value.NULL));
            }
        }
        return Value.of(fields);
    }

    private static void put(GatePolicy policy, Map<String, Value> fields) {
        fields.put("declassify", Value.of(policy.declassify().toString()));
        fields.put("max_secrecy", Value.of(policy.maxSecrecy().toString()));
    }

    private static void put(FunctionSpec function, Map<String, Value> fields) {
        fields.put("app", Value.of(function.packageDigest().hex()));
        fields.put("runtime", Value.of(function.runtime().language()));
        fields.put("handler", Value.of(function.handler()));
        fields.put("convention", Value.of(function.convention().word()));
        fields.put("payload_style", Value.of(function.payloadStyle().word()));
        fields.put("memory_mib", Value.of(function.limits().memoryMib()));
        fields.put("timeout_ms", Value.of(function.limits().timeout().toMillis()));
    }
}
