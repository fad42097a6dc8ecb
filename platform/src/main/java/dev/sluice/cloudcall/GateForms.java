package dev.sluice.cloudcall;

import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.Convention;
import dev.sluice.function.Deployment;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.Packages;
import dev.sluice.function.PayloadStyle;
import dev.sluice.function.SchemaPair;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.GateContent.External;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.InjectedHeaders;
import dev.sluice.gate.UrlTemplate;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes of what a guest says of a gate what it shall be, over what it was. Everybody who can find a new one may
/// enter it, and it grants nothing, unless its author says otherwise.
final class GateForms {
    private static final int RUNTIME_BYTES_MAX = 64;

    private final CloudCalls.Rooms rooms;
    private final FileCalls files;
    private final Handles handles;
    private final PathReader paths;

    GateForms(CloudCalls.Rooms rooms, FileCalls files, Handles handles, PathReader paths) {
        this.rooms = rooms;
        this.files = files;
        this.handles = handles;
        this.paths = paths;
    }

    /// @param before what the gate was; its fields stand where the guest says nothing and the type is the same
    /// @throws Refused `INVALID` for what is no gate; else as reading what it names
    GateContent.OfFunction content(GateArg arg, Optional<GateContent> before) throws IOException {
        GatePolicy policy = policy(arg.grants(), before);
        return switch (arg.leads()) {
            case GateArg.Function leads -> {
                Optional<GateContent.Direct> old = old(before, GateContent.Direct.class);
                yield new GateContent.Direct(
                        policy,
                        function(leads, old),
                        old.map(GateContent.Direct::inject).orElse(List.of()));
            }
            case GateArg.External _ -> throw incomplete();
            case GateArg.Redirect leads -> redirect(leads, policy, old(before, GateContent.Redirect.class));
        };
    }

    /// As [#content], for a gate that leads to the internet.
    External external(GateArg.Grants grants, GateArg.External leads, Optional<External> before) {
        try {
            return new External(
                    component(
                            grants.privilege(), before.map(External::privilege).orElse(Component.TRUE)),
                    component(
                            grants.clearance(), before.map(External::clearance).orElse(Component.TRUE)),
                    label(leads.taint(), before.map(External::taint)),
                    label(leads.egress(), before.map(External::egress)),
                    leads.url() == null
                            ? before.map(External::url).orElseThrow(GateForms::incomplete)
                            : UrlTemplate.parse(leads.url()),
                    Optional.ofNullable(leads.verb())
                            .or(() -> before.map(External::verb))
                            .orElseThrow(GateForms::incomplete),
                    leads.headers() == null
                            ? before.map(External::headers).orElse(InjectedHeaders.NONE)
                            : InjectedHeaders.of(leads.headers()));
        } catch (IllegalArgumentException wrong) {
            throw new Refused(Refusal.INVALID, String.valueOf(wrong.getMessage()));
        }
    }

    private static Label label(@Nullable String text, Optional<Label> before) {
        return text == null ? before.orElse(Label.PUBLIC) : FsPath.label(text);
    }

    private static GatePolicy policy(GateArg.Grants grants, Optional<GateContent> before) {
        GatePolicy old = old(before, GateContent.OfFunction.class)
                .map(GateContent.OfFunction::policy)
                .orElse(new GatePolicy(Component.TRUE, Component.TRUE, Component.TRUE, Component.FALSE));
        return new GatePolicy(
                component(grants.privilege(), old.privilege()),
                component(grants.clearance(), old.clearance()),
                component(grants.declassify(), old.declassify()),
                component(grants.maxSecrecy(), old.maxSecrecy()));
    }

    static Component component(@Nullable String text, Component otherwise) {
        return text == null ? otherwise : Component.parse(text);
    }

