package dev.sluice.worker;

import dev.sluice.cloudcall.Convention;
import dev.sluice.cloudcall.GuestLink;
import dev.sluice.function.Reuse;
import dev.sluice.label.Label;
import dev.sluice.sandbox.Sandbox;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A guest, and what it has seen. Serves one run at a time, or several that share it ([SharedGuest]); idle between.
final class Instance {
    /// Why the platform ended a guest during a run.
    enum Ended {
        DEADLINE,
        FLOOD,
        ORGANIZATION_ENDED,
        CANCELED
    }

    private final Sandbox sandbox;
    private final GuestLink link;
    private final int memoryMib;
    private final Worth worth = new Worth();
    private final AtomicReference<@Nullable Ended> ended = new AtomicReference<>();

    private Convention convention = Convention.AUTO; // set once, when its function is loaded
    private Set<String> parties = Set.of(); // set once, before its function is loaded
    private @Nullable SharedGuest shared; // set once, before its first run
    private Label seen = Label.BOTTOM; // touched only by who has checked the instance out

    Instance(Sandbox sandbox, GuestLink link, int memoryMib) {
        this.sandbox = sandbox;
        this.link = link;
        this.memoryMib = memoryMib;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    GuestLink link() {
        return link;
    }

    int memoryMib() {
        return memoryMib;
    }

    /// How its function is called.
    Convention convention() {
        return convention;
    }

    void convention(Convention loaded) {
        convention = loaded;
    }

    /// Where several runs share it.
    @Nullable
    SharedGuest shared() {
        return shared;
    }

    void shared(SharedGuest guest) {
        shared = guest;
    }

    /// Whose it is: the organization that it runs for, and those of its gate.
    void belongsTo(Set<String> organizations) {
        parties = Set.copyOf(organizations);
    }

    boolean belongsToAny(Set<String> organizations) {
        return parties.stream().anyMatch(organizations::contains);
    }

    boolean belongsTo(String organization) {
        return parties.contains(organization);
    }

    /// Adds to what it has seen; nothing is ever taken away.
    void saw(Label label) {
        seen = seen.join(label);
    }

    /// Whether the instance is one for runs that start at `start`: of what it has seen, they may know all. Unless the
    /// operator wants it otherwise it has seen nothing less, too: a run that starts higher would not learn too much
    /// from it, but take it away, and those that start lower would find it gone, and so learn that there was such
    /// a run.
    boolean mayServe(Label start, Reuse reuse) {
        return switch (reuse) {
            case NEVER -> false;
            case SAME_LABEL -> seen.equals(start);
            case LABEL_FLOW -> seen.canFlowTo(start);
        };
    }

    /// What it knows of. Asked while nobody has it checked out, or by who has.
    Label seen() {
        return seen;
    }

    Worth worth() {
        return worth;
    }

    @Nullable
    Ended ended() {
        return ended.get();
    }

    /// Ends the guest in the middle of a run; who waits for it sees it gone, and asks [#ended]. Does not wait.
    void end(Ended why) {
        if (ended.compareAndSet(null, why)) {
            Thread.ofVirtual().name("guest-end").start(sandbox::close);
        }
    }
}
