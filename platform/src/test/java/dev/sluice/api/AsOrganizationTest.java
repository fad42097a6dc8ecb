package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.org.Effect;
import dev.sluice.org.Organization;
import dev.sluice.org.Policy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Asking for an organization as a whole: by itself, for one request, on record, and for nobody but whom everything is
/// allowed.
final class AsOrganizationTest extends ApiTest {
    private static final String ALICE = "acme/serviceaccount/alice";
    private static final String PEEK = "/v1/runs?functionName=peek";

    private Asker admin;
    private Asker developer;
    private Organization acme;

    @BeforeAll
    void start() {
        admin = api.developer("acme", "*");
        acme = api.home("acme");
        developer = api.addAccount(acme, "coder", "function", "runs");
        Asker alice = api.addAccount(acme, "alice", "runs");
        diary(alice, ALICE);
        Asker stranger = api.developer("blue", "runs");
        diary(stranger, "blue/serviceaccount/dev");
        api.post(admin, "/v1/function", ApiServer.python("peek", """
                def handle(event, cloudcall):
                    return cloudcall.fs_read(event["path"]).decode()
                """));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> api.get(admin, "/v1/function/peek").text("status").equals("READY"));
    }

    /// What a run has learnt from Alice alone reaches an administrator only if he asks for it.
    @Test
    void aPrivateFile_reachesAnAdministrator_onlyIfHeAsks_andThatIsOnRecord() {
        Answer withheld = api.post(admin, PEEK, peek(ALICE));
        assertThat(withheld.body()).contains("\"status\":\"ERROR\"").doesNotContain("dear diary");
        int before = lendings(admin);
        Answer delivered = asOrganization(admin, "POST", PEEK, peek(ALICE));
        assertThat(delivered.body()).contains("dear diary");
        assertThat(lendings(admin)).isEqualTo(before + 1);
        assertThat(api.get(admin, "/v1/audit").body())
                .contains(
                        "\"kind\":\"organization.lend\",\"who\":\"acme/serviceaccount/dev\",\"what\":\"POST /v1/runs\"");

        String run = "/v1/runs/" + delivered.text("name");
        assertThat(api.get(admin, run).body()).doesNotContain("dear diary");
        assertThat(asOrganization(admin, "GET", run, "").body()).contains("dear diary");
    }

    @Test
    void whoIsNotAllowedEverything_isRefused_asWithoutAnyPolicy() {
        int before = lendings(admin);
        Answer refused = asOrganization(developer, "POST", PEEK, peek(ALICE));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).isEqualTo(FORBIDDEN);
        assertThat(asOrganization(developer, "GET", "/v1/runs", "").body()).isEqualTo(FORBIDDEN);
        assertThat(lendings(admin)).isEqualTo(before);
    }

    @Test
    void whoIsDeniedAnything_isRefused() {
        Asker almost = api.addAccount(acme, "almost", "*");
        assertThat(asOrganization(almost, "GET", "/v1/runs", "").status()).isEqualTo(200);
        var rule = new Policy.Rule(List.of("almost"), List.of("delete"), List.of("secret/x"), Effect.DENY, List.of());
        ApiServer.asRoot(() -> api.organizations.put(acme, new Policy("i", "not", false, List.of(rule), 0, 0)));
        assertThat(asOrganization(almost, "GET", "/v1/runs", "").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(almost, "/v1/runs").status()).isEqualTo(200);
    }

    @Test
    void itLends_nothingOfAnotherOrganization() {
        Answer other = asOrganization(admin, "POST", PEEK, peek("blue/serviceaccount/dev"));
        assertThat(other.body()).doesNotContain("dear diary");
        Asker elsewhere = new Asker(admin.token(), "blue");
        assertThat(asOrganization(elsewhere, "GET", "/v1/runs", "").body()).isEqualTo(FORBIDDEN);
    }

    /// It stands where those see it whose organization it is.
    @Test
    void whatTheOperatorAsksFor_isOnRecord_inThatOrganization() {
        Asker operator = new Asker(root.token(), "acme");
        assertThat(asOrganization(operator, "GET", "/v1/function", "").status()).isEqualTo(200);
        assertThat(api.get(admin, "/v1/audit").body())
                .contains("\"who\":\"dispatch/serviceaccount/admin\",\"what\":\"GET /v1/function\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/runs",
                "/v1/function",
                "/v1/function/peek",
                "/v1/iam/policy",
                "/v1/iam/serviceaccount",
                "/v1/iam/organization",
                "/v1/iam/can?subject=dev&action=get&resource=runs",
                "/v1/audit"
            })
    void whatPoliciesLendTo_takesIt_onRecordOnce(String target) {
        int before = lendings(admin);
        assertThat(asOrganization(admin, "GET", target, "").status()).isEqualTo(200);
        assertThat(lendings(admin)).isEqualTo(before + 1);
        assertThat(asOrganization(developer, "GET", target, "").body()).isEqualTo(FORBIDDEN);
        assertThat(asOrganization(ApiServer.NOBODY, "GET", target, "").status()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/me",
        "GET,/home",
        "POST,/faasten/delegate",
        "POST,/faasten/revoke",
        "POST,/v1/iam/token",
        "GET,/v1/audit/verify",
        "GET,/faasten/fs/home:T,T?op=list",
        "POST,/faasten/invoke/home:x",
        "POST,/invoke",
        "POST,/gates"
    })
    void whatPoliciesLendNothingTo_refusesIt(String method, String target) {
        for (Asker asker : new Asker[] {admin, developer, ApiServer.NOBODY}) {
            Answer refused = asOrganization(asker, method, target, "{}");
            assertThat(refused.status()).isIn(400, 401);
            assertThat(refused.body()).contains(refused.status() == 400 ? "policies lend nothing" : "Unauthorized");
        }
        assertThat(asOrganization(admin, method, target, "{}").status()).isEqualTo(400);
    }

    @Test
    void anExplanation_isGivenSo_too() {
        String nothing = "/v1/explain/0123456789abcdef0123456789abcdef";
        int before = lendings(admin);
        assertThat(asOrganization(admin, "GET", nothing, "").status()).isEqualTo(404);
        assertThat(lendings(admin)).isEqualTo(before + 1);
        assertThat(asOrganization(developer, "GET", nothing, "").body()).isEqualTo(FORBIDDEN);
    }

    @Test
    void anythingButTrueAndFalse_isRefused() {
        var body = Bytes.EMPTY;
        assertThat(api.send(admin, "GET", "/v1/runs", body, Door.AS_ORGANIZATION, "yes")
                        .status())
                .isEqualTo(400);
        int before = lendings(admin);
        assertThat(api.send(admin, "GET", "/v1/runs", body, Door.AS_ORGANIZATION, "false")
                        .status())
                .isEqualTo(200);
        assertThat(lendings(admin)).isEqualTo(before);
    }

    private void diary(Asker asker, String principal) {
        String path = "home:<" + principal + "," + principal + ">:diary";
        String target = "/faasten/fs/" + URLEncoder.encode(path, StandardCharsets.UTF_8);
        assertThat(api.put(asker, target, "dear diary").status()).isLessThan(300);
    }

    private static String peek(String principal) {
        return "{\"blocking\":true,\"input\":{\"path\":\"home:<" + principal + "," + principal + ">:diary\"}}";
    }

    private int lendings(Asker asker) {
        return api.get(asker, "/v1/audit").body().split("organization.lend", -1).length - 1;
    }

    private Answer asOrganization(Asker asker, String method, String target, String body) {
        return api.send(asker, method, target, Bytes.utf8(body), Door.AS_ORGANIZATION, "true");
    }
}
