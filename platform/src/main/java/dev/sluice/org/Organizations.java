package dev.sluice.org;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.kernel.Witness;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import java.security.PublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// Organizations, their service accounts and policies, as files of the labeled file system.
///
/// Reading is for `authn`, which asks before there is any caller: it acts as a task of its own that may read
/// everything and write nothing, and is answered from memory until something is written here. Writing acts as
/// [Task#current], which must hold what the file's label asks for, and is in force when the method returns; only
/// [#create] and [#delete] act as root, in a task that does their one write.
///
/// Thread-safe. One process writes: another one's changes are not seen.
public final class Organizations {
    public static final int NAME_CHARS_MAX = 64;

    /// All organizations that are in memory, and their policies.
    private static final int CACHED_ORGANIZATIONS_AND_POLICIES_MAX = 250_000;

    private static final int CACHED_ACCOUNTS_MAX = 100_000;
    private static final Pattern ORGANIZATION = Pattern.compile("[A-Za-z0-9_-]{1," + NAME_CHARS_MAX + "}");
    private static final Pattern ACCOUNT = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Registry registry;
    private final Ending ending;
    private final Records<ServiceAccount> serviceAccounts;
    private final Records<Policy> policies;
    private final Records<Role> roles;
    private final Cache<String, Optional<Tenant>> tenants = Caffeine.newBuilder()
            .maximumWeight(CACHED_ORGANIZATIONS_AND_POLICIES_MAX)
            .weigher((String _, Optional<Tenant> tenant) ->
                    1 + tenant.map(known -> known.policies().all().size()).orElse(0))
            .build();
    private final Cache<AccountName, Optional<Account>> accounts =
            Caffeine.newBuilder().maximumSize(CACHED_ACCOUNTS_MAX).build();

    /// @param witness is told of each change
    public Organizations(LabeledFs fs, Witness witness) {
        this.registry = new Registry(fs, witness);
        this.ending = new Ending(fs);
        this.serviceAccounts = new Records<>(
                fs,
                witness,
                new Records.Form<>(OrgPaths.ACCOUNTS, AccountFile::parse, AccountFile::print),
                (organization, name) -> accounts.invalidate(new AccountName(organization.token(), name)));
        this.policies = new Records<>(fs, witness, form(OrgPaths.POLICIES, Policy.class), (of, _) -> forget(of));
        this.roles = new Records<>(fs, witness, form(OrgPaths.ROLES, Role.class), (of, _) -> forget(of));
    }

    private void forget(Organization organization) {
        tenants.invalidate(organization.name());
    }

    private static <T> Records.Form<T> form(String kind, Class<T> type) {
        return new Records.Form<>(
                kind,
                stored -> JSON.readValue(stored.readOnlyArray(), type),
                value -> Bytes.takeOver(JSON.writeValueAsBytes(value)));
    }

    /// An organization with what its policies allow. A later change of either makes another object.
    public record Tenant(Organization organization, Policies policies) {}

    /// A service account that can prove who it is.
    public record Account(Principal principal, String name, List<AccountKey> keys) {
        public Account {
            keys = List.copyOf(keys);
        }
    }

    /// @param id how tokens name it
    /// @param end from then on it proves nothing
    /// @param epoch what was given to who proved this key is worth nothing once no key of the account has it
    public record AccountKey(String id, PublicKey key, Instant end, String epoch) {}

    /// @param organization its token: an account of a deleted organization is none of the next one of that name
    private record AccountName(String organization, String name) {}

    public Optional<Tenant> tenant(String name) {
        if (!ORGANIZATION.matcher(name).matches()) {
            return Optional.empty();
        }
        return tenants.get(name, n -> reading(() -> registry.find(n).map(this::tenant)));
    }

    private Tenant tenant(Organization organization) {
        var known = new Roles(roles.list(organization));
        return new Tenant(organization, new Policies(organization.token(), policies.list(organization), known));
    }

    /// All organizations. Reads them from the store.
    public List<Organization> all() {
        return reading(registry::all);
    }

    /// The service account `name` of an organization, if it is there and one of its keys can be used.
    public Optional<Account> account(Organization organization, String name) {
        if (!ACCOUNT.matcher(name).matches()) {
            return Optional.empty();
        }
        return accounts.get(
                new AccountName(organization.token(), name), _ -> reading(() -> loadAccount(organization, name)));
    }

    private Optional<Account> loadAccount(Organization organization, String name) {
        return serviceAccounts
                .stored(organization, name)
                .map(stored -> new Account(
                        organization.serviceAccount(name),
                        name,
                        stored.value().keys().stream()
                                .flatMap(key -> usable(key, epoch(stored, key)).stream())
                                .toList()))
                .filter(account -> !account.keys().isEmpty());
    }

    private static String epoch(Records.Stored<ServiceAccount> account, ServiceAccount.Key key) {
        return account.id() + ":" + account.value().epoch() + ":" + key.id() + ":" + key.createdSeconds();
    }

    private static Optional<AccountKey> usable(ServiceAccount.Key stored, String epoch) {
        Instant end = stored.expiresSeconds() == ServiceAccount.NEVER
                ? Instant.MAX
                : Instant.ofEpochSecond(Math.min(stored.expiresSeconds(), ServiceAccount.EXPIRES_SECONDS_MAX));
        return PublicKeyText.parse(stored.publicKey()).map(key -> new AccountKey(stored.id(), key, end, epoch));
    }

