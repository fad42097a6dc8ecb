package dev.sluice.secret;

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
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import tools.jackson.databind.json.JsonMapper;

/// The secrets of organizations, and their service instances and logins at registries, which are kept in the same way.
/// Each is a file in a facet of its own (design/labels.md section 3), sealed with its organization's key. Acts as
/// [Task#current]: reading one taints with its label.
///
/// Thread-safe. One process writes.
public final class Secrets {
    /// Of one organization. A list has all that may be seen in memory.
    public static final int SECRETS_MAX = 500;

    /// Of one version, sealed.
    public static final int CONTENT_BYTES_MAX = 32 << 10;

    /// The oldest are forgotten.
    public static final int VERSIONS_MAX = 10;

    private static final int STRIPES = 64;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final LabeledFs fs;
    private final DataKeys keys;
    private final Witness witness;
    private final SecureRandom random;
    private final Sort sort;
    private final Map<Sort, Secrets> others;
    private final List<ReentrantLock> changing =
            Stream.generate(ReentrantLock::new).limit(STRIPES).toList();

    /// @param witness is told of each change
    public Secrets(LabeledFs fs, DataKeys keys, Witness witness, SecureRandom random) {
        this(
                fs,
                keys,
                witness,
                random,
                Sort.SECRET,
                Stream.of(Sort.SERVICE_INSTANCE, Sort.REGISTRY)
                        .collect(Collectors.toUnmodifiableMap(
                                sort -> sort, sort -> new Secrets(fs, keys, witness, random, sort, Map.of()))));
    }

    private Secrets(
            LabeledFs fs, DataKeys keys, Witness witness, SecureRandom random, Sort sort, Map<Sort, Secrets> others) {
        this.fs = fs;
        this.keys = keys;
        this.witness = witness;
        this.random = random;
        this.sort = sort;
        this.others = others;
    }

    /// The service instances of the same organizations, each a [ServiceInstance] in a secret: under
    /// `acme/serviceinstance` where these are under `acme/secret`.
    public Secrets serviceInstances() {
        return Objects.requireNonNull(others.get(Sort.SERVICE_INSTANCE));
    }

    /// The logins of the same organizations at registries: under `acme/registry`, of the newest version only.
    public Secrets registries() {
        return Objects.requireNonNull(others.get(Sort.REGISTRY));
    }

    /// `acme/secret/NAME,acme/secret`: what a secret is labeled with, whether or not there is one.
    public static Label label(Principal organization, String name) {
        return Sort.SECRET.label(organization, name);
    }

    /// A secret as it is now. Taints with [#label].
    ///
    /// @throws Refused `NOT_FOUND`; `DENIED` above the clearance, whether or not there is one; `UNAVAILABLE` if
    ///     what is stored does not open
    public Secret read(Principal organization, String name) {
        SecretFile file = SecretFile.decode(content(organization, name).bytes());
        return open(organization, name, file, file.newest());
    }

    /// As [#read], of an older version.
    ///
    /// @throws Refused as [#read]; `NOT_FOUND` for a version that is not kept any more or not there yet
    public Secret readVersion(Principal organization, String name, long version) {
        SecretFile file = SecretFile.decode(content(organization, name).bytes());
        return open(organization, name, file, file.at(version).orElseThrow(Refused::notFound));
    }

    /// All that are `wanted` by name, as they are now. Taints with those, and with `acme/secret`.
    public List<Secret> list(Principal organization, Predicate<String> wanted) {
        List<Secret> all = new ArrayList<>();
        for (String name : names(organization)) {
            if (wanted.test(name)) {
                readIfThere(organization, name).ifPresent(all::add);
            }
        }
        return all;
    }

    /// Makes a secret. Taints with `acme/secret`.
    ///
    /// @throws Refused `EXISTS`, `QUOTA`, `TOO_LARGE`, `DENIED`
    public Secret create(Principal organization, String name, Secret.Content content) {
        return create(organization, name, content, Component.TRUE);
    }

    /// As above, of what the task may have read of others.
    ///
    /// @param released what of that its author lets the readers of this one know
    /// @throws Refused as above; `DENIED` also for what he was not lent
    public Secret create(Principal organization, String name, Secret.Content content, Component released) {
        Privilege writing = writing(organization, released);
        return alone(organization, () -> {
            FsPath path = sort.path(organization, name);
            if (fs.find(path).isPresent()) {
                enlist(organization, name, writing);
                throw new Refused(Refusal.EXISTS, "the name is taken");
            }
            if (names(organization).size() >= SECRETS_MAX) {
                throw new Refused(
                        Refusal.QUOTA,
                        "your organization has " + SECRETS_MAX + " " + sort.said() + "s, and may have no more");
            }
            var secret = new Secret(UUID.randomUUID().toString(), name, 1, content);
            var file = new SecretFile(secret.id(), List.of(seal(organization, keys.make(token(organization)), secret)));
            Label label = sort.label(organization, name);
            return witness.witness(deed("create", organization, secret), () -> {
                fs.create(path, Kind.FILE, label, file.encode(), writing);
                enlist(organization, name, writing);
                return secret;
            });
        });
    }

