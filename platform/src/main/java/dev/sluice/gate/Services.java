package dev.sluice.gate;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressFailed;
import dev.sluice.egress.Inbound;
import dev.sluice.egress.Origin;
import dev.sluice.egress.Outbound;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.ObjectId;
import dev.sluice.gate.GateContent.External;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Trace.Check;
import dev.sluice.kernel.Witness;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Privilege;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// External gates: creating, replacing, reading and invoking them. Acts as [Task#current].
///
/// A task reaches the internet only here. What it knows must flow to the gate's egress label, released by the
/// gate's privilege, before a byte leaves; the task's own label is not lowered by that (holes H2 and H3), and
/// rises by the gate's taint whatever comes back.
///
/// Source: contracts/faasten.md 3.5 `[R]`; docs/design/gates.md.
public final class Services {
    /// Of an answer that nobody gets: more of it would cost a connection less than it takes to read.
    private static final int DROPPED_BYTES_MAX = 64 << 10;

    private final LabeledFs fs;
    private final Egress egress;
    private final Witness witness;

    /// @param witness is told of each gate that is created or replaced
    public Services(LabeledFs fs, Egress egress, Witness witness) {
        this.fs = fs;
        this.egress = egress;
        this.witness = witness;
    }

    /// Creates an external gate. Its creator must hold what it releases, and vouch for what he says of its
    /// answers.
    ///
    /// @throws Refused `DENIED` if not, if the operator does not let gates name the host, or as [Gates#create];
    ///     `INVALID` for headers without values
    public ObjectId create(FsPath path, External service, Backing backing, Label label, Privilege with) {
        requireMayGrant(service, backing, label);
        Deed deed = deed("service.create", path, label, service);
        return witness.witness(deed, () -> fs.createTcb(path, Kind.SERVICE, label, GateCodec.encode(service), with));
    }

    /// Creates an external gate that nothing links to yet. As [#create].
    ///
    /// @return the gate, opened
    public FsPath createUnlinked(External service, Backing backing, Label label, Privilege with) {
        requireMayGrant(service, backing, label);
        Deed deed = deed("service.create", "an external gate that nothing links to", label, service);
        return witness.witness(deed, () -> fs.createUnlinkedTcb(Kind.SERVICE, label, GateCodec.encode(service), with));
    }

    /// Replaces the external gate at `path`. Headers given by name only, as [#read] shows them, keep their
    /// values, if they are the names it has and still go to the same server.
    ///
    /// @param expectedVersion 0 for whatever is there
    /// @return the new version
    /// @throws Refused as [#create] and [LabeledFs#write]
    public long replace(FsPath path, External service, Backing backing, long expectedVersion, Privilege with) {
        LabeledFs.Content before = fs.read(path, Kind.SERVICE);
        boolean keeps = !service.headers().areKnown();
        External whole = keeps ? service.with(kept(GateCodec.decodeExternal(before.bytes()), service)) : service;
        requireMayGrant(whole, backing, before.label());
        long expected = keeps && expectedVersion == 0 ? before.version() : expectedVersion;
        Deed deed = deed("service.replace", path, before.label(), whole);
        return witness.witness(deed, () -> fs.writeTcb(before, GateCodec.encode(whole), expected, with));
    }

    /// What the external gate at `path` grants and leads to, with the names of its headers and not their values.
    /// Taints with the path and the gate.
    ///
    /// @throws Refused `NOT_FOUND`, `WRONG_KIND`, `DENIED` above the clearance
    public GateView<External> read(FsPath path) {
        LabeledFs.Content content = fs.read(path, Kind.SERVICE);
        External service = shown(GateCodec.decodeExternal(content.bytes()));
        Digest digest = Digest.of(GateCodec.encode(service));
        return new GateView<>(content.id(), content.version(), content.label(), service, digest);
    }

