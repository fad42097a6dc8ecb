package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.audit.DecisionPage;
import dev.sluice.audit.DecisionPage.Noted;
import dev.sluice.audit.Judgment;
import dev.sluice.audit.Judgment.Kind;
import dev.sluice.audit.Judgment.Want;
import dev.sluice.bytes.Bytes;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policies;
import dev.sluice.org.Policy;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class WhatIfRoutesTest extends ApiTest {
    private static final String WHAT_IF = "/v1/iam/whatif";
    private int teams;
    private String team;
    private Organization organization;
    private Asker admin;
    private Asker ci;

    /// Each test has an organization of its own.
    @BeforeEach
    void found() {
        team = "team" + teams++;
        admin = api.developer(team, "*");
        organization = api.home(team);
        ci = api.addAccount(organization, "ci", "runs");
    }

    @Test
    void decisions_thatWouldFlip_areListed_bothWays_andNothingChanges() {
        assertThat(api.get(ci, "/v1/runs").status()).isEqualTo(200);
        assertThat(api.get(ci, "/v1/runs").status()).isEqualTo(200);
        assertThat(api.get(ci, "/v1/function").status()).isEqualTo(403);
        String before = api.get(admin, "/v1/iam/policy").body();

        Answer answer = whatIf(admin, policy("ci", "ci", "get", "function"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(flips(answer))
                .containsExactlyInAnyOrder(
                        "ci get runs/ allowed allowed denied 2", "ci get function/ denied denied allowed 1");
        JsonNode flip = answer.json().path("flips").path(0);
        assertThat(flip.path("subjects").toString()).isEqualTo("[\"ci\",\"" + team + "/ci\"]");
        assertThat(flip.path("organization").asString()).isEqualTo(team);
        assertThat(Instant.parse(flip.path("time").asString())).isBefore(Instant.now());
        assertThat(answer.json().path("more").asBoolean()).isFalse();

        assertThat(api.get(admin, "/v1/iam/policy").body()).isEqualTo(before);
        assertThat(api.get(ci, "/v1/runs").status()).isEqualTo(200);
        assertThat(api.get(ci, "/v1/function").status()).isEqualTo(403);
    }

    @Test
    void aPolicyBesideTheOthers_andOneLess_areReplayedTogether() {
        api.get(ci, "/v1/runs");
        api.get(ci, "/v1/function");
        assertThat(flips(whatIf(admin, policy("more", team + "/ci", "get", "function"))))
                .containsExactly("ci get function/ denied denied allowed 1");
        assertThat(flips(api.post(admin, WHAT_IF, "{\"without\":[\"ci\"]}")))
                .containsExactly("ci get runs/ allowed allowed denied 1");
        assertThat(flips(api.post(
                        admin,
                        WHAT_IF,
                        "{\"without\":[\"ci\"],\"policies\":[" + policy("new", "ci", "get", "runs") + "]}")))
                .isEmpty();
        String deny = "{\"name\":\"no\",\"rules\":[{\"subjects\":[\"ci\"],\"actions\":[\"get\"],"
                + "\"resources\":[\"runs\"],\"effect\":\"deny\"}]}";
        assertThat(flips(whatIf(admin, deny))).containsExactly("ci get runs/ allowed allowed denied 1");
    }

    @Test
    void anObjectByName_isReplayedByItsName() {
        assertThat(api.post(ci, "/v1/runs?functionName=hello", "{}").status()).isEqualTo(404);
        assertThat(flips(whatIf(admin, policy("ci", "ci", "create", "runs/hello"))))
                .isEmpty();
        assertThat(flips(whatIf(admin, policy("ci", "ci", "create", "runs/other"))))
                .containsExactly("ci create runs/hello allowed allowed denied 1");
    }

    /// Objects that a route shows one by one are asked for as that route asks for them.
    @Test
    void aFunctionByName_andAListOfThem_areReplayedAsTheyWereAsked() {
        api.get(ci, "/v1/function/hello");
        api.get(ci, "/v1/function");
        api.delete(ci, "/v1/function/hello");
        api.post(ci, "/v1/function", "{}");
        String named = "{\"name\":\"n\",\"rules\":[{\"subjects\":[\"ci\"],\"actions\":[\"get\",\"create\"],"
                + "\"resources\":[\"function/hello\"]},{\"subjects\":[\"ci\"],\"actions\":[\"delete\"],"
                + "\"resources\":[\"function/other\"]}]}";
        assertThat(flips(whatIf(admin, named)))
                .containsExactlyInAnyOrder(
                        "ci get function/hello denied denied allowed 1",
                        "ci get function/ denied denied allowed 1",
                        "ci create function/ denied denied allowed 1");
        String blind = "{\"name\":\"b\",\"rules\":[{\"subjects\":[\"ci\"],\"actions\":[\"delete\"],"
                + "\"resources\":[\"function\"]},{\"subjects\":[\"ci\"],\"actions\":[\"get\"],"
                + "\"resources\":[\"function\"],\"effect\":\"deny\"}]}";
        assertThat(flips(whatIf(admin, blind))).isEmpty();
    }

    /// What has been changed since is compared as it is now, and said.
    @Test
    void whatHasChangedSince_isComparedAsItIsNow() {
        api.get(ci, "/v1/runs");
        assertThat(api.delete(admin, "/v1/iam/policy/ci").status()).isEqualTo(200);
        Answer answer = whatIf(admin, policy("other", "ci", "get", "image"));
        assertThat(flips(answer)).isEmpty();
        assertThat(answer.json().path("changed").asLong()).isEqualTo(1);
        assertThat(flips(whatIf(admin, policy("ci", "ci", "get", "runs"))))
                .containsExactly("ci get runs/ allowed denied allowed 1");
    }

    @Test
    void whoMayNotReadPolicies_isRefused() {
        for (Asker asker : List.of(ci, new Asker(api.developer("blue", "*").token(), team))) {
            Answer refused = whatIf(asker, policy("ci", "ci", "get", "function"));
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.body()).isEqualTo(FORBIDDEN);
        }
        Asker viewer = api.addAccount(organization, "reader");
        var rule = new Policy.Rule(List.of("reader"), List.of("get"), List.of("iam"));
        ApiServer.asRoot(
                () -> api.organizations.put(organization, new Policy("i", "reader", false, List.of(rule), 0, 0)));
        assertThat(whatIf(viewer, policy("ci", "ci", "get", "function")).status())
                .isEqualTo(200);
    }

    @Test
    void anotherTenantsDecisions_areNeverSeen() {
        Asker blue = api.developer("blue", "*");
        api.get(blue, "/v1/runs");
        api.get(api.addAccount(api.home("blue"), "ci"), "/v1/function");
        Answer answer = whatIf(admin, policy("ci", "ci", "*", "*"));
        assertThat(answer.body()).doesNotContain("blue", "\"function\"");
        assertThat(flips(answer)).isEmpty();
    }

    /// What the operator's accounts do elsewhere is decided by the operator's global policies.
    @Test
    void decisionsOfGlobalPolicies_andGlobalPolicies_areForWhoMayReadPoliciesEverywhere() {
        Asker rootHere = new Asker(root.token(), team);
        assertThat(api.get(rootHere, "/v1/function").status()).isEqualTo(200);
        Organization dispatch = api.home("dispatch");
        Asker local = api.addAccount(dispatch, "local", "iam");
        String nobody = "{\"without\":[\"default-policy\"]}";
        assertThat(api.post(local, WHAT_IF, nobody).status()).isEqualTo(403);
        String global = "{\"name\":\"g\",\"global\":true,\"rules\":[{\"subjects\":[\"local\"],\"actions\":[\"*\"],"
                + "\"resources\":[\"*\"]}]}";
        assertThat(whatIf(local, global).status()).isEqualTo(403);
        assertThat(whatIf(root, global).status()).isEqualTo(200);
        String denied = "{\"name\":\"d\",\"rules\":[{\"subjects\":[\"admin\"],\"actions\":[\"*\"],"
                + "\"resources\":[\"*\"],\"effect\":\"deny\"}]}";
        Answer home = whatIf(local, denied);
        assertThat(home.body()).doesNotContain(team);
        api.get(rootHere, "/v1/function");
        long itself = 1;
        assertThat(looked(whatIf(local, denied))).isEqualTo(looked(home) + itself);

        String narrowed = "{\"name\":\"default-policy\",\"global\":true,\"rules\":[{\"subjects\":[\"admin\"],"
                + "\"actions\":[\"get\"],\"resources\":[\"iam\"]}]}";
        Answer seen = whatIf(root, narrowed);
        assertThat(flips(seen)).contains("admin get function/ allowed allowed denied 2");
        assertThat(seen.body()).contains("\"organization\":\"" + team + "\"");
        assertThat(api.get(rootHere, "/v1/function").status()).isEqualTo(200);
    }

    @Test
    void askingToBeTheOrganization_isADecisionToo() {
        assertThat(api.send(admin, "GET", "/v1/runs", Bytes.EMPTY, Door.AS_ORGANIZATION, "true")
                        .status())
                .isEqualTo(200);
        assertThat(flips(whatIf(admin, policy("dev", "dev", "*", "runs"))))
                .contains("dev * */ allowed allowed denied 1");
    }

    @Test
    void decisionsOfWhoIsGone_areCountedApart() {
        api.get(ci, "/v1/runs");
        api.get(ci, "/v1/runs");
        assertThat(api.delete(admin, "/v1/iam/serviceaccount/ci").status()).isEqualTo(200);
        Answer answer = api.post(admin, WHAT_IF, "{\"without\":[\"ci\"]}");
        assertThat(flips(answer)).isEmpty();
        assertThat(answer.json().path("accountsGone").asLong()).isEqualTo(2);

        api.developer("gone", "runs");
        api.get(new Asker(root.token(), "gone"), "/v1/runs");
        assertThat(api.delete(root, "/v1/iam/organization/gone?cascade=true").status())
                .isEqualTo(200);
        assertThat(api.post(root, "/v1/iam/organization", "{\"name\":\"gone\"}").status())
                .isEqualTo(201);
        Answer elsewhere = whatIf(root, policy("p", "x", "get", "runs"));
        assertThat(elsewhere.json().path("organizationsGone").asLong()).isPositive();
    }

    @Test
    void whatIsAskedFor_isBoundedInTime() {
        api.get(ci, "/v1/runs");
        String one = policy("ci", "ci", "get", "image");
        String later = Instant.now().plusSeconds(3600).toString();
        assertThat(flips(api.post(admin, WHAT_IF, "{\"policies\":[" + one + "],\"since\":\"" + later + "\"}")))
                .isEmpty();
        assertThat(api.post(admin, WHAT_IF, "{\"policies\":[" + one + "],\"since\":\"yesterday\"}")
                        .status())
                .isEqualTo(422);
        assertThat(flips(api.post(
                        admin, WHAT_IF, "{\"policies\":[" + one + "],\"since\":\"-1000000000-01-01T00:00:00Z\"}")))
                .hasSize(1);
    }

    @Test
    void whatMeansNothing_isRefused_asWhenPoliciesAreMade() {
        assertThat(api.post(admin, WHAT_IF, "{}").status()).isEqualTo(422);
        assertThat(api.post(admin, WHAT_IF, "{\"without\":[\"moon\"]}").status())
                .isEqualTo(404);
        assertThat(whatIf(admin, policy("p", "ci", "peek", "runs")).status()).isEqualTo(422);
        assertThat(whatIf(admin, "7").status()).isEqualTo(422);
        String one = policy("p", "ci", "get", "runs");
        assertThat(whatIf(admin, one + "," + one).status()).isEqualTo(400);
        assertThat(api.post(
                                admin,
                                WHAT_IF,
                                "{\"policies\":[" + policy("ci", "ci", "get", "runs") + "],\"without\":[\"ci\"]}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void policiesThatWouldSayTooMuch_areRefused() {
        String subjects =
                IntStream.range(0, 100).mapToObj(i -> "\"s" + i + "\"").collect(Collectors.joining(","));
        String resources =
                IntStream.range(0, 100).mapToObj(i -> "\"runs/" + i + "\"").collect(Collectors.joining(","));
        String rule = "{\"subjects\":[" + subjects + "],\"actions\":[\"get\"],\"resources\":[" + resources + "]}";
        String rules = IntStream.range(0, 25).mapToObj(_ -> rule).collect(Collectors.joining(","));
        assertThat(whatIf(admin, "{\"name\":\"p\",\"rules\":[" + rules + "]}").status())
                .isEqualTo(429);
    }

    /// Neither a long log nor many flips take more than a bounded time and answer; what is left is said.
    @Test
    void aReplay_isBounded_andSaysWhereItEnded() {
        var nanos = new AtomicLong();
        Organizations.Tenant place = api.organizations.tenant(team).orElseThrow();
        Policies none = new Policies(team, List.of(), place.policies().roles());
        var replay = new Replay(api.organizations, place, none, false, nanos::get);
        assertThat(replay.take(page(1, Replay.FLIPS_MAX + 5))).isTrue();
        assertThat(text(replay)).contains("\"flipsLeft\":5", "\"more\":false");
        nanos.set(Replay.LOOKING_MAX.toNanos() + 1);
        assertThat(replay.take(page(2, 1))).isFalse();
        assertThat(text(replay))
                .contains("\"more\":true", "\"until\":\"1970-01-01T00:00:00.001Z\"", "\"looked\":1005,");

        var whole = new Replay(api.organizations, place, none, false, () -> 0);
        for (int i = 0; i < Replay.LOOKED_MAX / 1_000; i++) {
            assertThat(whole.take(page(i, 1_000))).isTrue();
        }
        assertThat(whole.take(page(9_999, 1))).isFalse();
    }

    private DecisionPage page(long millis, int count) {
        return new DecisionPage(
                millis,
                0,
                IntStream.range(0, count)
                        .mapToObj(i -> new Noted(
                                millis,
                                1,
                                new Judgment(
                                        team,
                                        team,
                                        "ci",
                                        Set.of("ci"),
                                        Kind.OPERATION,
                                        List.of(new Want("create", "runs", "f" + i)),
                                        true)))
                        .toList());
    }

    private static String text(Replay replay) {
        var out = new JsonWriter(100);
        replay.writeTo(out, Instant.EPOCH, Instant.EPOCH);
        return out.done().utf8();
    }

    private Answer whatIf(Asker asker, String policies) {
        return api.post(asker, WHAT_IF, "{\"policies\":[" + policies + "]}");
    }

    private static String policy(String name, String subject, String action, String resource) {
        return "{\"name\":\"" + name + "\",\"rules\":[{\"subjects\":[\"" + subject + "\"],\"actions\":[\"" + action
                + "\"],\"resources\":[\"" + resource + "\"]}]}";
    }

    private static long looked(Answer answer) {
        return answer.json().path("looked").asLong();
    }

    private static List<String> flips(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return StreamSupport.stream(answer.json().path("flips").spliterator(), false)
                .map(flip -> String.join(
                        " ",
                        flip.path("who").asString(),
                        flip.path("action").asString(),
                        flip.path("resource").asString() + "/"
                                + flip.path("name").asString(),
                        flip.path("was").asString(),
                        flip.path("now").asString(),
                        flip.path("then").asString(),
                        flip.path("times").toString()))
                .toList();
    }
}
