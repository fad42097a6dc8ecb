package dev.sluice.api;

import dev.sluice.http.Request;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Action;
import dev.sluice.org.IamKind;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.PublicKeyText;
import dev.sluice.org.ServiceAccount;
import dev.sluice.org.Subjects;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/// Service accounts. Whoever decides what key an account has can be that account: so he must have all that policies
/// allow to it.
final class AccountEntities implements IamEntities<ServiceAccount> {
    private static final int NAME_CHARS_MAX = 128;
    private static final Pattern NAME = Pattern.compile("^[\\w\\d\\-\\.]+$");

    private final Organizations organizations;
    private final InstantSource clock;

    AccountEntities(Organizations organizations, InstantSource clock) {
        this.organizations = organizations;
        this.clock = clock;
    }

    @Override
    public IamKind kind() {
        return IamKind.SERVICE_ACCOUNT;
    }

    @Override
    public String nameIn(JsonBody body) {
        return body.requiredName(NAME, NAME_CHARS_MAX);
    }

    @Override
    public String nameIn(Request request) {
        return PathName.ofAccount(request);
    }

    @Override
    public List<ServiceAccount> list(IamDoor.Author author) {
        return author.task().run(() -> organizations.serviceAccounts().list(author.organization()));
    }

    @Override
    public ServiceAccount find(IamDoor.Author author, String name) {
        return author.task()
                .run(() -> organizations.serviceAccounts().find(author.organization(), name))
                .orElseThrow(Refused::notFound);
    }

    @Override
    public ServiceAccount create(IamDoor.Author author, String name, JsonBody body) {
        String key = key(body);
        long now = clock.instant().getEpochSecond();
        var account = new ServiceAccount(UUID.randomUUID().toString(), name, requireKey(key), now, now);
        requireAllOf(author, name);
        return author.task().run(() -> {
            organizations.create(author.organization(), account);
            return account;
        });
    }

    /// The key that is sent is the only one from now on.
    @Override
    public ServiceAccount update(IamDoor.Author author, String name, JsonBody body) {
        String key = key(body);
        IamDoor.requireSameName(body, kind(), name);
        requireAllOf(author, name);
        find(author, name);
        long now = clock.instant().getEpochSecond();
        List<ServiceAccount.Key> keys = List.of(ServiceAccount.Key.of(requireKey(key), now, ServiceAccount.NEVER));
        return author.task()
                .run(() -> organizations.change(author.organization(), name, account -> account.withAll(keys, now)));
    }

    @Override
    public ServiceAccount delete(IamDoor.Author author, String name) {
        ServiceAccount account = find(author, name);
        return author.task().run(() -> {
            organizations.removeAccount(author.organization(), name);
            return account;
        });
    }

    private static String key(JsonBody body) {
        String key = body.requiredText("publicKey");
        body.requireStatus();
        return key;
    }

    /// @throws Rejection 403
    static void requireAllOf(IamDoor.Author author, String account) {
        Organization organization = author.organization();
        author.require(author.coverage().ofSubjects(Subjects.ofAccount(organization.name(), account)));
    }

    /// @throws Rejection 400 in Dispatch's words
    static String requireKey(String publicKey) {
        try {
            PublicKeyText.require(publicKey);
            return publicKey;
        } catch (Refused refused) {
            throw Rejection.of(400, refused.reason());
        }
    }

    @Override
    public void write(ServiceAccount account, Action done, JsonWriter out) {
        out.beginObject()
                .field("id", account.id())
                .field("name", account.name())
                .field("kind", "ServiceAccount");
        out.field("publicKey", account.keys().getFirst().publicKey()).field("status", "READY");
        out.field("createdTime", account.createdSeconds()).field("modifiedTime", account.modifiedSeconds());
        out.endObject();
    }
}
