package dev.sluice.authn;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationGrantError;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationRequest;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationResponse;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.device.DeviceCode;
import com.nimbusds.oauth2.sdk.device.DeviceCodeGrant;
import dev.sluice.authn.LoginRefused.Why;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One login that was begun at a provider's device authorization endpoint, and what the provider knows it by.
///
/// Source: RFC 8628.
final class DeviceGrant {
    private static final int CODE_CHARS_MAX = 4096;

    /// What a user can type, and a terminal print.
    private static final Pattern USER_CODE = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9 -]{0,62}[A-Za-z0-9])?");

    private static final Pattern PRINTABLE = Pattern.compile("[!-~]{1,2048}");

    private final OpenIdClient client;
    private final DeviceCode code;

    private DeviceGrant(OpenIdClient client, DeviceCode code) {
        this.client = client;
        this.code = code;
    }

    /// What the provider told.
    record Begun(
            DeviceGrant grant,
            String userCode,
            URI verification,
            Optional<URI> complete,
            Duration lifetime,
            Duration interval) {}

    /// What the provider says while its user makes up his mind.
    sealed interface Answer {
        record NotYet() implements Answer {}

        record TooOften() implements Answer {}

        record Approved(User user) implements Answer {}
    }

    static Begun begin(OpenIdClient client) throws LoginRefused {
        URI endpoint = client.deviceAuthorization().orElseThrow(() -> new LoginRefused(Why.NOT_FOR_TERMINALS));
        DeviceAuthorizationRequest request = client.authentication()
                .map(DeviceAuthorizationRequest.Builder::new)
                .orElseGet(() -> new DeviceAuthorizationRequest.Builder(client.clientId()))
                .scope(client.scope())
                .endpointURI(endpoint)
                .build();
        try {
            var answer = DeviceAuthorizationResponse.parse(client.send(request.toHTTPRequest()));
            if (!answer.indicatesSuccess()) {
                throw new LoginRefused(Why.TURNED_DOWN);
            }
            return begun(client, answer.toSuccessResponse());
        } catch (ParseException | IllegalArgumentException malformed) {
            throw new LoginRefused(Why.UNREACHABLE, malformed);
        }
    }

    private static Begun begun(OpenIdClient client, DeviceAuthorizationSuccessResponse told) throws LoginRefused {
        String userCode = told.getUserCode().getValue();
        if (!USER_CODE.matcher(userCode).matches()
                || told.getDeviceCode().getValue().length() > CODE_CHARS_MAX) {
            throw new LoginRefused(Why.UNREACHABLE);
        }
        URI complete = told.getVerificationURIComplete();
        return new Begun(
                new DeviceGrant(client, told.getDeviceCode()),
                userCode,
                shown(client, told.getVerificationURI()),
                complete == null ? Optional.empty() : Optional.of(shown(client, complete)),
                Duration.ofSeconds(told.getLifetime()),
                Duration.ofSeconds(told.getInterval()));
    }

    /// An address that a user may be told to open.
    private static URI shown(OpenIdClient client, @Nullable URI address) throws LoginRefused {
        URI reachable = client.reachable(address);
        if (!PRINTABLE.matcher(reachable.toString()).matches()) {
            throw new LoginRefused(Why.UNREACHABLE);
        }
        return reachable;
    }

    /// The name of the provider.
    String provider() {
        return client.provider();
    }

    Answer ask() throws LoginRefused {
        TokenResponse answer = client.token(new DeviceCodeGrant(code));
        String error = answer.indicatesSuccess()
                ? null
                : answer.toErrorResponse().getErrorObject().getCode();
        if (DeviceAuthorizationGrantError.AUTHORIZATION_PENDING.getCode().equals(error)) {
            return new Answer.NotYet();
        }
        if (DeviceAuthorizationGrantError.SLOW_DOWN.getCode().equals(error)) {
            return new Answer.TooOften();
        }
        if (DeviceAuthorizationGrantError.EXPIRED_TOKEN.getCode().equals(error)) {
            throw new LoginRefused(Why.OVER);
        }
        return new Answer.Approved(client.user(answer, Optional.empty()));
    }

    /// Without the code.
    @Override
    public String toString() {
        return "DeviceGrant";
    }
}
