package dev.sluice.api;

import static dev.sluice.api.ApiServer.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.org.Organization;
import dev.sluice.org.Policy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class ExplainRoutesTest extends ApiTest {
    private static final String UNIFORM =
            "{\"code\":404,\"message\":\"not found or not allowed\"," + "\"error\":\"not found or not allowed\"}";
    private static final String ME = "dispatch/serviceaccount/admin";
    private static final String NONE = "0123456789abcdef0123456789abcdef";

    private Asker stranger;
    private Asker runner;

    @BeforeAll
    void start() {
        stranger = api.developer("blue", "function", "runs");
        Organization home = api.home("dispatch");
        runner = api.addAccount(home, "runner", "runs");
    }

    @Test
    void everyAnswer_hasAnIdOfItsOwn_ofOneLength() {
        Set<String> ids = new HashSet<>();
        for (Answer answer : List.of(
                api.get(root, "/me"),
                api.get(NOBODY, "/nope"),
                api.get(NOBODY, "/me"),
                api.get(NOBODY, "/faasten/ping"),
                api.get(NOBODY, "/a//b"),
                api.send(NOBODY, "BREW", "/", Bytes.EMPTY))) {
            assertThat(requestId(answer)).hasSize(32);
            ids.add(requestId(answer));
        }
        assertThat(ids).hasSize(6);
    }

    @Test
    void aReadAboveTheClearance_isExplained_toWhoAsked_andNobodyElse() {
        String path = "home:<" + ME + "," + ME + ">:private";
        Answer refused = api.get(stranger, fs(path));
        assertThat(refused.body()).isEqualTo(UNIFORM);
        JsonNode denial = explained(stranger, requestId(refused)).path("denial");
        assertThat(denial.path("check").asString()).isEqualTo("read");
        assertThat(denial.path("what").asString()).isEqualTo("private");
        assertThat(denial.path("lacking").path("secrecy").asString()).isEqualTo(ME);
        assertNotExplained(requestId(refused), NOBODY, runner);
    }

    @Test
    void aWriteToALowerLabel_isExplained() {
        Answer refused = api.put(stranger, fs("home:<T," + ME + ">:planted"), "x");
        JsonNode denial = explained(stranger, requestId(refused)).path("denial");
        assertThat(denial.path("check").asString()).isEqualTo("write");
        assertThat(denial.path("lacking").path("secrecy").asString()).isEqualTo("T");
        assertThat(denial.path("lacking").path("integrity").asString()).isEqualTo(ME);
    }

    @Test
    void aGrantOfWhatOneDoesNotHold_isExplained() {
        Answer refused = api.post(root, "/gates", gate("~:grants", "\"privilege\":\"dispatch/secret/s\","));
        assertThat(refused.body()).isEqualTo(UNIFORM);
        JsonNode denial = explained(root, requestId(refused)).path("denial");
        assertThat(denial.path("check").asString()).isEqualTo("grant");
        assertThat(denial.path("lacking").path("secrecy").asString()).isEqualTo("dispatch/secret/s");
    }

    @Test
    void aGateThatOneMayNotEnter_isExplained() {
        String path = "home:<T," + ME + ">:closed";
        String body = gate(path, "\"clearance\":\"" + ME + "\",");
        assertThat(api.post(root, "/gates", body).status()).isEqualTo(201);
        Answer refused = api.post(stranger, invoke(path), "1");
        assertThat(refused.body()).isEqualTo(UNIFORM);
        JsonNode denial = explained(stranger, requestId(refused)).path("denial");
        assertThat(denial.path("check").asString()).isEqualTo("enter");
        assertThat(denial.path("lacking").path("integrity").asString()).isEqualTo(ME);
        assertThat(text(stranger, requestId(refused), "text"))
                .contains("entering a gate")
                .contains(ME);
    }

    /// The caller gets the uniform refusal and no explanation: both would tell him what the run has read. Who may read
    /// that is told.
    @Test
    void aWithheldAnswer_isExplained_toWhoIsCleared_underTheRequestAndTheRun() {
        api.put(root, fs("home:<" + ME + "," + ME + ">:diary"), "dear diary");
        String source = "def handle(event, cloudcall):\n" + "    return cloudcall.fs_read('home:<" + ME + "," + ME
                + ">:diary').decode()\n";
        String blob = api.send(root, "POST", "/blobs", Bytes.utf8(source)).text("blob");
        String path = "home:<T," + ME + ">:leaky";
        String body = "{\"path\":\"" + path + "\",\"blob\":\"" + blob
                + "\",\"image\":\"python3\",\"handler\":\"a.handle\",\"convention\":\"faasten\"}";
        assertThat(api.post(root, "/gates", body).status()).isEqualTo(201);
        Answer withheld = api.post(runner, invoke(path), "{}");
        assertThat(withheld.body()).isEqualTo(UNIFORM);
        Answer missing = api.post(runner, invoke("home:<T," + ME + ">:nothing"), "{}");
        assertThat(withheld.headers().keySet())
                .isEqualTo(missing.headers().keySet())
                .contains("x-request-id");

        JsonNode json = explained(wholeReader(), requestId(withheld));
        assertThat(json.path("steps")
                        .get(json.path("steps").size() - 1)
                        .path("after")
                        .asString())
                .contains(ME);
        assertThat(json.path("delivery").path("lacking").path("secrecy").asString())
                .isEqualTo(ME);
        assertNotExplained(requestId(withheld), runner, stranger, NOBODY);
        String svg = text(wholeReader(), requestId(withheld), "svg");
        assertThat(svg).startsWith("<svg").contains("the answer may not reach who asked");
        assertThat(text(wholeReader(), requestId(withheld), "dot")).startsWith("digraph");
    }

    /// The admin account itself reads its own diary, and whatever its policies lend it.
    private Asker wholeReader() {
        return root;
    }

    @Test
    void aMissingPolicy_isExplained() {
        Answer refused = api.get(runner, "/v1/function");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(explained(runner, requestId(refused)).path("need").asString())
                .isEqualTo("get function");
        assertThat(explained(root, requestId(refused)).path("need").asString()).isEqualTo("get function");
    }

    @Test
    void aRun_isExplained_byItsId() {
        String source = "def handle(ctx, payload):\n    return 1\n";
        api.post(root, "/v1/function", ApiServer.python("plain", source));
        Answer run = await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> api.post(root, "/v1/runs?functionName=plain", "{\"blocking\":true,\"input\":{}}"),
                        answer -> answer.status() == 200);
        JsonNode json = explained(root, run.text("name"));
        assertThat(json.path("kind").asString()).isEqualTo("run");
        assertThat(json.path("steps").size()).isZero();
        assertThat(json.path("label").asString()).contains("dispatch/runs");
        assertNotExplained(run.text("name"), stranger, NOBODY);
    }

    @Test
    void anIdOfNothing_andOneOfAnother_areOneAnswer() {
        Answer refused = api.get(stranger, fs("home:<" + ME + "," + ME + ">:x"));
        explained(stranger, requestId(refused));
        String id = requestId(refused);
        for (Asker asker : new Asker[] {NOBODY, runner}) {
            Answer there = api.get(asker, "/v1/explain/" + id);
            Answer missing = api.get(asker, "/v1/explain/" + NONE);
            assertThat(there.body().replace(id, NONE)).isEqualTo(missing.body());
            assertThat(there.status()).isEqualTo(missing.status()).isEqualTo(404);
            assertThat(there.headers().keySet()).isEqualTo(missing.headers().keySet());
        }
        for (String garbage : List.of("x", "0", NONE + "0", "11111111-2222-4333-8444-555555555555")) {
            assertThat(api.get(root, "/v1/explain/" + garbage).status()).isEqualTo(404);
        }
        assertThat(api.get(stranger, "/v1/explain/" + id + "?format=png").status())
                .isEqualTo(400);
    }

    @Test
    void theLog_isListedToWhoMayReadIam_andVerifiedForWhoMayDoAll() {
        assertThat(api.post(root, "/gates", gate("~:listed", "")).status()).isEqualTo(201);
        Answer list = api.get(root, "/v1/audit");
        assertThat(list.body())
                .contains("\"kind\":\"gate.create\"")
                .contains("listed")
                .doesNotContain("salt");
        assertThat(api.get(runner, "/v1/audit").status()).isEqualTo(403);
        Answer sound = api.get(root, "/v1/audit/verify");
        assertThat(sound.json().path("sound").asBoolean()).isTrue();
        String head = sound.text("head");
        assertThat(api.get(root, "/v1/audit/verify?expect=" + head)
                        .json()
                        .path("sound")
                        .asBoolean())
                .isTrue();
        String other = head.replaceFirst("[0-9]", "9").replaceFirst("-.", "-f");
        assertThat(api.get(root, "/v1/audit/verify?expect=" + other)
                        .json()
                        .path("sound")
                        .asBoolean())
                .isFalse();
        assertThat(api.get(runner, "/v1/audit/verify").status()).isEqualTo(403);
        assertThat(api.get(NOBODY, "/v1/audit/verify").status()).isEqualTo(401);
        assertThat(api.post(root, "/faasten/delegate", "{\"component\":\"" + ME + "/app\"}")
                        .status())
                .isEqualTo(200);
        assertThat(api.get(root, "/v1/audit").body()).contains("organization.lend", "token.delegate", ME + "/app");
    }

    @Test
    void theOperatorsChains_areVerified_forWhoMayDoEverythingEverywhere() {
        String target = "/v1/audit/verify?chains=operator";
        api.get(NOBODY, fs("home:<" + ME + "," + ME + ">:x")); // stands in no organization's chain
        Answer sound = api.get(root, target);
        assertThat(sound.json().path("sound").asBoolean()).isTrue();
        assertThat(sound.json().path("records").asLong()).isPositive();
        String head = sound.text("head");
        assertThat(api.get(root, target + "&expect=" + head)
                        .json()
                        .path("sound")
                        .asBoolean())
                .isTrue();
        assertThat(api.get(root, "/v1/audit/verify").text("head")).isNotEqualTo(head);
        assertThat(api.get(root, "/v1/audit/verify?chains=blue").status()).isEqualTo(400);

        Organization home = api.home("dispatch");
        Asker keeper = api.addAccount(home, "keeper", "*");
        var everywhere = new Policy.Rule(List.of("keeper"), List.of("*"), List.of("iam"));
        ApiServer.asRoot(
                () -> api.organizations.put(home, new Policy("i", "keeping", true, List.of(everywhere), 0, 0)));
        for (Asker asker : List.of(api.developer("green", "*"), keeper)) {
            assertThat(api.get(asker, target).status()).isEqualTo(403);
        }
        assertThat(api.get(new Asker(root.token(), "green"), target).status()).isEqualTo(200);
        assertThat(api.get(NOBODY, target).status()).isEqualTo(401);
    }

    private JsonNode explained(Asker asker, String id) {
        return await().atMost(Duration.ofSeconds(5))
                .until(() -> api.get(asker, "/v1/explain/" + id), answer -> answer.status() == 200)
                .json();
    }

    private String text(Asker asker, String id, String format) {
        return api.get(asker, "/v1/explain/" + id + "?format=" + format).body();
    }

    private void assertNotExplained(String id, Asker... askers) {
        for (Asker asker : askers) {
            assertThat(api.get(asker, "/v1/explain/" + id).status()).isEqualTo(404);
        }
    }

    private String gate(String path, String more) {
        String source = "def handle(event, cloudcall):\n    return 1\n";
        String blob = api.send(root, "POST", "/blobs", Bytes.utf8(source)).text("blob");
        return "{\"path\":\"" + path + "\"," + more + "\"blob\":\"" + blob
                + "\",\"image\":\"python3\",\"handler\":\"a.handle\"}";
    }

    private static String requestId(Answer answer) {
        return Objects.requireNonNull(answer.headers().get("x-request-id")).getFirst();
    }

    private static String fs(String path) {
        return "/faasten/fs/" + encoded(path);
    }

    private static String invoke(String path) {
        return "/faasten/invoke/" + encoded(path);
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
