package dev.sluice.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the operator's registries let builds fetch.
final class RegistriesTest {
    private static final Registries REGISTRIES = Registries.of(List.of(
            "python=https://pypi.example/simple",
            "python=https://files.example/packages/",
            "nodejs=http://npm.example:81"));
    private static final Set<Registries.Kind> PYTHON = Set.of(Registries.Kind.PYTHON);
    private static final Set<Registries.Kind> NODEJS = Set.of(Registries.Kind.NODEJS);

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
        "https://pypi.example, /simple/%, false",
        "https://pypi.example, /simple/%zz, false",
        "https://pypi.example, /simple/?a=%1, false",
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
            assertThat(REGISTRIES.permitted(PYTHON, origin, path)).isEqualTo(URI.create(origin + path));
        } else {
            assertThatThrownBy(() -> REGISTRIES.permitted(PYTHON, origin, path)).isInstanceOf(BuildFailed.class);
        }
    }

    @Test
    void aScopedName_isEscaped_andPermitted() throws BuildFailed {
        assertThat(REGISTRIES.permitted(NODEJS, "http://npm.example:81", "/@types%2fnode"))
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

    @Test
    void aKeyring_isAFile_ofABoundedSize(@TempDir Path directory) throws Exception {
        Path keys = Files.write(directory.resolve("keys"), new byte[] {1, 2});
        assertThat(REGISTRIES.signedBy(keys).keyring().length()).isEqualTo(2);
        assertThat(REGISTRIES.keyring().length()).isZero();
        Path large = Files.write(directory.resolve("large"), new byte[(256 << 10) + 1]);
        assertThatThrownBy(() -> REGISTRIES.signedBy(large)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> REGISTRIES.signedBy(directory.resolve("none")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
