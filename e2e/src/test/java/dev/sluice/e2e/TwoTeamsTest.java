package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.authn.TestProvider;
import dev.sluice.e2e.Launcher.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The story that Dispatch told of its organizations, from the operator to both teams' functions, with real logins:
/// two teams that do not trust each other, an administrator and a developer of each. And what it implies: what none
/// of them may.
///
/// The backend's functions are on the server's own image, the frontend's on its own.
///
/// Source: contracts/dispatch.md 7, "The seed as an acceptance scenario".
final class TwoTeamsTest {
    private static final String FRONT_ADMIN = "adm.frontend.dispatch@example.com";
    private static final String FRONT_DEVELOPER = "dev1.frontend.dispatch@example.com";
    private static final String BACK_ADMIN = "adm.backend.dispatch@example.com";
    private static final String BACK_DEVELOPER = "dev1.backend.dispatch@example.com";
    private static final String FORBIDDEN = "Forbidden, please make sure you have required privileges";

    private static final String NODE_HELLO = """
            module.exports = function (context, params) {
                let name = "Noone";
                if (params.name) {
                    name = params.name;
                }
                let place = "Nowhere";
                if (params.place) {
                    place = params.place;
                }
                return {myField: 'Hello, ' + name + ' from ' + place + ' - Yours, nodejs!'}
            };
            """;
    private static final String PYTHON_HELLO = """
            def handle(ctx, payload):
                name = "Noone"
                place = "Nowhere"
                if payload:
                    name = payload.get("name", name)
                    place = payload.get("place", place)
                return {"myField": "Hello, %s from %s - Yours, python3!" % (name, place)}
            """;

    @Test
    void twoTeams_areMade_deploy_andStayApart() throws Exception {
        try (var provider = new TestProvider();
                var sluice = new Launcher()) {
            Files.createDirectories(sluice.data());
            TestProvider.write(sluice.data(), provider.description("sso", "dispatch"));
            sluice.opensAddressesByItself();
            sluice.run("up", "--detach").succeeds();
            new Story(sluice, provider).tell();
        }
    }

    private record Story(Launcher sluice, TestProvider provider) {
        void tell() throws Exception {
            makeTheTeams();
            theFrontendsAdministrator_letsDevelopersIn();
            theFrontendsDeveloper_deploys();
            theBackend_doesTheSame();
            theBackendsDeveloper_isConfined();
            theBackendsAdministrator_isConfined();
            theOperator_seesBoth();
        }

        private void makeTheTeams() throws Exception {
            assertThat(does("iam", "get", "organizations")).contains("NAME", "CREATED DATE", "dispatch");
            assertThat(does("iam", "create", "organization", "frontend-team"))
                    .isEqualTo("Created organization: frontend-team\n");
            assertThat(does("iam", "create", "organization", "backend-team"))
                    .isEqualTo("Created organization: backend-team\n");
            assertThat(policy("frontend-admin", FRONT_ADMIN, "*", "*", "--organization", "frontend-team"))
                    .isEqualTo("Created policy: frontend-admin\n");
            assertThat(policy("backend-admin", BACK_ADMIN, "*", "*", "--organization", "backend-team"))
                    .isEqualTo("Created policy: backend-admin\n");
        }

        private void theFrontendsAdministrator_letsDevelopersIn() throws Exception {
            logIn(FRONT_ADMIN, "frontend-team");
            assertThat(does("create", "seed-images"))
                    .startsWith("Created BaseImage: nodejs-base\n")
                    .endsWith("Created Image: java\n");
            assertThat(policy("dev-policy-crud", FRONT_DEVELOPER, "*", "function,runs,secret,api"))
                    .isEqualTo("Created policy: dev-policy-crud\n");
            assertThat(policy("dev-policy-read", FRONT_DEVELOPER, "get", "image,baseimage"))
                    .isEqualTo("Created policy: dev-policy-read\n");
        }

        private void theFrontendsDeveloper_deploys() throws Exception {
            logIn(FRONT_DEVELOPER, "frontend-team");
            Path source = Files.writeString(sluice.home().resolve("node-hello.js"), NODE_HELLO);
            assertThat(does("create", "function", "--image=nodejs", "node-hello-js", source.toString()))
                    .contains("Created function: node-hello-js");
            assertThat(does("exec", "node-hello-js", "--wait")).contains("Hello, Noone from Nowhere - Yours, nodejs!");
            serves("frontend-hello-js", "node-hello-js");
            assertThat(served("frontend-team/hello"))
                    .isEqualTo("{\"myField\":\"Hello, Noone from Nowhere - Yours, nodejs!\"}");
            assertThat(served("backend-team/hello")).contains("no API found with those values");
            assertThat(does("get", "images")).contains("nodejs-base", "python3", "powershell", "java");
            assertForbidden("create", "image", "mine", "nodejs-base");
            assertForbidden("create", "seed-images");
            assertForbidden("iam", "get", "policies");
            assertForbidden(
                    "iam",
                    "create",
                    "policy",
                    "mine",
                    "--subject",
                    FRONT_DEVELOPER,
                    "--action",
                    "*",
                    "--resource",
                    "*");
            assertForbidden("iam", "create", "organization", "mine");
        }

