package dev.sluice.egress;

import dev.sluice.bytes.Bytes;
import dev.sluice.egress.EgressFailed.Why;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// Exchanges with servers on the internet.
///
/// It follows no redirect, keeps no cookie, uses no proxy, decompresses nothing, and connects only to addresses
/// that it has checked; an organization's connections serve nobody else. Bounded: time, bytes both ways,
/// exchanges under way.
///
/// Thread-safe; callers block.
public final class Egress implements AutoCloseable {
    public static final Duration EXCHANGE_MAX = Duration.ofSeconds(30);
    static final int OF_ONE_ORGANIZATION_MAX = 32;
    static final int OF_ALL_MAX = 256;

    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final Duration IDLE_MAX = Duration.ofSeconds(20);
    private static final int HEADER_BYTES_MAX = 32 << 10;
    private static final int REQUEST_HEADER_BYTES_MAX = 160 << 10;
    private static final int POOL_THREADS_MAX = 8;

    private final EgressSettings settings;
    private final Duration patience;
    private final HttpClient client;
    private final Traffic traffic;

    private Egress(EgressSettings settings, Duration patience, Traffic traffic, HttpClient client) {
        this.settings = settings;
        this.patience = patience;
        this.traffic = traffic;
        this.client = client;
    }

    /// Lets nothing out.
    public static Egress closed() {
        return new Egress(EgressSettings.NONE, EXCHANGE_MAX, new Traffic(0, 0), new HttpClient());
    }

    /// @throws IOException if the file of authorities cannot be used
    public static Egress open(EgressSettings settings) throws IOException {
        return open(
                settings, InetAddress::getAllByName, EXCHANGE_MAX, new Traffic(OF_ONE_ORGANIZATION_MAX, OF_ALL_MAX));
    }

