package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RoleRoutesTest extends ApiTest {

    @Test
    void aRole_isMade_handedOut_changed_andTakenBack_atOnce() {
        Asker admin = api.developer("r1", "*");
        Asker eve = api.addAccount(api.home("r1"), "eve");
        Answer created = api.post(admin, "/v1/iam/role", role("looker", "get", "function"));
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.body())
                .matches("\\{\"id\":\"[0-9a-f-]{36}\",\"name\":\"looker\",\"kind\":\"Role\",\"createdTime\":\\d+,"
                        + "\"modifiedTime\":\\d+,\"rules\":\\[\\{\"actions\":\\[\"get\"],"
                        + "\"resources\":\\[\"function\"]}]}");
        assertThat(api.post(admin, "/v1/iam/role", role("looker", "get", "function"))
                        .body())
                .isEqualTo("{\"code\":409,\"message\":\"role looker already exists\"}");
        assertThat(api.get(admin, "/v1/iam/role/looker").body()).isEqualTo(created.body());

        assertThat(api.get(eve, "/v1/function").body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(admin, "/v1/iam/policy", handOut("looking", "eve", "looker", "allow"))
                        .status())
                .isEqualTo(201);
        assertThat(api.get(eve, "/v1/function").status()).isEqualTo(200);
        assertThat(api.get(eve, "/v1/runs").body()).isEqualTo(FORBIDDEN);

        assertThat(api.put(admin, "/v1/iam/role/looker", role("looker", "get", "runs"))
                        .status())
                .isEqualTo(200);
        assertThat(api.get(eve, "/v1/function").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(eve, "/v1/runs").status()).isEqualTo(200);

        assertThat(api.delete(admin, "/v1/iam/role/looker").body())
                .isEqualTo("{\"code\":409,\"message\":\"role looker is in use: take it out of policy looking first\"}");
        assertThat(api.delete(admin, "/v1/iam/policy/looking").status()).isEqualTo(200);
        assertThat(api.delete(admin, "/v1/iam/role/looker").status()).isEqualTo(200);
        assertThat(api.get(admin, "/v1/iam/role/looker").body())
                .isEqualTo("{\"code\":404,\"message\":\"role looker not found\"}");
    }

    @Test
    void builtInRoles_areShown_andStayAsTheyAre() {
        Asker admin = api.developer("r2", "*");
        Answer all = api.get(admin, "/v1/iam/role");
        assertThat(all.json().size()).isEqualTo(4);
        assertThat(all.body())
                .contains(
                        "\"name\":\"admin\"", "\"name\":\"developer\"", "\"name\":\"invoker\"", "\"name\":\"viewer\"");
        assertThat(api.get(admin, "/v1/iam/role/viewer").json().path("builtIn").asBoolean())
                .isTrue();
        assertThat(api.post(admin, "/v1/iam/role", role("Viewer", "*", "*")).text("message"))
                .isEqualTo("role Viewer would be taken for a built-in one: choose another name");
        for (String name : new String[] {"admin", "viewer"}) {
            assertThat(api.post(admin, "/v1/iam/role", role(name, "*", "*")).status())
                    .isEqualTo(409);
            assertThat(api.put(admin, "/v1/iam/role/" + name, role(name, "*", "*"))
                            .status())
                    .isEqualTo(400);
            assertThat(api.delete(admin, "/v1/iam/role/" + name).status()).isEqualTo(400);
        }
    }

    /// Whoever hands a role out later need not have what it gives: so who makes it must.
    @Test
    void nobody_makesOrWidensARole_withWhatHeHasNot() {
        Asker admin = api.developer("r3", "*");
        Asker clerk = api.addAccount(api.home("r3"), "clerk", "iam", "runs");
        assertThat(api.post(clerk, "/v1/iam/role", role("a", "*", "*")).body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(clerk, "/v1/iam/role", role("a", "get", "secret")).body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(clerk, "/v1/iam/role", role("a", "get", "runs")).status())
                .isEqualTo(201);
        assertThat(api.put(clerk, "/v1/iam/role/a", role("a", "get", "secret")).body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(admin, "/v1/iam/role", role("strong", "*", "secret"))
                        .status())
                .isEqualTo(201);
        assertThat(api.post(clerk, "/v1/iam/policy", handOut("p", "clerk", "strong", "allow"))
                        .body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.post(clerk, "/v1/iam/policy", handOut("p", "clerk", "admin", "allow"))
                        .body())
                .isEqualTo(FORBIDDEN);
    }

    /// What a global policy hands out holds in every organization: so who changes it must have it there.
    @Test
    void nobody_widensARole_thatAGlobalPolicyHandsOut_withWhatHeHasAtHomeOnly() {
        Asker local = api.addAccount(api.home("dispatch"), "local", "*");
        assertThat(api.post(root, "/v1/iam/role", role("r8", "get", "runs")).status())
                .isEqualTo(201);
        assertThat(api.put(local, "/v1/iam/role/r8", role("r8", "get", "function"))
                        .status())
                .isEqualTo(200);
        String global = handOut("r8", "local", "r8", "allow").replaceFirst("\\{", "{\"global\":true,");
        assertThat(api.post(local, "/v1/iam/policy", global).body()).isEqualTo(FORBIDDEN);
        assertThat(api.post(root, "/v1/iam/policy", global).status()).isEqualTo(201);
        assertThat(api.put(local, "/v1/iam/role/r8", role("r8", "get", "secret"))
                        .body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.delete(root, "/v1/iam/policy/r8").status()).isEqualTo(200);
        assertThat(api.put(local, "/v1/iam/role/r8", role("r8", "get", "secret"))
                        .status())
                .isEqualTo(200);
    }

    /// What the policies said when he came is not what he would give now.
    @Test
    void whetherAChangeMayBeMade_isDecidedByThePoliciesAsTheyAreThen() throws Exception {
        Asker local = api.addAccount(api.home("dispatch"), "slow", "*");
        api.post(root, "/v1/iam/role", role("r9", "get", "runs"));
        byte[] body = role("r9", "get", "secret").getBytes(StandardCharsets.UTF_8);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            socket.setSoTimeout(20_000);
            String head = "PUT /v1/iam/role/r9 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + local.token()
                    + "\r\nX-Dispatch-Org: dispatch\r\nConnection: close\r\nContent-Length: " + body.length
                    + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(body, 0, 1);
            socket.getOutputStream().flush();
            await().pollDelay(Duration.ofMillis(500)).until(() -> true); // he is let in, and his body is waited for
            String global = handOut("r9", "slow", "r9", "allow").replaceFirst("\\{", "{\"global\":true,");
            assertThat(api.post(root, "/v1/iam/policy", global).status()).isEqualTo(201);
            socket.getOutputStream().write(body, 1, body.length - 1);
            socket.getOutputStream().flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 403").endsWith(FORBIDDEN);
        }
        assertThat(api.get(root, "/v1/iam/role/r9").body()).doesNotContain("secret");
    }

    /// All that the policies of an organization say is in memory, whoever writes them.
    @Test
    void rolesThatSayTooMuch_areRefused() {
        Asker admin = api.developer("r10", "*");
        String names = many(100, i -> "\"runs/a" + i + "\"");
        String rules = many(100, _ -> "{\"actions\":[\"*\"],\"resources\":[" + names + "]}");
        String large = "{\"name\":\"large\",\"rules\":[" + rules + "]}";
        assertThat(api.post(admin, "/v1/iam/role", large).status()).isEqualTo(201);
        String subjects = many(30, i -> "\"s" + i + "\"");
        String handedOut = "{\"name\":\"p\",\"rules\":[{\"roles\":[\"large\"],\"subjects\":[" + subjects + "]}]}";
        Answer refused = api.post(admin, "/v1/iam/policy", handedOut);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.text("message")).startsWith("the policies of your organization would say too much");
        assertThat(api.put(admin, "/v1/iam/role/large", role("large", "*", "runs"))
                        .status())
                .isEqualTo(200);
        assertThat(api.post(admin, "/v1/iam/policy", handedOut).status()).isEqualTo(201);
        assertThat(api.put(admin, "/v1/iam/role/large", large).status()).isEqualTo(429);
    }

    private static String many(int count, IntFunction<String> one) {
        return IntStream.range(0, count).mapToObj(one).collect(Collectors.joining(","));
    }

    /// A denial by a role is not lifted by making the role smaller.
    @Test
    void nobody_liftsADenial_byChangingItsRole() {
        Asker admin = api.developer("r4", "*");
        Asker clerk = api.addAccount(api.home("r4"), "clerk", "iam", "runs");
        api.post(admin, "/v1/iam/role", role("closed", "*", "secret"));
        assertThat(api.post(admin, "/v1/iam/policy", handOut("no", "clerk", "closed", "deny"))
                        .status())
                .isEqualTo(201);
        assertThat(api.put(clerk, "/v1/iam/role/closed", role("closed", "get", "runs"))
                        .body())
                .isEqualTo(FORBIDDEN);
        assertThat(api.delete(clerk, "/v1/iam/role/closed").status()).isEqualTo(409);
        assertThat(api.put(admin, "/v1/iam/role/closed", role("closed", "get", "runs"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anotherOrganizationsRole_isNotThere() {
        Asker admin = api.developer("r5", "*");
        Asker other = api.developer("r6", "*");
        api.post(admin, "/v1/iam/role", role("ours", "get", "runs"));
        assertThat(api.get(other, "/v1/iam/role/ours").status()).isEqualTo(404);
        assertThat(api.get(other, "/v1/iam/role").body()).doesNotContain("ours");
        assertThat(api.post(other, "/v1/iam/policy", handOut("p", "x", "ours", "allow"))
                        .status())
                .isEqualTo(422);
        assertThat(api.get(new Asker(other.token(), "r5"), "/v1/iam/role").body())
                .isEqualTo(FORBIDDEN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{}~602~name in body is required",
                "{\"name\":\"r\"}~602~rules in body is required",
                "{\"name\":\"r\",\"rules\":[]}~612~rules in body should have at least 1 items",
                "{\"name\":\"r\",\"rules\":[{\"actions\":[\"get\"]}]}~602~resources in body is required",
                "{\"name\":\"r\",\"rules\":[{\"actions\":[\"fly\"],\"resources\":[\"*\"]}]}~606~actions.0 in body"
                        + " should be one of [get create update delete *]",
            })
    void aWrongBody_isRefused(String body, int code, String message) {
        Answer answer = api.post(root, "/v1/iam/role", body);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("code").asInt()).isEqualTo(code);
        assertThat(answer.text("message")).isEqualTo(message);
    }

    @Test
    void whoMayNot_isRefused_beforeHisBodyIsLookedAt() {
        Asker dev = api.developer("r7", "function");
        assertThat(api.post(ApiServer.NOBODY, "/v1/iam/role", "{").status()).isEqualTo(401);
        assertThat(api.post(dev, "/v1/iam/role", "{").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(dev, "/v1/iam/role").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(dev, "/v1/iam/role/viewer").body()).isEqualTo(FORBIDDEN);
        assertThat(api.put(dev, "/v1/iam/role/x", "{").body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(dev, "/v1/iam/role/x").body()).isEqualTo(FORBIDDEN);
    }

    private static String role(String name, String action, String resource) {
        return "{\"name\":\"" + name + "\",\"rules\":[{\"actions\":[\"" + action + "\"],\"resources\":[\"" + resource
                + "\"]}]}";
    }

    private static String handOut(String name, String subject, String role, String effect) {
        return "{\"name\":\"" + name + "\",\"rules\":[{\"roles\":[\"" + role + "\"],\"subjects\":[\"" + subject
                + "\"],\"effect\":\"" + effect + "\"}]}";
    }
}
