package dev.sluice.api;

import dev.sluice.blob.Blobs;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.Packages;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.Gates;
import dev.sluice.gate.InjectedHeaders;
import dev.sluice.gate.UrlTemplate;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import java.time.Duration;

/// Gates at paths that their authors choose, from a blob that they uploaded: an archive as [Packages] reads it,
/// or one source file.
final class PathGates {
    private final LabeledFs fs;
    private final Packages packages;
    private final Gates gates;

    PathGates(LabeledFs fs, Blobs blobs, Gates gates) {
        this.fs = fs;
        this.packages = new Packages(blobs);
        this.gates = gates;
    }

    /// @return the gate's label
    /// @throws Refused `EXISTS`, `DENIED`, `INVALID`, `NOT_FOUND`
    Label create(Door.Self self, FsPath path, JsonBody body) {
        GateContent content = self.task().run(() -> content(self, body));
        return self.task().run(() -> {
            Label label = body.field("label").map(LabelJson::parse).orElseGet(() -> labelOfDirectory(path.parent()));
            switch (content) {
                case GateContent.OfFunction gate -> gates.create(path, gate, Backing.LABEL, label, self.authority());
                case GateContent.External service ->
                    gates.services().create(path, service, Backing.LABEL, label, self.authority());
            }
            return label;
        });
    }

    /// @return the gate's label, which never changes
    /// @throws Refused `NOT_FOUND`, `WRONG_KIND`, `DENIED`, `INVALID`
    Label replace(Door.Self self, FsPath path, JsonBody body) {
        GateContent content = self.task().run(() -> content(self, body));
        return self.task().run(() -> switch (content) {
            case GateContent.OfFunction gate -> {
                gates.replace(path, gate, Backing.LABEL, 0, self.authority());
                yield gates.read(path).label();
            }
            case GateContent.External service -> {
                gates.services().replace(path, service, Backing.LABEL, 0, self.authority());
                yield gates.services().read(path).label();
            }
        });
    }

    Label labelOfDirectory(FsPath directory) {
        return fs.stat(directory)
                .label()
                .orElseThrow(() -> new Refused(Refusal.WRONG_KIND, "only a facet of it holds entries"));
    }

    static ObjectId blobId(String text) {
        return ObjectId.parse(text).orElseThrow(Refused::notFound);
    }

    /// Everybody who can find it may enter, and it grants nothing, unless its author says otherwise.
    private static GatePolicy policy(JsonBody body) {
        return new GatePolicy(
                component(body, "privilege", Component.TRUE),
                component(body, "clearance", Component.TRUE),
                component(body, "declassify", Component.TRUE),
                component(body, "maxSecrecy", Component.FALSE));
    }

    private static Component component(JsonBody body, String field, Component otherwise) {
        try {
            return body.text(field).map(Component::parse).orElse(otherwise);
        } catch (LabelInvalid wrong) {
            throw new Refused(Refusal.INVALID, field + " is a component: principals such as acme/user/jon, T or F");
        }
    }

    /// Whether a body describes a gate: by a function's image, the gate that it leads to, or a server's URL.
    static boolean describes(JsonBody body) {
        return body.field("image").isPresent()
                || body.field("gate").isPresent()
                || body.field("url").isPresent();
    }

    private GateContent content(Door.Self self, JsonBody body) {
        if (body.field("url").isPresent()) {
            return external(body);
        }
        if (body.field("gate").isPresent()) {
            FsPath target = SeedPaths.path(self, body.requiredText("gate"));
            return gates.redirect(target, policy(body), component(body, "enter", Component.TRUE), body.flag("pin"));
        }
        return new GateContent.Direct(policy(body), function(body));
    }

    private static GateContent.External external(JsonBody body) {
        try {
            return new GateContent.External(
                    component(body, "privilege", Component.TRUE),
                    component(body, "clearance", Component.TRUE),
                    body.field("taint").map(LabelJson::parse).orElse(Label.PUBLIC),
                    body.field("egress").map(LabelJson::parse).orElse(Label.PUBLIC),
                    UrlTemplate.parse(body.requiredText("url")),
                    body.text("verb").orElse("GET"),
                    InjectedHeaders.of(body.textsByName("headers")));
        } catch (IllegalArgumentException wrong) {
            throw new Refused(Refusal.INVALID, String.valueOf(wrong.getMessage()));
        }
    }

    private FunctionSpec function(JsonBody body) {
        String image = body.requiredText("image");
        Runtime runtime = Runtime.ofFaasten(image)
                .orElseThrow(() -> new Refused(Refusal.INVALID, "there is no such image: nodejs and python3 are"));
        ObjectId blob = blobId(body.requiredText("blob"));
        String handler = body.text("handler").orElse("");
        BlobRef ref = BlobRef.decode(fs.readById(blob, Kind.BLOB).bytes());
        Packages.Kept code = packages.of(ref.digest(), ref.lengthBytes(), runtime, handler);
        long timeout = body.number("timeout", 0, Limits.TIMEOUT_MAX.toMillis());
        Limits limits = timeout == 0 ? Limits.DEFAULT : new Limits(Limits.MEMORY_MIB_MIN, Duration.ofMillis(timeout));
        return new FunctionSpec(runtime, code.digest(), code.handler(), convention(body), limits, timeout != 0);
    }

    private static Convention convention(JsonBody body) {
        return body.text("convention")
                .map(word -> Convention.of(word)
                        .orElseThrow(() -> new Refused(
                                Refusal.INVALID, "a convention is auto, dispatch, faasten, lambda or http")))
                .orElse(Convention.AUTO);
    }
}
