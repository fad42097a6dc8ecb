package dev.sluice.oci;

import dev.sluice.bytes.Bytes;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressFailed;
import dev.sluice.egress.Inbound;
import dev.sluice.egress.Origin;
import dev.sluice.egress.Outbound;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks one registry about one repository, as the Open Container Initiative's distribution specification says, for one
/// organization. It tells the registry who asks when that wants to know, and nobody else ever. For one thread.
final class Conversation {
    private static final int REDIRECTS_MAX = 5;
    private static final int TOKEN_CHARS_MAX = 3 << 10;
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final Egress egress;
    private final PlainHosts plain;
    private final String organization;
    private final Reference reference;
    private final Optional<Login> login;
    private final String actions;
    private @Nullable String authorization;

    /// @param actions what it is asked for: `pull`, or `pull,push`
    Conversation(
            Egress egress,
            PlainHosts plain,
            String organization,
            Reference reference,
            Optional<Login> login,
            String actions) {
        this.egress = egress;
        this.plain = plain;
        this.organization = organization;
        this.reference = reference;
        this.login = login;
        this.actions = actions;
    }

    /// What is small comes as a whole.
    ///
    /// @param path   below the repository, such as `manifests/latest`
    /// @param endNanos when it must have come, as [System#nanoTime] tells it
    Inbound get(String path, Map<String, String> headers, long endNanos) throws PullFailed, InterruptedException {
        try {
            return get(path, headers, endNanos, Conversation::whole);
        } catch (IOException tooLarge) {
            throw new PullFailed("the registry answers with more than " + (Inbound.BODY_BYTES_MAX >> 20) + " MiB where"
                    + " a manifest is asked for");
        }
    }

    private static Inbound whole(int status, Map<String, String> headers, InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(Inbound.BODY_BYTES_MAX + 1);
        if (bytes.length > Inbound.BODY_BYTES_MAX) {
            throw new IOException("too much");
        }
        return new Inbound(status, headers, Bytes.takeOver(bytes));
    }

    /// As [#get(String, Map, long)], for what may be large. Redirects are followed, without a word on who asks.
    ///
    /// @throws IOException what the reader throws
    <T> T get(String path, Map<String, String> headers, long endNanos, Egress.Reader<T> reader)
            throws PullFailed, InterruptedException, IOException {
        Address address = new Address(registry(), "/v2/" + reference.repository() + "/" + path);
        for (int asked = 0; asked <= REDIRECTS_MAX; asked++) {
            boolean isRegistry = address.origin().equals(registry());
            Step<T> step = ask(address, isRegistry ? withAuthorization(headers) : headers, endNanos, reader);
            if (step.status() == 401 && isRegistry && authorization == null) {
                authorization = authorize(step.header("www-authenticate"), endNanos);
            } else if (step.location().isPresent()) {
                address = address.leading(step.location().get(), plain);
            } else {
                return step.answer().orElseThrow(() -> refused(step.status()));
            }
        }
        throw new PullFailed("the registry leads from one address to the next, and to no answer");
    }

