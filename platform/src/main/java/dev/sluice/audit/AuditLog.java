package dev.sluice.audit;

import dev.sluice.audit.ChainKeys.Part;
import dev.sluice.audit.Scribe.Subject;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Trace;
import dev.sluice.kernel.Trace.Denial;
import dev.sluice.kernel.Witness;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.store.Batch;
import dev.sluice.store.Store;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The audit log: what changed authority, used it or was refused.
///
/// Each organization has three chains ([ChainKeys.Part]). A record whose label names anybody else, or nobody, stands in
/// the operator's, whose organization is the empty name: that there is one more record is itself something to know.
///
/// Nothing here waits for the disk: see [Witness] for what makes an act's record durable before the act.
///
/// Thread-safe. Source: docs/design/audit.md.
public final class AuditLog implements Witness {
    /// The organization whose chains hold what is no organization's own.
    public static final String OPERATOR = "";

    /// Of the records of refusals and runs that one organization's chain keeps, and of those of decisions.
    static final long FLOWS_BYTES_MAX = 64 << 20;

    /// Of one chain. More are counted, and the count goes on record.
    static final int REFUSALS_PER_MINUTE_MAX = 600;

    static final int ANONYMOUS_PER_MINUTE_MAX = 60;

    private final Store store;
    private final Scribe scribe;
    private final Clock clock;
    private final long flowsBytesMax;
    private final ConcurrentHashMap<String, Chains> chains = new ConcurrentHashMap<>();
    private final DecisionLog decisions;

    /// @param pruning held by who removes the oldest flows, and by who walks along all of them
    private record Chains(
            Chain acts, Chain flows, Chain decisions, Allowance known, Allowance anonymous, ReentrantLock pruning) {}

    /// A run that has ended.
    ///
    /// @param request the id of the request that waited for it; empty for none
    /// @param label   of its record
    public record Ended(String organization, UUID id, String request, Label label) {}

    public AuditLog(Store store, SecureRandom random, Clock clock) {
        this(store, random, clock, FLOWS_BYTES_MAX);
    }

    AuditLog(Store store, SecureRandom random, Clock clock, long flowsBytesMax) {
        this.store = store;
        this.scribe = new Scribe(random, clock);
        this.clock = clock;
        this.flowsBytesMax = flowsBytesMax;
        this.decisions = new DecisionLog(
                store, scribe, new Tally(clock), home -> chains(home).decisions(), this::pruneDecisions);
    }

    /// What policies decided.
    public DecisionLog decisions() {
        return decisions;
    }

    /// Readable to who knows what the doer knew and may read his organization's `iam`.
    @Override
    public void record(Deed deed) {
        Component who = Component.FALSE;
        Component known = Component.TRUE;
        if (Task.isBound()) {
            Trace trace = Task.current().trace();
            who = trace.who();
            known = trace.highest().secrecy();
        }
        String owner = Owners.of(who, deed.target());
        Label label = secret(known, owner.isEmpty() ? Component.FALSE : iam(owner));
        Chains its = chainsFor(owner, label);
        var subject = new Subject(deed.kind(), owner, who, deed.what(), label);
        its.acts().append(scribe.act(subject, deed.details(), its.flows().head()));
    }

    /// Puts on record, durably, that somebody is lent an organization as a whole for one request. Stands in the
    /// organization's chain whoever it is: what he does there is its own matter first.
    ///
    /// @param organization its token; [#OPERATOR] for what is no organization's own
    /// @param what         the request
    public void lent(String organization, Component who, String what) {
        Component readers = organization.isEmpty() ? Component.FALSE : iam(organization);
        var subject = new Subject("organization.lend", organization, who, what, secret(Component.TRUE, readers));
        Chains its = chainsFor(organization, subject.label());
        its.acts().append(scribe.act(subject, Map.of(), its.flows().head()));
        store.commit(new Batch()); // is done when all before it is
    }

    /// As [#record], and durable on return: for an act that writes nothing itself.
    public void recordDurably(Deed deed) {
        record(deed);
        store.commit(new Batch()); // is done when all before it is
    }

    /// Puts on record that somebody could not log in: readable to who may read the `iam` of the organization whose
    /// provider was asked.
    private void loginRefused(Inquiry inquiry) {
        String organization = inquiry.organization();
        Label label = secret(Component.TRUE, iam(organization));
        Chains its = chainsFor(organization, label);
        if (mayRecord(its, true)) {
            var subject = new Subject("login.refused", organization, Component.TRUE, inquiry.what(), label);
            its.flows().append(scribe.flow(subject, inquiry.id(), "", inquiry.login(), ""));
            prune(its);
        }
    }

    /// Puts a refused request on record, if a check of labels or a policy refused it. Readable to who knows what the
    /// request had learnt and either is who asked, or may read his organization's `iam`.
    public void refused(Inquiry inquiry) {
        if (!inquiry.login().isEmpty()) {
            loginRefused(inquiry);
            return;
        }
        Optional<Trace> trace = inquiry.refused().flatMap(Refused::trace);
        boolean isDenied = inquiry.refused()
                        .map(Refused::refusal)
                        .filter(Refusal.DENIED::equals)
                        .isPresent()
                || trace.flatMap(Trace::denial).isPresent();
        if (!isDenied && inquiry.need().isEmpty()) {
            return;
        }
        String organization = inquiry.organization();
        Component asker = organization.isEmpty() ? inquiry.who() : inquiry.who().or(iam(organization));
        Label label = secret(trace.map(t -> t.highest().secrecy()).orElse(Component.TRUE), asker);
        Chains its = chainsFor(organization, label);
        if (mayRecord(its, inquiry.who().isTrue())) {
            var subject = new Subject("request.refused", organization, inquiry.who(), inquiry.what(), label);
            Map<String, String> details = inquiry.need().isEmpty() ? Map.of() : Map.of("need", inquiry.need());
            String flow = trace.map(t -> Flow.of(t).encode().utf8()).orElse("");
            its.flows().append(scribe.flow(subject, inquiry.id(), "", details, flow));
            prune(its);
        }
    }

