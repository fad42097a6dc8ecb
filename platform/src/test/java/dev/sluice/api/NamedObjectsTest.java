package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.org.PublicKeyText;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Rules for single objects, on each route that has the name of one.
final class NamedObjectsTest extends ApiTest {
    private static final String SOURCE = "def handle(c, p):\n    return 1\n";

    @Test
    void functionsByName_areAllThatTheirHolderSeesAndChanges() {
        Asker admin = api.developer("n1", "*");
        for (String name : new String[] {"hello-1", "hello-2", "other"}) {
            assertThat(api.post(admin, "/v1/function", ApiServer.python(name, SOURCE))
                            .status())
                    .isEqualTo(201);
        }
        Asker some = api.addAccount(api.home("n1"), "some", "function/hello-*");
        assertThat(names(api.get(some, "/v1/function"))).containsExactly("hello-1", "hello-2");
        assertThat(api.get(some, "/v1/function/hello-1").text("name")).isEqualTo("hello-1");
        assertThat(api.put(some, "/v1/function/hello-1", ApiServer.python("hello-1", SOURCE))
                        .status())
                .isIn(200, 409);
        assertThat(api.post(some, "/v1/function", ApiServer.python("hello-3", SOURCE))
                        .status())
                .isEqualTo(201);
        assertThat(api.delete(some, "/v1/function/hello-2").status()).isIn(200, 409);
        assertThat(api.get(some, "/v1/function/hello-9").status()).isEqualTo(404);

        for (String name : new String[] {"other", "nowhere"}) {
            String at = "/v1/function/" + name;
            String body = ApiServer.python(name, SOURCE);
            assertThat(api.get(some, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.put(some, at, body).body()).isEqualTo(FORBIDDEN);
            assertThat(api.delete(some, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.post(some, "/v1/function", body).body()).isEqualTo(FORBIDDEN);
        }
        assertThat(api.put(some, "/v1/function/hello-1", ApiServer.python("other", SOURCE))
                        .status())
                .as("another name in the body")
                .isIn(400, 409);
        assertThat(api.get(admin, "/v1/function/other").status()).isEqualTo(200);
        assertThat(api.get(some, "/v1/runs").body()).isEqualTo(FORBIDDEN);
    }

    @Test
    void whoMayOnlyLookAtAFunction_changesNothing() {
        Asker admin = api.developer("n2", "*");
        api.post(admin, "/v1/function", ApiServer.python("f", SOURCE));
        Asker looker = api.addAccount(api.home("n2"), "looker", "secret");
        give(admin, "looking", "looker", "get", "function/f", "allow");
        assertThat(api.get(looker, "/v1/function/f").status()).isEqualTo(200);
        assertThat(api.put(looker, "/v1/function/f", "{").body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(looker, "/v1/function/f").body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(looker, "/v1/function", "{").body()).isEqualTo(FORBIDDEN);
        Asker none = api.addAccount(api.home("n2"), "none", "runs");
        assertThat(api.get(none, "/v1/function").body()).isEqualTo(FORBIDDEN);
    }

    @Test
    void aDeniedFunction_isNotShown_norTheReasonOfARefusalOfTheOthers() {
        Asker admin = api.developer("n3", "*");
        for (String name : new String[] {"open", "closed"}) {
            api.post(admin, "/v1/function", ApiServer.python(name, SOURCE));
        }
        Asker dev = api.addAccount(api.home("n3"), "ann", "function");
        give(admin, "no", "ann", "get", "function/closed", "deny");
        assertThat(names(api.get(dev, "/v1/function"))).containsExactly("open");
        assertThat(api.get(dev, "/v1/function/open").status()).isEqualTo(200);
        assertThat(api.get(dev, "/v1/function/closed").body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(dev, "/v1/function/closed").body())
                .as("the answer would show it")
                .isEqualTo(FORBIDDEN);
        assertThat(api.get(admin, "/v1/function/closed").status()).isEqualTo(200);
    }

    @Test
    void aSecretByName_mayBeNamed_andNoOther() {
        api.developer("n4", "*");
        Asker dev = api.addAccount(api.home("n4"), "ann", "function", "secret/db-*");
        String naming = ApiServer.function("f", "python3", "f.py", SOURCE, ",\"secrets\":[\"db-1\",\"NAME\"]");
        assertThat(api.post(dev, "/v1/function", naming.replace("NAME", "mail")).body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(dev, "/v1/function", naming.replace("NAME", "db-2")).status())
                .isEqualTo(201);
    }

    @Test
    void policiesByName_areAllThatTheirHolderSeesAndChanges() {
        Asker admin = api.developer("n5", "*");
        Asker clerk = api.addAccount(api.home("n5"), "clerk", "policy/team-*", "runs");
        assertThat(api.post(clerk, "/v1/iam/policy", policy("team-a", "x", "get", "runs"))
                        .status())
                .isEqualTo(201);
        assertThat(api.get(clerk, "/v1/iam/policy/team-a").status()).isEqualTo(200);
        assertThat(api.put(clerk, "/v1/iam/policy/team-a", policy("team-a", "x", "*", "runs"))
                        .status())
                .isEqualTo(200);
        assertThat(api.put(clerk, "/v1/iam/policy/team-a", policy("team-a", "x", "*", "secret"))
                        .body())
                .as("what he has not")
                .isEqualTo(FORBIDDEN);
        assertThat(api.get(clerk, "/v1/iam/policy/team-z").status()).isEqualTo(404);
        for (String name : new String[] {"clerk", "nowhere"}) {
            String at = "/v1/iam/policy/" + name;
            String body = policy(name, "x", "get", "runs");
            assertThat(api.get(clerk, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.put(clerk, at, body).body()).isEqualTo(FORBIDDEN);
            assertThat(api.delete(clerk, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.post(clerk, "/v1/iam/policy", body).body()).isEqualTo(FORBIDDEN);
        }
        for (String list : new String[] {"policy", "role", "serviceaccount", "organization", "quota", "session"}) {
            assertThat(api.get(clerk, "/v1/iam/" + list).status()).as(list).isIn(403, 404);
        }
        assertThat(api.get(clerk, "/v1/iam/role/team-a").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(clerk, "/v1/iam/serviceaccount/team-a").body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(clerk, "/v1/iam/policy/team-a").status()).isEqualTo(200);
        assertThat(api.get(admin, "/v1/iam/can?subject=clerk&action=get&resource=policy/team-b")
                        .body())
                .contains("\"allowed\":true");
        assertThat(api.get(admin, "/v1/iam/can?subject=clerk&action=get&resource=policy/other")
                        .body())
                .contains("\"allowed\":false");
    }

    @Test
    void accountsAndRolesByName_andTheirKeys() throws Exception {
        Asker admin = api.developer("n6", "*");
        Asker clerk = api.addAccount(api.home("n6"), "clerk", "serviceaccount/ci-*", "role/small");
        String key = api.get(admin, "/v1/iam/serviceaccount/dev").text("publicKey");
        String body = "{\"name\":\"ci-1\",\"publicKey\":\"" + key + "\"}";
        assertThat(api.post(clerk, "/v1/iam/serviceaccount", body).status()).isEqualTo(201);
        assertThat(api.put(clerk, "/v1/iam/serviceaccount/ci-1", body).status()).isEqualTo(200);
        assertThat(api.get(clerk, "/v1/iam/serviceaccount/ci-1/key").json().size())
                .isEqualTo(1);
        String other = PublicKeyText.print(
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
        String more = "{\"publicKey\":\"" + other + "\"}";
        Answer added = api.post(clerk, "/v1/iam/serviceaccount/ci-1/key", more);
        assertThat(added.status()).isEqualTo(201);
        assertThat(api.delete(clerk, "/v1/iam/serviceaccount/ci-1/key/" + added.text("id"))
                        .status())
                .isEqualTo(200);
        for (String name : new String[] {"dev", "nobody"}) {
            String at = "/v1/iam/serviceaccount/" + name;
            assertThat(api.get(clerk, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.put(clerk, at, body).body()).isEqualTo(FORBIDDEN);
            assertThat(api.delete(clerk, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.get(clerk, at + "/key").body()).isEqualTo(FORBIDDEN);
            assertThat(api.post(clerk, at + "/key", more).body()).isEqualTo(FORBIDDEN);
            assertThat(api.delete(clerk, at + "/key/x").body()).isEqualTo(FORBIDDEN);
        }
        assertThat(api.delete(clerk, "/v1/iam/serviceaccount/ci-1").status()).isEqualTo(200);
        assertThat(api.get(clerk, "/v1/iam/role/small").status()).isEqualTo(404);
        assertThat(api.get(clerk, "/v1/iam/role/viewer").body()).isEqualTo(FORBIDDEN);
    }

    /// Only global rights manage organizations, by name too.
    @Test
    void organizationsByName_areForGlobalRules() {
        Asker opener = api.addAccount(api.home("dispatch"), "opener", "application");
        assertThat(api.post(root, "/v1/iam/policy", global("opening", "opener", "*", "organization/team-*"))
                        .status())
                .isEqualTo(201);
        assertThat(api.post(opener, "/v1/iam/organization", "{\"name\":\"team-1\"}")
                        .status())
                .isEqualTo(201);
        assertThat(api.get(opener, "/v1/iam/organization/team-1").status()).isEqualTo(200);
        assertThat(api.put(opener, "/v1/iam/organization/team-1", "{\"name\":\"team-1\"}")
                        .status())
                .isEqualTo(200);
        for (String name : new String[] {"dispatch", "nowhere"}) {
            String at = "/v1/iam/organization/" + name;
            assertThat(api.get(opener, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.put(opener, at, "{\"name\":\"" + name + "\"}").body())
                    .isEqualTo(FORBIDDEN);
            assertThat(api.delete(opener, at).body()).isEqualTo(FORBIDDEN);
            assertThat(api.post(opener, "/v1/iam/organization", "{\"name\":\"" + name + "\"}")
                            .body())
                    .isEqualTo(FORBIDDEN);
        }
        assertThat(api.delete(opener, "/v1/iam/organization/team-1").status()).isEqualTo(200);

        Asker atHome = api.addAccount(api.home("dispatch"), "athome", "iam");
        assertThat(api.post(root, "/v1/iam/policy", global("opening2", "athome", "*", "organization/team-*"))
                        .status())
                .isEqualTo(201);
        assertThat(api.post(atHome, "/v1/iam/organization", "{\"name\":\"nowhere\"}")
                        .body())
                .as("what he has at home is no global right")
                .isEqualTo(FORBIDDEN);
        assertThat(api.delete(atHome, "/v1/iam/organization/n1").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(atHome, "/v1/iam/organization/nowhere").body()).isEqualTo(FORBIDDEN);

        Asker tenant = api.developer("n7", "organization/*");
        assertThat(api.get(tenant, "/v1/iam/organization/n7").status()).isEqualTo(200);
        assertThat(api.get(tenant, "/v1/iam/organization/dispatch").body()).isEqualTo(FORBIDDEN);
        assertThat(api.put(tenant, "/v1/iam/organization/n7", "{\"name\":\"n7\"}")
                        .body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.delete(tenant, "/v1/iam/organization/n7").body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(tenant, "/v1/iam/organization", "{").body()).isEqualTo(FORBIDDEN);
    }

    @Test
    void anObjectOfIam_isDenied_alone() {
        Asker admin = api.developer("n8", "*");
        Asker deputy = api.addAccount(api.home("n8"), "deputy", "*");
        give(admin, "no", "deputy", "delete", "policy/base", "deny");
        give(admin, "base", "x", "get", "runs", "allow");
        give(admin, "more", "x", "get", "runs", "allow");
        assertThat(api.get(deputy, "/v1/iam/policy").status()).isEqualTo(200);
        assertThat(api.delete(deputy, "/v1/iam/policy/base").body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(deputy, "/v1/iam/policy/more").status()).isEqualTo(200);
        assertThat(api.delete(deputy, "/v1/iam/policy/no").body())
                .as("his own denial")
                .isEqualTo(FORBIDDEN);
    }

    private static List<String> names(Answer list) {
        var names = new ArrayList<String>();
        list.json().forEach(one -> names.add(one.path("name").asString("")));
        return names;
    }

    private void give(Asker by, String name, String subject, String action, String resource, String effect) {
        String body = policy(name, subject, action, resource).replace("[{", "[{\"effect\":\"" + effect + "\",");
        assertThat(api.post(by, "/v1/iam/policy", body).status()).isEqualTo(201);
    }

    private static String global(String name, String subject, String action, String resource) {
        return policy(name, subject, action, resource).replaceFirst("\\{", "{\"global\":true,");
    }

    private static String policy(String name, String subject, String action, String resource) {
        return "{\"name\":\"" + name + "\",\"rules\":[{\"actions\":[\"" + action + "\"],\"resources\":[\"" + resource
                + "\"],\"subjects\":[\"" + subject + "\"]}]}";
    }
}
