package dev.sluice.cloudcall;

import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GateContent.External;
import dev.sluice.gate.GateView;
import dev.sluice.gate.ServiceAnswer;
import dev.sluice.gate.ServiceCall;
import dev.sluice.gate.Services;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a guest asks of external gates.
final class ServiceCalls {
    private final LabeledFs fs;
    private final Services services;
    private final GateForms forms;
    private final OpenObjects objects;
    private final PathReader paths;

    ServiceCalls(LabeledFs fs, Services services, GateForms forms, OpenObjects objects, PathReader paths) {
        this.fs = fs;
        this.services = services;
        this.forms = forms;
        this.objects = objects;
        this.paths = paths;
    }

    /// Whether there is an external gate; taints with the way there.
    boolean isAt(FsPath path) {
        return fs.open(path).kind() == Kind.SERVICE;
    }

    Value create(CloudCall.CreateGate create, GateArg.External leads) {
        Privilege with = create.with().exercised();
        objects.requireRoom();
        Label label = FileCalls.stated(create.label());
        External service = forms.external(create.gate().grants(), leads, Optional.empty());
        if (create.path() == null) {
            FsPath made = services.createUnlinked(service, Backing.LABEL, label, with);
            return objects.add(made, Kind.SERVICE);
        }
        services.create(paths.destination(create.path()), service, Backing.LABEL, label, with);
        return Value.NULL;
    }

    /// The version that was read is the one that is replaced.
    Value replace(FsPath path, GateArg.Grants grants, GateArg.External leads, Privilege with) {
        GateView<External> before = services.read(path);
        External after = forms.external(grants, leads, Optional.of(before.content()));
        services.replace(path, after, Backing.LABEL, before.version(), with);
        return Value.NULL;
    }

    Value read(FsPath path) {
        GateView<External> view = services.read(path);
        External service = view.content();
        var fields = new LinkedHashMap<String, Value>();
        fields.put("type", Value.of("service"));
        fields.put("privilege", Value.of(service.privilege().toString()));
        fields.put("clearance", Value.of(service.clearance().toString()));
        fields.put("taint", Value.of(service.taint().toString()));
        fields.put("egress", Value.of(service.egress().toString()));
        fields.put("url", Value.of(service.url().toString()));
        fields.put("verb", Value.of(service.verb()));
        fields.put(
                "headers",
                Value.of(service.headers().names().stream()
                        .sorted()
                        .map(Value::of)
                        .toList()));
        fields.put("version", Value.of(view.version()));
        fields.put("digest", Value.of(view.digest().hex()));
        return Value.of(fields);
    }

    Value invoke(CloudCall.InvokeExternal call) throws InterruptedException {
        ServiceAnswer answer =
                services.invoke(paths.read(call.service()), new ServiceCall(call.parameters(), call.body()));
        var headers = new LinkedHashMap<String, Value>();
        answer.headers().forEach((name, value) -> headers.put(name, Value.of(value)));
        return Value.of(Map.of(
                "status", Value.of(answer.status()),
                "headers", Value.of(headers),
                "body", Value.of(answer.body())));
    }
}