        private void serves(String api, String function) throws Exception {
            assertThat(does("create", "api", api, function, "--path", "/hello", "--cors"))
                    .contains("Created api: " + api);
        }

        /// What a stranger is told, whose client is curl.
        private String served(String path) throws Exception {
            String address = sluice.endpoints().get("gatewayTls") + "/" + path;
            return sluice.run(sluice.home(), List.of("curl", "--insecure", "--silent", "--show-error", address))
                    .succeeds()
                    .out();
        }

        private void theBackend_doesTheSame() throws Exception {
            logIn(BACK_ADMIN, "backend-team");
            policy("dev-policy-crud", BACK_DEVELOPER, "*", "function,runs,secret,api");
            policy("dev-policy-read", BACK_DEVELOPER, "get", "image,baseimage");
            logIn(BACK_DEVELOPER, "backend-team");
            Path source = Files.writeString(sluice.home().resolve("python_hello.py"), PYTHON_HELLO);
            does("create", "function", "--image=python3", "python-hello", source.toString());
            assertThat(does("exec", "python-hello", "--wait")).contains("Hello, Noone from Nowhere - Yours, python3!");
            serves("backend-hello", "python-hello");
            assertThat(served("backend-team/hello?name=Jon&place=Winterfell"))
                    .isEqualTo("{\"myField\":\"Hello, Jon from Winterfell - Yours, python3!\"}");
            assertThat(served("frontend-team/hello")).contains("Yours, nodejs!");
        }

        /// Whether there is such an organization or function makes no difference to him.
        private void theBackendsDeveloper_isConfined() throws Exception {
            assertThat(does("get", "functions")).contains("python-hello").doesNotContain("node-hello-js");
            assertThat(does("get", "images")).doesNotContain("nodejs-base");
            assertThat(does("get", "runs")).contains("python-hello").doesNotContain("node-hello-js");
            assertThat(does("get", "apis")).contains("backend-hello").doesNotContain("frontend-hello-js");
            for (String organization : List.of("frontend-team", "dispatch", "no-such-team")) {
                assertForbidden("get", "functions", "--organization", organization);
                assertForbidden("exec", "node-hello-js", "--wait", "--organization", organization);
                assertForbidden("delete", "function", "node-hello-js", "--organization", organization);
                assertForbidden("get", "runs", "--organization", organization);
                assertForbidden("delete", "api", "frontend-hello-js", "--organization", organization);
                assertForbidden("get", "image", "nodejs", "--organization", organization);
            }
        }

        /// Dispatch failed this: the administrator of a team was the administrator of all.
        private void theBackendsAdministrator_isConfined() throws Exception {
            logIn(BACK_ADMIN, "backend-team");
            assertThat(does("iam", "get", "organizations"))
                    .contains("backend-team")
                    .doesNotContain("frontend-team");
            assertForbidden("iam", "create", "organization", "third-team");
            assertForbidden("iam", "delete", "organization", "frontend-team");
            for (String organization : List.of("frontend-team", "dispatch", "no-such-team")) {
                assertForbidden("iam", "get", "policies", "--organization", organization);
                assertForbidden("iam", "delete", "policy", "frontend-admin", "--organization", organization);
                assertForbidden("get", "functions", "--organization", organization);
            }
            assertForbidden(
                    "iam",
                    "create",
                    "policy",
                    "everything",
                    "--subject",
                    BACK_ADMIN,
                    "--action",
                    "*",
                    "--resource",
                    "*",
                    "--global");
        }

        private void theOperator_seesBoth() throws Exception {
            does("logout");
            String operator = sluice.data().resolve("admin.json").toString();
            assertThat(does("iam", "get", "organizations", "--config", operator))
                    .contains("dispatch", "frontend-team", "backend-team");
        }

        /// The browser has no session of the one before.
        private void logIn(String mail, String organization) throws Exception {
            does("logout");
            provider.mail = mail;
            assertThat(does("login", "--organization", organization)).contains("You have successfully logged in");
        }

        private String policy(String name, String subject, String action, String resource, String... more)
                throws Exception {
            var words = new ArrayList<>(List.of("iam", "create", "policy", name, "--subject", subject));
            words.addAll(List.of("--action", action, "--resource", resource));
            words.addAll(List.of(more));
            return does(words.toArray(String[]::new));
        }

        private String does(String... words) throws Exception {
            return sluice.run(words).succeeds().out();
        }

        private void assertForbidden(String... words) throws Exception {
            Result result = sluice.run(words);
            assertThat(result.exit()).as("%s: %s", List.of(words), result).isNotZero();
            assertThat(result.err()).as("%s", List.of(words)).contains(FORBIDDEN);
        }
    }
}
