package dev.sluice.org;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Deed;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// Organizations, their service accounts and policies, as files of the labeled file system.
///
/// Reading is for `authn`, which asks before there is any caller: it acts as a task of its own that may read
/// everything and write nothing, and is answered from memory until something is written here. Writing acts as
/// [Task#current], which must hold what the file's label asks for, and is in force when the method returns.
///
/// Thread-safe. One process writes: another one's changes are not seen.
public final class Organizations {
    private static final int CACHED_ORGANIZATIONS_MAX = 10_000;
    private static final int CACHED_ACCOUNTS_MAX = 100_000;
    private static final int CHANGE_TRIES = 8;
    private static final Pattern ORGANIZATION = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern ACCOUNT = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final LabeledFs fs;
    private final Witness witness;
    private final Cache<String, Optional<Tenant>> tenants =
            Caffeine.newBuilder().maximumSize(CACHED_ORGANIZATIONS_MAX).build();
    private final Cache<AccountName, Optional<Account>> accounts =
            Caffeine.newBuilder().maximumSize(CACHED_ACCOUNTS_MAX).build();

    /// @param witness is told of each change
    public Organizations(LabeledFs fs, Witness witness) {
        this.fs = fs;
        this.witness = witness;
    }

    /// An organization with what its policies allow. A later change of either makes another object.
    public record Tenant(Organization organization, Policies policies) {}

    /// A service account that can prove who it is. Other keys, and an account made anew, have another `keyVersion`.
    public record Account(Principal principal, String name, List<AccountKey> keys, String keyVersion) {
        public Account {
            keys = List.copyOf(keys);
        }
    }

    /// @param id how tokens name it
    /// @param end from then on it proves nothing
    public record AccountKey(String id, PublicKey key, Instant end) {}

    private record AccountName(String organization, String name) {}

    public Optional<Tenant> tenant(String name) {
        if (!ORGANIZATION.matcher(name).matches()) {
            return Optional.empty();
        }
        return tenants.get(name, n -> reader().run(() -> loadTenant(n)));
    }

    /// All organizations. Reads them from the store.
    public List<Organization> all() {
        return reader().run(() -> {
            List<Organization> all = new ArrayList<>();
            for (Label facet : fs.facets(OrgPaths.REGISTRY, Label.TOP)) {
                content(OrgPaths.REGISTRY.facet(facet).child(OrgPaths.ENTRY))
                        .map(file -> JSON.readValue(file.bytes().readOnlyArray(), Organization.class))
                        .ifPresent(all::add);
            }
            return all;
        });
    }

    /// The service account `name` of an organization, if it is there and one of its keys can be used.
    public Optional<Account> account(Organization organization, String name) {
        if (!ACCOUNT.matcher(name).matches()) {
            return Optional.empty();
        }
        var key = new AccountName(organization.name(), name);
        return accounts.get(key, _ -> reader().run(() -> loadAccount(organization, name)));
    }

    /// @throws Refused `EXISTS`, `DENIED`
    public void register(Organization organization) {
        FsPath path = OrgPaths.registry(organization.principal());
        Label label = OrgPaths.registryLabel(organization.principal());
        var deed = new Deed("organization.create", organization.name(), label, Map.of("token", organization.token()));
        Privilege with = integrity(Component.FALSE);
        witness.witness(deed, () -> fs.create(path, Kind.FILE, label, encode(organization), with));
        tenants.invalidate(organization.name());
    }

    /// Makes the directories that [#put] needs, where they are missing.
    ///
    /// @throws Refused `DENIED`
    public void prepare(Organization organization) {
        Principal principal = organization.principal();
        Privilege with = integrity(OrgPaths.iamLabel(principal).integrity());
        for (String kind : List.of(OrgPaths.ACCOUNTS, OrgPaths.POLICIES)) {
            FsPath path = OrgPaths.directory(principal, kind);
            if (fs.find(path).isEmpty()) {
                fs.createDirectory(path, OrgPaths.iamLabel(principal), with);
            }
        }
    }

    /// Creates or replaces a service account.
    ///
    /// @throws Refused `INVALID` for a name or keys that cannot be used, `EXISTS` for a key that is there twice,
    ///     `DENIED`
    public void put(Organization organization, ServiceAccount account) {
        if (!ACCOUNT.matcher(account.name()).matches()) {
            throw new Refused(Refusal.INVALID, "a service account needs a name of letters, digits, and -_.");
        }
        account.requireKeys();
        write(organization, OrgPaths.ACCOUNTS, account.name(), AccountFile.print(account), 0);
        accounts.invalidate(new AccountName(organization.name(), account.name()));
    }

