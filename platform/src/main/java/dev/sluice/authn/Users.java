package dev.sluice.authn;

import dev.sluice.label.Component;
import dev.sluice.org.Founding;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Subjects;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who stands behind a session, in the organization that a request is about. A user is nobody by himself: he is a
/// member of each organization whose policies name him, if one of the providers that it lists vouched for him. Every
/// organization lists the operator's; its own speak for nobody elsewhere, and for groups at home only.
///
/// Whom a global policy of the operator's organization names may come in everywhere, as its member. Thread-safe.
public final class Users {
    private final Sessions sessions;
    private final IdentityProviders providers;
    private final Organizations organizations;
    private final Lending lending = new Lending();

    public Users(Sessions sessions, IdentityProviders providers, Organizations organizations) {
        this.sessions = sessions;
        this.providers = providers;
        this.organizations = organizations;
    }

    /// @param id of a session, as its cookie holds it
    /// @param organization what the request is about; a user belongs to none by himself, so it must be said
    public Caller caller(String id, Optional<String> organization) {
        Optional<Sessions.Open> open = sessions.find(id);
        Optional<IdentityProvider> provider = open.flatMap(this::provider);
        if (provider.isEmpty()) {
            return Caller.Rejected.UNAUTHENTICATED;
        }
        Sessions.Open session = open.orElseThrow();
        return organization
                .flatMap(organizations::tenant)
                .flatMap(requested -> identity(session, provider.get(), requested)
                        .<Caller>map(who -> new Caller.Known(lending, who, requested.organization())))
                .orElseGet(() -> new Caller.Rejected(Caller.Reason.FORBIDDEN, payer(session)));
    }

    /// He is of no organization, and pays for himself.
    private static String payer(Sessions.Open open) {
        return open.session().provider() + " " + open.session().mail();
    }

    /// Who is logged in by that id, whichever organization he means.
    public Optional<User> user(String id) {
        return sessions.find(id)
                .filter(open -> provider(open).isPresent())
                .map(open -> open.session().user());
    }

    /// Who can vouch for users of an organization; for one that there is not, the operator's providers.
    ///
    /// @param organization its name
    public List<IdentityProviders.Choice> choices(String organization) {
        return providers.serving(organizations
                .tenant(organization)
                .map(found -> found.organization().token())
                .orElse(""));
    }

    /// The provider that vouched, as long as the operator lists it as it was.
    private Optional<IdentityProvider> provider(Sessions.Open open) {
        return providers
                .named(open.session().provider())
                .filter(now -> now.issuer().equals(open.session().issuer()));
    }

    private Optional<Identity> identity(Sessions.Open open, IdentityProvider provider, Organizations.Tenant requested) {
        String mail = open.session().mail();
        boolean isOwn = provider.organization().equals(requested.organization().token());
        boolean isOperators = provider.organization().equals(Founding.ORGANIZATION);
        if (isOwn || isOperators) {
            Set<String> groups = isOwn ? open.session().groups() : Set.of();
            Subjects subjects = Subjects.ofUser(mail, List.copyOf(groups));
            if (requested.policies().names(subjects)) {
                return Optional.of(identity(open, requested, subjects, groups));
            }
        }
        if (isOwn || !isOperators) {
            return Optional.empty();
        }
        Subjects subjects = Subjects.ofUser(mail, List.of());
        return organizations
                .tenant(Founding.ORGANIZATION)
                .filter(home -> home.policies().admits(subjects, requested.organization()))
                .map(home -> identity(open, home, subjects, Set.of()));
    }

    private static Identity identity(
            Sessions.Open open, Organizations.Tenant home, Subjects subjects, Set<String> groups) {
        Organization organization = home.organization();
        Component component = Component.of(organization.user(open.session().mail()));
        for (String group : groups) {
            component = component.and(Component.of(organization.group(group)));
        }
        return new Identity(
                home,
                open.session().mail(),
                subjects,
                component,
                open.digest().hex(),
                open.session().end(),
                Optional.of(open.session().user()));
    }
}
