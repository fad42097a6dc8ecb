package dev.sluice.cli.api;

import dev.sluice.cli.Failure;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.config.Settings;
import dev.sluice.cli.http.Address;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.http.Exchange;
import dev.sluice.cli.http.Request;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Requests to the server under the user's identity. Headers are those that Dispatch's client sends.
public final class Api {
    /// A run's record may carry what a function returned; beyond this the answer is refused rather than held.
    private static final int JSON_BYTES_MAX = 256 << 20;

    private static final int ERROR_BYTES_MAX = 1 << 20;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    /// What the server says whatever the reason.
    private static final Pattern UNIFORM =
            Pattern.compile("(not found or not allowed|Forbidden, please make sure you have required privileges)$");

    private final Settings settings;
    private final Address address;
    private final Clock clock;
    private final PrintStream trace;

    /// @param trace gets one line for each request and each answer, without credentials
    public Api(Settings settings, Clock clock, PrintStream trace) {
        this.settings = settings;
        this.address = settings.address();
        this.clock = clock;
        this.trace = trace;
    }

    public Json get(String target) {
        return json(call("GET", target, Body.NONE));
    }

    public Json post(String target, Json body) {
        return json(call("POST", target, bodyOf(body)));
    }

    public Json put(String target, Json body) {
        return json(call("PUT", target, bodyOf(body)));
    }

    public Json delete(String target) {
        return json(call("DELETE", target, Body.NONE));
    }

    /// What anybody may ask: sent without credentials and without an organization.
    public Json getAnonymously(String target) {
        return json(successful(sendBare("GET", target, Map.of("Accept", "application/json"), Body.NONE)));
    }

    /// Whatever the server answers to a request that carries nothing of the user's but what is given. The caller
    /// closes it.
    public Answer sendBare(String method, String target, Map<String, String> headers, Body body) {
        return exchange(method, target, headers, body);
    }

    /// As [#send], with the usual headers and only for a yes.
    ///
    /// @throws Refusal when the server says no
    public Answer call(String method, String target, Body body) {
        Answer answer = send(method, target, Map.of("Content-Type", "application/json"), body);
        if (answer.status() == FORBIDDEN && isUserOfNoOrganization()) {
            throw refusal(FORBIDDEN, bytes(answer, ERROR_BYTES_MAX)).withoutOrganization();
        }
        if (answer.status() == UNAUTHORIZED) {
            throw refusal(UNAUTHORIZED, bytes(answer, ERROR_BYTES_MAX))
                    .unproven(bearer().isPresent()
                            || !settings.get(Setting.COOKIE).isEmpty());
        }
        return successful(answer);
    }

    /// Who logged in may be somebody in several organizations, so that he is nobody until he says in which he acts.
    private boolean isUserOfNoOrganization() {
        return settings.get(Setting.ORGANIZATION).isEmpty()
                && !settings.get(Setting.COOKIE).isEmpty()
                && bearer().isEmpty();
    }

