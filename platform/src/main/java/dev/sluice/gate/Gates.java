package dev.sluice.gate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.egress.Egress;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.ObjectId;
import dev.sluice.fs.References;
import dev.sluice.function.FunctionSpec;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Trace.Check;
import dev.sluice.kernel.Witness;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Gates that lead to functions: creating, replacing, reading, resolving and entering them. Acts as
/// [Task#current].
///
/// Source: contracts/faasten.md 2.4, 3.1 and 3.3 `[R]`; design/labels.md section 4; docs/design/gates.md.
public final class Gates {
    private static final int DECODED_GATES_MAX = 10_000;

    /// What no gate has: it stands for one that is about to be created.
    private static final ObjectId NOT_YET = new ObjectId(Bytes.takeOver(new byte[ObjectId.LENGTH_BYTES]));

    private static final Digest NO_DIGEST = Digest.of(Bytes.EMPTY);

    private final LabeledFs fs;
    private final Witness witness;
    private final Services services;
    private final Outbox outbox = new Outbox();
    private final Cache<Version, Link> decoded =
            Caffeine.newBuilder().maximumSize(DECODED_GATES_MAX).build();

    private record Version(ObjectId id, long version) {}

    /// Without external gates.
    public Gates(LabeledFs fs, Witness witness) {
        this(fs, witness, Egress.closed());
    }

    /// @param witness is told of each gate that is created or replaced
    /// @param egress  where external gates lead to
    public Gates(LabeledFs fs, Witness witness, Egress egress) {
        this.fs = fs;
        this.witness = witness;
        this.services = new Services(fs, egress, witness);
    }

    /// Where runs leave events.
    public Outbox outbox() {
        return outbox;
    }

    /// The external gates.
    public Services services() {
        return services;
    }

    /// The gates that a gate's content leads to, which must stay as long as it.
    public static References.Named named(Kind kind, Bytes content) {
        if (kind != Kind.GATE) {
            return References.Named.NOTHING;
        }
        return switch (GateCodec.decode(content)) {
            case GateContent.Direct direct ->
                new References.Named(List.of(), direct.function().blobs());
            case GateContent.Redirect redirect -> new References.Named(List.of(redirect.target()), List.of());
        };
    }

    /// The gate at `path`, after the task has been tainted with the way there and with each gate on the way to
    /// the function.
    ///
    /// @throws Refused `NOT_FOUND`, `WRONG_KIND`, `DENIED` above the clearance; `NOT_FOUND` for redirects that
    ///     lead nowhere, in a circle, too far, or to what has changed against their grants
    public Gate resolve(FsPath path) {
        Link named = link(fs.read(path, Kind.GATE));
        var chain = new Chain().add(named);
        try {
            while (chain.isOpen()) {
                chain.add(next(chain));
            }
        } catch (Refused _) {
            throw Refused.notFound();
        }
        return chain.gate();
    }

    /// Refuses a gate that is not what its versions in the store say: whatever its privilege, it is theirs. A
    /// version that was replaced since is still the one that was resolved.
    ///
    /// @throws Refused `NOT_FOUND`
    public void verify(Gate gate) {
        try {
            var chain = new Chain();
            for (Link link : gate.links()) {
                chain.add(version(link.id(), link.version()));
            }
            if (!chain.isOpen() && chain.gate().isSameAs(gate)) {
                return;
            }
        } catch (Refused _) {
            throw Refused.notFound();
        }
        throw Refused.notFound();
    }

    /// Refuses a task that the gate's clearance does not admit. The same refusal as for a gate that is not
    /// there.
    ///
    /// @throws Refused `NOT_FOUND`
    public void requireMayEnter(Gate gate, Task caller) {
        Component wanted = gate.policy().clearance();
        if (!caller.vouchesFor(wanted)) {
            Label vouched = Label.of(Component.TRUE, caller.label().integrity());
            caller.remember(Check.ENTER, vouched, Label.of(Component.TRUE, wanted), "a gate");
            throw Refused.notFound();
        }
    }

    /// As above, for an invoker of whom only what he was vouched for by is known.
    ///
    /// @throws Refused `NOT_FOUND`
    public void requireMayEnter(Gate gate, Component vouched) {
        if (!vouched.implies(gate.policy().clearance())) {
            throw Refused.notFound();
        }
    }

    /// What the gate at `path` grants and leads to. Taints with the path and the gate.
    ///
    /// @throws Refused `NOT_FOUND`, `WRONG_KIND`, `DENIED` above the clearance
    public GateView<GateContent.OfFunction> read(FsPath path) {
        Link link = link(fs.read(path, Kind.GATE));
        return new GateView<>(link.id(), link.version(), link.label(), link.content(), link.digest());
    }

    /// A redirect to the gate at `target`, for [#create] and [#replace]. Taints with the path and the gate.
    ///
    /// @param isPinned whether it leads to the target only as it is now
    /// @throws Refused as [#read]
    public GateContent.Redirect redirect(FsPath target, GatePolicy policy, Component enter, boolean isPinned) {
        GateView<GateContent.OfFunction> to = read(target);
        return new GateContent.Redirect(policy, enter, to.id(), isPinned ? Optional.of(to.digest()) : Optional.empty());
    }

