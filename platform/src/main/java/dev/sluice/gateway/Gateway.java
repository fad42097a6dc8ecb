package dev.sluice.gateway;

import dev.sluice.audit.Inquiry;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.ObjectId;
import dev.sluice.http.Handler;
import dev.sluice.http.HttpRefused;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.invoke.AnswerStream;
import dev.sluice.invoke.Buckets;
import dev.sluice.invoke.Invocation;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.run.Run;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Answers what arrives at the gateway's listeners: requests become runs of the functions whose organizations serve
/// them. Whoever asks is nobody in particular: he knows nothing, acts for nobody, and is told what everybody may know,
/// and, where an endpoint asks who he is, what that endpoint tells those whom it lets in.
///
/// Thread-safe. Source: contracts/dispatch.md 5; design/labels.md sections 4 to 6.
public final class Gateway implements Handler {
    /// The first segment of the paths at which event drivers are asked: `/driver/ORGANIZATION/ID`. An endpoint's are
    /// none of these, or an organization of that name would be told what is meant for another's.
    public static final String DRIVERS = DriverDoor.FIRST;

    private static final String ORIGIN = "Access-Control-Allow-Origin";
    private static final String REQUEST_METHOD = "Access-Control-Request-Method";
    private static final String ANY = "*";
    private static final String BLOCKING = "x-dispatch-blocking";
    private static final Bytes NO_ENDPOINT = Bytes.utf8("{\"message\":\"no API found with those values\"}");
    private static final Bytes TLS_ONLY = Bytes.utf8("{\"message\":\"Please use HTTPS protocol\"}");

    /// The organization that serves it pays, within what it has for strangers.
    private static final String NOBODY = "";

    private final Invocations invocations;
    private final Endpoints endpoints = new Endpoints();
    private final Throttle throttle;
    private final DriverDoor drivers;
    private final AnswerCache cache;
    private final AccessLog log;
    private final Buckets buckets = new Buckets(Buckets.FIRST);

    /// @param log   of what becomes of requests
    /// @param nanos a clock that never goes back
    public Gateway(Invocations invocations, AccessLog log, LongSupplier nanos) {
        this.invocations = invocations;
        this.log = log;
        this.throttle = new Throttle(nanos);
        this.drivers = new DriverDoor(throttle);
        this.cache = new AnswerCache(nanos);
    }

    /// Serves these of an organization from now on, and nothing else: at the hosts that it has, and elsewhere below its
    /// name, with which their paths begin.
    public void serve(String organization, List<Endpoint> served) {
        throttle.forget(endpoints.put(organization, served));
    }

    /// Has organizations' hosts be theirs, from now on.
    ///
    /// @param served the name of the organization that has the host of that name now
    public void serveHosts(Function<String, Optional<String>> served) {
        endpoints.serveHosts(served);
    }

    /// Whether an API at this host wants clients' certificates.
    ///
    /// @param host in lower case
    public boolean isAskingClients(String host) {
        return endpoints.isAsking(host);
    }

    /// Has event drivers answer at their paths, from now on.
    public void serveDrivers(Handler served) {
        drivers.serve(served);
    }

    /// What becomes of requests.
    public AccessLog log() {
        return log;
    }

    /// The answer where nobody serves anything.
    public static Response nothingThere() {
        return Response.json(404, NO_ENDPOINT);
    }

    /// Whoever may know all that a run knows can ask why under the id of the request that it did not answer.
    @Override
    public Response handle(Request request) throws IOException {
        var inquiry = new Inquiry(request.id(), request.method() + " " + request.rawPath(), _ -> {});
        return inquiry.run(() -> served(request));
    }

    private Response served(Request request) throws IOException {
        try {
            return route(request);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server stops");
        }
    }

    private Response route(Request request) throws IOException, InterruptedException {
        String host = request.host();
        if (DriverDoor.isBelow(request.segments())) {
            return endpoints.isOpenTo(DriverDoor.organization(request), host)
                    ? drivers.answer(request, client(request))
                    : nothingThere();
        }
        Optional<Endpoint> asked = endpoints.find(host, request.segments(), request.header(REQUEST_METHOD));
        if (asked.isPresent() && asked.get().isPreflight(request)) {
            return new Visit(log, asked.get(), request).over(() -> preflight(asked.get()));
        }
        Optional<Endpoint> endpoint = endpoints.find(host, request.segments(), Optional.of(request.method()));
        if (endpoint.isEmpty()) {
            return nothingThere();
        }
        var visit = new Visit(log, endpoint.get(), request);
        Response answer = visit.over(() -> answer(endpoint.get(), request, visit));
        return endpoint.get().hasCors() ? answer.with(ORIGIN, ANY) : answer;
    }

    private static Response preflight(Endpoint endpoint) {
        String methods = endpoint.methods().isEmpty() ? ANY : String.join(", ", endpoint.methods());
        return Response.empty(204)
                .with(ORIGIN, ANY)
                .with("Access-Control-Allow-Methods", methods)
                .with("Access-Control-Allow-Headers", "*, Authorization");
    }