    /// Whatever the server answers. The caller closes it.
    ///
    /// @param more headers beside the usual ones; `Content-Type` is left out of a `GET`
    public Answer send(String method, String target, Map<String, String> more, Body body) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Accept", "application/json");
        headers.putAll(more);
        if (method.equals("GET")) {
            headers.remove("Content-Type");
        }
        headers.put("X-Dispatch-Org", settings.get(Setting.ORGANIZATION));
        if (settings.get(Setting.AS_ORGANIZATION).equals("true")) {
            headers.put("X-Sluice-As-Org", "true");
        }
        addIdentity(headers);
        return exchange(method, target, headers, body);
    }

    /// The token that requests carry.
    ///
    /// @throws Failure when the settings name neither a token nor a service account with its key
    public String token() {
        return bearer().orElseThrow(() -> new Failure("there is no service account to speak for: "
                + "see `sluice login --help`, or name a configuration with --config"));
    }

    private Optional<String> bearer() {
        boolean isAnotherNamed = settings.explicit(Setting.SERVICE_ACCOUNT).isPresent()
                && settings.explicit(Setting.TOKEN).isEmpty();
        String token = isAnotherNamed ? "" : settings.get(Setting.TOKEN);
        if (!token.isEmpty()) {
            return Optional.of(token);
        }
        String account = settings.account();
        String key = settings.accountKey();
        if (key.isEmpty() && settings.explicit(Setting.SERVICE_ACCOUNT).isPresent()) {
            throw new Failure("the service account " + account + " speaks with a key of its own: --key-file FILE");
        }
        if (account.isEmpty() || key.isEmpty()) {
            return Optional.empty();
        }
        if (!account.contains("/")) {
            throw new Failure("of which organization is the service account " + account + "? Say --organization ORG"
                    + " or --service-account ORG/" + account);
        }
        return Optional.of(AccountToken.sign(account, Path.of(key), clock.instant()));
    }

    private void addIdentity(Map<String, String> headers) {
        String cookie = settings.get(Setting.COOKIE);
        bearer().ifPresentOrElse(
                        token -> headers.put("Authorization", "Bearer " + token),
                        () -> headers.put("Cookie", cookie.isEmpty() ? "unset" : cookie));
    }

    private Answer exchange(String method, String target, Map<String, String> headers, Body body) {
        trace.println("> " + method + " " + address + target);
        var all = new LinkedHashMap<>(headers);
        all.put("User-Agent", "sluice");
        try {
            Answer answer = Exchange.send(address, new Request(method, target, all, body));
            trace.println("< " + answer.status());
            return answer;
        } catch (IllegalArgumentException e) {
            throw new Failure("the request cannot be sent: " + e.getMessage(), e);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private Failure unreachable(IOException e) {
        String why = e instanceof ConnectException ? "connection refused" : Failure.reason(e);
        return new Failure(
                "cannot reach " + address + " (" + settings.origin() + "): " + why
                        + "\nIs the server running? `./sluice status` tells, `./sluice up` starts one.",
                e);
    }

    /// Passes a yes on and turns a no into the user's message.
    public static Answer successful(Answer answer) {
        if (answer.isSuccess()) {
            return answer;
        }
        throw refusal(answer, bytes(answer, ERROR_BYTES_MAX));
    }

    /// What a refusal's body says; its HTTP status when the body says nothing. With the policy that is missing
    /// where the server tells, or with the request's id where it may have kept a reason that it does not tell to
    /// everybody.
    public static Refusal refusal(Answer answer, byte[] body) {
        Refusal refusal = refusal(answer.status(), body);
        boolean isUniform =
                UNIFORM.matcher(String.valueOf(refusal.getMessage())).find();
        Optional<Refusal> explained =
                isUniform ? answer.header("X-Request-Id").map(refusal::explainedAs) : Optional.empty();
        return answer.header("X-Sluice-Needs")
                .map(refusal::needing)
                .or(() -> explained)
                .orElse(refusal);
    }

    private static Refusal refusal(int status, byte[] body) {
        try {
            if (JsonText.parse(body) instanceof Json.Obj error
                    && !error.show("message").isEmpty()) {
                return new Refusal(error.wholeAt("code").orElse((long) status), error.show("message"));
            }
        } catch (NotJson e) {
            return new Refusal(status, "the server's refusal has no readable message");
        }
        return new Refusal(status, "the server's refusal has no message");
    }

    private static Body bodyOf(Json json) {
        return Body.of(JsonText.compact(json).getBytes(StandardCharsets.UTF_8));
    }

    /// The whole body as JSON, `null` for an empty one; closes the answer.
    public static Json json(Answer answer) {
        byte[] body = bytes(answer, JSON_BYTES_MAX);
        if (body.length == 0) {
            return Json.NULL;
        }
        try {
            return JsonText.parse(body);
        } catch (NotJson e) {
            throw new Failure("the server's answer is not JSON: " + e.getMessage(), e);
        }
    }

    /// The whole body; closes the answer.
    public static byte[] bytes(Answer answer, int bytesMax) {
        try (answer) {
            byte[] body = answer.body().readNBytes(bytesMax + 1);
            if (body.length > bytesMax) {
                throw new Failure("the server's answer is longer than " + bytesMax + " bytes");
            }
            return body;
        } catch (IOException e) {
            throw new Failure("the server's answer broke off: " + Failure.reason(e), e);
        }
    }
}
