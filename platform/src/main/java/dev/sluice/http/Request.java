package dev.sluice.http;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/// One HTTP request as handlers see it. Everything in it is hostile.
///
/// For one thread: the virtual thread that the handler runs on. The body can be read once.
public final class Request {
    private static final String FORM = "application/x-www-form-urlencoded";

    private final org.eclipse.jetty.server.Request jetty;
    private final String id;
    private final List<String> segments;
    private final LargeBodies.Share memory;
    private Optional<Digest> wanted = Optional.empty();
    private List<String> parameterNames = List.of();
    private int parametersFrom;
    private @Nullable Map<String, List<String>> query;

    Request(org.eclipse.jetty.server.Request jetty, String id, List<String> segments, LargeBodies.Share memory) {
        this.jetty = jetty;
        this.id = id;
        this.segments = segments;
        this.memory = memory;
    }

    /// Its name, as the answer tells it.
    public String id() {
        return id;
    }

    public String method() {
        return jetty.getMethod();
    }

    /// The path as it was sent, still encoded, without the query.
    public String rawPath() {
        return jetty.getHttpURI().getPath();
    }

    /// The host that it is for, in lower case, without its port and without a dot at its end; empty where none is
    /// named.
    public String host() {
        String host = Objects.requireNonNullElse(jetty.getHttpURI().getHost(), "");
        String its = host.toLowerCase(Locale.ROOT);
        return its.endsWith(".") ? its.substring(0, its.length() - 1) : its;
    }

    /// The query as it was sent, without its mark, or empty.
    public String rawQuery() {
        return Objects.requireNonNullElse(jetty.getHttpURI().getQuery(), "");
    }

    /// The protocol, such as `HTTP/1.1`.
    public String version() {
        return jetty.getConnectionMetaData().getHttpVersion().asString();
    }

    /// Of the path, each decoded once.
    public List<String> segments() {
        return segments;
    }

    /// The segments from the template's `{rest...}` on.
    public List<String> rest() {
        return segments.subList(Math.min(parametersFrom, segments.size()), segments.size());
    }

    /// The segment that stands where the route's template has `{name}`.
    public String parameter(String name) {
        for (int i = 0; i < parameterNames.size(); i++) {
            if (parameterNames.get(i).equals(name)) {
                return segments.get(i);
            }
        }
        throw new IllegalArgumentException("the route has no parameter " + name);
    }

    /// As [#parameter], empty where the route has none of that name.
    public String parameterIfAny(String name) {
        return parameterNames.contains(name) ? parameter(name) : "";
    }

    /// Remembers which template matched: one name a segment, empty for literal ones.
    void matched(List<String> names, int rest) {
        this.parameterNames = names;
        this.parametersFrom = rest;
    }

    /// The first value of a query parameter.
    ///
    /// @throws HttpRefused 400 for a query string that is malformed or has too many parameters
    public Optional<String> query(String name) {
        List<String> values = queryParameters().get(name);
        return values == null || values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
    }

    /// All query parameters, in order.
    public Map<String, List<String>> queryParameters() {
        Map<String, List<String>> known = query;
        if (known == null) {
            known = Parameters.of(jetty.getHttpURI().getQuery());
            query = known;
        }
        return known;
    }

    /// The only value of a header; empty when the header is absent.
    ///
    /// @throws HttpRefused 400 for a header that is sent more than once, as proxies differ in which one they read
    public Optional<String> header(String name) {
        HttpFields fields = jetty.getHeaders();
        @Nullable String value = null;
        for (HttpField field : fields) {
            if (field.is(name)) {
                if (value != null) {
                    throw new HttpRefused(400, name + " is sent more than once");
                }
                value = field.getValue() == null ? "" : field.getValue();
            }
        }
        return Optional.ofNullable(value);
    }

