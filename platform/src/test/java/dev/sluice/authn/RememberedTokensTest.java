package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RememberedTokensTest {
    private final RememberedTokens<String> tokens = new RememberedTokens<>();
    private final List<String> verified = new ArrayList<>();

    @Test
    void aTokenThatCanBeNone_isNotEvenLookedAt() {
        for (String none : List.of("", "x".repeat(RememberedTokens.TOKEN_CHARS_MAX + 1))) {
            assertThat(use(none, true)).isEmpty();
        }
        assertThat(verified).isEmpty();
        assertThat(use("x".repeat(RememberedTokens.TOKEN_CHARS_MAX), true)).isPresent();
    }

    @Test
    void aGoodToken_isVerifiedOnce_andLookedAtEachTime() {
        assertThat(use("a", true)).contains("of a");
        assertThat(use("a", true)).contains("of a");
        assertThat(verified).containsExactly("a");
        assertThat(use("a", false)).isEmpty();
        assertThat(use("b", false)).isEmpty();
        assertThat(use("b", true))
                .as("what is verified and holds no more, may hold again")
                .contains("of b");
    }

    private Optional<String> use(String token, boolean holds) {
        return tokens.use(
                token,
                text -> {
                    verified.add(text);
                    return Optional.of("of " + text);
                },
                claims -> holds ? Optional.of(claims) : Optional.empty());
    }
}
