package dev.sluice.authn;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchResultListener;
import com.unboundid.ldap.sdk.SearchResultReference;
import com.unboundid.ldap.sdk.SearchScope;
import dev.sluice.authn.LoginRefused.Why;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/// Asks a directory whether somebody is who he says, by binding with his password, and for his address and groups.
///
/// What users type goes into names and filters as values only, never as their text. One connection for each login,
/// of which there is a bounded number, for a bounded time. Thread-safe.
final class LdapClient {
    static final int LOGINS_MAX = 16;

    /// What a search asks for when no attribute is wanted.
    private static final String NO_ATTRIBUTES = SearchRequest.NO_ATTRIBUTES;

    private final LdapProvider provider;
    private final LdapTransport transport;
    private final Duration patience;
    private final Semaphore free = new Semaphore(LOGINS_MAX);

    /// @param patience for a whole login
    LdapClient(LdapProvider provider, Duration patience) {
        this.provider = provider;
        this.transport = new LdapTransport(provider, patience);
        this.patience = patience;
    }

    /// Whoever has this account and knows its password.
    ///
    /// @param isGuess set once the directory is asked about the password, until it says that it is right: whatever
    ///     else comes of that tells something about it
    User user(Credentials shown, AtomicBoolean isGuess) throws LoginRefused {
        if (!free.tryAcquire()) {
            throw new LoginRefused(Why.UNREACHABLE);
        }
        LDAPConnection connection = transport.unconnected();
        var asking = new FutureTask<>(() -> {
            try {
                transport.connect(connection);
                return ask(connection, shown, isGuess);
            } finally {
                connection.close();
                free.release();
            }
        });
        Thread.ofVirtual().name("ldap").start(asking);
        try {
            return asking.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof LoginRefused refused
                    ? new LoginRefused(refused.why(), failed)
                    : new LoginRefused(Why.UNREACHABLE, failed);
        } catch (TimeoutException late) {
            throw new LoginRefused(Why.UNREACHABLE, late);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new LoginRefused(Why.UNREACHABLE, stopped);
        } finally {
            connection.close(); // ends what it still waits for
        }
    }

    private User ask(LDAPConnection connection, Credentials shown, AtomicBoolean isGuess)
            throws LDAPException, LoginRefused {
        SearchResultEntry entry = provider.account().isPresent()
                ? found(connection, provider.account().get(), shown, isGuess)
                : own(connection, shown, isGuess);
        String[] addresses = entry.getAttributeValues(provider.mailAttribute());
        Optional<String> mail = addresses != null && addresses.length == 1 ? User.mail(addresses[0]) : Optional.empty();
        return new User(
                provider.name(),
                provider.issuer(),
                mail.orElseThrow(() -> new LoginRefused(Why.NO_ADDRESS)),
                groups(connection, entry));
    }

    /// Looks the account up and tries the password. An account that there is not costs as much.
    private SearchResultEntry found(
            LDAPConnection connection, LdapProvider.Account reader, Credentials shown, AtomicBoolean isGuess)
            throws LDAPException, LoginRefused {
        connection.bind(reader.dn().toString(), reader.password());
        List<SearchResultEntry> entries =
                search(connection, provider.userBase(), SearchScope.SUB, isUser(shown.account()), 1, attributes());
        DN dn = entries.size() == 1
                ? entries.getFirst().getParsedDN()
                : new DN(new RDN("cn", UUID.randomUUID().toString()), provider.userBase());
        if (!isPassword(connection, dn, shown.password(), isGuess) || entries.size() != 1) {
            throw new LoginRefused(Why.WRONG);
        }
        connection.bind(reader.dn().toString(), reader.password());
        return entries.getFirst();
    }

    /// Lets the account read its own entry.
    private SearchResultEntry own(LDAPConnection connection, Credentials shown, AtomicBoolean isGuess)
            throws LDAPException, LoginRefused {
        var dn = new DN(new RDN(provider.userAttribute(), shown.account()), provider.userBase());
        if (!isPassword(connection, dn, shown.password(), isGuess)) {
            throw new LoginRefused(Why.WRONG);
        }
        return search(connection, dn, SearchScope.BASE, isUser(shown.account()), 1, attributes()).stream()
                .findFirst()
                .orElseThrow(() -> new LoginRefused(Why.WRONG));
    }