    /// Sends what the call and the gate say, and waits for the answer. Taints with the path, the gate and, once
    /// it has come so far that something may leave, the gate's taint.
    ///
    /// @throws Refused `NOT_FOUND`, also for a clearance that the task does not meet; `DENIED` if what it knows
    ///     may not leave here or the taint is above its clearance; `INVALID` for parameters that do not fit:
    ///     nothing has left then. `UNAVAILABLE`, `DEADLINE_EXCEEDED`, `TOO_LARGE`, `OVERLOADED` for an exchange
    ///     without an answer
    public ServiceAnswer invoke(FsPath path, ServiceCall call) throws InterruptedException {
        Open open = open(path);
        Outbound outbound = outbound(open.service(), open.service().verb(), call);
        requireMayLeave(Task.current(), open.service());
        requireAllowed(open.service().url().origin(), Refusal.DENIED);
        taint(Task.current(), open.service());
        try {
            Inbound answer = egress.exchange(open.owner(), outbound);
            return new ServiceAnswer(answer.status(), answer.headers(), answer.body());
        } catch (EgressFailed failed) {
            throw refusal(failed.why());
        }
    }

    /// Sends what was asked for outside of all runs, and waits for the answer, of which nobody gets the body. Taints as
    /// [#invoke].
    ///
    /// @param call is asked once something may leave; what it taints with by reading must be allowed to leave
    /// @throws Refused as [#invoke], but `DENIED` only for what may not leave or is tainted by the gate above its
    ///     clearance, and `UNAVAILABLE` where the operator does not let it out
    public ServiceAnswer deliver(FsPath path, Supplier<ServiceCall> call) throws InterruptedException {
        Open open = open(path);
        return dropped(open, open.service().verb(), call);
    }

    /// Asks what is at the gate's URL whether it wants what [#deliver] sends, by OPTIONS. As that.
    public ServiceAnswer ask(FsPath path, Map<String, String> headers) throws InterruptedException {
        return dropped(open(path), Outbound.ASKING, () -> new ServiceCall(Map.of(), headers, Bytes.EMPTY));
    }

    private ServiceAnswer dropped(Open open, String verb, Supplier<ServiceCall> call) throws InterruptedException {
        requireMayLeave(Task.current(), open.service());
        Outbound outbound = outbound(open.service(), verb, call.get());
        requireMayLeave(Task.current(), open.service());
        requireAllowed(open.service().url().origin(), Refusal.UNAVAILABLE);
        taint(Task.current(), open.service());
        try {
            return egress.download(open.owner(), outbound, Egress.EXCHANGE_MAX, (status, headers, body) -> {
                body.readNBytes(DROPPED_BYTES_MAX);
                return new ServiceAnswer(status, headers, Bytes.EMPTY);
            });
        } catch (EgressFailed failed) {
            Refused refused = refusal(failed.why());
            throw refused.refusal() == Refusal.DENIED ? new Refused(Refusal.UNAVAILABLE, refused.reason()) : refused;
        } catch (IOException broken) {
            throw refusal(EgressFailed.Why.UNREACHABLE);
        }
    }

    /// An external gate that the current task has entered.
    ///
    /// @param owner who is charged for what is sent
    private record Open(External service, String owner) {}

    private Open open(FsPath path) {
        Task caller = Task.current();
        LabeledFs.Content content = fs.read(path, Kind.SERVICE);
        External service = GateCodec.decodeExternal(content.bytes());
        if (!caller.vouchesFor(service.clearance())) {
            Label vouched = Label.of(Component.TRUE, caller.label().integrity());
            caller.remember(Check.ENTER, vouched, Label.of(Component.TRUE, service.clearance()), "an external gate");
            throw Refused.notFound();
        }
        return new Open(service, ownerOf(content.label()));
    }

    private static void taint(Task caller, External service) {
        caller.observe(service.taint(), "what an external gate answers");
    }

    /// What a server answers to the platform itself, among those that external gates may reach. Nothing leaves but the
    /// URL, and nobody is tainted: for what somebody outside of all runs has asked for.
    ///
    /// @param organization who is charged for it
    /// @throws Refused `INVALID` for what is no URL, `DENIED` for a server that the operator does not let out to;
    ///     `UNAVAILABLE`, `DEADLINE_EXCEEDED`, `TOO_LARGE`, `OVERLOADED` for an exchange without an answer
    public ServiceAnswer fetch(String organization, String url) throws InterruptedException {
        try {
            UrlTemplate parsed = UrlTemplate.parse(url);
            var outbound = new Outbound(parsed.origin(), "GET", parsed.fill(Map.of()), Map.of(), Bytes.EMPTY);
            requireAllowed(parsed.origin(), Refusal.DENIED);
            Inbound answer = egress.exchange(organization, outbound);
            return new ServiceAnswer(answer.status(), answer.headers(), answer.body());
        } catch (IllegalArgumentException wrong) {
            throw new Refused(Refusal.INVALID, "it is written as https://host/path?query");
        } catch (EgressFailed failed) {
            throw refusal(failed.why());
        }
    }

