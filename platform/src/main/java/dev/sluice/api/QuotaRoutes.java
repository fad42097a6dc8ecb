package dev.sluice.api;

import dev.sluice.fs.Usage;
import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Action;
import dev.sluice.org.Limit;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.TenantLimits;
import dev.sluice.sandbox.Isolation;
import dev.sluice.schedule.Scheduler;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/// `/v1/iam/organization/NAME/quota`, and `/v1/iam/quota` for the organization that is asked about: limits are read by
/// who may read its `iam`, and set by who may change `iam` in every organization.
///
/// How much of them is used depends on what all of an organization's runs do, whatever they know. So it is for who may
/// act for the organization as a whole, and for the operator.
final class QuotaRoutes {
    private static final String KIND = "quota";
    private static final String OF_ONE = "/v1/iam/organization/{name}/quota";
    private static final String OF_MINE = "/v1/iam/quota";

    private final IamDoor door;
    private final Organizations organizations;
    private final Limiting limiting;
    private final Usages usages;
    private final Invocations invocations;

    /// How much an organization has of each limit.
    private record Usages(Functions functions, Limiting limiting, RequestRates rates) {
        Map<Limit, Long> of(Organization organization) {
            String token = organization.token();
            Scheduler.Limits runs = limiting.scheduler().used(token);
            Usage stored = limiting.stored().apply(token);
            Map<Limit, Long> used = new EnumMap<>(Limit.class);
            used.put(Limit.CONCURRENT_RUNS, (long) runs.runs());
            used.put(Limit.QUEUED_RUNS, (long) runs.waiting());
            used.put(Limit.QUEUED_MIB, Math.ceilDiv(runs.bytes(), 1L << 20));
            used.put(Limit.MEMORY_MIB, (long) runs.memoryMib());
            used.put(Limit.FUNCTIONS, functions.count(organization));
            used.put(Limit.STORED_ITEMS, stored.items());
            used.put(Limit.STORED_MIB, Math.ceilDiv(stored.bytes(), 1L << 20));
            long perSecond = limiting.limits().of(token, Limit.REQUESTS_PER_SECOND);
            used.put(Limit.REQUESTS_PER_SECOND, rates.used(token, perSecond));
            long fromAll = limiting.limits().of(token, Limit.GATEWAY_REQUESTS_PER_SECOND);
            used.put(Limit.GATEWAY_REQUESTS_PER_SECOND, rates.used(Taking.taken(organization), fromAll));
            return used;
        }
    }

    QuotaRoutes(
            IamDoor door,
            Organizations organizations,
            Limiting limiting,
            RequestRates rates,
            Functions functions,
            Invocations invocations) {
        this.door = door;
        this.organizations = organizations;
        this.limiting = limiting;
        this.usages = new Usages(functions, limiting, rates);
        this.invocations = invocations;
    }

    void addTo(Routes.Table table) {
        add(table, "GET", OF_MINE, request -> get(request, Optional.empty()));
        add(table, "GET", OF_ONE, request -> get(request, Optional.of(name(request))));
        add(table, "PUT", OF_MINE, request -> update(request, Optional.empty()));
        add(table, "PUT", OF_ONE, request -> update(request, Optional.of(name(request))));
    }

    private static void add(Routes.Table table, String method, String template, Handler handler) {
        table.add(method, template, Refusals.ofEntities(KIND, handler));
    }

    private static String name(Request request) {
        return PathName.of(request, "organizationName");
    }

    private Response get(Request request, Optional<String> name) {
        IamDoor.Author author = door.author(request, Action.GET);
        Organization organization = author.organization();
        boolean isOwn = name.isEmpty() || name.get().equals(organization.name());
        if (!isOwn) {
            author.requireEverywhere();
            organization = find(name.get());
        }
        boolean maySeeUse =
                author.caller().mayActEverywhere() || (isOwn && author.caller().mayActAsOrganization());
        return answer(organization, maySeeUse);
    }

    private Response update(Request request, Optional<String> name) throws IOException {
        IamDoor.Author author = door.authorEverywhere(request, Action.UPDATE);
        JsonBody body = JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX));
        Organization organization = name.map(this::find).orElseGet(author::organization);
        limiting.register().set(organization, changes(body), author.caller().component());
        invocations.reconsider();
        return answer(organization, true);
    }

    /// Null for what shall be as it is by default. A word that means nothing is refused: somebody thinks that it limits
    /// something.
    private static Map<Limit, Optional<Long>> changes(JsonBody body) {
        Map<Limit, Optional<Long>> changes = new EnumMap<>(Limit.class);
        for (String word : body.names()) {
            Limit limit = Limit.of(word)
                    .orElseThrow(() ->
                            Rejection.of(422, 606, word + " in body is no limit: one of " + words() + " is wanted"));
            changes.put(limit, body.field(word).map(_ -> value(limit, body)));
        }
        return changes;
    }

    private static long value(Limit limit, JsonBody body) {
        return limit == Limit.ISOLATION
                ? Isolations.parse(body.text(limit.word()).orElse("")).strength()
                : body.number(limit.word(), limit.min(), limit.max());
    }

    private static String words() {
        return Arrays.stream(Limit.values()).map(Limit::word).collect(Collectors.joining(", "));
    }

    /// @throws Refused `NOT_FOUND`
    private Organization find(String name) {
        return organizations
                .tenant(name)
                .map(Organizations.Tenant::organization)
                .orElseThrow(Refused::notFound);
    }

    private Response answer(Organization organization, boolean maySeeUse) {
        TenantLimits limits = limiting.limits();
        String token = organization.token();
        var out = new JsonWriter(512).beginObject().field("organization", organization.name());
        write("limits", limit -> limits.of(token, limit), out);
        if (maySeeUse) {
            Map<Limit, Long> used = usages.of(organization);
            write("used", limit -> used.getOrDefault(limit, 0L), out);
        }
        out.field(
                "set",
                limits.set(token).keySet().stream().sorted().map(Limit::word).toList());
        return Response.json(200, out.endObject().done());
    }

    private static void write(String name, ToLongFunction<Limit> value, JsonWriter out) {
        out.name(name).beginObject();
        for (Limit limit : Limit.values()) {
            if (limit == Limit.ISOLATION) {
                out.field(
                        limit.word(),
                        Isolation.ofStrength(value.applyAsLong(limit)).word());
            } else {
                out.field(limit.word(), value.applyAsLong(limit));
            }
        }
        out.endObject();
    }
}