    private Response answer(Endpoint endpoint, Request request, Visit visit) throws IOException, InterruptedException {
        if (endpoint.isTlsOnly() && !request.secure()) {
            return Response.json(426, TLS_ONLY).with("Upgrade", "TLS/1.2, HTTP/1.1");
        }
        Duration wait = throttle.take(endpoint, client(request));
        if (!wait.isZero()) {
            return Answers.tooMany(wait);
        }
        if (WebSocketUpgrade.isWanted(request)) {
            Optional<Response> refusal = WebSocketUpgrade.refusal(endpoint, request);
            if (refusal.isPresent()) {
                return refusal.get();
            }
        }
        if (endpoint.limits().streams().answers().isPresent()
                && request.version().equals("HTTP/1.0")) {
            return Response.error(
                    505, 505, "the end of an answer that streams cannot be told in HTTP/1.0: ask in HTTP/1.1");
        }
        try {
            return switch (endpoint.access().judge(request, endpoint.realm(request))) {
                case Access.Turned(Response refusal) -> refusal;
                case Access.Entered who -> entered(endpoint, request, who, visit);
            };
        } catch (HttpRefused refused) {
            return refused.response();
        } catch (Refused refused) {
            return Answers.of(endpoint).refusal(refused);
        } catch (LabelInvalid tooLarge) {
            return Answers.of(endpoint).withheld();
        }
    }

    private Response entered(Endpoint endpoint, Request request, Access.Entered who, Visit visit)
            throws IOException, InterruptedException {
        boolean isWaiting = !request.header(BLOCKING).orElse("true").strip().equalsIgnoreCase("false");
        Streams streams = endpoint.limits().streams();
        try (KeptBody kept = streams.kept(request, who).orElse(null)) {
            Optional<KeptBody> body = Optional.ofNullable(kept);
            Bytes input = body.isPresent()
                    ? HttpInput.ofQuery(request)
                    : HttpInput.of(request, endpoint.limits().bodyBytesMax());
            long arrival = System.nanoTime();
            int place = endpoint.routing().place(endpoint.gate(), who.claims(), client(request));
            Optional<Endpoint.Called> called = endpoint.behind().now(place, false);
            if (called.isEmpty()) {
                buckets.awaitEdge(arrival); // as if it had run, and its answer were withheld
                return Answers.of(endpoint).withheld();
            }
            Optional<AnswerCache.Key> key =
                    isWaiting ? AnswerCache.key(endpoint, called.get(), request) : Optional.empty();
            if (key.isPresent()) {
                Bytes told =
                        HttpInput.keyedContext(request, who, key.get().terms().vary());
                Invocation wish = wish(endpoint, called.get(), input, told, Optional.empty());
                var wanted = new Wanted(wish, place, who, true, Optional.empty(), Optional.empty(), visit);
                return cache.answer(
                        key.get(), request, Answers.of(endpoint), () -> again(endpoint, wanted, this::view));
            }
            boolean isFlowing = isWaiting && streams.answers().equals(Optional.of(StreamForm.HTTP));
            Bytes context = HttpInput.context(request, who, isFlowing);
            Invocation wish = wish(endpoint, called.get(), input, context, body.map(KeptBody::id));
            Optional<WebSocketUpgrade> upgrade = isFlowing && WebSocketUpgrade.isWanted(request)
                    ? Optional.of(WebSocketUpgrade.of(request))
                    : Optional.empty();
            return again(
                    endpoint,
                    new Wanted(wish, place, who, isWaiting, body, upgrade, visit),
                    one -> once(endpoint, one));
        }
    }

    /// @param place of the request, by which it has its version
    /// @param body  that the run reads
    private record Wanted(
            Invocation wish,
            int place,
            Access.Entered who,
            boolean isWaiting,
            Optional<KeptBody> body,
            Optional<WebSocketUpgrade> upgrade,
            Visit visit) {}

    private interface Attempt<T> {
        T of(Wanted wanted) throws InterruptedException;
    }

    private static <T> T again(Endpoint endpoint, Wanted wanted, Attempt<T> attempt) throws InterruptedException {
        try {
            return attempt.of(wanted);
        } catch (Refused refused) {
            if (refused.refusal() != Refusal.NOT_FOUND
                    || endpoint.behind().now(wanted.place(), true).isEmpty()) {
                throw refused;
            }
            return attempt.of(wanted);
        }
    }

    private Run.View view(Wanted wanted) throws InterruptedException {
        Run.View view = wanted.who().authority().get().run(() -> invocations.invoke(wanted.wish()));
        wanted.visit().ran(view.run(), () -> Answers.isTold(view));
        return view;
    }

    private Response once(Endpoint endpoint, Wanted wanted) throws InterruptedException {
        Task task = wanted.who().authority().get();
        Invocation wish = wanted.wish();
        if (!wanted.isWaiting()) {
            Run accepted = task.run(() -> invocations.submit(wish));
            wanted.visit().ran(accepted, () -> true);
            wanted.body().ifPresent(KeptBody::keepLonger); // as long as the record
            return Response.empty(202);
        }
        Optional<StreamForm> form = endpoint.limits().streams().answers();
        if (form.isEmpty()) {
            return Answers.of(endpoint).told(view(wanted));
        }
        AnswerStream answer =
                task.run(() -> invocations.stream(wish, wanted.upgrade().map(WebSocketUpgrade::said)));
        wanted.visit().ran(answer.run(), answer::isTold);
        BooleanSupplier isServed = () -> endpoints.isServed(endpoint.gate());
        return new LiveAnswer(answer, form.get(), wanted.who().authority(), isServed, wanted.body(), wanted.upgrade())
                .begun(Answers.of(endpoint));
    }

    private static Invocation wish(
            Endpoint endpoint, Endpoint.Called called, Bytes input, Bytes context, Optional<ObjectId> body) {
        return new Invocation(
                NOBODY,
                endpoint.function(),
                called.functionId(),
                called.versionId(),
                called.gate(),
                Label.PUBLIC,
                input,
                context,
                Map.of(),
                Map.of(),
                List.of(),
                new Invocation.Asked(Collections.emptySortedMap(), Optional.empty(), body));
    }

    private static InetAddress client(Request request) {
        String peer = request.peer();
        return peer.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.ofLiteral(peer);
    }
}
