package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static dev.sluice.api.ApiServer.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.org.Organization;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IamRoutesTest extends ApiTest {
    @Test
    void anOrganization_isCreated_shown_listed_andDeleted() {
        Answer created = api.post(root, "/v1/iam/organization", "{\"name\":\"o1\"}");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.body())
                .matches("\\{\"id\":\"[0-9a-f-]{36}\",\"name\":\"o1\",\"kind\":\"Organization\",\"status\":\"READY\","
                        + "\"createdTime\":\\d+,\"modifiedTime\":\\d+}");
        assertThat(api.post(root, "/v1/iam/organization", "{\"name\":\"o1\"}").body())
                .isEqualTo("{\"code\":409,\"message\":\"organization o1 already exists\"}");
        assertThat(api.get(root, "/v1/iam/organization/o1").body()).isEqualTo(created.body());
        assertThat(api.get(root, "/v1/iam/organization").body()).contains(created.body());
        assertThat(api.put(root, "/v1/iam/organization/o1", "{\"name\":\"o1\"}").body())
                .isEqualTo(created.body());
        Answer deleted = api.delete(root, "/v1/iam/organization/o1");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.body()).isEqualTo(created.body());
        assertThat(api.get(root, "/v1/iam/organization/o1").body())
                .isEqualTo("{\"code\":404,\"message\":\"organization o1 not found\"}");
    }

    @Test
    void anOrganization_thatHasSomething_isNotDeleted() {
        api.developer("o2", "function");
        Answer answer = api.delete(root, "/v1/iam/organization/o2");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("message"))
                .isEqualTo(
                        "organization o2 still has 1 policy, 1 service account: delete these first, or all of it with"
                                + " --cascade (cascade=true)");
        assertThat(api.delete(root, "/v1/iam/organization/o2?cascade=perhaps").status())
                .isEqualTo(422);
        assertThat(api.get(root, "/v1/iam/organization/o2").status()).isEqualTo(200);
        assertThat(api.delete(root, "/v1/iam/organization/dispatch").status()).isNotEqualTo(200);
    }

    @Test
    void aNameUsedAgain_revivesNothing() {
        Asker before = api.developer("o3", "iam", "function");
        assertThat(api.get(before, "/v1/function").status()).isEqualTo(200);
        api.delete(before, "/v1/iam/policy/dev");
        Asker root3 = new Asker(root.token(), "o3");
        assertThat(api.delete(root3, "/v1/iam/serviceaccount/dev").status()).isEqualTo(200);
        assertThat(api.delete(root3, "/v1/iam/policy/dev").status()).isIn(200, 404);
        assertThat(api.delete(root, "/v1/iam/organization/o3").status()).isEqualTo(200);
        assertThat(api.get(before, "/v1/function").status()).isEqualTo(401);

        assertThat(api.post(root, "/v1/iam/organization", "{\"name\":\"o3\"}").status())
                .isEqualTo(201);
        assertThat(api.get(before, "/v1/function").status()).isEqualTo(401);
        Organization again = api.home("o3");
        assertThat(again.token()).isEqualTo("o3~2");
        assertThat(api.get(root3, "/v1/iam/policy").body()).isEqualTo("[]");
        assertThat(api.get(root3, "/v1/iam/serviceaccount").body()).isEqualTo("[]");
    }

    /// Hole 1: a tenant's administrator manages his own organization and no other.
    @Test
    void aTenantsAdministrator_isConfinedToHisOrganization() {
        Asker admin = api.developer("o4", "*");
        Asker other = api.developer("o5", "*");
        assertThat(api.get(admin, "/v1/iam/organization").json().size()).isEqualTo(1);
        assertThat(api.get(admin, "/v1/iam/organization/o4").status()).isEqualTo(200);
        assertThat(api.get(admin, "/v1/iam/organization/o5").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(admin, "/v1/iam/organization/nowhere").body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(admin, "/v1/iam/organization", "{\"name\":\"o6\"}").body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.put(admin, "/v1/iam/organization/o4", "{\"name\":\"o4\"}")
                        .body())
                .isEqualTo(FORBIDDEN);
        for (String name : new String[] {"o4", "o5", "dispatch", "nowhere"}) {
            assertThat(api.delete(admin, "/v1/iam/organization/" + name).body()).isEqualTo(FORBIDDEN);
        }
        assertThat(api.post(admin, "/v1/iam/policy", policy("g", true, "dev", "*", "*"))
                        .body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.get(other, "/v1/iam/policy/g").status()).isEqualTo(404);
        Asker elsewhere = new Asker(admin.token(), "o5");
        assertThat(api.get(elsewhere, "/v1/iam/policy").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(elsewhere, "/v1/function").body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(admin, "/v1/iam/policy", policy("mine", false, "ci", "*", "*"))
                        .status())
                .isEqualTo(201);
    }

    /// Hole 2: an account of the same name in another organization is somebody else.
    @Test
    void aPolicy_speaksOfItsOwnOrganizationsAccounts_only() {
        api.developer("o7", "*");
        Asker stranger = api.developer("o8", "runs");
        assertThat(api.get(new Asker(stranger.token(), "o7"), "/v1/function").body())
                .isEqualTo(FORBIDDEN);
    }

    /// Hole 5: no word of a policy is taken apart.
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "dev, *, *~605",
                "a b~605",
                "``~605",
            },
            quoteCharacter = '`')
    void aSubject_thatCouldBeTwo_isRefused(String subject, int code) {
        Answer answer =
                api.post(root, "/v1/iam/policy", policy("s", false, subject == null ? "" : subject, "get", "*"));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("code").asInt()).isEqualTo(code);
    }

    /// Hole 3: the resource is that of the path, whatever the query says.
    @Test
    void aQuery_changesNothingOfWhatIsAllowed() {
        Asker dev = api.developer("o9", "runs");
        assertThat(api.get(dev, "/v1/runs?functionName=x").body()).isEqualTo("[]");
        assertThat(api.get(dev, "/v1/function?resource=runs").body()).isEqualTo(FORBIDDEN);
    }

    /// Dispatch's documentation has such words.
    @Test
    void aWordThatMeansNothing_isTaken_andAllowsNothing() {
        Asker admin = api.developer("o31", "*");
        Organization home = api.home("o31");
        Asker ci = api.addAccount(home, "ci", "runs");
        String images = policy("p", false, "ci", "get", "images");
        assertThat(api.post(admin, "/v1/iam/policy", images).status()).isEqualTo(201);
        assertThat(api.get(ci, "/v1/function").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(ci, "/v1/runs").status()).isEqualTo(200);
    }

    @Test
    void aPolicy_isInForce_atOnce_andNoLonger_whenItIsDeleted() {
        Asker admin = api.developer("o10", "*");
        Organization home = api.home("o10");
        Asker ci = api.addAccount(home, "ci", "runs");
        assertThat(api.get(ci, "/v1/function").status()).isEqualTo(403);
        Answer created = api.post(admin, "/v1/iam/policy", policy("p", false, "ci", "get", "function"));
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.text("status")).isEqualTo("CREATING");
        assertThat(created.body())
                .endsWith("\"rules\":[{\"actions\":[\"get\"],\"resources\":[\"function\"],\"subjects\":[\"ci\"]}]}");
        assertThat(api.get(ci, "/v1/function").status()).isEqualTo(200);
        assertThat(api.get(admin, "/v1/iam/policy/p").text("status")).isEqualTo("READY");

        Answer changed = api.put(admin, "/v1/iam/policy/p", policy("p", false, "ci", "get", "secret"));
        assertThat(changed.text("status")).isEqualTo("UPDATING");
        assertThat(api.get(ci, "/v1/function").status()).isEqualTo(403);
        api.put(admin, "/v1/iam/policy/p", policy("p", false, "ci", "get", "function"));
        assertThat(api.get(ci, "/v1/function").status()).isEqualTo(200);
        assertThat(api.delete(admin, "/v1/iam/policy/p").text("status")).isEqualTo("DELETING");
        assertThat(api.get(ci, "/v1/function").status()).isEqualTo(403);
        assertThat(api.delete(admin, "/v1/iam/policy/p").body())
                .isEqualTo("{\"code\":404,\"message\":\"policy p not found\"}");
    }

    @Test
    void aRule_forOneFunctionsRuns_allowsOrDeniesThoseOnly() {
        Asker admin = api.developer("o14", "*");
        Organization home = api.home("o14");
        for (String name : new String[] {"f1", "f2"}) {
            api.post(admin, "/v1/function", ApiServer.python(name, "def handle(c, p):\n    return '" + name + "'\n"));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> api.get(admin, "/v1/function/" + name)
                            .text("status")
                            .equals("READY"));
        }
        Asker one = api.addAccount(home, "one", "runs/f1");
        Answer ran = api.post(one, "/v1/runs?functionName=f1", "{\"blocking\":true}");
        assertThat(ran.status()).as(ran.body()).isEqualTo(200);
        assertThat(ran.text("output")).isEqualTo("f1");
        assertThat(api.post(one, "/v1/runs?functionName=f2", "{\"blocking\":true}")
                        .body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(one, "/v1/runs?functionName=nowhere", "{\"blocking\":true}")
                        .body())
                .isEqualTo(FORBIDDEN);
        String another = api.post(admin, "/v1/runs?functionName=f2", "{\"blocking\":true}")
                .text("name");
        assertThat(api.get(one, "/v1/runs?functionName=f1").json().size()).isEqualTo(1);
        String own = "/v1/runs/" + ran.text("name");
        assertThat(api.get(one, own + "?functionName=f1").text("output")).isEqualTo("f1");
        assertThat(api.get(one, "/v1/runs/" + another + "?functionName=f1").status())
                .isEqualTo(404);
        for (String hidden : new String[] {
            "/v1/runs",
            own,
            "/v1/runs?functionName=f2",
            "/v1/runs/" + another + "?functionName=f2",
            "/v1/runs?functionName=nowhere",
            "/v1/runs?functionName=",
            "/v1/runs?functionName=*"
        }) {
            assertThat(api.get(one, hidden).body()).as(hidden).isEqualTo(FORBIDDEN);
        }

        Asker other = api.addAccount(home, "other", "runs");
        String denial = policy("no", false, "other", "create", "runs/f1").replace("[{", "[{\"effect\":\"deny\",");
        assertThat(api.post(admin, "/v1/iam/policy", denial).status()).isEqualTo(201);
        assertThat(api.post(other, "/v1/runs?functionName=f1", "{\"blocking\":true}")
                        .body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(other, "/v1/runs?functionName=f2", "{\"blocking\":true}")
                        .text("output"))
                .isEqualTo("f2");
    }

    /// Nobody gives what he has not: by a policy, nor by deciding who somebody is that has more.
    @Test
    void whoMayWriteIam_cannotGiveWhatHeHasNot() {
        api.developer("o11", "*");
        Organization home = api.home("o11");
        Asker clerk = api.addAccount(home, "clerk", "iam", "runs");
        assertThat(api.post(clerk, "/v1/iam/policy", policy("a", false, "clerk", "*", "*"))
                        .body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(clerk, "/v1/iam/policy", policy("a", false, "clerk", "get", "secret"))
                        .body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(clerk, "/v1/iam/policy", policy("a", false, "x", "get", "runs"))
                        .status())
                .isEqualTo(201);
        String key = api.get(clerk, "/v1/iam/serviceaccount/clerk").text("publicKey");
        String body = "{\"name\":\"dev\",\"publicKey\":\"" + key + "\"}";
        assertThat(api.put(clerk, "/v1/iam/serviceaccount/dev", body).body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(clerk, "/v1/iam/serviceaccount/dev").status()).isEqualTo(200);
        assertThat(api.post(clerk, "/v1/iam/serviceaccount", body).body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(clerk, "/v1/iam/serviceaccount", body.replace("dev", "fresh"))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void aServiceAccount_isCreated_changed_andDeleted() {
        Asker admin = api.developer("o12", "*");
        String key = api.get(admin, "/v1/iam/serviceaccount/dev").text("publicKey");
        String body = "{\"name\":\"ci\",\"publicKey\":\"" + key + "\"}";
        Answer created = api.post(admin, "/v1/iam/serviceaccount", body);
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.text("kind")).isEqualTo("ServiceAccount");
        assertThat(api.post(admin, "/v1/iam/serviceaccount", body).body())
                .isEqualTo("{\"code\":409,\"message\":\"service account ci already exists\"}");
        Asker ci = api.account("o12", "ci");
        assertThat(api.get(ci, "/home").status()).isEqualTo(200);
        assertThat(api.put(admin, "/v1/iam/serviceaccount/ci", body).status()).isEqualTo(200);
        assertThat(api.delete(admin, "/v1/iam/serviceaccount/ci").status()).isEqualTo(200);
        assertThat(api.get(ci, "/home").status()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "organization~{}~422~602~name in body is required",
                "organization~{\"name\":\"a.b\"}~422~605~name in body should match '^[\\w\\d\\-]+$'",
                "organization~{~400~400~parsing body body from \"\" failed, because it is not valid JSON",
                "policy~{\"name\":\"p\"}~422~602~rules in body is required",
                "policy~{\"name\":\"-\"}~422~605~name should start with letter or number and may only contain letters,"
                        + " numbers, underscores and dashes",
                "policy~{\"name\":\"p\",\"rules\":[]}~422~612~rules in body should have at least 1 items",
                "policy~{\"name\":\"p\",\"rules\":[{\"actions\":[\"fly\"],\"resources\":[\"*\"],\"subjects\":[\"a\"]}]}"
                        + "~422~606~actions.0 in body should be one of [get create update delete *]",
                "policy~{\"name\":\"p\",\"rules\":[{\"actions\":[\"fly\"]}]}~422~606~actions.0 in body should be one of"
                        + " [get create update delete *]",
                "policy~{\"name\":\"p\",\"rules\":[{\"actions\":[\"get\"],\"subjects\":[\"a b\"]}]}~422~602"
                        + "~resources in body is required",
                "policy~{\"name\":\"p\",\"rules\":[{\"actions\":[\"get\"],\"effect\":\"deny\",\"resources\":[\"*\",\"moon\"],"
                        + "\"subjects\":[\"a\"]}]}"
                        + "~422~606~resources.1 in body should be one of [api application baseimage event function iam"
                        + " image registry runs secret serviceclass serviceinstance *]",
                "policy~{\"name\":\"p\",\"rules\":[{\"actions\":[\"get\"],\"resources\":[\"moon/x\"],"
                        + "\"subjects\":[\"a\"]}]}"
                        + "~422~606~resources.0 in body should be one of [api application baseimage event function iam"
                        + " image registry runs secret serviceclass serviceinstance organization policy role serviceaccount"
                        + " subscription driver drivertype]",
                "policy~{\"name\":\"p\",\"rules\":[{\"actions\":[\"get\"],\"effect\":\"ask\",\"resources\":[\"moon\"],"
                        + "\"subjects\":[\"a\"]}]}~422~606~effect in body should be one of [allow deny]",
                "policy~{\"name\":\"p\",\"rules\":[{\"roles\":[\"nobody\"],\"subjects\":[\"a\"]}]}~422~606"
                        + "~roles.0 in body should be one of [admin developer invoker viewer]",
                "policy~{\"name\":\"p\",\"rules\":[{\"roles\":[\"viewer\"],\"actions\":[\"get\"],"
                        + "\"subjects\":[\"a\"]}]}~422~611~actions and resources in body should be left out beside roles",
                "policy~{\"id\":\"x\"}~422~601~id in body must be of type uuid: \"x\"",
                "organization~{\"id\":\"7\",\"name\":\"a.b\"}~422~601~id in body must be of type uuid: \"7\"",
                "policy~{\"name\":\"p\",\"status\":\"FINE\"}~422~602~rules in body is required",
                "organization~{\"name\":\"p\",\"status\":\"FINE\"}~422~606~status in body should be one of [INITIALIZED"
                        + " CREATING READY UPDATING ERROR DELETING]",
                "serviceaccount~{\"name\":\"p\",\"publicKey\":\"%\",\"status\":\"FINE\"}~422~606~status in body should be"
                        + " one of [INITIALIZED CREATING READY UPDATING ERROR DELETING]",
                "serviceaccount~{\"name\":\"a b\"}~422~605~name in body should match '^[\\w\\d\\-\\.]+$'",
                "serviceaccount~{\"name\":\"a\"}~422~602~publicKey in body is required",
                "serviceaccount~{\"name\":\"a\",\"publicKey\":\"%\"}~400~400~error validating service account: public"
                        + " key is not base64 encoded",
                "serviceaccount~{\"name\":\"a\",\"publicKey\":\"aGVsbG8=\"}~400~400~error validating service account:"
                        + " invalid public key or public key not in PEM format",
            })
    void aWrongBody_isRefused_inDispatchsWords(String kind, String body, int status, int code, String message) {
        Answer answer = api.post(root, "/v1/iam/" + kind, body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().path("code").asInt()).isEqualTo(code);
        assertThat(answer.text("message")).isEqualTo(message);
    }

    @Test
    void whoIsNobody_orMayNot_isRefused_beforeHisBodyIsLookedAt() {
        Asker dev = api.developer("o13", "function");
        for (String kind : new String[] {"organization", "policy", "serviceaccount"}) {
            assertThat(api.post(NOBODY, "/v1/iam/" + kind, "{").status()).isEqualTo(401);
            assertThat(api.post(dev, "/v1/iam/" + kind, "{").body()).isEqualTo(FORBIDDEN);
            assertThat(api.get(dev, "/v1/iam/" + kind).body()).isEqualTo(FORBIDDEN);
            assertThat(api.delete(dev, "/v1/iam/" + kind + "/x").body()).isEqualTo(FORBIDDEN);
            assertThat(api.put(dev, "/v1/iam/" + kind, "{}").status()).isEqualTo(405);
        }
    }

    private static String policy(String name, boolean global, String subject, String action, String resource) {
        return "{" + (global ? "\"global\":true," : "") + "\"name\":\"" + name + "\",\"rules\":[{\"actions\":[\""
                + action + "\"],\"resources\":[\"" + resource + "\"],\"subjects\":[\"" + subject + "\"]}]}";
    }
}
