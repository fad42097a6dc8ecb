package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.org.Organization;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The monitoring account of docs/design/policies.md: it sees what goes on, changes nothing, and sees no secret.
final class ViewerTest extends ApiTest {
    private static final String POLICY =
            "{\"name\":\"monitoring\",\"rules\":[{\"subjects\":[\"monitor\"],\"roles\":[\"viewer\"]}]}";

    private Asker monitor;

    @BeforeAll
    void start() {
        Asker admin = api.developer("acme", "*");
        Organization acme = api.home("acme");
        monitor = api.addAccount(acme, "monitor");
        assertThat(api.delete(admin, "/v1/iam/policy/monitor").status()).isEqualTo(200);
        assertThat(api.get(monitor, "/v1/runs").status()).isEqualTo(403);
        assertThat(api.post(admin, "/v1/iam/policy", POLICY).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/runs",
                "/v1/function",
                "/v1/iam/policy",
                "/v1/iam/policy/monitoring",
                "/v1/iam/serviceaccount",
                "/v1/audit",
                "/v1/iam/can?subject=monitor&action=get&resource=runs"
            })
    void itSees(String target) {
        assertThat(api.get(monitor, target).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/v1/runs?functionName=f",
        "POST,/v1/function",
        "PUT,/v1/function/f",
        "DELETE,/v1/function/f",
        "POST,/v1/iam/policy",
        "PUT,/v1/iam/policy/monitoring",
        "DELETE,/v1/iam/policy/monitoring",
        "POST,/v1/iam/serviceaccount",
        "DELETE,/v1/iam/serviceaccount/monitor",
        "POST,/v1/iam/organization",
        "DELETE,/v1/iam/organization/acme",
        "GET,/v1/audit/verify"
    })
    void itChangesNothing(String method, String target) {
        assertThat(api.send(monitor, method, target, Bytes.utf8("{}")).status()).isEqualTo(403);
    }

    @Test
    void itSeesNoSecret_andIsNotTheOrganization() {
        Answer secret = api.get(monitor, "/v1/iam/can?subject=monitor&action=get&resource=secret");
        assertThat(secret.json().path("allowed").asBoolean()).isFalse();
        assertThat(api.send(monitor, "GET", "/v1/runs", Bytes.EMPTY, Door.AS_ORGANIZATION, "true")
                        .status())
                .isEqualTo(403);
        assertThat(api.get(new Asker(monitor.token(), "dispatch"), "/v1/runs").status())
                .isEqualTo(403);
    }
}
