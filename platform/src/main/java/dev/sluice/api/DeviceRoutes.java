package dev.sluice.api;

import dev.sluice.authn.DeviceLogins;
import dev.sluice.authn.DeviceLogins.Standing;
import dev.sluice.authn.IdentityProviders.Choice;
import dev.sluice.authn.Login;
import dev.sluice.authn.LoginRefused;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import java.io.IOException;
import java.util.List;

/// Logging in on a terminal that has no browser, in the words of RFC 8628 where it has some.
///
/// `POST /v1/iam/oauth2/device` tells what the user types where; `.../token` is asked until he has, and then answers
/// with a session's cookie; `.../cancel` forgets the login. What names the login stands in bodies, never in addresses,
/// which are logged.
final class DeviceRoutes {
    private static final String PATH = "/v1/iam/oauth2/device";
    private static final int BODY_BYTES_MAX = 4 << 10;
    private static final String DEVICE_CODE = "device_code";

    private final Login login;

    DeviceRoutes(Login login) {
        this.login = login;
    }

    void addTo(Routes.Table table) {
        table.add("POST", PATH, Refusals.ofPaths(this::begin));
        table.add("POST", PATH + "/token", Refusals.ofPaths(this::token));
        table.add("POST", PATH + "/cancel", Refusals.ofPaths(this::cancel));
    }

    private Response begin(Request request) {
        try {
            DeviceLogins.Begun begun = login.devices().begin(provider(request), request.peer());
            var answer = new JsonWriter(512).beginObject();
            answer.field(DEVICE_CODE, begun.handle());
            answer.field("user_code", begun.userCode());
            answer.field("verification_uri", begun.verification().toString());
            begun.complete().ifPresent(complete -> answer.field("verification_uri_complete", complete.toString()));
            answer.field("expires_in", begun.lifetime().toSeconds());
            answer.field("interval", begun.interval().toSeconds());
            return secret(Response.json(200, answer.endObject().done()));
        } catch (LoginRefused refused) {
            return LoginRoutes.refusal(request, login, refused);
        }
    }

    private String provider(Request request) {
        String organization = request.query("organization").orElse("");
        List<String> known = login.users().choices(organization).stream()
                .filter(one -> !one.takesPasswords())
                .map(Choice::name)
                .toList();
        return request.query("provider").filter(name -> !name.isEmpty()).orElseGet(() -> {
            if (known.isEmpty()) {
                throw Rejection.of(404, "no identity provider is configured");
            }
            if (known.size() > 1) {
                throw Rejection.of(400, "there are several identity providers: " + String.join(", ", known));
            }
            return known.getFirst();
        });
    }

    private Response token(Request request) throws IOException {
        String handle = handle(request);
        try {
            return switch (login.devices().standing(handle)) {
                case Standing.Waiting(var interval) -> {
                    var answer = new JsonWriter(64).beginObject();
                    answer.field("interval", interval.toSeconds());
                    yield secret(Response.json(202, answer.endObject().done()));
                }
                case Standing.Approved(var user) -> {
                    var answer = new JsonWriter(128).beginObject();
                    answer.field(
                            "cookie", SessionCookie.NAME + "=" + login.acts().open(user));
                    yield secret(Response.json(200, answer.endObject().done()));
                }
            };
        } catch (LoginRefused refused) {
            return LoginRoutes.refusal(request, login, refused);
        }
    }

    private Response cancel(Request request) throws IOException {
        login.devices().forget(handle(request));
        return Response.empty(204);
    }

    private static String handle(Request request) throws IOException {
        return JsonBody.parse(request.body(BODY_BYTES_MAX)).requiredText(DEVICE_CODE);
    }

    private static Response secret(Response response) {
        return response.with("Cache-Control", "no-store");
    }
}