    private FunctionSpec function(GateArg.Function leads, Optional<GateContent.Direct> before) throws IOException {
        Optional<FunctionSpec> old = before.map(GateContent.Direct::function);
        Runtime runtime = leads.runtime() == null
                ? old.map(FunctionSpec::runtime).orElseThrow(GateForms::incomplete)
                : runtime(leads.runtime());
        Packages.Kept code = code(leads, runtime, old);
        Limits limits = old.map(FunctionSpec::limits).orElse(Limits.DEFAULT);
        return new FunctionSpec(
                        runtime,
                        code.digest(),
                        code.handler(),
                        parsed(leads.convention(), Convention::of)
                                .or(() -> old.map(FunctionSpec::convention))
                                .orElse(Convention.AUTO),
                        limits(leads, limits),
                        leads.timeoutMillis() != null
                                || old.map(FunctionSpec::timeoutStated).orElse(false),
                        parsed(leads.payloadStyle(), PayloadStyle::of)
                                .or(() -> old.map(FunctionSpec::payloadStyle))
                                .orElse(PayloadStyle.RAW),
                        old.map(FunctionSpec::schemas).orElse(SchemaPair.NONE),
                        old.map(FunctionSpec::layers).orElse(List.of()))
                .with(old.map(FunctionSpec::deployment).orElse(Deployment.NONE))
                .on(old.filter(one -> one.runtime() == runtime).flatMap(FunctionSpec::root));
    }

    private Packages.Kept code(GateArg.Function leads, Runtime runtime, Optional<FunctionSpec> old) throws IOException {
        if (leads.app() == null) {
            FunctionSpec before = old.orElseThrow(GateForms::incomplete);
            return new Packages.Kept(
                    before.packageDigest(), Optional.ofNullable(leads.handler()).orElse(before.handler()));
        }
        BlobRef blob = switch (leads.app()) {
            case GateArg.App.Entry(var path) -> files.blobAt(path);
            case GateArg.App.Finalized(var handle) -> handles.finished(handle);
        };
        String handler = Optional.ofNullable(leads.handler()).orElse("");
        return rooms.packages().of(blob.digest(), blob.lengthBytes(), runtime, handler);
    }

    private static Limits limits(GateArg.Function leads, Limits old) {
        long memory = leads.memoryMib() == null ? old.memoryMib() : leads.memoryMib();
        long timeout = leads.timeoutMillis() == null ? old.timeout().toMillis() : leads.timeoutMillis();
        if (memory > Limits.MEMORY_MIB_MAX || timeout < 1 || timeout > Limits.TIMEOUT_MAX.toMillis()) {
            throw new Refused(Refusal.INVALID, "more memory or time than a function gets");
        }
        return new Limits((int) Math.max(Limits.MEMORY_MIB_MIN, memory), Duration.ofMillis(timeout));
    }

    /// A runtime's name, or a blob that holds one.
    private Runtime runtime(PathArg arg) throws IOException {
        Optional<Runtime> named =
                arg instanceof PathArg.Colon(String text) ? Runtime.ofFaasten(text) : Optional.empty();
        if (named.isPresent()) {
            return named.get();
        }
        String word = handles.text(files.blobAt(arg), RUNTIME_BYTES_MAX).strip();
        return Runtime.ofFaasten(word).orElseThrow(() -> new Refused(Refusal.INVALID, "there is no such runtime"));
    }

    private GateContent.Redirect redirect(
            GateArg.Redirect leads, GatePolicy policy, Optional<GateContent.Redirect> before) {
        Component enter =
                component(leads.enter(), before.map(GateContent.Redirect::enter).orElse(Component.TRUE));
        if (leads.gate() == null && leads.pin() == null) {
            GateContent.Redirect old = before.orElseThrow(GateForms::incomplete);
            return new GateContent.Redirect(policy, enter, old.target(), old.pin());
        }
        FsPath target = leads.gate() == null
                ? rooms.fs().openById(before.orElseThrow(GateForms::incomplete).target(), Kind.GATE)
                : paths.read(leads.gate());
        return rooms.gates().redirect(target, policy, enter, Boolean.TRUE.equals(leads.pin()));
    }

    private static <T> Optional<T> parsed(@Nullable String word, java.util.function.Function<String, Optional<T>> of) {
        return word == null ? Optional.empty() : Optional.of(of.apply(word).orElseThrow(GateForms::incomplete));
    }

    private static <T> Optional<T> old(Optional<GateContent> before, Class<T> type) {
        return before.filter(type::isInstance).map(type::cast);
    }

    private static Refused incomplete() {
        return new Refused(Refusal.INVALID, "a gate needs what it leads to, in words that there are");
    }
}
