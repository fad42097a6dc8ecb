package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.kafka.Access;
import dev.sluice.kafka.Access.Login;
import dev.sluice.kafka.Access.Mechanism;
import dev.sluice.kafka.Access.Node;
import dev.sluice.kernel.Refused;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KafkaTermsTest {
    private static final Map<String, String> LEAST = Map.of("brokers", "b:9092", "topic", "t");

    @Test
    void settings_areRead() {
        KafkaTerms terms = with("from", "earliest", "tls", "", "sasl", "scram-sha-512", "group", "g");
        assertThat(terms)
                .isEqualTo(new KafkaTerms(
                        List.of(new Node("b", 9092)), "t", "g", true, true, Optional.of(Mechanism.SCRAM_SHA_512)));
        Access access = terms.access(Map.of("username", "u", "password", "p", "ca", "PEM"));
        assertThat(access.login()).contains(new Login(Mechanism.SCRAM_SHA_512, "u", "p"));
        assertThat(access.authorities()).contains("PEM");
        assertThat(with().access(Map.of("username", "u", "password", "p")).login())
                .isEmpty();
        assertThatThrownBy(() -> terms.access(Map.of("username", "u")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("username and password");
    }

    @ParameterizedTest
    @CsvSource({
        "brokers, b",
        "brokers, ''",
        "topic, ''",
        "topic, ..",
        "topic, a b",
        "group, a b",
        "from, middle",
        "tls, yes",
        "sasl, gssapi",
        "sasl, oauthbearer",
        "sasl.jaas.config, x",
        "offset, 1",
    })
    void whatMeansNothing_isRefused(String key, String value) {
        assertThatThrownBy(() -> with(key, value)).isInstanceOf(Refused.class);
    }

    /// A password goes over no wire as it is.
    @Test
    void plain_needsTls() {
        assertThat(with("sasl", "plain", "tls", "true").mechanism()).contains(Mechanism.PLAIN);
        assertThatThrownBy(() -> with("sasl", "plain")).hasMessageContaining("it needs tls=true");
        assertThatThrownBy(() -> with("sasl", "PLAIN", "tls", "false")).hasMessageContaining("it needs tls=true");
    }

    private static KafkaTerms with(String... more) {
        var said = new HashMap<>(LEAST);
        for (int i = 0; i < more.length; i += 2) {
            said.put(more[i], more[i + 1]);
        }
        return KafkaTerms.of(said, KafkaTerms.OF_A_SOURCE);
    }
}
