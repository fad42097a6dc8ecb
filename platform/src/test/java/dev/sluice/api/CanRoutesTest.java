package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CanRoutesTest {
    @Test
    void aDecision_isExplained_toWhoMayReadPolicies(@TempDir Path directory)
            throws IOException, InterruptedException, GeneralSecurityException {
        try (var server = new ApiServer(directory)) {
            var admin = server.developer("acme", "iam", "runs/hello-*");
            assertThat(server.get(admin, can("dev", "get", "iam")).body())
                    .contains("\"allowed\":true", "\"policy\":\"dev\"", "is allowed by policy dev, rule 0");
            assertThat(server.get(admin, can("acme/dev", "create", "runs/hello-1"))
                            .body())
                    .contains("\"allowed\":true");
            assertThat(server.get(admin, can("dev", "get", "secret")).body())
                    .contains("\"allowed\":false", "it takes a policy with the rule dev get secret");
            assertThat(server.get(admin, can("jon@acme.com", "get", "iam")).body())
                    .contains("\"allowed\":false");
            assertThat(server.get(admin, can("group:devs", "get", "iam")).body())
                    .contains("\"allowed\":false");
            assertThat(server.get(admin, can("dispatch/admin", "get", "iam")).status())
                    .isEqualTo(400);
            assertThat(server.get(admin, can("dev", "peek", "iam")).status()).isEqualTo(422);
            assertThat(server.get(admin, can("dev", "get", "images")).status()).isEqualTo(422);
            assertThat(server.get(admin, "/v1/iam/can?subject=dev").status()).isEqualTo(422);
            var stranger = server.developer("blue", "runs");
            assertThat(server.get(stranger, can("dev", "get", "runs")).status()).isEqualTo(403);
        }
    }

    /// What it says would allow it does, and its name is free.
    @Test
    void whatIsMissing_isExactlyEnough(@TempDir Path directory)
            throws IOException, InterruptedException, GeneralSecurityException {
        try (var server = new ApiServer(directory)) {
            var admin = server.developer("acme", "*");
            String asked = can("ghost", "create", "runs/hello-*");
            var answer = server.get(admin, asked);
            assertThat(answer.json().path("missing").toString())
                    .isEqualTo("{\"name\":\"ghost-create-runs-hello\",\"subjects\":[\"ghost\"],"
                            + "\"actions\":[\"create\"],\"resources\":[\"runs/hello-*\"]}");
            assertThat(answer.text("note")).isEqualTo("there is no service account ghost that could log in");
            assertThat(server.get(admin, can("dev", "get", "runs")).json().has("note"))
                    .isFalse();
            String taken = "{\"name\":\"ghost-create-runs-hello\",\"rules\":[{\"subjects\":[\"x\"],"
                    + "\"actions\":[\"get\"],\"resources\":[\"runs\"]}]}";
            assertThat(server.post(admin, "/v1/iam/policy", taken).status()).isEqualTo(201);
            assertThat(server.get(admin, asked)
                            .json()
                            .path("missing")
                            .path("name")
                            .asString())
                    .isEqualTo("ghost-create-runs-hello-2");
            String missing = server.get(admin, asked).json().path("missing").toString();
            String rule = missing.replaceFirst("\"subjects\"", "\"rules\":[{\"subjects\"")
                    .replaceFirst("}$", "}]}");
            assertThat(server.post(admin, "/v1/iam/policy", rule).status()).isEqualTo(201);
            assertThat(server.get(admin, asked).text("message"))
                    .isEqualTo("is allowed by policy ghost-create-runs-hello-2, rule 0 (create on runs/hello-*)");
            assertThat(server.get(admin, can("ghost", "get", "runs/hello-1")).body())
                    .contains("\"allowed\":false");
        }
    }

    /// A rule beside a denial would change nothing, so none is offered; nor one that the server would not take.
    @Test
    void whereNoRuleWouldDo_noneIsOffered(@TempDir Path directory)
            throws IOException, InterruptedException, GeneralSecurityException {
        try (var server = new ApiServer(directory)) {
            var admin = server.developer("acme", "*");
            String deny = "{\"name\":\"no\",\"rules\":[{\"subjects\":[\"ci\"],\"actions\":[\"get\"],"
                    + "\"resources\":[\"secret/db\"],\"effect\":\"deny\"}]}";
            assertThat(server.post(admin, "/v1/iam/policy", deny).status()).isEqualTo(201);
            var denied = server.get(admin, can("ci", "get", "secret")).json();
            assertThat(denied.path("policy").asString()).isEqualTo("no");
            assertThat(denied.has("missing")).isFalse();
            assertThat(server.get(admin, can("ci", "create", "secret")).json().has("missing"))
                    .isTrue();
            assertThat(server.get(admin, can("ci", "get", "runs/a%20b")).json().has("missing"))
                    .isFalse();
            String unnameable = "runs/" + "x".repeat(200);
            assertThat(server.get(admin, can("ci", "get", unnameable)).json().has("missing"))
                    .isFalse();
        }
    }

    @Test
    void whichPolicyIsMissing_isToldToWhoMayReadPolicies_andNobodyElse(@TempDir Path directory)
            throws IOException, InterruptedException, GeneralSecurityException {
        try (var server = new ApiServer(directory)) {
            var admin = server.developer("acme", "iam");
            var runner = server.addAccount(server.home("acme"), "runner", "runs");
            var told = server.get(admin, "/v1/function");
            assertThat(told.headers().get("x-sluice-needs")).containsExactly("get function");
            assertThat(server.post(admin, "/v1/iam/organization", "{\"name\":\"o\"}")
                            .headers()
                            .get("x-sluice-needs"))
                    .containsExactly("create iam in every organization (a global policy)");
            var untold = server.get(runner, "/v1/function");
            assertThat(untold.body()).isEqualTo(told.body());
            assertThat(untold.headers()).doesNotContainKey("x-sluice-needs");
            var stranger = server.developer("blue", "iam");
            for (String organization : new String[] {"acme", "nowhere"}) {
                var elsewhere = server.get(new ApiServer.Asker(stranger.token(), organization), "/v1/function");
                assertThat(elsewhere.body()).isEqualTo(told.body());
                assertThat(elsewhere.headers()).doesNotContainKey("x-sluice-needs");
            }
        }
    }

    private static String can(String subject, String action, String resource) {
        return "/v1/iam/can?subject=" + subject + "&action=" + action + "&resource=" + resource;
    }
}
