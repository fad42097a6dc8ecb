package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Tag;
import dev.sluice.api.KeptEntities.Kind;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/// The settings of an endpoint: which requests at the gateway are to become runs of a function.
///
/// Source: contracts/dispatch.md 2.8; design/labels.md section 4.
///
/// @param hosts    whose requests are meant; where there are none, those under the organization's name
/// @param terms    what is ours, and nothing of what Dispatch's clients say
record ApiWish(
        String name,
        String function,
        String authentication,
        boolean enabled,
        boolean cors,
        List<String> hosts,
        List<String> methods,
        List<String> protocols,
        List<String> uris,
        String tls,
        List<Tag> tags,
        ApiTerms terms)
        implements KeptEntity.Wish {
    static final Kind<ApiWish> KIND = new Kind<>(
            "API", Resource.API, "", ApiWish.class, ApiWish::parse, ApiWish::needs, (org, api) -> api.under(org));

    private static final List<String> PROTOCOLS = List.of("http", "https");
    static final Pattern FUNCTION = Pattern.compile("^[\\w\\d][\\w\\d\\-]*$");
    private static final Pattern HOST = Pattern.compile("^[A-Za-z0-9][A-Za-z0-9.\\-]*$");
    private static final Pattern METHOD = Pattern.compile("^[A-Z]+$");
    private static final Pattern URI = Pattern.compile("^/[!-~&&[^?#%\\\\]]*$");
    private static final int TEXT_CHARS_MAX = 256;
    private static final Set<String> DOTS = Set.of(".", "..");

    ApiWish {
        hosts = List.copyOf(hosts);
        methods = List.copyOf(methods);
        protocols = List.copyOf(protocols);
        uris = List.copyOf(uris);
        tags = List.copyOf(tags);
        terms = Objects.requireNonNullElse(terms, ApiTerms.AS_DISPATCH); // an earlier server wrote none
    }

    private static ApiWish parse(JsonBody fields) {
        String authentication = fields.text("authentication").orElse("");
        if (!authentication.isEmpty()) {
            JsonBody.requireAmong("authentication", authentication, ApiAccess.AUTHENTICATIONS);
        }
        String function = fields.matching("function", FUNCTION, JsonBody.NAME_CHARS_MAX);
        requireNoWildcard(fields.texts("hosts"));
        List<String> hosts = fields.matchingEach("hosts", HOST, TEXT_CHARS_MAX).stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .toList();
        List<String> methods = fields.matchingEach("methods", METHOD, TEXT_CHARS_MAX);
        String name = fields.requiredName();
        List<String> protocols = fields.texts("protocols");
        for (int i = 0; i < protocols.size(); i++) {
            JsonBody.requireAmong("protocols." + i, protocols.get(i), PROTOCOLS);
        }
        fields.requireStatus();
        List<String> uris = fields.matchingEach("uris", URI, TEXT_CHARS_MAX);
        if (uris.stream().anyMatch(uri -> List.of(uri.split("/", -1)).stream().anyMatch(DOTS::contains))) {
            throw Rejection.of(400, "bad request when processing API " + name + ": a path with . or .. in it");
        }
        var wish = new ApiWish(
                name,
                function,
                authentication,
                fields.flag("enabled"),
                fields.flag("cors"),
                hosts,
                methods,
                protocols,
                uris,
                fields.text("tls").orElse(""),
                Tags.of(fields),
                ApiTerms.of(fields));
        wish.requireEnforced();
        return wish;
    }

    private static void requireNoWildcard(List<String> hosts) {
        if (hosts.stream().anyMatch(host -> host.contains("*"))) {
            throw Rejection.of(
                    422,
                    605,
                    "hosts in body have no wildcard: name each host, such as www.example.org, that your organization"
                            + " has (sluice get hosts)");
        }
    }

    /// What is served is served as its author wants it, or not at all.
    private void requireEnforced() {
        if (enabled) {
            terms.access().unfit(authentication).ifPresent(why -> {
                throw unserved(why);
            });
            terms.cache().unfit(isGuarded(), terms).ifPresent(why -> {
                throw unserved(why);
            });
        }
        if (enabled && authentication.equals(ApiAccess.MTLS) && hosts.isEmpty()) {
            throw unserved("authentication mtls needs hosts: a client is asked for its certificate where it connects to"
                    + " a host of yours, and nowhere else");
        }
        if (enabled && !tls.isEmpty()) {
            throw unserved("a certificate is a host's, and not an API's: leave tls out, and see"
                    + " sluice update host HOST --tls, or keep the API disabled");
        }
    }

    /// Whether its callers are asked who they are.
    boolean isGuarded() {
        return !authentication.isEmpty() && !authentication.equals(ApiAccess.PUBLIC);
    }

    Rejection unserved(String why) {
        return Rejection.of(400, "bad request when processing API " + name + ": " + why);
    }

    boolean isHidingFailures() {
        return !terms.answers().failures().equals(ApiTerms.Answers.PROBLEM);
    }

    /// At a host of its own, an API that says no path has all.
    List<String> servedUris() {
        return uris.isEmpty() ? List.of("/") : uris;
    }

    /// Whether one request may be for both, and nothing tells for which: one that asks for the request's host has it
    /// before one that asks for none.
    boolean overlaps(ApiWish other) {
        return isAtHostOf(other)
                && servedUris().stream()
                        .map(ApiWish::key)
                        .anyMatch(uri ->
                                other.servedUris().stream().map(ApiWish::key).anyMatch(uri::equals))
                && (methods.isEmpty()
                        || other.methods.isEmpty()
                        || methods.stream().anyMatch(other.methods::contains));
    }

    private boolean isAtHostOf(ApiWish other) {
        return hosts.isEmpty() ? other.hosts.isEmpty() : hosts.stream().anyMatch(other.hosts::contains);
    }

    private static String key(String uri) {
        return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    }

    /// Whoever lets others run a function may do so himself, and whoever lets answers tell of a secret, or callers show
    /// that they know it, may read it.
    private static List<Need> needs(ApiWish wish) {
        List<Need> needs = new ArrayList<>(List.of(Need.of(Action.CREATE, Resource.RUNS, wish.function())));
        wish.terms.answers().releases().forEach(secret -> needs.add(Need.of(Action.GET, Resource.SECRET, secret)));
        wish.terms.access().secretIfAny().ifPresent(secret -> needs.add(Need.of(Action.GET, Resource.SECRET, secret)));
        return needs;
    }

    /// Where no host tells whose it is, the path must: each organization has the part below its own name. Clients send
    /// back what they were told, so what is there already is not put there twice.
    ApiWish under(Organization organization) {
        if (!hosts.isEmpty()) {
            return this;
        }
        String part = "/" + organization.name();
        List<String> below = uris.isEmpty()
                ? List.of(part)
                : uris.stream()
                        .map(uri -> uri.equals(part) || uri.startsWith(part + "/") ? uri : part + uri)
                        .toList();
        return new ApiWish(
                name, function, authentication, enabled, cors, hosts, methods, protocols, below, tls, tags, terms);
    }

    @Override
    public void writeTo(JsonWriter out, KeptEntity<?> entity, KeptEntity.State state) {
        out.field("id", entity.id()).field("name", name).field("kind", "API").field("function", function);
        out.field("authentication", authentication);
        if (enabled) {
            out.name("enabled").value(true);
        }
        if (cors) {
            out.name("cors").value(true);
        }
        out.fieldOrNull("hosts", hosts).fieldOrNull("methods", methods).fieldOrNull("protocols", protocols);
        out.fieldOrNull("uris", uris).field("tls", tls);
        Tag.write(tags, out);
        terms.writeTo(out);
        out.field("status", state.status().name());
        if (!state.reason().isEmpty()) {
            out.field("reason", state.reason()); // Dispatch's clients know none of APIs
        }
    }
}