    /// One answer; read only if it is what was asked for.
    private record Step<T>(int status, Map<String, String> headers, Optional<T> answer) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        Optional<String> location() {
            return status >= 300 && status < 400 ? Optional.of(header("location")) : Optional.empty();
        }
    }

    /// What the registry says to one step of a push.
    ///
    /// @param location where it wants to hear the next one; empty if it does not say
    record Said(int status, String location) {}

    /// One step of a push, whatever its answer. Redirects are not followed.
    ///
    /// @param path below the repository
    Said say(String verb, String path, Map<String, String> headers, Bytes body, long endNanos)
            throws PullFailed, InterruptedException, IOException {
        return say(
                verb, new Address(registry(), "/v2/" + reference.repository() + "/" + path), headers, body, endNanos);
    }

    /// The same, where an answer said that it wants to hear it.
    ///
    /// @throws PullFailed also for a place that is not the registry's own: who asks would be told to another
    Said sayAt(String verb, String location, Map<String, String> headers, Bytes body, long endNanos)
            throws PullFailed, InterruptedException, IOException {
        Address address = new Address(registry(), "/").leading(location, plain);
        if (!address.origin().equals(registry())) {
            throw new PullFailed("the registry wants layers to be sent to another host, which is not done here");
        }
        return say(verb, address, headers, body, endNanos);
    }

    private Said say(String verb, Address address, Map<String, String> headers, Bytes body, long endNanos)
            throws PullFailed, InterruptedException, IOException {
        for (boolean isAgain = false; ; isAgain = true) {
            Step<Boolean> step = send(
                    verb,
                    address,
                    withAuthorization(headers),
                    body,
                    endNanos,
                    (status, its, _) -> new Step<>(status, its, Optional.empty()));
            if (step.status() != 401 || isAgain) {
                return new Said(step.status(), step.header("location"));
            }
            authorization = authorize(step.header("www-authenticate"), endNanos);
        }
    }

    /// @throws PullFailed if a step of a push went otherwise
    void require(Said said, int status) throws PullFailed {
        if (said.status() != status) {
            throw new PullFailed(
                    switch (said.status()) {
                        case 401, 403 ->
                            login.isPresent()
                                    ? "the registry does not let the name that your organization has for it push there"
                                    : "the registry lets only those push who log in: your organization has no login for"
                                            + " it here, which 'sluice create registry' makes";
                        case 404, 405 -> "the registry takes no image of that name";
                        case 413 -> "the registry takes no layer that large";
                        default -> refused(said.status()).reason();
                    });
        }
        if (status == 202 && said.location().isEmpty()) {
            throw new PullFailed("the registry does not say where it wants a layer");
        }
    }

    private <T> Step<T> ask(Address address, Map<String, String> headers, long endNanos, Egress.Reader<T> reader)
            throws PullFailed, InterruptedException, IOException {
        return send("GET", address, headers, Bytes.EMPTY, endNanos, (status, its, body) -> {
            Optional<T> answer = status == 200 ? Optional.of(reader.read(status, its, body)) : Optional.empty();
            return new Step<>(status, its, answer);
        });
    }

    private <T> T send(
            String verb,
            Address address,
            Map<String, String> headers,
            Bytes body,
            long endNanos,
            Egress.Reader<T> reader)
            throws PullFailed, InterruptedException, IOException {
        String host = address.origin().host();
        if (!egress.allows(address.origin())) {
            throw new PullFailed("this server lets nothing reach " + host + ": its operator allows a registry with"
                    + " --egress-allow " + host);
        }
        try {
            var outbound = new Outbound(address.origin(), verb, address.target(), headers, body);
            Duration left = Duration.ofNanos(endNanos - System.nanoTime());
            return egress.download(organization, outbound, left.isPositive() ? left : MOMENT, reader);
        } catch (IllegalArgumentException strange) {
            throw new PullFailed("the registry leads to an address that cannot be asked");
        } catch (EgressFailed failed) {
            throw new PullFailed(because(host, failed.why()));
        }
    }

    private static String because(String host, EgressFailed.Why why) {
        return switch (why) {
            case FORBIDDEN -> host + " is not on the internet, and this server's operator permits no such registry";
            case BUSY -> "too many exchanges of your organization are under way: try again";
            case UNREACHABLE ->
                host + " cannot be reached: there is no such host, or none that speaks TLS with a"
                        + " certificate that is trusted here";
            case TIMED_OUT -> host + " did not answer in time";
            case TOO_LARGE -> host + " answers with too much";
        };
    }

    private PullFailed refused(int status) {
        return new PullFailed(
                switch (status) {
                    case 401, 403 ->
                        login.isPresent()
                                ? "the registry refuses the name and password that your organization has for it, or does"
                                        + " not let them have the image: 'sluice update registry' changes them"
                                : "the registry has no such image, or has it for those who log in: your organization has no"
                                        + " login for it here, which 'sluice create registry' makes";
                    case 404 -> "the registry has no such image";
                    case 429 -> "the registry has had too many questions from this server: try again later";
                    default -> "the registry answers with status " + status;
                });
    }

    private Map<String, String> withAuthorization(Map<String, String> headers) {
        if (authorization == null) {
            return headers;
        }
        var all = new HashMap<>(headers);
        all.put("Authorization", authorization);
        return all;
    }

    /// What a registry is answered that asks who asks.
    private String authorize(String header, long endNanos) throws PullFailed, InterruptedException {
        return switch (Challenge.parse(header)) {
            case Challenge.Basic() -> login.map(Login::basic).orElseThrow(() -> refused(401));
            case Challenge.Bearer(String realm, String service) -> "Bearer " + token(realm, service, endNanos);
            case Challenge.Unknown() ->
                throw new PullFailed("the registry wants to know who asks in a way that is not understood here");
        };
    }

    private String token(String realm, String service, long endNanos) throws PullFailed, InterruptedException {
        Address at = Address.of(realm, plain);
        String query = "service=" + encoded(service) + "&scope="
                + encoded("repository:" + reference.repository() + ":" + actions);
        Address asked = new Address(at.origin(), at.target() + (at.target().indexOf('?') < 0 ? "?" : "&") + query);
        Map<String, String> headers = login.isPresent() && isOfTheRegistry(at.origin())
                ? Map.of("Authorization", login.get().basic())
                : Map.of();
        try {
            Step<Inbound> step = ask(asked, headers, endNanos, Conversation::whole);
            var answer = Manifest.Json.object(
                    step.answer().orElseThrow(() -> refused(step.status())).body(), "the token");
            String token =
                    answer.path("token").asString(answer.path("access_token").asString(""));
            if (token.isEmpty() || token.length() > TOKEN_CHARS_MAX) {
                throw new PullFailed("the registry's token service gives no token");
            }
            return token;
        } catch (IOException tooLarge) {
            throw new PullFailed("the registry's token service answers with too much");
        }
    }

    /// Whether a token service may hear the password: it is the registry's own host or one that the registry's is
    /// below, such as `gitlab.com` of `registry.gitlab.com`; Docker's has another name.
    private boolean isOfTheRegistry(Origin service) throws PullFailed {
        Origin registry = registry();
        boolean isAsSafe = service.scheme().equals("https") || service.equals(registry);
        String host = service.host();
        boolean isAbove = host.indexOf('.') > 0 && registry.host().endsWith("." + host);
        boolean isDocker = registry.host().equals(Reference.DOCKER) && host.equals("auth.docker.io");
        return isAsSafe && (host.equals(registry.host()) || isAbove || isDocker);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Origin registry() throws PullFailed {
        String scheme = plain.registries().contains(reference.registry()) ? "http" : "https";
        return Address.of(scheme + "://" + reference.registry() + "/", plain).origin();
    }
}
