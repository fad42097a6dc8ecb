package dev.sluice.api;

import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunPagesTest extends ApiTest {
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>; rel=\"next\"");

    @Test
    void runs_areListedInPages_newestFirst_untilThereAreNoMore() {
        List<String> ids = runs("paged", 7);
        String target = "/v1/runs?functionName=paged&since=-62135596800&limit=3";
        List<List<String>> pages = new ArrayList<>();
        while (!target.isEmpty()) {
            Answer page = api.get(root, target);
            assertThat(page.status()).isEqualTo(200);
            pages.add(names(page));
            target = next(page);
        }
        assertThat(pages).extracting(List::size).containsExactly(3, 3, 1);
        assertThat(pages.stream().flatMap(List::stream)).containsExactlyElementsOf(ids.reversed());
    }

    @Test
    void aListThatIsWhole_leadsNowhere() {
        runs("few", 2);
        Answer all = api.get(root, "/v1/runs?functionName=few&since=-62135596800");
        assertThat(names(all)).hasSize(2);
        assertThat(next(all)).isEmpty();
        assertThat(next(api.get(root, "/v1/runs?functionName=none"))).isEmpty();
    }

    @Test
    void whatIsNewEnough_isLookedForOnEachPage() {
        runs("old", 2);
        Answer page = api.get(root, "/v1/runs?functionName=old&since=99999999999&limit=1");
        assertThat(page.body()).isEqualTo("[]");
        assertThat(next(page)).startsWith("/v1/runs?functionName=old&since=99999999999&limit=1&after=");
    }

    @Test
    void tags_areKept_andRunsAreFoundByTheirApplication() {
        runs("tagged", 1);
        String shop = tagged("[{\"key\":\"z\",\"value\":\"1\"},{\"key\":\"Application\",\"value\":\"shop\"}]");
        String both = tagged("[{\"key\":\"app\",\"value\":\"shop\"},{\"key\":\"APP\",\"value\":\"till\"}]");
        assertThat(api.get(root, "/v1/runs/" + shop).body())
                .contains("\"tags\":[{\"key\":\"Application\",\"value\":\"shop\"},{\"key\":\"z\",\"value\":\"1\"}]");
        assertThat(names(api.get(root, "/v1/runs?tags=Application=shop"))).containsExactly(both, shop);
        assertThat(names(api.get(root, "/v1/runs?tags=app=shop&tags=application=till")))
                .containsExactly(both);
        Answer first = api.get(root, "/v1/runs?functionName=tagged&tags=app=shop&limit=1");
        assertThat(names(first)).containsExactly(both);
        assertThat(names(api.get(root, next(first)))).containsExactly(shop);
        Answer other = api.get(root, "/v1/runs?tags=z=1");
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.body()).contains("error parsing tag 'z=1'");
    }

    private String tagged(String tags) {
        return api.post(root, "/v1/runs?functionName=tagged", "{\"blocking\":true,\"tags\":" + tags + "}")
                .text("name");
    }

    @ParameterizedTest
    @CsvSource({
        "limit=x, 601, limit in query must be of type int32",
        "limit=0, 609, limit in query should be greater than or equal to 1",
        "limit=1001, 608, limit in query should be less than or equal to 1000",
        "after=x, 601, 'after in query must be of type uuid: \"x\"'",
    })
    void aPageThatThereIsNot_isRefused(String query, int code, String message) {
        Answer answer = api.get(root, "/v1/runs?" + query);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.body())
                .isEqualTo("{\"code\":" + code + ",\"message\":\"" + message.replace("\"", "\\\"") + "\"}");
    }

    private static List<String> names(Answer page) {
        List<String> names = new ArrayList<>();
        page.json().forEach(run -> names.add(run.path("name").asString()));
        return names;
    }

    private static String next(Answer page) {
        return page.headers().getOrDefault("link", List.of()).stream()
                .map(NEXT::matcher)
                .filter(java.util.regex.Matcher::matches)
                .map(match -> match.group(1))
                .findFirst()
                .orElse("");
    }

    private List<String> runs(String function, int count) {
        api.post(root, "/v1/function", python(function, "def handle(context, payload):\n    return 1\n"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                api.get(root, "/v1/function/" + function).text("status"))
                        .isEqualTo("READY"));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(api.post(root, "/v1/runs?functionName=" + function, "{\"blocking\":true}")
                    .text("name"));
        }
        return ids;
    }
}
