package dev.sluice.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.testing.Sink;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who vouches for a registry.
final class FetchingTest {
    @Test
    void aRegistry_isBelieved_ifTheOperatorsCertificatesVouchForIt_andNotOtherwise(@TempDir Path directory)
            throws Exception {
        try (Sink sink = Sink.https(directory)) {
            URI address = URI.create("https://localhost:" + sink.port() + "/simple/");
            Registries stated = Registries.of(List.of("python=" + address));
            try (var believing = new Fetching(stated.trusting(sink.certificate()));
                    var body = believing.get(address, "*/*").body()) {
                assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("answer");
            }
            sink.forget();
            try (var doubting = new Fetching(stated)) {
                assertThatThrownBy(() -> doubting.get(address, "*/*")).isInstanceOf(SSLException.class);
            }
            assertThat(sink.received()).isEmpty();
            assertThatThrownBy(() -> stated.trusting(directory.resolve("none")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /// The build is told where it leads and asks anew: whether it may is decided there, and not by the registry.
    @Test
    void aRedirect_isNotFollowed(@TempDir Path directory) throws Exception {
        try (Sink registry = Sink.http(directory);
                Sink inside = Sink.http(directory)) {
            String secret = "http://127.0.0.1:" + inside.port() + "/secret";
            registry.answer(_ -> Sink.bytes("HTTP/1.1 302 Found\r\nLocation: " + secret
                    + "\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            URI address = URI.create("http://127.0.0.1:" + registry.port() + "/simple/");
            try (var fetching = new Fetching(Registries.NONE)) {
                for (int i = 0; i < 2; i++) {
                    Fetching.Fetched fetched = fetching.get(address, "*/*");
                    fetched.body().close();
                    assertThat(fetched.status()).isEqualTo(302);
                    assertThat(fetched.location()).isEqualTo(secret);
                }
            }
            assertThat(inside.received()).isEmpty();
            assertThat(registry.received())
                    .hasSize(2)
                    .allMatch(one -> !one.head().contains("Cookie"));
        }
    }
}
