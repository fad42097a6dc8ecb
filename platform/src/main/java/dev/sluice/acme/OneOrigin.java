package dev.sluice.acme;

import dev.sluice.egress.TrustedAuthorities;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.Connection;
import org.shredzone.acme4j.connector.DefaultConnection;
import org.shredzone.acme4j.connector.HttpConnector;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/// The way to one authority: the origin of its directory and no other, whatever its answers lead to. No redirect is
/// followed, no proxy used, nothing decompressed.
///
/// Bounded: an exchange, whole answer included, by [#EXCHANGE_MAX], an answer by [#ANSWER_BYTES_MAX].
final class OneOrigin extends GenericAcmeProvider {
    static final Duration EXCHANGE_MAX = Duration.ofSeconds(30);
    static final int ANSWER_BYTES_MAX = 64 << 10;
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final int HTTPS = 443;

    private final URI directory;
    private final HttpClient client;

    /// @throws IOException if the file of authorities cannot be used
    OneOrigin(AcmeSettings settings) throws IOException {
        this.directory = settings.directory();
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(CONNECT_MAX);
        if (settings.authority().isPresent()) {
            builder.sslContext(TrustedAuthorities.context(settings.authority().get()));
        }
        this.client = builder.build();
    }

    @Override
    public Connection connect(URI server, NetworkSettings network, HttpClient unused) {
        return new Bounded(new HttpConnector(network, client));
    }

    @Override
    public HttpClient createHttpClient(NetworkSettings network) {
        return client;
    }

    boolean isOwn(URL url) {
        return url.getProtocol().equals("https")
                && url.getUserInfo() == null
                && url.getHost().equalsIgnoreCase(directory.getHost())
                && port(url.getPort()) == port(directory.getPort());
    }

    private static int port(int stated) {
        return stated == -1 ? HTTPS : stated;
    }

    private final class Bounded extends DefaultConnection {
        Bounded(HttpConnector connector) {
            super(connector);
        }

        @Override
        protected void sendRequest(Session session, URL url, Consumer<HttpRequest.Builder> body) throws IOException {
            if (!isOwn(url)) {
                throw new IOException("an answer leads to another origin than the directory's");
            }
            HttpRequest.Builder request = httpConnector.createRequestBuilder(url);
            body.accept(request);
            HttpResponse<InputStream> answer = exchange(request.build());
            if (answer.headers().firstValue("Content-Encoding").isPresent()) {
                throw new IOException("an answer is encoded, and that was not asked for");
            }
            lastResponse = answer;
        }

        private HttpResponse<InputStream> exchange(HttpRequest request) throws IOException {
            HttpResponse.BodyHandler<InputStream> whole =
                    _ -> BodySubscribers.mapping(BodySubscribers.ofByteArray(), ByteArrayInputStream::new);
            var answer = client.sendAsync(request, BodyHandlers.limiting(whole, ANSWER_BYTES_MAX));
            try {
                return answer.get(EXCHANGE_MAX.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the server stops");
            } catch (ExecutionException | TimeoutException failed) {
                throw new IOException("no whole answer", failed);
            } finally {
                answer.cancel(true);
            }
        }
    }
}