    static Egress open(EgressSettings settings, CheckedResolver.Lookup lookup, Duration patience, Traffic traffic)
            throws IOException {
        var tls = new SslContextFactory.Client();
        tls.setTrustStore(TrustedAuthorities.with(settings.authorities()));
        tls.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        var threads = new QueuedThreadPool(POOL_THREADS_MAX, 2);
        threads.setName("egress");
        threads.setDaemon(true);
        var client = new HttpClient();
        client.setExecutor(threads);
        client.setSslContextFactory(tls);
        client.setSocketAddressResolver(new CheckedResolver(settings, lookup));
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "sluice"));
        client.setConnectTimeout(CONNECT_MAX.toMillis());
        client.setIdleTimeout(Math.min(IDLE_MAX.toMillis(), patience.toMillis()));
        client.setDestinationIdleTimeout(IDLE_MAX.toMillis());
        client.setMaxConnectionsPerDestination(OF_ONE_ORGANIZATION_MAX);
        client.setMaxRequestHeadersSize(REQUEST_HEADER_BYTES_MAX);
        client.setMaxResponseHeadersSize(HEADER_BYTES_MAX);
        LifeCycle.start(client);
        client.getContentDecoderFactories().clear();
        return new Egress(settings, patience, traffic, client);
    }

    /// Whether the operator lets external gates name this host.
    public boolean allows(Origin origin) {
        return settings.allows(origin);
    }

    /// Sends and waits for the whole answer, whatever its status.
    ///
    /// @param organization who is charged for it
    public Inbound exchange(String organization, Outbound outbound) throws InterruptedException, EgressFailed {
        traffic.begin(organization);
        try {
            return send(request(organization, outbound));
        } finally {
            traffic.end(organization);
        }
    }

    /// Takes an answer's body while it comes, however long it is.
    public interface Reader<T> {
        /// @param body until the exchange's time is over
        T read(int status, Map<String, String> headers, InputStream body) throws IOException;
    }

    /// Sends, and lets `reader` read the answer: in all at most `time`.
    ///
    /// @param organization who is charged for it
    /// @throws IOException what the reader throws of its own
    public <T> T download(String organization, Outbound outbound, Duration time, Reader<T> reader)
            throws InterruptedException, EgressFailed, IOException {
        traffic.begin(organization);
        Request request = request(organization, outbound).timeout(time.toMillis(), TimeUnit.MILLISECONDS);
        try (var listener = new InputStreamResponseListener()) {
            request.send(listener);
            Response response = listener.get(time.toMillis(), TimeUnit.MILLISECONDS);
            try (var body = new Arriving(listener.getInputStream())) {
                return body.readBy(reader, response.getStatus(), headers(response));
            }
        } catch (TimeoutException late) {
            throw new EgressFailed(Why.TIMED_OUT);
        } catch (ExecutionException failed) {
            throw new EgressFailed(why(failed));
        } finally {
            var _ = request.abort(new IOException("over"));
            traffic.end(organization);
        }
    }

    /// Tells what went wrong with the connection from what went wrong with what is done with the bytes.
    private static final class Arriving extends FilterInputStream {
        private boolean isBroken;

        Arriving(InputStream in) {
            super(in);
        }

        <T> T readBy(Reader<T> reader, int status, Map<String, String> headers)
                throws IOException, InterruptedException, EgressFailed {
            try {
                return reader.read(status, headers, this);
            } catch (InterruptedIOException stopped) {
                throw new InterruptedException("stopped while the answer came");
            } catch (IOException failed) {
                if (isBroken) {
                    throw new EgressFailed(why(failed));
                }
                throw failed;
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (IOException broken) {
                isBroken = true;
                throw broken;
            }
        }
    }

    private Request request(String organization, Outbound outbound) {
        Origin origin = outbound.origin();
        Request request = client.newRequest(origin.host(), origin.port())
                .scheme(origin.scheme())
                .path(outbound.target())
                .method(outbound.verb())
                .tag(organization)
                .timeout(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (outbound.body().length() > 0) {
            request.body(new BytesRequestContent(outbound.body().toArray()));
        }
        return request.headers(headers -> outbound.headers().forEach(headers::put));
    }

    private Inbound send(Request request) throws InterruptedException, EgressFailed {
        try (var listener = new InputStreamResponseListener()) {
            request.send(listener);
            Response response = listener.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return new Inbound(response.getStatus(), headers(response), body(listener));
        } catch (TimeoutException late) {
            throw new EgressFailed(Why.TIMED_OUT);
        } catch (ExecutionException failed) {
            throw new EgressFailed(why(failed));
        } catch (InterruptedIOException stopped) {
            throw new InterruptedException("stopped while the answer came");
        } catch (IOException broken) {
            throw new EgressFailed(why(broken));
        } finally {
            var _ = request.abort(new IOException("over"));
        }
    }

    private static Bytes body(InputStreamResponseListener listener) throws IOException, EgressFailed {
        try (InputStream in = listener.getInputStream()) {
            byte[] body = in.readNBytes(Inbound.BODY_BYTES_MAX + 1);
            if (body.length > Inbound.BODY_BYTES_MAX) {
                throw new EgressFailed(Why.TOO_LARGE);
            }
            return Bytes.takeOver(body);
        }
    }

    private static Map<String, String> headers(Response response) {
        var headers = new TreeMap<String, String>();
        response.getHeaders()
                .forEach(field -> headers.merge(
                        field.getName().toLowerCase(Locale.ROOT),
                        field.getValue() == null ? "" : field.getValue(),
                        (one, other) -> one + ", " + other));
        return Map.copyOf(headers);
    }

    private static Why why(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CheckedResolver.Forbidden) {
                return Why.FORBIDDEN;
            }
            if (cause instanceof TimeoutException) {
                return Why.TIMED_OUT;
            }
        }
        return Why.UNREACHABLE;
    }

    @Override
    public void close() {
        LifeCycle.stop(client);
    }
}