    /// The privilege is the gate's, for this one question; the task never has it.
    private static void requireMayLeave(Task caller, External service) {
        Label known = caller.label();
        if (!known.canFlowTo(service.egress(), Privilege.mintTcb(service.privilege()))) {
            caller.rememberUnaided(Check.DELIVER, known, service.egress(), "an external gate");
            throw Refused.denied();
        }
    }

    private void requireMayGrant(External service, Backing backing, Label label) {
        if (!service.headers().areKnown()) {
            throw new Refused(Refusal.INVALID, "the values of the headers are needed");
        }
        Component released = released(service);
        Grants.requireHeld(released, "what the external gate releases");
        Task.current().exercise(Component.TRUE, service.taint().integrity());
        Grants.requireBacked(label, released, backing);
        requireAllowed(service.url().origin(), Refusal.DENIED);
    }

    /// What may go to the outside: what the privilege releases, and what the egress label says is meant for it.
    private static Component released(External service) {
        try {
            return service.privilege().and(service.egress().secrecy());
        } catch (LabelInvalid tooLarge) {
            throw Refused.denied();
        }
    }

    private void requireAllowed(Origin origin, Refusal otherwise) {
        if (!egress.allows(origin)) {
            throw new Refused(
                    otherwise,
                    "the operator lets no external gate reach this host: the server needs --egress-allow HOST");
        }
    }

    private static InjectedHeaders kept(External before, External after) {
        if (!before.headers().names().equals(after.headers().names())
                || !before.url().origin().equals(after.url().origin())) {
            throw new Refused(Refusal.INVALID, "the values of the headers are needed: they go only where they went");
        }
        return before.headers();
    }

    private static Outbound outbound(External service, String verb, ServiceCall call) {
        var headers = new HashMap<>(call.headers());
        headers.putAll(service.headers().values());
        try {
            return new Outbound(
                    service.url().origin(), verb, service.url().fill(call.parameters()), headers, call.body());
        } catch (IllegalArgumentException wrong) {
            throw new Refused(Refusal.INVALID, String.valueOf(wrong.getMessage()));
        }
    }

    /// Without the values of its headers; whoever knows the digest of what is shown cannot try values either.
    private static External shown(External service) {
        return service.with(service.headers().hidden());
    }

    private static Deed deed(String kind, Object what, Label label, External service) {
        return new Deed(
                kind,
                what.toString(),
                label,
                Map.of(
                        "privilege", service.privilege().toString(),
                        "clearance", service.clearance().toString(),
                        "taint", service.taint().toString(),
                        "egress", service.egress().toString(),
                        "server", service.url().origin().toString(),
                        "digest", Digest.of(GateCodec.encode(shown(service))).hex()));
    }

    /// Who is charged: whoever alone vouches for the gate, else nobody in particular.
    private static String ownerOf(Label label) {
        return label.integrity().allOf().stream()
                .filter(clause -> clause.anyOf().size() == 1)
                .map(clause -> clause.anyOf().getFirst().tokens().getFirst())
                .findFirst()
                .orElse("");
    }

    private static Refused refusal(EgressFailed.Why why) {
        return switch (why) {
            case FORBIDDEN ->
                new Refused(
                        Refusal.DENIED, "the host's address is not public: the server needs --egress-permit HOST:PORT");
            case BUSY -> new Refused(Refusal.OVERLOADED, "too many exchanges are under way: try again later");
            case UNREACHABLE -> new Refused(Refusal.UNAVAILABLE, "the server outside could not be reached");
            case TIMED_OUT -> new Refused(Refusal.DEADLINE_EXCEEDED, "the server outside took too long");
            case TOO_LARGE ->
                new Refused(Refusal.TOO_LARGE, "the answer is larger than " + Inbound.BODY_BYTES_MAX + " bytes");
        };
    }
}
