package dev.sluice.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.image.Runtime;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the operator's registries let builds fetch.
final class RegistriesTest {
    private static final Registries REGISTRIES = Registries.of(List.of(
            "python=https://pypi.example/simple",
            "python=https://files.example/packages/",
            "nodejs=http://npm.example:81"));

    @ParameterizedTest
    @CsvSource({
        "https://pypi.example, /simple/, true",
        "https://pypi.example, /simple/a/?b=c, true",
        "https://files.example, /packages/a/b-1.0.whl, true",
        "https://pypi.example, /, false",
        "https://pypi.example, /simple, false",
        "https://pypi.example, /simple/../secret, false",
        "https://pypi.example, /simple/%2e%2E/secret, false",
        "https://pypi.example, /simple/..%2Fsecret, false",
        "https://pypi.example, /simple/..%5csecret, false",
        "https://pypi.example, /simple/a;b/c, true",
        "https://pypi.example, /simple/..;/secret, false",
        "https://pypi.example, /simple/..;a=b/secret, false",
        "https://pypi.example, /simple/..%3B/secret, false",
        "https://pypi.example, /simple/%252e%252e/secret, false",
        "https://pypi.example, /simple/a\\b, false",
        "https://pypi.example, /simple/a b, false",
        "https://pypi.example, //simple/, false",
        "https://pypi.example, /packages/, false",
        "http://pypi.example, /simple/, false",
        "https://pypi.example:444, /simple/, false",
        "https://pypi.example@evil.example, /simple/, false",
        "http://npm.example:81, /a, false"
    })
    void aBuildFetches_whatLiesBelowItsLanguagesAddresses_andNothingElse(String origin, String path, boolean may)
            throws BuildFailed {
        if (may) {
            assertThat(REGISTRIES.permitted(Runtime.PYTHON3, origin, path)).isEqualTo(URI.create(origin + path));
        } else {
            assertThatThrownBy(() -> REGISTRIES.permitted(Runtime.PYTHON3, origin, path))
                    .isInstanceOf(BuildFailed.class);
        }
    }

    @Test
    void aScopedName_isEscaped_andPermitted() throws BuildFailed {
        assertThat(REGISTRIES.permitted(Runtime.NODEJS, "http://npm.example:81", "/@types%2fnode"))
                .isEqualTo(URI.create("http://npm.example:81/@types%2fnode"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "python",
                "ruby=https://a.example",
                "python=",
                "python=ftp://a.example",
                "python=https://user:secret@a.example/",
                "python=https://a.example/?a=b",
                "python=https://a.example/#a",
                "python=https://a.example/../b/",
                "python=/simple"
            })
    void aWrongAddress_isRefused(String stated) {
        assertThatThrownBy(() -> Registries.of(List.of(stated))).isInstanceOf(IllegalArgumentException.class);
    }
}
