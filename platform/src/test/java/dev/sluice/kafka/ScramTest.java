package dev.sluice.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.kafka.Access.Login;
import dev.sluice.kafka.Access.Mechanism;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.ScramCredentialCallback;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The client's side of SCRAM, with Kafka's own server's side, and with servers that lie.
final class ScramTest {
    private static final String USER = "jon,=doe";

    @ParameterizedTest
    @EnumSource(names = {"SCRAM_SHA_256", "SCRAM_SHA_512"})
    void whoKnowsThePassword_isLetIn_andKnowsThatTheServerDoesToo(Mechanism mechanism) throws Exception {
        ScramSaslServer server = server(mechanism, "s3cret");
        var client = new Scram(new Login(mechanism, USER, "s3cret"), new SecureRandom());
        byte[] challenge = server.evaluateResponse(client.begin());
        byte[] last = server.evaluateResponse(client.prove(challenge));
        client.verify(last);
        assertThat(server.isComplete()).isTrue();
        assertThat(server.getAuthorizationID()).isEqualTo(USER);
        last[5] ^= 1;
        assertThatThrownBy(() -> client.verify(last)).isInstanceOf(KafkaFailed.class);
    }

    @Test
    void aWrongPassword_isNotLetIn() throws Exception {
        ScramSaslServer server = server(Mechanism.SCRAM_SHA_256, "s3cret");
        var client = new Scram(new Login(Mechanism.SCRAM_SHA_256, USER, "other"), new SecureRandom());
        byte[] proof = client.prove(server.evaluateResponse(client.begin()));
        assertThatThrownBy(() -> server.evaluateResponse(proof)).hasMessageContaining("Invalid client credentials");
    }

    /// A server that says how much work it is, does not say more than is done; one that says little would learn much.
    @ParameterizedTest
    @ValueSource(strings = {"1", "4095", "100001", "2147483647", "999999999999"})
    void iterations_areBounded(String iterations) {
        var client = new Scram(new Login(Mechanism.SCRAM_SHA_256, "u", "p"), new SecureRandom());
        String nonce = new String(client.begin(), StandardCharsets.UTF_8).replaceFirst(".*,r=", "");
        byte[] answer = ("r=" + nonce + "x,s=AAAA,i=" + iterations).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> client.prove(answer)).isInstanceOf(KafkaFailed.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"r=other,s=AAAA,i=4096", "e=unknown-user", "r=,s=,i=", "x", "r=NONCE,s=%,i=4096"})
    void whatIsNoChallenge_isRefused(String challenge) {
        var client = new Scram(new Login(Mechanism.SCRAM_SHA_256, "u", "p"), new SecureRandom());
        String nonce = new String(client.begin(), StandardCharsets.UTF_8).replaceFirst(".*,r=", "");
        byte[] answer = challenge.replace("NONCE", nonce).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> client.prove(answer)).isInstanceOf(KafkaFailed.class);
    }

    @Test
    void aServerThatProvesNothing_isRefused() {
        var client = new Scram(new Login(Mechanism.SCRAM_SHA_256, "u", "p"), new SecureRandom());
        assertThatThrownBy(() -> client.verify("v=".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(KafkaFailed.class);
    }

    private static ScramSaslServer server(Mechanism mechanism, String password) throws Exception {
        ScramMechanism its =
                mechanism == Mechanism.SCRAM_SHA_512 ? ScramMechanism.SCRAM_SHA_512 : ScramMechanism.SCRAM_SHA_256;
        ScramCredential credential = new ScramFormatter(its).generateCredential(password, 4096);
        return new ScramSaslServer(its, Map.of(), callbacks -> {
            for (Callback callback : callbacks) {
                switch (callback) {
                    case NameCallback name -> name.setName(name.getDefaultName());
                    case ScramCredentialCallback wanted -> wanted.scramCredential(credential);
                    default -> throw new IllegalStateException(Arrays.toString(callbacks));
                }
            }
        });
    }
}