    /// The records of service accounts, to read: only this class looks at names and keys when it writes them.
    public Records<ServiceAccount> serviceAccounts() {
        return serviceAccounts;
    }

    /// The records of policies, for whoever manages them.
    public Records<Policy> policies() {
        return policies;
    }

    /// The records of roles, for whoever manages them.
    public Records<Role> roles() {
        return roles;
    }

    /// Creates an organization, empty. Acts as root.
    ///
    /// @param by who wants it, for the record
    /// @throws Refused `EXISTS`, `INVALID`, `QUOTA` if the name was deleted too often
    public Organization create(String name, InstantSource clock, Component by) {
        if (!ORGANIZATION.matcher(name).matches()) {
            throw new Refused(
                    Refusal.INVALID, "an organization's name is 1 to 64 letters, digits, underscores and dashes");
        }
        String token = reading(() -> registry.freeToken(name));
        long now = clock.instant().getEpochSecond();
        var organization = new Organization(UUID.randomUUID().toString(), name, token, now);
        asRoot(() -> add(organization, Map.of("token", token, "by", by.toString())));
        return organization;
    }

    /// Ends an organization: nobody is of it from now on, and its principal is never issued again. What it has stored
    /// is out of everybody's reach, and [Departed] until it is removed. Acts as root.
    ///
    /// @param by who wants it, for the record
    /// @throws Refused `NOT_FOUND`, `CONFLICT` if somebody else deletes it too; `INVALID` for the operator's own
    public void delete(Organization organization, InstantSource clock, Component by) {
        end(organization, true, clock, by);
    }

    /// As [#delete], unless it has something: that is returned, for people, as how many objects where.
    public List<String> deleteIfEmpty(Organization organization, InstantSource clock, Component by) {
        return end(organization, false, clock, by);
    }

    private List<String> end(Organization organization, boolean isCascade, InstantSource clock, Component by) {
        Runnable end = () -> registry.end(organization, clock.instant().getEpochSecond(), Map.of("by", by.toString()));
        try {
            return ending.end(organization, isCascade, () -> asRoot(end));
        } finally {
            forget(organization);
            accounts.asMap().keySet().removeIf(of -> of.organization().equals(organization.token()));
        }
    }

    /// Creates an organization whose token is known. Acts as [Task#current].
    ///
    /// @throws Refused `EXISTS`, `DENIED`
    public void register(Organization organization) {
        add(organization, Map.of("token", organization.token()));
    }

    private void add(Organization organization, Map<String, String> details) {
        try {
            registry.add(organization, details);
        } finally {
            tenants.invalidate(organization.name());
        }
    }

    /// Makes the directories that records stand in, where they are missing.
    ///
    /// @throws Refused `DENIED`
    public void prepare(Organization organization) {
        serviceAccounts.prepare(organization);
        policies.prepare(organization);
        roles.prepare(organization);
    }

    /// Creates a service account.
    ///
    /// @throws Refused `EXISTS`, also for a key that is there twice; `INVALID` for a name or keys that cannot be
    ///     used, `DENIED`, `QUOTA`
    public void create(Organization organization, ServiceAccount account) {
        requireUsable(account);
        serviceAccounts.create(organization, account.name(), account);
    }

    /// Creates or replaces a service account.
    ///
    /// @throws Refused `INVALID` for a name or keys that cannot be used, `EXISTS` for a key twice, `DENIED`
    public void put(Organization organization, ServiceAccount account) {
        requireUsable(account);
        serviceAccounts.put(organization, account.name(), account);
    }

    private static void requireUsable(ServiceAccount account) {
        if (!ACCOUNT.matcher(account.name()).matches()) {
            throw new Refused(Refusal.INVALID, "a service account needs a name of letters, digits, and -_.");
        }
        account.requireKeys();
    }

    /// Changes what a service account has: its keys, say.
    ///
    /// @return the account as it is now
    /// @throws Refused as [Records#update], and what `change` throws
    public ServiceAccount change(Organization organization, String name, UnaryOperator<ServiceAccount> change) {
        if (!ACCOUNT.matcher(name).matches()) {
            throw new Refused(Refusal.NOT_FOUND, "no such service account");
        }
        return serviceAccounts.update(organization, name, account -> {
            ServiceAccount changed = change.apply(account);
            changed.requireKeys();
            return changed;
        });
    }

    /// Ends all that was given in the name of a service account.
    ///
    /// @throws Refused `NOT_FOUND`, `DENIED`
    public void renew(Organization organization, String name) {
        change(organization, name, ServiceAccount::renewed);
    }

    /// Removes a service account. Its tokens are worth nothing from now on.
    ///
    /// @throws Refused `NOT_FOUND`, `DENIED`
    public void removeAccount(Organization organization, String name) {
        serviceAccounts.remove(organization, name);
    }

    /// Creates or replaces a policy.
    ///
    /// @throws Refused `DENIED`
    public void put(Organization organization, Policy policy) {
        policies.put(organization, policy.name(), policy);
    }

    private static <T> T reading(Supplier<T> body) {
        return new Task(Label.PUBLIC, Label.TOP, Privilege.NONE).run(body::get);
    }

    private static void asRoot(Runnable body) {
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.TRUE, Component.FALSE)).run(() -> {
            body.run();
            return body;
        });
    }
}
