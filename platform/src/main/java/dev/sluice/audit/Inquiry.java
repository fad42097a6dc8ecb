package dev.sluice.audit;

import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One request while it is answered: who asks, and what he was refused, so that he can ask why under its id.
///
/// Holds no authority and no label: it decides nothing. For the thread that answers the request.
public final class Inquiry {
    private static final ScopedValue<Inquiry> CURRENT = ScopedValue.newInstance();

    private final String id;
    private final String what;
    private String organization = "";
    private Component who = Component.TRUE;
    private @Nullable Refused refused;
    private String need = "";
    private Map<String, String> login = Map.of();
    private final Consumer<Judgment> decisions;
    private @Nullable Judgment decided;

    /// @param id        the request's, as its answer shows it
    /// @param what      what was asked
    /// @param decisions is told what policies decide
    public Inquiry(String id, String what, Consumer<Judgment> decisions) {
        this.id = id;
        this.what = what;
        this.decisions = decisions;
    }

    /// The request that this thread answers, if it answers one.
    public static Optional<Inquiry> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    public <T, X extends Throwable> T run(ScopedValue.CallableOp<T, X> body) throws X {
        return ScopedValue.where(CURRENT, this).call(body);
    }

    /// Notes who asks.
    ///
    /// @param organization the token of the organization that the request is about
    public void by(Component identity, String organization) {
        this.who = identity;
        this.organization = organization;
    }

    /// Notes what policies decided. Asking them the same once more is no other decision.
    public void decided(Judgment judgment) {
        if (!judgment.equals(decided)) {
            decided = judgment;
            decisions.accept(judgment);
        }
    }

    /// Notes what the answer says no to.
    public void refuse(Refused why) {
        refused = why;
    }

    /// Notes that no policy allows what was asked.
    ///
    /// @param action the action and the resource that one would have to allow
    public void forbid(String action) {
        need = action;
    }

    /// Notes that somebody could not log in.
    ///
    /// @param at the token of the organization whose provider was asked
    /// @param details who he said he is, and what was wrong
    public void refuseLogin(String at, Map<String, String> details) {
        organization = at;
        login = Map.copyOf(details);
    }

    /// Whether its answer says no to something.
    public boolean isRefused() {
        return refused != null || !need.isEmpty() || !login.isEmpty();
    }

    /// As its answer shows it.
    public String id() {
        return id;
    }

    String what() {
        return what;
    }

    String organization() {
        return organization;
    }

    Component who() {
        return who;
    }

    /// Empty unless somebody could not log in.
    Map<String, String> login() {
        return login;
    }

    String need() {
        return need;
    }

    Optional<Refused> refused() {
        return Optional.ofNullable(refused);
    }
}
