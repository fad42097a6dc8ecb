package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is sent to a guest is bounded, and its files stay where the guest keeps them.
final class FunctionPackageTest {
    private static final Bytes MIB = Bytes.takeOver(new byte[1 << 20]);

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a\\b", "a\nb", "a\0"})
    void aPathThatLeavesItsPlace_isRefused(String path) {
        assertRefused(Map.of(path, Bytes.EMPTY), "");
    }

    @Test
    void aPathOrAHandlerWithoutEnd_isRefused() {
        assertRefused(Map.of("x".repeat(FunctionPackage.PATH_CHARS_MAX + 1), Bytes.EMPTY), "");
        assertRefused(Map.of("a", Bytes.EMPTY), "x".repeat(FunctionPackage.HANDLER_CHARS_MAX + 1));
        String longest = "x".repeat(FunctionPackage.PATH_CHARS_MAX);
        String handler = "x".repeat(FunctionPackage.HANDLER_CHARS_MAX);
        var most = new FunctionPackage(Map.of(longest, Bytes.EMPTY), handler, Convention.AUTO);
        assertThat(most.files()).containsOnlyKeys(longest);
    }

    @Test
    void filesWithoutEnd_areRefused() {
        var many = new HashMap<String, Bytes>();
        for (int i = 0; i < FunctionPackage.FILES_MAX; i++) {
            many.put("f" + i, Bytes.EMPTY);
        }
        assertThat(new FunctionPackage(many, "", Convention.AUTO).files()).hasSize(FunctionPackage.FILES_MAX);
        many.put("more", Bytes.EMPTY);
        assertRefused(many, "");

        var big = new HashMap<String, Bytes>();
        for (int i = 0; i < FunctionPackage.BYTES_MAX / MIB.length(); i++) {
            big.put("f" + i, MIB);
        }
        assertThat(new FunctionPackage(big, "", Convention.AUTO).files()).hasSize(256);
        big.put("more", Bytes.utf8("x"));
        assertRefused(big, "");
    }

    @Test
    void aPayloadOrContextWithoutEnd_isRefused() {
        Bytes payload = Bytes.takeOver(new byte[RunRequest.PAYLOAD_BYTES_MAX]);
        Bytes context = Bytes.takeOver(new byte[RunRequest.CONTEXT_BYTES_MAX]);
        assertThat(new RunRequest(payload, context).payload()).isEqualTo(payload);
        Bytes morePayload = Bytes.takeOver(new byte[RunRequest.PAYLOAD_BYTES_MAX + 1]);
        Bytes moreContext = Bytes.takeOver(new byte[RunRequest.CONTEXT_BYTES_MAX + 1]);
        assertThatThrownBy(() -> new RunRequest(morePayload, context)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RunRequest(payload, moreContext)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRefused(Map<String, Bytes> files, String handler) {
        assertThatThrownBy(() -> new FunctionPackage(files, handler, Convention.AUTO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