    /// Makes the next version of a secret. Taints as [#read], and with `acme/secret`.
    ///
    /// @throws Refused `NOT_FOUND`, `TOO_LARGE`, `QUOTA`, `DENIED`; `UNAVAILABLE` as [#read]
    public Secret update(Principal organization, String name, Secret.Content content) {
        return alone(organization, () -> {
            LabeledFs.Content before = content(organization, name);
            SecretFile file = SecretFile.decode(before.bytes());
            var secret = new Secret(file.id(), name, file.newest().version() + 1, content);
            Bytes next = file.plus(seal(organization, key(organization), secret), sort.versionsMax())
                    .encode();
            return witness.witness(deed("update", organization, secret), () -> {
                fs.write(sort.path(organization, name), Kind.FILE, next, before.version(), writing(organization));
                enlist(organization, name, writing(organization));
                return secret;
            });
        });
    }

    /// Removes a secret with all its versions. Taints as [#read], and with `acme/secret`.
    ///
    /// @throws Refused `NOT_FOUND`, `DENIED`
    public void delete(Principal organization, String name) {
        var _ = alone(organization, () -> {
            SecretFile file = SecretFile.decode(content(organization, name).bytes());
            var nothing = new Secret.Content(Map.of(), Map.of());
            var last = new Secret(file.id(), name, file.newest().version(), nothing);
            return witness.witness(deed("delete", organization, last), () -> {
                if (fs.find(sort.listed(organization, name)).isPresent()) {
                    fs.unlink(sort.listed(organization, name), writing(organization));
                }
                fs.unlink(sort.path(organization, name), writing(organization));
                return last;
            });
        });
    }

    /// One after the other for one organization: a secret is linked in two places, and what a crash leaves is a secret
    /// that is not listed, which whatever is done with it next mends.
    private <T> T alone(Principal organization, Supplier<T> change) {
        ReentrantLock turn = changing.get(Math.floorMod(organization.hashCode(), STRIPES));
        turn.lock();
        try {
            return change.get();
        } finally {
            turn.unlock();
        }
    }

    private void enlist(Principal organization, String name, Privilege writing) {
        if (fs.find(sort.listed(organization, name)).isEmpty()) {
            fs.link(sort.path(organization, name), sort.listed(organization, name), writing);
        }
    }

    private List<String> names(Principal organization) {
        FsPath home = sort.home(organization);
        List<String> names = new ArrayList<>();
        List<Entry> page = fs.list(home, "", LabeledFs.LIST_ENTRIES_MAX);
        while (!page.isEmpty()) {
            page.forEach(entry -> names.add(entry.name()));
            page = fs.list(home, names.getLast(), LabeledFs.LIST_ENTRIES_MAX);
        }
        return names;
    }

    private LabeledFs.Content content(Principal organization, String name) {
        return fs.read(sort.path(organization, name), Kind.FILE);
    }

    /// Nothing for a secret that was deleted while it was being listed.
    private Optional<Secret> readIfThere(Principal organization, String name) {
        try {
            return Optional.of(read(organization, name));
        } catch (Refused gone) {
            if (gone.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw gone;
        }
    }

    private SecretFile.Version seal(Principal organization, SecretKey key, Secret secret) {
        byte[] plain = JSON.writeValueAsBytes(secret.content());
        if (plain.length > CONTENT_BYTES_MAX) {
            throw new Refused(
                    Refusal.TOO_LARGE,
                    "a " + sort.said() + " has at most " + CONTENT_BYTES_MAX + " bytes, with its tags");
        }
        List<String> context = context(organization, sort.word(), secret.name(), secret.id(), secret.version());
        byte[] sealed = Sealing.seal(key, context, plain, random);
        return new SecretFile.Version(secret.version(), Base64.getEncoder().encodeToString(sealed));
    }

    private Secret open(Principal organization, String name, SecretFile file, SecretFile.Version version) {
        List<String> context = context(organization, sort.word(), name, file.id(), version.version());
        byte[] sealed = Base64.getDecoder().decode(version.sealed());
        byte[] plain = Sealing.open(key(organization), context, sealed).orElseThrow(Secrets::closed);
        return new Secret(file.id(), name, version.version(), JSON.readValue(plain, Secret.Content.class));
    }

    /// Where a sealed version belongs: it opens nowhere else.
    static List<String> context(Principal organization, String word, String name, String id, long version) {
        return List.of(word, token(organization), name, id, Long.toString(version));
    }

    private SecretKey key(Principal organization) {
        return keys.find(token(organization)).orElseThrow(Secrets::closed);
    }

    private static Refused closed() {
        return new Refused(Refusal.UNAVAILABLE, "what is stored of the secret does not open");
    }

    private Deed deed(String what, Principal organization, Secret secret) {
        Map<String, String> details = Map.of("id", secret.id(), "version", Long.toString(secret.version()));
        return new Deed(sort.word() + "." + what, secret.name(), sort.label(organization, secret.name()), details);
    }

    /// Vouches for what is written, and releases to the readers of one secret what looking through the list has told:
    /// that there is room for one more.
    private Privilege writing(Principal organization) {
        return writing(organization, Component.TRUE);
    }

    private Privilege writing(Principal organization, Component released) {
        Component secret = Component.of(organization.child(sort.word()));
        return Task.current().exercise(secret.and(released), secret);
    }

    private static String token(Principal organization) {
        return organization.tokens().getFirst();
    }
}