    /// Creates a direct gate. As the other [#create].
    public ObjectId create(FsPath path, GatePolicy policy, FunctionSpec function, Label label, Privilege with) {
        return create(path, new GateContent.Direct(policy, function), Backing.LABEL, label, with);
    }

    /// Creates a gate. Its creator must hold all that it grants.
    ///
    /// @throws Refused `DENIED` if not, if whoever may write `label` need not hold the privilege, or if somebody
    ///     weaker than a redirect's grants may replace what they are granted to; `INVALID` for redirects in a
    ///     circle or too many; `CONFLICT` for a pin of what has changed; else as [LabeledFs#create]
    public ObjectId create(FsPath path, GateContent.OfFunction content, Backing backing, Label label, Privilege with) {
        requireMayGrant(content, backing, label, Optional.empty());
        Deed deed = deed("gate.create", path, label, content);
        return witness.witness(deed, () -> fs.createTcb(path, Kind.GATE, label, GateCodec.encode(content), with));
    }

    /// Creates a gate that nothing links to yet. As [#create].
    ///
    /// @return the gate, opened
    public FsPath createUnlinked(GateContent.OfFunction content, Backing backing, Label label, Privilege with) {
        requireMayGrant(content, backing, label, Optional.empty());
        Deed deed = deed("gate.create", "a gate that nothing links to", label, content);
        return witness.witness(deed, () -> fs.createUnlinkedTcb(Kind.GATE, label, GateCodec.encode(content), with));
    }

    /// Replaces a gate by a direct one. As the other [#replace].
    public long replace(FsPath path, GatePolicy policy, FunctionSpec function, long expectedVersion, Privilege with) {
        return replace(path, new GateContent.Direct(policy, function), Backing.LABEL, expectedVersion, with);
    }

    /// Replaces what the gate at `path` leads to and grants. Its author must hold all that the result grants. The
    /// gate that is written is the one whose label was judged, though its directory may link another one by then.
    ///
    /// @param expectedVersion 0 for whatever is there
    /// @return the new version
    /// @throws Refused as [#create] and [LabeledFs#write]
    public long replace(
            FsPath path, GateContent.OfFunction content, Backing backing, long expectedVersion, Privilege with) {
        LabeledFs.Content before = fs.read(path, Kind.GATE);
        requireMayGrant(content, backing, before.label(), Optional.of(before.id()));
        Deed deed = deed("gate.replace", path, before.label(), content);
        return witness.witness(deed, () -> fs.writeTcb(before, GateCodec.encode(content), expectedVersion, with));
    }

    private void requireMayGrant(
            GateContent.OfFunction content, Backing backing, Label label, Optional<ObjectId> replaced) {
        GatePolicy policy = content.policy();
        Grants.requireHeld(policy.privilege(), "the gate's privilege");
        Component injected = content instanceof GateContent.Direct direct ? direct.injected() : Component.TRUE;
        Task.current().exercise(injected, Component.TRUE);
        Grants.requireHeld(policy.declassify().without(injected), "the gate's declassify");
        Grants.requireBacked(label, policy.privilege(), backing);
        if (content instanceof GateContent.Redirect redirect) {
            Grants.requireHeld(redirect.enter(), "the gate's enter");
            requireEnd(new Link(replaced.orElse(NOT_YET), 0, label, redirect, NO_DIGEST));
        }
    }

    private static Deed deed(String kind, Object what, Label label, GateContent.OfFunction content) {
        GatePolicy policy = content.policy();
        String enter = content instanceof GateContent.Redirect redirect
                ? redirect.enter().toString()
                : "";
        return new Deed(
                kind,
                what.toString(),
                label,
                Map.of(
                        "privilege", policy.privilege().toString(),
                        "clearance", policy.clearance().toString(),
                        "declassify", policy.declassify().toString(),
                        "inject",
                                content instanceof GateContent.Direct direct
                                        ? direct.injected().toString()
                                        : Component.TRUE.toString(),
                        "max_secrecy", policy.maxSecrecy().toString(),
                        "enter", enter,
                        "digest", Digest.of(GateCodec.encode(content)).hex()));
    }

    /// Follows a redirect that is about to be written: its target must be there, and what comes behind it is
    /// judged as far as its author may see. Taints with what is looked at.
    private void requireEnd(Link redirect) {
        Chain chain = new Chain().add(redirect);
        chain.add(next(chain));
        while (chain.isOpen()) {
            Optional<Link> further = visible(chain);
            if (further.isEmpty()) {
                return;
            }
            chain.add(further.get());
        }
    }

    private Optional<Link> visible(Chain chain) {
        try {
            return Optional.of(next(chain));
        } catch (Refused _) {
            return Optional.empty();
        }
    }

    private Link next(Chain chain) {
        return link(fs.readByIdTcb(chain.redirect().target(), Kind.GATE, chain.enter()));
    }

    /// That version, or the present one where that is not known any more: whoever asks compares.
    private Link version(ObjectId id, long version) {
        Link known = decoded.getIfPresent(new Version(id, version));
        return known == null ? link(fs.readByIdTcb(id, Kind.GATE, Component.FALSE)) : known;
    }

    private Link link(LabeledFs.Content content) {
        return decoded.get(
                new Version(content.id(), content.version()),
                v -> new Link(
                        v.id(),
                        v.version(),
                        content.label(),
                        GateCodec.decode(content.bytes()),
                        Digest.of(content.bytes())));
    }
}
