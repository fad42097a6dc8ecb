package dev.sluice.authn;

import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import dev.sluice.authn.LoginRefused.Why;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Logging in at an identity provider, by OpenID Connect's authorization code flow with PKCE, state and nonce.
///
/// Only the browser that began a login can finish it: a page that sends another browser back here with a code of its
/// own does not log it in. Thread-safe.
public final class Logins implements AutoCloseable {
    public static final Duration LIFETIME = LoginState.LIFETIME;
    static final int CODE_CHARS_MAX = 4096;
    private static final int RANDOM_BYTES = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Map<String, OpenIdClient> clients = new LinkedHashMap<>();
    private final Map<String, LdapClient> directories = new LinkedHashMap<>();
    private final Attempts attempts;
    private final Optional<HttpClient> http;
    private final LoginState.Seal seal;
    private final SecureRandom random;
    private final Clock clock;

    public Logins(IdentityProviders providers, SecureRandom random, Clock clock) {
        this(providers, random, clock, PATIENCE);
    }

    Logins(IdentityProviders providers, SecureRandom random, Clock clock, Duration patience) {
        this.http = providers.isEmpty() ? Optional.empty() : Optional.of(ProviderHttp.client());
        this.random = random;
        this.clock = clock;
        this.seal = new LoginState.Seal(random, clock);
        this.attempts = new Attempts(clock);
        http.ifPresent(client -> providers.all().forEach(one -> {
            switch (one) {
                case OpenIdProvider openId ->
                    clients.put(one.name(), new OpenIdClient(openId, new ProviderHttp(client, patience), clock));
                case LdapProvider ldap -> directories.put(one.name(), new LdapClient(ldap, patience));
            }
        }));
    }

    /// A login that was begun.
    ///
    /// @param location where the browser goes to log in
    /// @param sealed for a cookie of this browser
    public record Begun(URI location, String sealed) {}

    /// A login that is finished.
    ///
    /// @param goal as it was given when the login began
    public record Finished(User user, String goal) {}

    /// What the provider sends the browser back with.
    ///
    /// @param code absent if it turned the user down
    public record Answer(String state, Optional<String> code, Optional<String> issuer) {}

    /// @param redirect our own address that the provider sends the browser back to
    /// @param goal where the browser goes afterwards: whoever calls has checked it
    public Begun begin(String provider, URI redirect, String goal) throws LoginRefused {
        OpenIdClient client = client(provider);
        var login = new LoginState(
                provider,
                randomText(),
                randomText(),
                new CodeVerifier(randomText()).getValue(),
                redirect.toString(),
                goal,
                clock.instant().getEpochSecond());
        return new Begun(client.authorization(login), seal.seal(login));
    }

    /// @param sealed what the browser's cookie holds
    public Finished finish(String sealed, Answer answer) throws LoginRefused {
        LoginState login = seal.spend(sealed, answer.state()).orElseThrow(() -> new LoginRefused(Why.STALE));
        try {
            String code = answer.code()
                    .filter(text -> !text.isBlank() && text.length() <= CODE_CHARS_MAX)
                    .orElseThrow(() -> new LoginRefused(Why.TURNED_DOWN));
            return new Finished(client(login.provider()).user(login, code, answer.issuer()), login.goal());
        } catch (LoginRefused refused) {
            throw refused.at(login.provider(), "").onTheWayTo(login.goal());
        }
    }

    /// Whoever has an account of a directory and knows its password.
    ///
    /// @param typed empty for what cannot be right
    /// @param address where he asks from
    public User user(String provider, Optional<Credentials> typed, String address) throws LoginRefused {
        Credentials shown = typed.orElseThrow(() -> new LoginRefused(Why.WRONG));
        LdapClient directory = directories.get(provider);
        if (directory == null) {
            throw new LoginRefused(Why.UNKNOWN_PROVIDER);
        }
        if (!attempts.begin(provider, shown.account(), address)) {
            throw new LoginRefused(Why.TOO_MANY).at(provider, shown.account());
        }
        var isGuess = new AtomicBoolean();
        boolean isWrong = false;
        try {
            return directory.user(shown, isGuess);
        } catch (LoginRefused refused) {
            isWrong = refused.why() == Why.WRONG;
            throw refused.at(provider, shown.account());
        } finally {
            if (!isWrong && !isGuess.get()) {
                attempts.forgive(provider, shown.account(), address);
            }
        }
    }

    @Override
    public void close() {
        http.ifPresent(HttpClient::shutdownNow);
    }

    OpenIdClient client(String provider) throws LoginRefused {
        OpenIdClient client = clients.get(provider);
        if (client == null) {
            throw new LoginRefused(Why.UNKNOWN_PROVIDER);
        }
        return client;
    }

    private String randomText() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