    /// Puts a run on record that used privilege, was refused something, released its answer below its label, or did
    /// not deliver it. The flow itself is in the run's own record.
    ///
    /// @param answer the label that the answer was released at
    public void ran(Ended run, Flow flow, Optional<Label> answer) {
        Trace trace = flow.trace();
        Optional<Label> released = answer.filter(at -> !trace.label().canFlowTo(at));
        boolean isReleasing = trace.usedPrivilege() || released.isPresent();
        Optional<Denial> denial = flow.delivery().or(trace::denial);
        if (denial.isEmpty() && !isReleasing) {
            return;
        }
        Label label = secret(run.label().secrecy(), Component.TRUE);
        Chains its = chainsFor(run.organization(), label);
        boolean isAnonymous =
                Inquiry.current().map(Inquiry::who).filter(Component::isTrue).isPresent();
        if (!isReleasing && !mayRecord(its, isAnonymous)) {
            return;
        }
        String kind = flow.delivery().isPresent() ? "run.withheld" : isReleasing ? "run.declassified" : "run.refused";
        var subject = new Subject(kind, run.organization(), trace.who(), "run " + run.id(), label);
        Map<String, String> details =
                released.map(at -> Map.of("answer", at.toString())).orElse(Map.of());
        its.flows()
                .append(scribe.flow(
                        subject,
                        run.request(),
                        run.id().toString(),
                        details,
                        isReleasing ? flow.encode().utf8() : ""));
        prune(its);
    }

    /// The record of a request or a run, if there is one and [Task#current] may know it; taints with it.
    public Optional<AuditRecord> find(String id) {
        return store.get(ChainKeys.index(id))
                .flatMap(store::get)
                .map(AuditRecord::decode)
                .filter(Reader::isReadable);
    }

    /// Walks an organization's chains. Not a matter of labels: whoever may ask learns how many records there are.
    ///
    /// @param expected heads that were told before
    public Verification verify(String organization, List<String> expected) {
        Chains its = chains(organization);
        its.pruning().lock();
        try {
            return new Verifier(store, List.of(its.acts(), its.flows(), its.decisions())).verify(expected);
        } finally {
            its.pruning().unlock();
        }
    }

    /// The latest records of an organization that [Task#current] may know, newest first; taints with them.
    public List<AuditRecord> list(String organization, int limit) {
        Chains its = chains(organization);
        return new Reader(store, List.of(its.acts().keys(), its.flows().keys())).latest(limit);
    }

    /// Only an organization's own matters stand in its chains; all else is the operator's.
    private Chains chainsFor(String organization, Label label) {
        boolean isItsOwn = !organization.isEmpty()
                && Component.of(Principal.of(organization)).implies(label.secrecy());
        return chains(isItsOwn ? organization : OPERATOR);
    }

    private Chains chains(String organization) {
        return chains.computeIfAbsent(
                organization,
                name -> new Chains(
                        new Chain(store, new ChainKeys(name, Part.ACTS)),
                        new Chain(store, new ChainKeys(name, Part.FLOWS)),
                        new Chain(store, new ChainKeys(name, Part.DECISIONS)),
                        new Allowance(clock, REFUSALS_PER_MINUTE_MAX),
                        new Allowance(clock, ANONYMOUS_PER_MINUTE_MAX),
                        new ReentrantLock()));
    }

    private boolean mayRecord(Chains its, boolean isAnonymous) {
        Allowance allowance = isAnonymous ? its.anonymous() : its.known();
        long counted = allowance.settle();
        if (counted > 0) {
            Map<String, String> details = Map.of("count", Long.toString(counted));
            its.flows().append(scribe.flow(note("refusals.counted", its), "", "", details, ""));
        }
        return allowance.take();
    }

    private void prune(Chains its) {
        prune(its, its.flows());
    }

    private void pruneDecisions(String home) {
        Chains its = chains(home);
        prune(its, its.decisions());
    }

    /// Forgets the oldest records of a chain where there are too many, and says in that of the acts up to where.
    private void prune(Chains its, Chain chain) {
        if (chain.keptBytes() <= flowsBytesMax || !its.pruning().tryLock()) {
            return;
        }
        try {
            Head last = chain.prunable();
            if (chain.keptBytes() > flowsBytesMax && last.number() > 0) {
                Map<String, String> through = Map.of(Verifier.THROUGH, last.toString());
                Subject pruned = note(chain.keys().part().pruned(), its);
                its.acts().append(scribe.act(pruned, through, its.flows().head()));
                chain.prune(last);
            }
        } finally {
            its.pruning().unlock();
        }
    }

    /// A note of this room's own: for the organization as a whole.
    private static Subject note(String kind, Chains its) {
        String organization = its.flows().keys().organization();
        Component whole = organization.isEmpty() ? Component.FALSE : Component.of(Principal.of(organization));
        return new Subject(kind, organization, Component.FALSE, "", Label.of(whole, Component.TRUE));
    }

    /// Readable to who may know both; to the operator where no label of a size that is kept says that.
    private static Label secret(Component one, Component other) {
        Label both = Label.of(one, Component.TRUE).joinOrTop(Label.of(other, Component.TRUE));
        return both.toString().length() > Scribe.TEXT_CHARS_MAX ? Label.TOP : both;
    }

    static Component iam(String organization) {
        return Component.of(Principal.of(organization, "iam"));
    }
}
