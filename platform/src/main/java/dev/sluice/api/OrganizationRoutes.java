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
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// `/v1/iam/organization`: for who has a global rule for `iam`. Others see their own.
///
/// To who may not know, an organization that is not there and one that he may not see are one refusal.
final class OrganizationRoutes {
    private static final String KIND = IamKind.ORGANIZATION.said();
    private static final String PARAMETER = "organizationName";
    private static final Pattern NAME = Pattern.compile("^[\\w\\d\\-]+$");

    private final IamDoor door;
    private final Organizations organizations;
    private final Departures departures;
    private final Consumer<Organization> forget;
    private final InstantSource clock;

    /// @param forget is told when an organization is deleted: what it knows of it is worth nothing
    OrganizationRoutes(
            IamDoor door,
            Organizations organizations,
            Departures departures,
            Consumer<Organization> forget,
            InstantSource clock) {
        this.door = door;
        this.organizations = organizations;
        this.departures = departures;
        this.forget = forget;
        this.clock = clock;
    }

    void addTo(Routes.Table table) {
        add(table, "POST", "/v1/iam/organization", this::create);
        add(table, "GET", "/v1/iam/organization", this::list);
        add(table, "GET", "/v1/iam/organization/{name}", this::get);
        addNameless(table, "PUT", this::update);
        addNameless(table, "DELETE", this::delete);
    }

    /// As Dispatch does it, who is refused is not told the name.
    private static void addNameless(Routes.Table table, String method, Handler handler) {
        table.add(method, "/v1/iam/organization/{name}", Refusals.ofEntities(KIND, "no name", handler));
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(KIND, handler));
    }

    private Response create(Request request) throws IOException {
        Caller.Known maker = door.makerEverywhere(request);
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        String name = body.requiredName(NAME, Organizations.NAME_CHARS_MAX);
        body.requireStatus();
        IamDoor.Author author = door.author(maker, Action.CREATE, IamKind.ORGANIZATION, name);
        author.requireEverywhere();
        try {
            return answer(201, organizations.create(name, clock, author.caller().component()));
        } catch (Refused refused) {
            return Refusals.ofEntity(KIND, name, refused);
        }
    }

    private Response list(Request request) {
        IamDoor.Author author = door.author(request, Action.GET);
        List<Organization> seen = author.isEverywhere() ? organizations.all() : List.of(author.organization());
        var out = new JsonWriter(192 * (seen.size() + 1)).beginArray();
        seen.forEach(organization -> write(organization, out));
        return Response.json(200, out.endArray().done());
    }

    private Response get(Request request) {
        IamDoor.Author author = door.author(request, Action.GET, IamKind.ORGANIZATION);
        String name = PathName.of(request, PARAMETER);
        if (!author.organization().name().equals(name)) {
            author.requireEverywhere();
        }
        return answer(200, find(name));
    }

    /// Nothing of an organization can be changed: it keeps its name.
    private Response update(Request request) throws IOException {
        door.author(request, Action.UPDATE, IamKind.ORGANIZATION).requireEverywhere();
        String name = PathName.of(request, PARAMETER);
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        body.requiredName(NAME, Organizations.NAME_CHARS_MAX);
        body.requireStatus();
        Organization found = find(name);
        IamDoor.requireSameName(body, IamKind.ORGANIZATION, name);
        return answer(200, found);
    }

    private Response delete(Request request) {
        IamDoor.Author author = door.author(request, Action.DELETE, IamKind.ORGANIZATION);
        author.requireEverywhere();
        Organization found = find(PathName.of(request, PARAMETER));
        if (isCascade(request)) {
            organizations.delete(found, clock, author.caller().component());
        } else {
            requireNothing(
                    organizations.deleteIfEmpty(found, clock, author.caller().component()), found);
        }
        forget.accept(found);
        departures.remove(found);
        return answer(200, found);
    }

    /// @throws Rejection 422
    private static boolean isCascade(Request request) {
        return switch (request.query("cascade").orElse("false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Rejection.of(422, 601, "cascade in query must be of type boolean");
        };
    }

    /// @throws Rejection 409
    private static void requireNothing(List<String> left, Organization organization) {
        if (!left.isEmpty()) {
            throw Rejection.of(
                    409,
                    KIND + " " + organization.name() + " still has " + String.join(", ", left)
                            + ": delete these first, or all of it with --cascade (cascade=true)");
        }
    }

    /// @throws Refused `NOT_FOUND`
    private Organization find(String name) {
        return organizations
                .tenant(name)
                .map(Organizations.Tenant::organization)
                .orElseThrow(Refused::notFound);
    }

    private static Response answer(int status, Organization organization) {
        var out = new JsonWriter(192);
        write(organization, out);
        return Response.json(status, out.done());
    }

    private static void write(Organization organization, JsonWriter out) {
        out.beginObject().field("id", organization.id()).field("name", organization.name());
        out.field("kind", "Organization").field("status", "READY");
        out.field("createdTime", organization.createdSeconds());
        out.field("modifiedTime", organization.createdSeconds()).endObject();
    }
}