    /// Changes what a service account has: its keys, say. All that was given in its name is worth nothing from now on.
    /// What somebody else changes meanwhile is not lost: then `change` is asked once more.
    ///
    /// @return the account as it is now
    /// @throws Refused `NOT_FOUND`, `CONFLICT`, `DENIED`, and what `change` throws
    public ServiceAccount change(Organization organization, String name, UnaryOperator<ServiceAccount> change) {
        if (!ACCOUNT.matcher(name).matches()) {
            throw new Refused(Refusal.NOT_FOUND, "no such service account");
        }
        FsPath path = accountPath(organization, name);
        for (int left = CHANGE_TRIES; ; left--) {
            LabeledFs.Content found = fs.read(path, Kind.FILE);
            ServiceAccount changed = change.apply(AccountFile.parse(found.bytes()));
            try {
                changed.requireKeys();
                write(organization, OrgPaths.ACCOUNTS, name, AccountFile.print(changed), found.version());
                accounts.invalidate(new AccountName(organization.name(), name));
                return changed;
            } catch (Refused raced) {
                if (raced.refusal() != Refusal.CONFLICT || left == 0) {
                    throw raced;
                }
            }
        }
    }

    /// Writes a service account anew, unchanged: it gets another `keyVersion`, so what was given in its name before
    /// is worth nothing from now on.
    ///
    /// @throws Refused `NOT_FOUND`, `DENIED`
    public void renew(Organization organization, String name) {
        change(organization, name, unchanged -> unchanged);
    }

    /// Removes a service account. Its tokens are worth nothing from now on.
    ///
    /// @throws Refused `NOT_FOUND`, `DENIED`
    public void removeAccount(Organization organization, String name) {
        Label label = OrgPaths.iamLabel(organization.principal());
        FsPath directory = OrgPaths.directory(organization.principal(), OrgPaths.ACCOUNTS);
        Privilege with = integrity(label.integrity());
        witness.witness(new Deed(OrgPaths.ACCOUNTS + ".delete", name, label, Map.of()), () -> {
            fs.unlink(directory.child(name), with);
            return name;
        });
        accounts.invalidate(new AccountName(organization.name(), name));
    }

    /// Creates or replaces a policy.
    ///
    /// @throws Refused `DENIED`
    public void put(Organization organization, Policy policy) {
        write(organization, OrgPaths.POLICIES, policy.name(), encode(policy), 0);
        tenants.invalidate(organization.name());
    }

    /// @param expectedVersion 0 for whatever is there, or nothing
    private void write(Organization organization, String kind, String name, Bytes content, long expectedVersion) {
        Label label = OrgPaths.iamLabel(organization.principal());
        Privilege with = integrity(label.integrity());
        FsPath path = OrgPaths.directory(organization.principal(), kind).child(name);
        Map<String, String> details = Map.of("content", content.utf8());
        witness.witness(new Deed(kind + ".put", name, label, details), () -> {
            if (expectedVersion != 0 || fs.find(path).isPresent()) {
                fs.write(path, Kind.FILE, content, expectedVersion, with);
            } else {
                fs.create(path, Kind.FILE, label, content, with);
            }
            return path;
        });
    }

    private Optional<Tenant> loadTenant(String name) {
        return content(OrgPaths.registry(Principal.of(name)))
                .map(file -> JSON.readValue(file.bytes().readOnlyArray(), Organization.class))
                .map(organization -> new Tenant(organization, new Policies(name, policies(organization))));
    }

    private List<Policy> policies(Organization organization) {
        FsPath directory = OrgPaths.directory(organization.principal(), OrgPaths.POLICIES);
        var policies = new ArrayList<Policy>();
        List<Entry> page = fs.list(directory, "", LabeledFs.LIST_ENTRIES_MAX);
        while (!page.isEmpty()) {
            for (Entry entry : page) {
                content(directory.child(entry.name()))
                        .map(file -> JSON.readValue(file.bytes().readOnlyArray(), Policy.class))
                        .ifPresent(policies::add);
            }
            page = fs.list(directory, page.getLast().name(), LabeledFs.LIST_ENTRIES_MAX);
        }
        return policies;
    }

    private Optional<Account> loadAccount(Organization organization, String name) {
        return content(accountPath(organization, name))
                .map(file -> new Account(
                        organization.serviceAccount(name),
                        name,
                        AccountFile.parse(file.bytes()).keys().stream()
                                .flatMap(key -> usable(key).stream())
                                .toList(),
                        file.id() + ":" + file.version()))
                .filter(account -> !account.keys().isEmpty());
    }

    private static Optional<AccountKey> usable(ServiceAccount.Key stored) {
        Instant end = stored.expiresSeconds() == ServiceAccount.NEVER
                ? Instant.MAX
                : Instant.ofEpochSecond(Math.min(stored.expiresSeconds(), ServiceAccount.EXPIRES_SECONDS_MAX));
        return PublicKeyText.parse(stored.publicKey()).map(key -> new AccountKey(stored.id(), key, end));
    }

    private static FsPath accountPath(Organization organization, String name) {
        return OrgPaths.directory(organization.principal(), OrgPaths.ACCOUNTS).child(name);
    }

    private Optional<LabeledFs.Content> content(FsPath path) {
        try {
            return Optional.of(fs.read(path, Kind.FILE));
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    private static Task reader() {
        return new Task(Label.PUBLIC, Label.TOP, Privilege.NONE);
    }

    private static Privilege integrity(Component with) {
        return Task.current().exercise(Component.TRUE, with);
    }

    private static Bytes encode(Object entity) {
        return Bytes.takeOver(JSON.writeValueAsBytes(entity));
    }
}
