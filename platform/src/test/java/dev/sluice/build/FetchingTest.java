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
}
