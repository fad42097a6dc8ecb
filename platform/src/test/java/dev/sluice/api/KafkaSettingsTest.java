package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Drivers of Kafka where the operator lets none of their brokers be reached.
final class KafkaSettingsTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String DRIVERS = "/v1/event/drivers";

    /// Who looks for where events may go finds it.
    @Test
    void aSink_isPutOnRecord_whenItIsMadeAndChanged() {
        Asker dev = developer("ks1");
        assertThat(api.post(dev, DRIVERS, driver("out", "sink", "example.com:9092", "t"))
                        .status())
                .isEqualTo(201);
        assertThat(api.put(dev, DRIVERS + "/out", driver("out", "sink", "example.com:9092", "other"))
                        .status())
                .isEqualTo(200);
        assertThat(api.post(dev, DRIVERS, driver("in", "source", "example.com:9092", "read"))
                        .status())
                .isEqualTo(201);
        String audit = api.get(dev, "/v1/audit").body();
        assertThat(audit.split("\"kafka.sink\"", -1)).hasSize(3);
        assertThat(audit)
                .contains("kafka://example.com:9092/t", "kafka://example.com:9092/other")
                .doesNotContain("9092/read");
    }

    @Test
    void aBrokerThatMayNotBeReached_isToldOf_andTheDriverTriesOn() {
        Asker dev = developer("ks2");
        api.post(dev, DRIVERS, driver("in", "source", "example.com:9092", "t"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(api.get(dev, DRIVERS + "/in").body())
                        .contains("\"status\":\"ERROR\"", "the operator does not let you reach example.com:9092"));
        assertThat(api.delete(dev, DRIVERS + "/in").status()).isEqualTo(200);
    }

    @Test
    void whatMeansNothing_isRefused() {
        Asker dev = developer("ks3");
        for (String brokers : List.of("", "example.com", "example.com:0", "http://example.com:1")) {
            Answer answer = api.post(dev, DRIVERS, driver("x", "source", brokers, "t"));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("brokers is host:port");
        }
        assertThat(api.post(dev, DRIVERS, driver("x", "sink", "b:1", "t").replace("\"topic\"", "\"group\""))
                        .status())
                .isEqualTo(400);
    }

    private Asker developer(String organization) {
        Asker dev = api.developer(organization, "*");
        for (String kind : List.of("source", "sink")) {
            String type = "{\"name\":\"" + kind + "\",\"image\":\"sluice/kafka-" + kind + ":1\"}";
            assertThat(api.post(dev, "/v1/event/drivertypes", type).status()).isEqualTo(201);
        }
        return dev;
    }

    private static String driver(String name, String type, String brokers, String topic) {
        return "{\"name\":\"" + name + "\",\"type\":\"" + type + "\",\"config\":[{\"key\":\"brokers\",\"value\":\""
                + brokers + "\"},{\"key\":\"topic\",\"value\":\"" + topic + "\"}]}";
    }
}
