package dev.sluice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// As `docker pull` reads references.
final class ReferenceTest {
    private static final String HEX = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @CsvSource({
        "python, registry-1.docker.io/library/python:latest",
        "python:3.11-slim, registry-1.docker.io/library/python:3.11-slim",
        "me/tool, registry-1.docker.io/me/tool:latest",
        "docker.io/me/tool:1, registry-1.docker.io/me/tool:1",
        "ghcr.io/a/b/c:v1, ghcr.io/a/b/c:v1",
        "localhost/a, localhost/a:latest",
        "127.0.0.1:5000/a, 127.0.0.1:5000/a:latest",
        "Registry.Example.com:5000/a__b/c-d.e:T_1, registry.example.com:5000/a__b/c-d.e:T_1",
        "example.com/a@sha256:" + HEX + ", example.com/a@sha256:" + HEX,
        "example.com/a:1@sha256:" + HEX + ", example.com/a@sha256:" + HEX,
    })
    void aReference_meansOneImage(String text, String meant) throws PullFailed {
        assertThat(Reference.parse(text)).hasToString(meant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a/",
                "A/b",
                "example.com/",
                "example.com/../a",
                "example.com/a b",
                "example.com/a?x",
                "example.com/a#x",
                "user@example.com/a",
                "https://example.com/a",
                "example.com:0/a",
                "example.com:x/a",
                "-.com/a",
                "example.com/a:",
                "example.com/a@sha256:12",
                "example.com/a@md5:" + HEX,
                "example.com/a\n",
            })
    void anythingElse_isRefused(String text) {
        assertThatThrownBy(() -> Reference.parse(text)).isInstanceOf(PullFailed.class);
    }
}
