package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.JsonText;
import dev.sluice.cli.json.NotJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Logging in where there is no browser: the user approves in a browser elsewhere, by a code that is shown here.
final class DeviceLogin {
    private static final String PATH = "/v1/iam/oauth2/device";
    private static final Map<String, String> HEADERS =
            Map.of("Accept", "application/json", "Content-Type", "application/json");
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int APPROVED = 200;
    private static final int WAITING = 202;

    /// Too many at once, or the identity provider is down: this may pass.
    private static final Set<Integer> TRY_AGAIN = Set.of(429, 502, 503, 504);

    private static final long INTERVAL_SECONDS = 5;
    private static final long INTERVAL_SECONDS_MAX = 60;
    private static final long LIFETIME_SECONDS_MAX = 3600;

    private final Session session;
    private final Api api;
    private final Body handle;

    private DeviceLogin(Session session, Api api, String handle) {
        this.session = session;
        this.api = api;
        this.handle = Body.of(
                JsonText.compact(Json.Obj.empty().with("device_code", handle)).getBytes(StandardCharsets.UTF_8));
    }

    /// Shows the code and waits.
    ///
    /// @return the session's cookie
    static String cookie(Session session, String provider) {
        Api api = session.api();
        String target = Target.of(PATH).query("provider", provider).toString();
        Answer answer = Api.successful(api.sendBare("POST", target, HEADERS, Body.NONE));
        if (!(Api.json(answer) instanceof Json.Obj begun)
                || begun.show("device_code").isEmpty()) {
            throw new Failure("the server's answer makes no sense: is it a Sluice server?");
        }
        return new DeviceLogin(session, api, begun.show("device_code")).whileCancelable(begun);
    }

    private void show(Json.Obj begun) {
        var terminal = session.terminal();
        terminal.complain("To log in, open in a browser, on any machine:");
        terminal.complain("  " + begun.show("verification_uri"));
        terminal.complain("and enter the code: " + begun.show("user_code"));
        String complete = begun.show("verification_uri_complete");
        if (!complete.isEmpty()) {
            terminal.complain("or open: " + complete);
        }
        terminal.err().flush();
    }

    /// Ctrl-C leaves nothing behind at the server that somebody could still approve.
    private String whileCancelable(Json.Obj begun) {
        var cancel = Thread.ofPlatform().unstarted(this::cancel);
        Runtime.getRuntime().addShutdownHook(cancel);
        try {
            show(begun);
            long lifetime = Math.clamp(begun.wholeAt("expires_in").orElse(0L), 1, LIFETIME_SECONDS_MAX);
            return await(interval(begun, INTERVAL_SECONDS), lifetime);
        } finally {
            removeHook(cancel);
        }
    }

    private void removeHook(Thread cancel) {
        try {
            Runtime.getRuntime().removeShutdownHook(cancel);
        } catch (IllegalStateException ending) {
            // It is at work: the process ends.
        }
    }

    private void cancel() {
        try {
            api.sendBare("POST", PATH + "/cancel", HEADERS, handle).close();
        } catch (Failure | IOException unreachable) {
            session.terminal().complain("The login could not be cancelled: it ends by itself");
        }
    }

    private String await(long firstInterval, long lifetime) {
        long interval = firstInterval;
        for (long waited = interval; waited <= lifetime; waited += interval) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(interval)); // waking early does no harm
            Answer answer = api.sendBare("POST", PATH + "/token", HEADERS, handle);
            byte[] content = Api.bytes(answer, ANSWER_BYTES_MAX);
            if (answer.status() == APPROVED) {
                return Cookies.required(object(content).show("cookie"));
            }
            if (answer.status() == WAITING) {
                interval = interval(object(content), interval);
            } else if (TRY_AGAIN.contains(answer.status())) {
                interval = Math.min(2 * interval, INTERVAL_SECONDS_MAX);
            } else {
                throw Api.refusal(answer, content);
            }
        }
        throw new Failure("nobody approved the login in time: begin again");
    }

    private static long interval(Json.Obj told, long otherwise) {
        return Math.clamp(told.wholeAt("interval").orElse(otherwise), 1, INTERVAL_SECONDS_MAX);
    }

    private static Json.Obj object(byte[] content) {
        try {
            return JsonText.parse(content) instanceof Json.Obj object ? object : Json.Obj.empty();
        } catch (NotJson e) {
            throw new Failure("the server's answer is not JSON: " + e.getMessage(), e);
        }
    }
}
