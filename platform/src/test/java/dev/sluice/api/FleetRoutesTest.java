package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.org.Organization;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Who learns which guests there are and what they use. Real guests.
final class FleetRoutesTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// A sample, as the exposition format has it, with no labels but these.
    private static final Pattern SAMPLE =
            Pattern.compile("[a-z_]+(\\{(driver=\"[a-z]+\",runtime=\"[a-z0-9]+\"|class=\"[1-5]xx\")\\})? [0-9]+");

    private Asker boss;
    private Asker dev;

    @BeforeAll
    void people() {
        dev = api.developer("acme", "function", "runs", "image");
        Organization acme = api.organizations.tenant("acme").orElseThrow().organization();
        boss = api.addAccount(acme, "boss", "*");
        api.post(boss, "/v1/function", python("watched", "def handle(c, p):\n    return 1\n"));
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(boss, "/v1/function/watched").text("status").equals("READY"));
        assertThat(api.post(dev, "/v1/runs?functionName=watched", "{\"blocking\":true}")
                        .text("status"))
                .isEqualTo("READY");
    }

    @Test
    void instances_areForWhoMayActForTheirOrganization_andThoseOfAllForTheOperator() {
        String id = api.get(boss, "/v1/function/watched").text("id");
        JsonNode own = api.get(boss, "/v1/instances").json();
        assertThat(own.valueStream().map(one -> one.path("organization").asString()))
                .isNotEmpty()
                .containsOnly("acme");
        assertThat(own.valueStream().map(one -> one.path("function").asString()))
                .contains(id);
        assertThat(refused(dev, "/v1/instances")).isTrue();
        assertThat(refused(boss, "/v1/instances?all=true")).isTrue();
        JsonNode all = api.get(root, "/v1/instances?all=true").json();
        assertThat(all.valueStream().map(one -> one.path("function").asString()))
                .contains(id);
        assertThat(api.get(root, "/v1/instances").body()).doesNotContain(id);
    }

    @Test
    void usage_isOfOnesOwnOrganization_andTheSameForEachWhoMaySeeIt() {
        String id = api.get(boss, "/v1/function/watched").text("id");
        JsonNode used = api.get(boss, "/v1/usage").json();
        JsonNode sum = used.valueStream()
                .filter(one -> one.path("function").asString().equals(id))
                .findFirst()
                .orElseThrow();
        assertThat(sum.path("instances").asLong()).isPositive();
        assertThat(sum.path("cpuMicros").asLong()).isPositive();
        assertThat(refused(dev, "/v1/usage")).isTrue();
        assertThat(api.get(root, "/v1/usage").body()).doesNotContain(id);
    }

    @Test
    void workersAndMetrics_areForTheOperator() {
        for (String path : List.of("/v1/workers", "/metrics")) {
            assertThat(refused(boss, path)).as(path).isTrue();
            assertThat(refused(dev, path)).as(path).isTrue();
            assertThat(api.get(root, path).status()).as(path).isEqualTo(200);
        }
    }

    /// Nothing that a tenant chose, or that tells tenants apart, is in a label; so there are as many series whatever
    /// there is.
    @Test
    void metrics_areSamples_withFewLabels() {
        List<String> lines = api.get(root, "/metrics").body().lines().toList();
        assertThat(lines)
                .filteredOn(line -> !line.startsWith("# "))
                .isNotEmpty()
                .allMatch(line -> SAMPLE.matcher(line).matches());
        assertThat(lines)
                .filteredOn(line -> line.startsWith("# "))
                .allMatch(line -> line.matches("# (HELP [a-z_]+ .+|TYPE [a-z_]+ (gauge|counter))"));
        assertThat(lines).doesNotHaveDuplicates();
        assertThat(String.join("\n", lines)).doesNotContain("acme").doesNotContain("watched");
        assertThat(lines).anyMatch(line -> line.startsWith("sluice_guests_started_total{driver=\"namespaces\""));
    }

    private boolean refused(Asker who, String path) {
        Answer answer = api.get(who, path);
        return answer.status() == 403 && answer.body().equals(FORBIDDEN);
    }
}
