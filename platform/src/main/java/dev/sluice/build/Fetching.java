package dev.sluice.build;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// Fetches files from registries, for one build: follows no redirect itself, keeps no cookie and says nothing of the
/// server's.
final class Fetching implements AutoCloseable {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final Duration HEAD_MAX = Duration.ofSeconds(30);

    private final HttpClient client;

    Fetching(Registries registries) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(CONNECT_MAX);
        registries.tls().ifPresent(builder::sslContext);
        client = builder.build();
    }

    /// An answer whose body has yet to come; the stream is to be closed.
    record Fetched(int status, String type, String location, long lengthBytes, InputStream body) {}

    Fetched get(URI address, String accept) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(HEAD_MAX)
                .header("Accept", accept)
                .header("User-Agent", "sluice")
                .build();
        HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        var headers = response.headers();
        return new Fetched(
                response.statusCode(),
                headers.firstValue("content-type").orElse(""),
                headers.firstValue("location").orElse(""),
                headers.firstValueAsLong("content-length").orElse(-1),
                response.body());
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
