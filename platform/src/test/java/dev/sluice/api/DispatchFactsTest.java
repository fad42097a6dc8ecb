package dev.sluice.api;

import static dev.sluice.api.ApiServer.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.http.RawClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What Dispatch's client relies on beside the shape of what it gets.
///
/// Source: contracts/dispatch.md 1.2, 1.6, 2.0.
final class DispatchFactsTest extends ApiTest {
    private static final String UNAUTHORIZED =
            "{\"code\": 401,\"message\": \"Unauthorized, please make sure you are logged in or provide a valid token\"}";

    @Test
    void pathThenMethodThenCallerThenPolicyThenBody_areLookedAt() {
        Asker some = api.developer("order", "runs");
        for (Asker asker : List.of(NOBODY, some)) {
            assertThat(api.post(asker, "/v1/nothing", "{").body())
                    .isEqualTo("{\"code\":404,\"message\":\"path /v1/nothing was not found\"}");
            Answer patched = api.send(asker, "PATCH", "/v1/function/f", Bytes.utf8("{"));
            assertThat(patched.body())
                    .isEqualTo("{\"code\":405,\"message\":\"method PATCH is not allowed, but [DELETE,GET,PUT] are\"}");
        }
        assertThat(api.post(NOBODY, "/v1/function", "{").body()).isEqualTo(UNAUTHORIZED);
        assertThat(api.post(some, "/v1/function", "{").body()).isEqualTo(ApiServer.FORBIDDEN);
        assertThat(api.post(root, "/v1/function", "{").status()).isEqualTo(400);
        assertThat(api.post(root, "/v1/application", "{\"name\":1}").body())
                .isEqualTo("{\"code\":601,\"message\":\"name in body must be of type string: \\\"number\\\"\"}");
    }

    /// The client that has no key, or cannot read it.
    @Test
    void whoShowsNothing_isUnauthorized() throws IOException {
        for (Map<String, String> headers : List.of(
                Map.of("Cookie", "unset", "X-Dispatch-Org", ""),
                Map.of("Authorization", "Bearer ", "X-Dispatch-Org", "dispatch"),
                Map.of("Authorization", "Bearer x.y.z", "X-Dispatch-Org", "dispatch"))) {
            GoClient.Reply reply = GoClient.send(api.port(), "GET", "/v1/function", headers, "");
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.body()).isEqualTo(UNAUTHORIZED);
            assertThat(reply.headers().get("content-type")).startsWith("application/json");
        }
    }

    @Test
    void theOrganization_isTheHeaders_orTheAccountsOwn_andMustBeThere() throws IOException {
        api.developer("blue", "*");
        String token = "Bearer " + api.account("blue", "dev").token();
        for (Map<String, String> headers : List.of(
                Map.of("Authorization", token),
                Map.of("Authorization", token, "X-Dispatch-Org", ""),
                Map.of("Authorization", token, "X-Dispatch-Org", "blue"))) {
            assertThat(GoClient.send(api.port(), "GET", "/v1/function", headers, "")
                            .body())
                    .isEqualTo("[]");
        }
        for (String other : List.of("dispatch", "no-such")) {
            var headers = Map.of("Authorization", token, "X-Dispatch-Org", other);
            assertThat(GoClient.send(api.port(), "GET", "/home", headers, "").body())
                    .isEqualTo(ApiServer.FORBIDDEN);
        }
    }

    /// The base paths of these end in a slash in Dispatch's own description.
    @ParameterizedTest
    @ValueSource(strings = {"/v1/api/", "/v1/secret/", "/v1/application/", "/v1/event/subscriptions/", "/v1/function/"})
    void aSlashAtTheEnd_isTaken(String path) {
        assertThat(api.get(root, path).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/function/a.b, functionName",
        "/v1/image/a.b, imageName",
        "/v1/baseimage/a.b, baseImageName",
        "/v1/secret/a.b, secretName",
        "/v1/api/a.b, api",
        "/v1/application/a.b, application",
        "/v1/event/subscriptions/a.b, subscriptionName",
        "/v1/event/drivers/a.b, driverName",
        "/v1/event/drivertypes/a.b, driverTypeName",
        "/v1/iam/policy/a.b, policyName",
        "/v1/iam/organization/a.b, organizationName",
        "/v1/serviceinstance/a.b, serviceInstanceName",
        "/v1/serviceclass/a.b, serviceClassName",
    })
    void aNameInAPath_thatCanBeNone_isInvalid(String path, String parameter) {
        Answer answer = api.get(root, path);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"code\":605,\"message\":\"" + parameter + " in path should match '^[\\\\w\\\\d\\\\-]+$'\"}");
        assertThat(answer.status()).isEqualTo(422);
    }

    /// Go's encoder ends a body with a new line, and its client does not say how long it will be.
    @Test
    void aBodyInChunks_isTheSame() throws IOException {
        String body = "{\"name\":\"chunked\",\"tags\":[]}\n";
        String answer = RawClient.send(
                api.port(),
                "POST /v1/application HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Go-http-client/1.1\r\n"
                        + "Transfer-Encoding: chunked\r\nAccept: application/json\r\nAuthorization: Bearer "
                        + root.token() + "\r\nContent-Type: application/json\r\nX-Dispatch-Org: \r\n"
                        + "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n"
                        + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n");
        assertThat(RawClient.status(answer)).isEqualTo(200);
        assertThat(api.get(root, "/v1/application/chunked").status()).isEqualTo(200);
    }

    /// The words of Dispatch, where an organization's name is left out when it is changed or deleted.
    @Test
    void aMissingOrganization_isNotFound() {
        String body = "{\"name\":\"none\"}";
        assertThat(api.get(root, "/v1/iam/organization/none").body())
                .isEqualTo("{\"code\":404,\"message\":\"organization none not found\"}");
        for (Answer answer : List.of(
                api.put(root, "/v1/iam/organization/none", body), api.delete(root, "/v1/iam/organization/none"))) {
            assertThat(answer.body()).isEqualTo("{\"code\":404,\"message\":\"organization  not found\"}");
        }
    }

    /// The seed's own description shows such a policy; v0.1.24 refuses it.
    @Test
    void aPolicyOfJoinedWords_orOfNoRules_isRefused() {
        String form = "{\"name\":\"joined\",\"rules\":[{\"actions\":[\"get\"],\"resources\":[\"images,base-images\"],"
                + "\"subjects\":[\"a@x.com\"]}]}";
        Answer joined = api.post(root, "/v1/iam/policy", form);
        assertThat(joined.status()).as(joined.body()).isEqualTo(422);
        assertThat(joined.json().path("code").asInt()).isEqualTo(605);
        assertThat(api.post(root, "/v1/iam/policy", "{\"name\":\"none\",\"rules\":[]}")
                        .status())
                .isEqualTo(422);
    }
}
