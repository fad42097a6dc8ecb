package dev.sluice.authn;

import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Witness;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Founding;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Opens and closes sessions, on record: in the log of the organization whose provider vouched. Who does it is the
/// user himself, but where a task says that it is another. Thread-safe.
public final class SessionActs {
    private final Sessions sessions;
    private final IdentityProviders providers;
    private final Organizations organizations;
    private final Witness witness;

    SessionActs(Sessions sessions, IdentityProviders providers, Organizations organizations, Witness witness) {
        this.sessions = sessions;
        this.providers = providers;
        this.organizations = organizations;
        this.witness = witness;
    }

    /// Begins a session.
    ///
    /// @return its id, for a cookie and nothing else
    public String open(User user) {
        return onRecord("session.open", user, () -> sessions.open(user));
    }

    /// Ends a session.
    ///
    /// @return whether it held until now
    public boolean close(String id) {
        Optional<User> user = sessions.user(id);
        user.ifPresent(whose -> onRecord("session.close", whose, () -> {
            sessions.close(id);
            return whose;
        }));
        return user.isPresent();
    }

    /// Ends all sessions of somebody.
    public void closeAllOf(User user) {
        onRecord("session.close.all", user, () -> {
            sessions.closeAllOf(user);
            return user;
        });
    }

    /// The sessions of somebody whom one of an organization's own providers vouched for.
    ///
    /// @param organization its token
    public List<Known> of(String organization, String mail) {
        return users(organization, mail)
                .flatMap(user -> sessions.of(user).stream())
                .map(session -> new Known(
                        session.provider(),
                        Instant.ofEpochSecond(session.begunSeconds()),
                        Instant.ofEpochSecond(session.usedSeconds())))
                .toList();
    }

    /// What may be told of a session: nothing that it could be used with.
    ///
    /// @param used when it last was, but for a minute
    public record Known(String provider, Instant begun, Instant used) {}

    /// Ends what [#of] lists.
    public void closeAll(String organization, String mail) {
        users(organization, mail).filter(user -> !sessions.of(user).isEmpty()).forEach(this::closeAllOf);
    }

    private Stream<User> users(String organization, String mail) {
        return User.mail(mail).stream()
                .flatMap(address -> providers.all().stream()
                        .filter(provider -> provider.organization().equals(organization))
                        .map(provider -> new User(provider.name(), provider.issuer(), address, Set.of())));
    }

    /// The organization whose provider that is; the operator's for one that is not listed, or is of none.
    public Organization organization(String provider) {
        return providers
                .named(provider)
                .flatMap(known -> ofToken(known.organization()))
                .or(() -> ofToken(Founding.ORGANIZATION))
                .orElseThrow(() -> new IllegalStateException("nothing is founded"));
    }

    /// None for a deleted one's: the next one of its name is another one.
    private Optional<Organization> ofToken(String token) {
        return organizations
                .tenant(token.replaceFirst("~.*", ""))
                .map(Organizations.Tenant::organization)
                .filter(found -> found.token().equals(token));
    }

    private <T> T onRecord(String kind, User user, Supplier<T> act) {
        Organization organization = organization(user.provider());
        Label target = Label.of(Component.TRUE, Component.of(organization.principal()));
        var deed = new Deed(kind, user.mail(), target, Map.of("provider", user.provider()));
        if (Task.isBound()) {
            return witness.witness(deed, act);
        }
        Component himself = Component.of(organization.user(user.mail()));
        return new Task(Label.PUBLIC, Label.PUBLIC, Privilege.mintTcb(Component.TRUE, himself))
                .run(() -> witness.witness(deed, act));
    }
}
