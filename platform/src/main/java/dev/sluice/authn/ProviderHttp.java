package dev.sluice.authn;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import dev.sluice.authn.LoginRefused.Why;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// HTTP to one identity provider: the platform's own outbound traffic, never a tenant's. Only where the operator's
/// description allows, without following redirects, and within limits of time, size and number.
final class ProviderHttp {
    static final int ANSWER_BYTES_MAX = 256 << 10;
    static final int REQUESTS_MAX = 16;
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final HttpClient client;
    private final Semaphore free = new Semaphore(REQUESTS_MAX);
    private final Duration patience;

    /// @param patience for a whole answer
    ProviderHttp(HttpClient client, Duration patience) {
        this.client = client;
        this.patience = patience;
    }

    /// The body of a 200.
    String fetch(OpenIdProvider provider, URI uri) throws LoginRefused {
        requireReachable(provider, uri);
        HttpResponse<byte[]> answer = send(request(uri).GET().build());
        if (answer.statusCode() != 200) {
            throw new LoginRefused(Why.UNREACHABLE);
        }
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    /// Sends a message of the protocol.
    HTTPResponse exchange(OpenIdProvider provider, HTTPRequest message) throws LoginRefused {
        requireReachable(provider, message.getURI());
        HttpRequest.Builder request = request(message.getURI())
                .POST(HttpRequest.BodyPublishers.ofString(message.getBody() == null ? "" : message.getBody()));
        message.getHeaderMap().forEach((name, values) -> values.forEach(value -> request.setHeader(name, value)));
        HttpResponse<byte[]> answer = send(request.build());
        try {
            var told = new HTTPResponse(answer.statusCode());
            answer.headers().firstValue("Content-Type").ifPresent(type -> told.setHeader("Content-Type", type));
            told.setBody(new String(answer.body(), StandardCharsets.UTF_8));
            told.ensureEntityContentType();
            return told;
        } catch (ParseException | IllegalArgumentException noContentType) {
            throw new LoginRefused(Why.UNREACHABLE, noContentType);
        }
    }

    static HttpClient client() {
        return HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    private static void requireReachable(OpenIdProvider provider, URI uri) throws LoginRefused {
        if (!provider.mayReach(uri)) {
            throw new LoginRefused(Why.UNREACHABLE);
        }
    }

    private HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(patience).setHeader("Accept", "application/json");
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws LoginRefused {
        if (!free.tryAcquire()) {
            throw new LoginRefused(Why.UNREACHABLE);
        }
        var body = HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX);
        Future<HttpResponse<byte[]>> answer = client.sendAsync(request, body);
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw new LoginRefused(Why.UNREACHABLE, failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new LoginRefused(Why.UNREACHABLE, stopped);
        } finally {
            answer.cancel(true);
            free.release();
        }
    }
}
