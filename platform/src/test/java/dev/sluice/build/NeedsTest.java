package dev.sluice.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.build.Needs.SystemPackage;
import dev.sluice.image.Runtime;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an image may ask for is a name and a version, and never an option or a path to the tools that see it.
final class NeedsTest {
    @ParameterizedTest
    @CsvSource({
        "curl, 7.59, true",
        "g++, '', true",
        "libssl3, 3.0.15-1~deb12u1, true",
        "vim, 2:9.0.1378-2, true",
        "curl, -o=a, false",
        "-o, '', false",
        "--allow-unauthenticated, '', false",
        "../a.deb, '', false",
        "/a.deb, '', false",
        "Curl, '', false",
        "'a b', '', false",
        "'', '', false",
        "curl, '1 2', false",
        "curl, a/b, false"
    })
    void aSystemPackage_isANameAndAVersion(String name, String version, boolean may) {
        var needs = new Needs(Runtime.PYTHON3, "", List.of(new SystemPackage(name, version)));
        if (may) {
            assertThatCode(needs::require).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(needs::require).isInstanceOf(BuildFailed.class);
        }
    }

    @Test
    void thereAreAtMost64() {
        var many = new Needs(Runtime.NODEJS, "", Collections.nCopies(65, new SystemPackage("curl", "")));
        assertThatThrownBy(many::require).isInstanceOf(BuildFailed.class);
    }

    @Test
    void aBuild_mayFetchOnlyWhatItInstalls() {
        var none = List.<SystemPackage>of();
        var curl = List.of(new SystemPackage("curl", ""));
        assertThat(new Needs(Runtime.JAVA, "a", none).kinds()).containsExactly(Registries.Kind.JAVA);
        assertThat(new Needs(Runtime.JAVA, "", curl).kinds()).containsExactly(Registries.Kind.DEBIAN);
    }
}