    private Filter isUser(String account) {
        Filter named = Filter.createEqualityFilter(provider.userAttribute(), account);
        return provider.userFilter()
                .map(also -> Filter.createANDFilter(named, also))
                .orElse(named);
    }

    private String[] attributes() {
        var names = new ArrayList<String>();
        names.add(provider.mailAttribute());
        provider.groups().flatMap(LdapProvider.Groups::memberOfAttribute).ifPresent(names::add);
        return names.toArray(String[]::new);
    }

    private static boolean isPassword(LDAPConnection connection, DN dn, String password, AtomicBoolean isGuess)
            throws LDAPException {
        isGuess.set(true);
        try {
            boolean isRight =
                    connection.bind(dn.toString(), password).getResultCode().equals(ResultCode.SUCCESS);
            isGuess.set(!isRight);
            return isRight;
        } catch (LDAPException refused) {
            if (!refused.getResultCode().isConnectionUsable()) {
                throw refused;
            }
            return false;
        }
    }

    /// Those that a policy can name.
    private Set<String> groups(LDAPConnection connection, SearchResultEntry entry) throws LDAPException, LoginRefused {
        if (provider.groups().isEmpty()) {
            return Set.of();
        }
        LdapProvider.Groups groups = provider.groups().get();
        var names = new LinkedHashSet<String>();
        for (DN group : groups.memberOfAttribute().isPresent()
                ? told(entry, groups.memberOfAttribute().get())
                : searched(connection, groups, entry)) {
            RDN named = group.getRDN();
            if (named != null
                    && !named.isMultiValued()
                    && named.hasAttribute(groups.nameAttribute())
                    && groups.base().equals(group.getParent())) {
                names.add(named.getAttributeValues()[0]);
            }
        }
        names.removeIf(name -> !User.isGroup(name));
        if (names.size() > User.GROUPS_MAX) {
            throw new LoginRefused(Why.NOT_PROVEN);
        }
        return names;
    }

    private static List<DN> told(SearchResultEntry entry, String attribute) throws LDAPException {
        var groups = new ArrayList<DN>();
        String[] values = entry.getAttributeValues(attribute);
        for (String value : values == null ? new String[0] : values) {
            groups.add(new DN(value));
        }
        return groups;
    }

    private static List<DN> searched(LDAPConnection connection, LdapProvider.Groups groups, SearchResultEntry entry)
            throws LDAPException {
        Filter isMember = Filter.createEqualityFilter(groups.memberAttribute(), entry.getDN());
        var found = new ArrayList<DN>();
        for (SearchResultEntry group :
                search(connection, groups.base(), SearchScope.ONE, isMember, User.GROUPS_MAX, NO_ATTRIBUTES)) {
            found.add(group.getParsedDN());
        }
        return found;
    }

    /// What a search finds, but for references to other servers, which are not followed.
    ///
    /// @param max beyond which one more is returned and nothing else
    private static List<SearchResultEntry> search(
            LDAPConnection connection, DN base, SearchScope scope, Filter filter, int max, String... attributes)
            throws LDAPException {
        var found = new Found(max + 1);
        var request = new SearchRequest(found, base.toString(), scope, filter, attributes);
        request.setSizeLimit(max + 1);
        try {
            connection.search(request);
        } catch (LDAPSearchException refused) {
            if (!refused.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)) {
                throw refused;
            }
        }
        return found.entries;
    }

    /// Takes a few entries, whatever a server sends.
    private static final class Found implements SearchResultListener {
        private static final long serialVersionUID = 1;

        private final transient List<SearchResultEntry> entries = new ArrayList<>();
        private final int max;

        Found(int max) {
            this.max = max;
        }

        @Override
        public void searchEntryReturned(SearchResultEntry entry) {
            if (entries.size() < max) {
                entries.add(entry);
            }
        }

        @Override
        public void searchReferenceReturned(SearchResultReference reference) {
            // It leads to a server that nobody vouches for.
        }
    }
}