    /// All headers by their names in lower case. Those that are sent more than once are joined with commas.
    public Map<String, String> headers() {
        var all = new LinkedHashMap<String, String>();
        for (HttpField field : jetty.getHeaders()) {
            String value = field.getValue() == null ? "" : field.getValue();
            all.merge(field.getLowerCaseName(), value, (one, other) -> one + ", " + other);
        }
        return all;
    }

    /// The parts of a `multipart/form-data` body of at most `bytesMax` bytes. Refuses as [#bodyStream] while they are
    /// read.
    ///
    /// @throws HttpRefused 400, 413
    public Multipart multipart(long bytesMax) {
        return new Multipart(header("Content-Type").orElse(""), bodyStream(bytesMax), memory);
    }

    /// Whether it came over TLS.
    public boolean secure() {
        return jetty.isSecure();
    }

    /// What whoever connected showed of himself, his own certificate first: he has its key. Nobody has looked yet who
    /// vouches for it. Empty where he showed nothing, or was not asked.
    public List<X509Certificate> clientCertificates() {
        EndPoint.SslSessionData tls =
                jetty.getConnectionMetaData().getConnection().getEndPoint().getSslSessionData();
        X509Certificate[] shown = tls == null ? null : tls.peerCertificates();
        return shown == null ? List.of() : List.of(shown);
    }

    /// The address that it came from; empty where there is no network.
    public String peer() {
        return jetty.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress from
                        && from.getAddress() != null
                ? from.getAddress().getHostAddress()
                : "";
    }

    /// The fields of a form that a page sent.
    ///
    /// @throws HttpRefused 400, 413, 415
    public Map<String, List<String>> form(int bytesMax) throws IOException {
        if (!header("Content-Type").orElse("").startsWith(FORM)) {
            throw new HttpRefused(415, "the body must be a form: " + FORM);
        }
        return Parameters.of(body(bytesMax).utf8());
    }

    /// From now on the body is this one, or it is refused.
    public void requireBody(Digest digest) {
        wanted = Optional.of(digest);
    }

    /// The whole body.
    ///
    /// Memory grows with what has arrived, never with what was announced.
    ///
    /// @throws HttpRefused 413 above `bytesMax`, 408 when it comes too slowly, 503 when too many large ones come,
    ///     400 if it is not the one that is required
    /// @throws ClientGone when it does not come
    public Bytes body(int bytesMax) throws IOException {
        long declared = refuseAbove(bytesMax);
        Bytes body = new WholeBody(jetty, memory).received(declared, bytesMax);
        if (body.length() < declared) {
            throw new HttpRefused(400, "the request body is shorter than its Content-Length"); // HTTP/2 lets it be
        }
        if (wanted.isPresent()) {
            requireMatch(Digest.of(body));
        }
        return body;
    }

    /// As [#bodyStream], for who holds all of it to [#requireMatch] before anything comes of it.
    public InputStream bodyStreamToMatch(long bytesMax) {
        refuseAbove(bytesMax);
        return new BoundedBody(PacedBody.of(jetty), bytesMax);
    }

    /// @param whole of the whole body
    /// @throws HttpRefused 400 if it is not the one that is required
    public void requireMatch(Digest whole) {
        if (wanted.isPresent() && !wanted.get().equals(whole)) {
            throw new HttpRefused(400, "the request body is not the one that its digest says");
        }
    }

    /// The body as a stream for a handler that must not hold all of it in memory.
    ///
    /// A read throws [HttpRefused] 413 above `bytesMax` and 408 when the client is too slow, [ClientGone] when the
    /// rest does not come.
    public InputStream bodyStream(long bytesMax) {
        if (wanted.isPresent()) {
            throw new IllegalStateException("a stream is given out before all of it is known");
        }
        return bodyStreamToMatch(bytesMax);
    }

    /// The length that the body is announced with, -1 if it is with none.
    public long declaredBytes() {
        return jetty.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    }

    /// @return the declared length, -1 if none is
    private long refuseAbove(long bytesMax) {
        long declared = declaredBytes();
        if (declared > bytesMax) {
            throw HttpRefused.tooLarge();
        }
        return declared;
    }
}
