package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static dev.sluice.api.ApiServer.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.fs.Usage;
import dev.sluice.org.Limit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QuotaRoutesTest extends ApiTest {
    @Test
    void limits_areShown_set_andSetBack() {
        api.developer("q1", "*");
        Answer before = api.get(root, "/v1/iam/organization/q1/quota");
        assertThat(before.status()).isEqualTo(200);
        assertThat(before.text("organization")).isEqualTo("q1");
        assertThat(before.json().at("/limits/concurrentRuns").asInt()).isEqualTo(1_000);
        assertThat(before.json().at("/limits/storedMib").asInt()).isEqualTo(102_400);
        assertThat(before.json().at("/set").size()).isZero();

        Answer set = api.put(root, "/v1/iam/organization/q1/quota", "{\"concurrentRuns\":7,\"functions\":0}");
        assertThat(set.status()).isEqualTo(200);
        assertThat(set.json().at("/limits/concurrentRuns").asInt()).isEqualTo(7);
        assertThat(set.json().at("/limits/functions").asInt(-1)).isZero();
        assertThat(set.json().at("/limits/queuedRuns").asInt()).isEqualTo(10_000);
        assertThat(set.json().at("/set").toString()).isEqualTo("[\"concurrentRuns\",\"functions\"]");

        var rootHere = new Asker(root.token(), "q1");
        Answer back = api.put(rootHere, "/v1/iam/quota", "{\"concurrentRuns\":null}");
        assertThat(back.json().at("/limits/concurrentRuns").asInt()).isEqualTo(1_000);
        assertThat(back.json().at("/set").toString()).isEqualTo("[\"functions\"]");
        assertThat(api.get(root, "/v1/iam/organization/q1/quota").body()).isEqualTo(back.body());
    }

    /// By its word; a number means nothing to who reads it.
    @Test
    void whatGuestsAreIsolatedBy_isSetAndShownByItsWord() {
        api.developer("qi", "*");
        String path = "/v1/iam/organization/qi/quota";
        assertThat(api.get(root, path).json().at("/limits/isolation").asString())
                .isEqualTo("namespaces");
        Answer set = api.put(root, path, "{\"isolation\":\"microvm\"}");
        assertThat(set.json().at("/limits/isolation").asString()).isEqualTo("microvm");
        assertThat(set.json().at("/set").toString()).isEqualTo("[\"isolation\"]");
        for (String wrong : List.of("\"none\"", "2", "\"\"")) {
            assertThat(api.put(root, path, "{\"isolation\":" + wrong + "}").status())
                    .as(wrong)
                    .isEqualTo(422);
        }
        assertThat(api.put(root, path, "{\"isolation\":null}").json().at("/set").size())
                .isZero();
    }

    /// Nobody raises his own limits, nor sees another one's.
    @Test
    void onlyWhoManagesAllOrganizations_setsLimits() {
        Asker admin = api.developer("q2", "*");
        api.developer("q3", "*");
        for (String path : List.of("/v1/iam/organization/q2/quota", "/v1/iam/quota", "/v1/iam/organization/q3/quota")) {
            assertThat(api.put(admin, path, "{\"functions\":9}").body()).isEqualTo(FORBIDDEN);
            assertThat(api.put(NOBODY, path, "{\"functions\":9}").status()).isEqualTo(401);
        }
        assertThat(api.get(admin, "/v1/iam/organization/q3/quota").body()).isEqualTo(FORBIDDEN);
        assertThat(api.get(admin, "/v1/iam/organization/nowhere/quota").body()).isEqualTo(FORBIDDEN);
        assertThat(api.limits.of("q2", Limit.FUNCTIONS)).isEqualTo(1_000);
        assertThat(api.get(root, "/v1/iam/organization/nowhere/quota").status()).isEqualTo(404);
    }

    /// What is used depends on what runs do that know secrets.
    @Test
    void whatIsUsed_isForWhoActsForTheWholeOrganization() {
        Asker admin = api.developer("q4", "*");
        Asker viewer = api.addAccount(api.home("q4"), "viewer", "iam");
        Answer whole = api.get(admin, "/v1/iam/quota");
        assertThat(whole.json().path("used").propertyNames())
                .containsExactlyElementsOf(
                        Arrays.stream(Limit.values()).map(Limit::word).toList());
        Answer part = api.get(viewer, "/v1/iam/quota");
        assertThat(part.status()).isEqualTo(200);
        assertThat(part.json().has("limits")).isTrue();
        assertThat(part.json().has("used")).isFalse();
        assertThat(api.get(viewer, "/v1/iam/organization/q4/quota").json().has("used"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"concurrentRuns\":0}|609",
                "{\"requestsPerSecond\":0}|609",
                "{\"memoryMib\":15}|609",
                "{\"functions\":-1}|609",
                "{\"functions\":100001}|608",
                "{\"functions\":\"many\"}|601",
                "{\"functions\":1.5}|601",
                "{\"functoins\":5}|606",
                "[]|601",
            })
    void aLimitThatMakesNoSense_isRefused_andNothingIsSet(String body, int code) {
        api.developer("q5", "*");
        Answer answer = api.put(root, "/v1/iam/organization/q5/quota", body);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().at("/code").asInt()).isEqualTo(code);
        assertThat(api.limits.set("q5")).isEmpty();
    }

    @Test
    void functions_areCountedWhenOneIsCreated_howeverManyCreateAtOnce() throws Exception {
        Asker dev = api.developer("q6", "function");
        api.put(root, "/v1/iam/organization/q6/quota", "{\"functions\":3}");
        List<Future<Answer>> answers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 12; i++) {
                String body = ApiServer.python("f" + i, "def handle(ctx, payload):\n    return 1\n");
                answers.add(threads.submit(() -> api.post(dev, "/v1/function", body)));
            }
        }
        var created = new ArrayList<String>();
        for (Future<Answer> future : answers) {
            Answer answer = future.get();
            if (answer.status() == 201) {
                created.add(answer.text("name"));
            } else {
                refused(answer, "--functions N", "60");
            }
        }
        assertThat(created).hasSize(3);
        assertThat(api.get(new Asker(root.token(), "q6"), "/v1/iam/quota")
                        .json()
                        .at("/used/functions")
                        .asInt())
                .isEqualTo(3);
        String one = ApiServer.python("more", "def handle(ctx, payload):\n    return 1\n");
        await().until(() ->
                api.delete(dev, "/v1/function/" + created.getFirst()).status() < 300);
        assertThat(api.post(dev, "/v1/function", one).status()).isEqualTo(201);
    }

    @Test
    void bytes_areRefused_overTheLimit_inForceAtOnce_andAnotherOrganizationWrites() {
        Asker dev = api.developer("q7", "*");
        Asker other = api.developer("q8", "*");
        String content = "x".repeat(700_000);
        api.put(root, "/v1/iam/organization/q7/quota", "{\"storedMib\":1}");
        assertThat(api.put(dev, "/faasten/fs/~:a", content).status()).isEqualTo(201);
        Answer refused = api.put(dev, "/faasten/fs/~:b", content);
        refused(refused, "--stored-mib N", "60");
        assertThat(api.put(other, "/faasten/fs/~:a", content).status()).isEqualTo(201);
        assertThat(api.put(other, "/faasten/fs/~:b", content).status()).isEqualTo(201);
        api.put(root, "/v1/iam/organization/q7/quota", "{\"storedMib\":2}");
        assertThat(api.put(dev, "/faasten/fs/~:b", content).status()).isEqualTo(201);
        api.put(root, "/v1/iam/organization/q7/quota", "{\"storedItems\":1}");
        refused(api.put(dev, "/faasten/fs/~:c", "c"), "--stored-items N", "60");
    }

    @Test
    void secrets_areChargedToTheirOrganization_whoeverWritesThem() {
        Asker dev = api.developer("q10", "*");
        String value = "{\"name\":\"NAME\",\"secrets\":{\"key\":\"" + "x".repeat(30_000) + "\"}}";
        api.put(root, "/v1/iam/organization/q10/quota", "{\"storedMib\":1}");
        long before = Usage.of(api.store, "q10").bytes();
        assertThat(api.post(dev, "/v1/secret", value.replace("NAME", "s0")).status())
                .isEqualTo(201);
        assertThat(Usage.of(api.store, "q10").bytes() - before).isBetween(30_000L, 60_000L);
        Answer last = api.post(dev, "/v1/secret", value.replace("NAME", "s1"));
        for (int i = 2; i < 50 && last.status() == 201; i++) {
            last = api.put(dev, "/v1/secret/s0", value.replace("NAME", "s0"));
            if (last.status() == 201) {
                last = api.post(dev, "/v1/secret", value.replace("NAME", "s" + i));
            }
        }
        refused(last, "--stored-mib N", "60");
        assertThat(api.get(dev, "/v1/secret/s0").status()).isEqualTo(200);
    }

    @Test
    void theOperatorsOrganization_isLimitedOnlyIfItIsSet() {
        Answer own = api.get(root, "/v1/iam/quota");
        assertThat(own.json().at("/limits/requestsPerSecond").asLong()).isEqualTo(Limit.REQUESTS_PER_SECOND.max());
        assertThat(own.json().at("/limits/storedMib").asLong()).isEqualTo(102_400);
        Answer set = api.put(root, "/v1/iam/quota", "{\"queuedRuns\":5}");
        assertThat(set.json().at("/limits/queuedRuns").asLong()).isEqualTo(5);
        assertThat(api.put(root, "/v1/iam/quota", "{\"queuedRuns\":null}").status())
                .isEqualTo(200);
    }

    @Test
    void limitsGo_withTheOrganization() {
        api.post(root, "/v1/iam/organization", "{\"name\":\"q9\"}");
        api.put(root, "/v1/iam/organization/q9/quota", "{\"functions\":1}");
        assertThat(api.delete(root, "/v1/iam/organization/q9").status()).isEqualTo(200);
        assertThat(api.limits.set("q9")).isEmpty();
        api.post(root, "/v1/iam/organization", "{\"name\":\"q9\"}");
        assertThat(api.get(root, "/v1/iam/organization/q9/quota")
                        .json()
                        .at("/set")
                        .size())
                .isZero();
    }

    static void refused(Answer answer, String how, String seconds) {
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.json().at("/code").asInt()).isEqualTo(429);
        assertThat(answer.text("message")).contains(how).startsWith("your organization");
        assertThat(answer.headers().get("retry-after")).containsExactly(seconds);
    }
}
