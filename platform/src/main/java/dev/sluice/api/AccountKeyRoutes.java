package dev.sluice.api;

import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.org.Action;
import dev.sluice.org.IamKind;
import dev.sluice.org.Organizations;
import dev.sluice.org.ServiceAccount;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/// `/v1/iam/serviceaccount/NAME/key`: the keys of an account, so that one can be exchanged for another while both work.
/// What was given to who proved a key that is taken away ends; the other keys' goes on.
final class AccountKeyRoutes {
    private static final String ALL = "/v1/iam/serviceaccount/{name}/key";
    private static final String ONE = ALL + "/{key}";

    private final IamDoor door;
    private final Organizations organizations;
    private final AccountEntities accounts;
    private final InstantSource clock;

    AccountKeyRoutes(IamDoor door, Organizations organizations, AccountEntities accounts, InstantSource clock) {
        this.door = door;
        this.organizations = organizations;
        this.accounts = accounts;
        this.clock = clock;
    }

    void addTo(Routes.Table table) {
        add(table, "GET", ALL, this::list);
        add(table, "POST", ALL, this::create);
        add(table, "DELETE", ONE, this::delete);
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(IamKind.SERVICE_ACCOUNT.said(), handler));
    }

    private Response list(Request request) {
        IamDoor.Author author = door.author(request, Action.GET, IamKind.SERVICE_ACCOUNT);
        List<ServiceAccount.Key> keys =
                accounts.find(author, PathName.ofAccount(request)).keys();
        var out = new JsonWriter(1024 * keys.size()).beginArray();
        keys.forEach(key -> write(key, out));
        return Response.json(200, out.endArray().done());
    }

    private Response create(Request request) throws IOException {
        IamDoor.Author author = door.author(request, Action.UPDATE, IamKind.SERVICE_ACCOUNT);
        String name = PathName.ofAccount(request);
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        String text = body.requiredText("publicKey");
        return answer(201, door.change(author, at -> create(at, name, text, body)));
    }

    private ServiceAccount.Key create(IamDoor.Author author, String name, String text, JsonBody body) {
        AccountEntities.requireAllOf(author, name);
        ServiceAccount before = accounts.find(author, name);
        long now = clock.instant().getEpochSecond();
        long end = body.field("expiresTime").isEmpty()
                ? ServiceAccount.NEVER
                : body.number("expiresTime", now + 1, ServiceAccount.EXPIRES_SECONDS_MAX);
        ServiceAccount.Key key = ServiceAccount.Key.of(AccountEntities.requireKey(text), now, end);
        if (before.keys().stream().anyMatch(one -> one.id().equals(key.id()))) {
            throw Rejection.of(409, "service account " + name + " has this key already: " + key.id());
        }
        author.task().run(() -> organizations.change(author.organization(), name, account -> account.with(key, now)));
        return key;
    }

    private Response delete(Request request) {
        IamDoor.Author author = door.author(request, Action.UPDATE, IamKind.SERVICE_ACCOUNT);
        String name = PathName.ofAccount(request);
        String id = request.parameter("key");
        ServiceAccount before = accounts.find(author, name);
        ServiceAccount.Key key = before.keys().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Rejection.of(404, "service account " + name + " has no such key"));
        long now = clock.instant().getEpochSecond();
        author.task().run(() -> organizations.change(author.organization(), name, account -> account.without(id, now)));
        return answer(200, key);
    }

    private static Response answer(int status, ServiceAccount.Key key) {
        var out = new JsonWriter(1024);
        write(key, out);
        return Response.json(status, out.done());
    }

    private static void write(ServiceAccount.Key key, JsonWriter out) {
        out.beginObject().field("id", key.id()).field("kind", "ServiceAccountKey");
        out.field("publicKey", key.publicKey()).field("createdTime", key.createdSeconds());
        if (key.expiresSeconds() != ServiceAccount.NEVER) {
            out.field("expiresTime", key.expiresSeconds());
        }
        out.endObject();
    }
}
