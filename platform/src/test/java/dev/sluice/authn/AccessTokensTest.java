package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.authn.AccessTokens.Finding;
import dev.sluice.authn.AccessTokens.Wanted;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of tokens as time passes; forged ones are `GatewayAccessTest`'s.
final class AccessTokensTest {
    private static final String FOR = "https://orders.example.com";

    private final SetClock clock = new SetClock(Instant.now());

    @Test
    void aToken_countsUntilItEnds_orItsKeyIsGone(@TempDir Path data) throws Exception {
        try (var provider = new TestProvider()) {
            IdentityProviders providers = TestProvider.write(data, provider.description("sso", "acme"));
            try (var logins = new Logins(providers, new SecureRandom(), clock)) {
                var tokens = new AccessTokens(providers, logins, clock);
                var wanted = new Wanted("acme", "sso", FOR);
                provider.isDown = true;
                String early = provider.accessToken(FOR, "", UnaryOperator.identity());
                assertThat(tokens.verify(wanted, early)).isInstanceOf(Finding.Unreachable.class);
                provider.isDown = false;
                clock.pass(OpenIdClient.FAILURES_APART);
                assertThat(tokens.verify(wanted, early)).isInstanceOf(Finding.Good.class);
                provider.isDown = true;
                assertThat(tokens.verify(wanted, early)).as("remembered").isInstanceOf(Finding.Good.class);
                assertThat(tokens.verify(new Wanted("other", "sso", FOR), early))
                        .as("of another organization's provider")
                        .isInstanceOf(Finding.Bad.class);
                provider.isDown = false;
                Date later = Date.from(clock.instant().plus(Duration.ofHours(2)));
                String late = provider.accessToken(FOR, "", claims -> claims.expirationTime(later));
                clock.pass(Duration.ofMinutes(30));
                assertThat(tokens.verify(wanted, early)).as("over").isInstanceOf(Finding.Bad.class);
                assertThat(tokens.verify(wanted, late)).isInstanceOf(Finding.Good.class);
                provider.rotate("k2");
                clock.pass(OpenIdClient.PUBLISHED_GOOD);
                assertThat(tokens.verify(wanted, late))
                        .as("of a key that is gone")
                        .isInstanceOf(Finding.Bad.class);
            }
        }
    }

    @Test
    void scopes_areWordsOfOneClaim_orAList(@TempDir Path data) throws Exception {
        try (var provider = new TestProvider()) {
            IdentityProviders providers = TestProvider.write(data, provider.description("sso", "acme"));
            try (var logins = new Logins(providers, new SecureRandom(), clock)) {
                var tokens = new AccessTokens(providers, logins, clock);
                String token = provider.accessToken(
                        FOR, "read  write", claims -> claims.claim("scp", List.of("admin", "read")));
                assertThat(tokens.verify(new Wanted("acme", "sso", FOR), token))
                        .isInstanceOfSatisfying(
                                Finding.Good.class,
                                good -> assertThat(good.claims().scopes())
                                        .containsExactlyInAnyOrder("read", "write", "admin"));
            }
        }
    }
}
