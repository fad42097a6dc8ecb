package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.event.Event;
import dev.sluice.label.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The dialects of the CloudEvents Subscriptions API, section 3.2.4.
final class FiltersTest {
    private static final Event EVENT = new Event(
            Label.PUBLIC,
            new TreeMap<>(Map.of("type", "com.example.created", "source", "/shop/eu", "id", "1", "subject", "order-7")),
            Bytes.utf8("{}"),
            Bytes.utf8("null"));

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "[]; true",
                "[{\"exact\":{\"type\":\"com.example.created\"}}]; true",
                "[{\"exact\":{\"type\":\"com.example\"}}]; false",
                "[{\"prefix\":{\"type\":\"com.example\",\"subject\":\"order-\"}}]; true",
                "[{\"suffix\":{\"type\":\".created\"}}]; true",
                "[{\"suffix\":{\"type\":\".created\"}},{\"exact\":{\"source\":\"x\"}}]; false",
                "[{\"not\":{\"exact\":{\"source\":\"x\"}}}]; true",
                "[{\"any\":[{\"exact\":{\"source\":\"x\"}},{\"prefix\":{\"source\":\"/shop\"}}]}]; true",
                "[{\"all\":[{\"exact\":{\"source\":\"x\"}},{\"prefix\":{\"source\":\"/shop\"}}]}]; false",
                "[{\"prefix\":{\"missing\":\"a\"}}]; false",
                "[{\"not\":{\"prefix\":{\"missing\":\"a\"}}}]; true",
            })
    void filters_sayWhichEvents(String filters, boolean isWanted) {
        assertThat(Filters.all(list(filters)).matches(EVENT)).isEqualTo(isWanted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1]",
                "[{}]",
                "[{\"exact\":{}}]",
                "[{\"exact\":{\"type\":\"\"}}]",
                "[{\"exact\":{\"type\":1}}]",
                "[{\"exact\":[]}]",
                "[{\"all\":[]}]",
                "[{\"any\":{}}]",
                "[{\"not\":[]}]",
                "[{\"sql\":\"type = 'a'\"}]",
                "[{\"not\":{\"sql\":\"TRUE\"}}]",
                "[{\"\":{\"type\":\"a\"}}]",
                "[{\"Exact\":{\"type\":\"a\"}}]",
                "[{\"https://example.com/dialect\":{\"type\":\"a\"}}]",
                "[{\"exact\":{\"\":\"a\"}}]",
                "[{\"prefix\":{\"Type\":\"a\"}}]",
                "[{\"suffix\":{\"data.name\":\"a\"}}]",
                "[{\"exact\":{\"averyveryverylongname1\":\"a\"}}]",
                "[{\"exact\":{\"type\":\"a\"},\"prefix\":{\"type\":\"a\"}}]",
            })
    void whatIsNoFilter_isRefused(String filters) {
        assertThatExceptionOfType(Rejection.class)
                .isThrownBy(() -> Filters.all(list(filters)))
                .satisfies(
                        rejection -> assertThat(rejection.response().status()).isEqualTo(400));
    }

    /// An event and filters of the shape that each of the section's examples has.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "{'exact':{'type':'com.github.push','subject':'https://github.com/cloudevents/spec'}}; true",
                "{'exact':{'type':'com.github.Push'}}; false",
                "{'exact':{'type':'com.github.push','subject':'https://github.com/cloudevents/spec/'}}; false",
                "{'prefix':{'type':'com.github.','subject':'https://github.com/cloudevents'}}; true",
                "{'prefix':{'type':'com.github.','subject':'https://github.com/other'}}; false",
                "{'prefix':{'type':'Com.'}}; false",
                "{'suffix':{'type':'.push','subject':'/cloudevents/spec'}}; true",
                "{'suffix':{'type':'.created','subject':'/cloudevents/spec'}}; false",
                "{'suffix':{'type':'.PUSH'}}; false",
                "{'all':[{'exact':{'type':'com.github.push'}},{'suffix':{'subject':'/spec'}}]}; true",
                "{'all':[{'exact':{'type':'com.github.push'}},{'exact':{'subject':'x'}}]}; false",
                "{'any':[{'exact':{'type':'x'}},{'exact':{'subject':'https://github.com/cloudevents/spec'}}]}; true",
                "{'any':[{'exact':{'type':'x'}},{'exact':{'subject':'x'}}]}; false",
                "{'not':{'exact':{'type':'com.github.push'}}}; false",
                "{'not':{'any':[{'exact':{'type':'x'}},{'prefix':{'type':'y.'}}]}}; true",
                "{'exact':{'myext':'7'}}; true",
                "{'exact':{'specversion':'1.0'}}; true",
            })
    void theApisExamples_areTakenAsItHasThem(String filter, boolean isWanted) {
        Event event = CloudEvent.structured(JsonBody.JSON.readTree("""
                        {"specversion": "1.0", "type": "com.github.push", "source": "/x", "id": "1",
                         "subject": "https://github.com/cloudevents/spec", "myext": 7}""")).event(Label.PUBLIC);
        assertThat(Filters.all(list("[" + filter.replace('\'', '"') + "]")).matches(event))
                .isEqualTo(isWanted);
    }

    @ParameterizedTest
    @CsvSource({"7, 1, true", "8, 1, false", "0, 64, true", "0, 65, false"})
    void filters_areBounded(int deep, int wide, boolean isTaken) {
        String one = "{\"not\":".repeat(deep) + "{\"exact\":{\"type\":\"a\"}}" + "}".repeat(deep);
        List<JsonNode> filters = list("[" + (one + ",").repeat(wide - 1) + one + "]");
        if (isTaken) {
            assertThat(Filters.all(filters).matches(EVENT)).isIn(true, false);
        } else {
            assertThatExceptionOfType(Rejection.class).isThrownBy(() -> Filters.all(filters));
        }
    }

    private static List<JsonNode> list(String text) {
        var all = new ArrayList<JsonNode>();
        JsonBody.JSON.readTree(text).forEach(all::add);
        return all;
    }
}
