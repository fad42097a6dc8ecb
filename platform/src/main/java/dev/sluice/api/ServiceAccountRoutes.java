package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Action;
import dev.sluice.org.IamKind;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.PublicKeyText;
import dev.sluice.org.ServiceAccount;
import dev.sluice.org.Subjects;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/// `/v1/iam/serviceaccount`. Whoever decides what key an account has can be that account: so he must have all that
/// policies allow to it.
final class ServiceAccountRoutes {
    private static final String KIND = "service account";
    private static final int NAME_CHARS_MAX = 128;
    private static final Pattern NAME = Pattern.compile("^[\\w\\d\\-\\.]+$");

    private final IamDoor door;
    private final Organizations organizations;
    private final InstantSource clock;

    ServiceAccountRoutes(IamDoor door, Organizations organizations, InstantSource clock) {
        this.door = door;
        this.organizations = organizations;
        this.clock = clock;
    }

    void addTo(Routes.Table table) {
        add(table, "POST", "/v1/iam/serviceaccount", this::create);
        add(table, "GET", "/v1/iam/serviceaccount", this::list);
        add(table, "GET", "/v1/iam/serviceaccount/{name}", this::get);
        add(table, "PUT", "/v1/iam/serviceaccount/{name}", this::update);
        add(table, "DELETE", "/v1/iam/serviceaccount/{name}", this::delete);
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(KIND, handler));
    }

    private Response create(Request request) throws IOException {
        Caller.Known maker = door.maker(request);
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        String name = body.requiredName(NAME, NAME_CHARS_MAX);
        IamDoor.Author author = door.author(maker, Action.CREATE, IamKind.SERVICE_ACCOUNT, name);
        String key = body.requiredText("publicKey");
        body.requireStatus();
        long now = clock.instant().getEpochSecond();
        var account = new ServiceAccount(UUID.randomUUID().toString(), name, requireKey(key), now, now);
        try {
            return answer(201, door.change(author, at -> create(at, account)));
        } catch (Refused refused) {
            return Refusals.ofEntity(KIND, name, refused);
        }
    }

    private ServiceAccount create(IamDoor.Author author, ServiceAccount account) {
        requireAllOf(author, account.name());
        return author.task().run(() -> {
            organizations.create(author.organization(), account);
            return account;
        });
    }

    private Response list(Request request) {
        IamDoor.Author author = door.author(request, Action.GET);
        List<ServiceAccount> all =
                author.task().run(() -> organizations.serviceAccounts().list(author.organization()));
        var out = new JsonWriter(1024 * (all.size() + 1)).beginArray();
        all.forEach(account -> write(account, out));
        return Response.json(200, out.endArray().done());
    }

    private Response get(Request request) {
        IamDoor.Author author = door.author(request, Action.GET, IamKind.SERVICE_ACCOUNT);
        return answer(200, find(author, IamDoor.accountName(request)));
    }

    /// The key that is sent is the only one from now on.
    private Response update(Request request) throws IOException {
        IamDoor.Author author = door.author(request, Action.UPDATE, IamKind.SERVICE_ACCOUNT);
        String name = IamDoor.accountName(request);
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        body.requiredName(NAME, NAME_CHARS_MAX);
        String key = body.requiredText("publicKey");
        body.requireStatus();
        IamDoor.requireSameName(body, KIND, name);
        return answer(200, door.change(author, at -> update(at, name, key)));
    }

    private ServiceAccount update(IamDoor.Author author, String name, String key) {
        requireAllOf(author, name);
        find(author, name);
        long now = clock.instant().getEpochSecond();
        List<ServiceAccount.Key> keys = List.of(ServiceAccount.Key.of(requireKey(key), now, ServiceAccount.NEVER));
        return author.task()
                .run(() -> organizations.change(author.organization(), name, account -> account.withAll(keys, now)));
    }

    private Response delete(Request request) {
        IamDoor.Author author = door.author(request, Action.DELETE, IamKind.SERVICE_ACCOUNT);
        String name = IamDoor.accountName(request);
        ServiceAccount account = find(author, name);
        author.task().run(() -> {
            organizations.removeAccount(author.organization(), name);
            return account;
        });
        return answer(200, account);
    }

    private ServiceAccount find(IamDoor.Author author, String name) {
        return author.task()
                .run(() -> organizations.serviceAccounts().find(author.organization(), name))
                .orElseThrow(Refused::notFound);
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

    private static Response answer(int status, ServiceAccount account) {
        var out = new JsonWriter(1024);
        write(account, out);
        return Response.json(status, out.done());
    }

    private static void write(ServiceAccount account, JsonWriter out) {
        out.beginObject()
                .field("id", account.id())
                .field("name", account.name())
                .field("kind", "ServiceAccount");
        out.field("publicKey", account.keys().getFirst().publicKey()).field("status", "READY");
        out.field("createdTime", account.createdSeconds()).field("modifiedTime", account.modifiedSeconds());
        out.endObject();
    }
}
