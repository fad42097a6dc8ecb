package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.build.Needs;
import dev.sluice.build.Needs.SystemPackage;
import dev.sluice.image.Runtime;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which images share what was installed.
final class ImageNeedsTest {
    @Test
    void equalNeeds_haveOneKey_andAManifestDoesNotPassForPackages() {
        var needs = new Needs(Runtime.PYTHON3, "a", List.of(new SystemPackage("curl", "8")));
        assertThat(ImageNeeds.key(needs))
                .isEqualTo(ImageNeeds.key(new Needs(Runtime.PYTHON3, "a", List.of(new SystemPackage("curl", "8")))))
                .isNotEqualTo(ImageNeeds.key(new Needs(Runtime.PYTHON3, "a\0curl=8", List.of())))
                .isNotEqualTo(ImageNeeds.key(new Needs(Runtime.NODEJS, "a", needs.packages())));
    }
}
