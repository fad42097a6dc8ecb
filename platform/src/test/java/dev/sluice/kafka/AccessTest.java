package dev.sluice.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.kafka.Access.Login;
import dev.sluice.kafka.Access.Mechanism;
import dev.sluice.kafka.Access.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessTest {
    @Test
    void brokers_areHostsAndPorts() {
        assertThat(Access.nodes("a.example.com:9092,[::1]:1,B:65535").orElseThrow())
                .containsExactly(new Node("a.example.com", 9092), new Node("[::1]", 1), new Node("b", 65_535));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a:", "a:0", "a:65536", "a:1,", ",a:1", "a:1 b:2", "a:1,,b:2", "a/b:1", "u@a:1"})
    void whatIsNone_isNone(String text) {
        assertThat(Access.nodes(text)).isEmpty();
    }

    @Test
    void aPassword_isNotShown() {
        assertThat(new Login(Mechanism.PLAIN, "u", "s3cret").toString()).doesNotContain("s3cret");
    }
}
