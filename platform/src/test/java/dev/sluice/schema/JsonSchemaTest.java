package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a schema says of a value, in Dispatch's words, and that no schema and no value costs more than it may.
final class JsonSchemaTest {
    private static final Schemas SCHEMAS = new Schemas();
    private static final String LIST = "validation failure list:\n";
    private static final Duration SOON = Duration.ofSeconds(20);

    private static String fault(String schema, String value) {
        return SCHEMAS.read(Bytes.utf8(schema)).faultOf(Bytes.utf8(value)).orElse("");
    }

    private static void assertRefused(String schema, String why) {
        assertThatThrownBy(() -> SCHEMAS.read(Bytes.utf8(schema)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining(why);
    }

    @Test
    void theRecordedSchema_saysWhatDispatchSays() {
        String schema = """
                {"required":["name"],"properties":{"name":{"type":"string","minLength":1,"pattern":"^[A-Za-z]+$"},
                "place":{"type":"string","minLength":1,"pattern":"^[A-Za-z]+$"}}}""";
        assertThat(fault(schema, "{}")).isEqualTo(LIST + ".name in body is required");
        assertThat(fault(schema, "{\"name\":\"J0n\"}")).isEqualTo(LIST + "name in body should match '^[A-Za-z]+$'");
        assertThat(fault(schema, "{\"name\":\"\"}")).isEqualTo(LIST + "name in body should be at least 1 chars long");
        assertThat(fault(schema, "{\"name\":3}")).isEqualTo(LIST + "name in body must be of type string: \"number\"");
        assertThat(fault(schema, "{\"name\":\"Jon\",\"place\":\"Winterfell\"}")).isEmpty();
        assertThat(fault(schema, "{\"place\":\"1\"}"))
                .isEqualTo(LIST + "place in body should match '^[A-Za-z]+$'\n.name in body is required");
    }

    @Test
    void aSchemaWithoutType_acceptsWhatIsNoObject() {
        assertThat(fault("{\"required\":[\"name\"]}", "42")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"type\":\"object\"} | [1] | ' in body must be of type object: \"array\"'",
                "{\"type\":[\"string\",\"null\"]} | 1 | ' in body must be of type string,null: \"number\"'",
                "{\"type\":\"string\"} | null | ' in body must be of type string: \"null\"'",
                "{\"properties\":{\"a\":{\"required\":[\"b\"]}}} | {\"a\":{}} | 'a.b in body is required'",
                "{\"properties\":{\"a\":{\"maxLength\":1}}} | {\"a\":\"xx\"} | 'a in body should be at most 1 chars long'",
                "{\"properties\":{\"a\":{\"enum\":[\"x\",1,null,2.5,1000000]}}} | {\"a\":2}"
                        + " | 'a in body should be one of [x 1 <nil> 2.5 1e+06]'",
                "{\"properties\":{\"a\":{\"maximum\":3}}} | {\"a\":4} | 'a in body should be less than or equal to 3'",
                "{\"properties\":{\"a\":{\"maximum\":3,\"exclusiveMaximum\":true}}} | {\"a\":3}"
                        + " | 'a in body should be less than 3'",
                "{\"properties\":{\"a\":{\"minimum\":0.5}}} | {\"a\":0}"
                        + " | 'a in body should be greater than or equal to 0.5'",
                "{\"properties\":{\"a\":{\"minimum\":0,\"exclusiveMinimum\":true}}} | {\"a\":0}"
                        + " | 'a in body should be greater than 0'",
                "{\"properties\":{\"a\":{\"multipleOf\":2}}} | {\"a\":3} | 'a in body should be a multiple of 2'",
                "{\"properties\":{\"a\":{\"format\":\"email\"}}} | {\"a\":\"no\\\"\"}"
                        + " | 'a in body must be of type email: \"no\\\"\"'",
                "{\"items\":{\"type\":\"integer\"}} | [1,\"x\"] | '.1 in body must be of type integer: \"string\"'",
                "{\"properties\":{\"a\":{\"items\":{\"type\":\"integer\"}}}} | {\"a\":[1.5]}"
                        + " | 'a.0 in body must be of type integer: \"number\"'",
                "{\"minItems\":2} | [1] | ' in body should have at least 2 items'",
                "{\"maxItems\":0} | [1] | ' in body should have at most 0 items'",
                "{\"uniqueItems\":true} | [1,1] | ' in body shouldn't contain duplicates'",
                "{\"minProperties\":1,\"required\":[\"a\"]} | {} | ' in body should have at least 1 properties'",
                "{\"maxProperties\":0} | {\"a\":1} | ' in body should have at most 0 properties'",
                "{\"additionalProperties\":false} | {\"a\":1} | '.a in body is a forbidden property'",
                "{\"additionalProperties\":{\"type\":\"string\"}} | {\"a\":1}"
                        + " | '.a in body must be of type string: \"number\"'",
                "{\"patternProperties\":{\"^a\":{\"type\":\"string\"}}} | {\"ab\":1}"
                        + " | '.ab in body must be of type string: \"number\"'",
                "{\"items\":[{\"type\":\"string\"}]} | [1] | '.0 in body must be of type string: \"number\"'",
                "{\"not\":{\"type\":\"string\"}} | \"a\" | '\"\" must not validate the schema (not)'",
                "{\"dependencies\":{\"a\":[\"b\"]}} | {\"a\":1} | '\"\" has a dependency on b'",
            })
    void eachFault_isInDispatchsWords(String schema, String value, String line) {
        assertThat(fault(schema, value)).isEqualTo(LIST + line.substring(1, line.length() - 1));
    }

    @Test
    void alternatives_areSummedUp() {
        String ab = "[{\"required\":[\"a\"]},{\"type\":\"string\",\"required\":[\"b\"]}]";
        assertThat(fault("{\"anyOf\":" + ab + "}", "{}"))
                .isEqualTo(LIST + "\"\" must validate at least one schema (anyOf)\n.a in body is required");
        assertThat(fault("{\"oneOf\":" + ab + "}", "{}"))
                .isEqualTo(LIST + "\"\" must validate one and only one schema (oneOf). Found none valid\n"
                        + ".a in body is required");
        assertThat(fault("{\"oneOf\":[{},{}]}", "{}"))
                .isEqualTo(LIST + "\"\" must validate one and only one schema (oneOf). Found 2 valid alternatives");
        assertThat(fault("{\"allOf\":[{\"required\":[\"a\"]},{}]}", "{}"))
                .isEqualTo(LIST + ".a in body is required\n\"\" must validate all the schemas (allOf)");
        assertThat(fault("{\"properties\":{\"p\":{\"allOf\":[{\"required\":[\"a\"]}]}}}", "{\"p\":{}}"))
                .isEqualTo(
                        LIST + "p.a in body is required\n\"p\" must validate all the schemas (allOf). None validated");
    }

    @Test
    void laterDrafts_areTakenAtTheirWord() {
        String draft = "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",";
        assertThat(fault(draft + "\"prefixItems\":[{\"type\":\"string\"}]}", "[1]"))
                .isEqualTo(LIST + ".0 in body must be of type string: \"number\"");
        assertThat(fault(draft + "\"exclusiveMaximum\":3}", "3")).isEqualTo(LIST + " in body should be less than 3");
        assertThat(fault(draft + "\"const\":3}", "4")).startsWith(LIST + " in body must be the constant value");
        assertThat(fault("{\"prefixItems\":[{\"type\":\"string\"}]}", "[1]")).isEmpty();
        assertRefused("{\"$schema\":\"http://127.0.0.1/schema\"}", "its $schema is none of drafts");
    }

    @Test
    void referencesWithin_areFollowed() {
        String schema =
                "{\"definitions\":{\"n\":{\"type\":\"string\"}},\"properties\":{\"a\":{\"$ref\":\"#/definitions/n\"}}}";
        assertThat(fault(schema, "{\"a\":1}")).isEqualTo(LIST + "a in body must be of type string: \"number\"");
        assertThat(fault("{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[\"v\"]}", "{\"v\":1,\"next\":{}}"))
                .isEqualTo(LIST + "next.v in body is required");
    }

    @Test
    void referencesThatLeadOut_areRefused_andNothingIsFetched() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + server.getLocalPort() + "/s";
            assertRefused("{\"$ref\":\"" + url + "\"}", "leads out of the schema");
            assertRefused("{\"properties\":{\"a\":{\"$ref\":\"file:///etc/hostname\"}}}", "leads out of the schema");
            assertRefused("{\"$ref\":\"other.json\"}", "leads out of the schema");
            assertRefused("{\"id\":\"" + url + "\",\"$ref\":\"#/definitions/nope\"}", "leads nowhere");
            assertRefused(
                    "{\"id\":\"" + url + "\",\"properties\":{\"a\":{\"id\":\"" + url + "2\",\"$ref\":\"#b\"}}}",
                    "leads nowhere");
            assertRefused("{\"properties\":{\"a\":{\"$ref\":\"#/definitions/nope\"}}}", "leads nowhere");
            String known = "http://json-schema.org/draft-04/schema";
            assertRefused("{\"id\":\"" + known + "\",\"$ref\":\"#/definitions/positiveInteger\"}", "leads nowhere");
            server.setSoTimeout(200);
            assertThatThrownBy(server::accept).isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"type\":\"strnig\"} | type in body should",
                "{\"required\":\"a\"} | required in body must be of type array",
                "{\"properties\":{\"a\":{\"required\":true}}} | required in body must be of type array",
                "{\"pattern\":\"(\"} | no regular expression of RE2",
                "{\"pattern\":\"(?=a)b\"} | no regular expression of RE2",
                "{\"patternProperties\":{\"(\":{}}} | no regular expression of RE2",
                "{\"$ref\":\"#/definitions/nope\"} | leads nowhere",
                "{\"$ref\":\"#\"} | does not come to an end",
                "{\"allOf\":[{\"$ref\":\"#\"}]} | does not come to an end",
                "[] | must be of type",
                "{ | not JSON",
            })
    void aSchemaThatIsNone_isRefused(String schema, String why) {
        assertRefused(schema, why);
    }

    @Test
    void anEmptyListOfRequired_isAccepted_asDispatchDoes() {
        assertThat(fault("{\"required\":[]}", "{}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((((a{1000}){1000}){1000}){1000})",
                "(((a{30}){30}){30}){30}",
                "(?:a{1000}b{1000}){1000}",
                "((a|b{900}){900}){900}",
                "(((a{0,30}){0,30}){0,30}){0,30}",
                "((a{30}{30}){30}){30}",
            })
    void aPatternThatGrows_isRefused_beforeItDoes(String pattern) {
        assertRefused("{\"pattern\":\"" + pattern + "\"}", "a pattern is too large");
    }

    @Test
    void usualPatterns_areAccepted() {
        assertThat(fault("{\"pattern\":\"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$\"}", "\"x\""))
                .contains("should match");
    }

    @Test
    void patternsThatCostMuch_endTheCheck() {
        String slow = "{\"pattern\":\"(x?){400}(x?){300}y\"}";
        String text = '"' + "x".repeat(1_000_000) + '"';
        assertThat(within(() -> fault(slow, text)))
                .isEqualTo("it was not checked to its end: its patterns take too long");
        assertThat(within(() -> fault("{\"pattern\":\"(x+x+)+y\"}", text))).contains("should match");
    }

    @Test
    void schemasThatMultiply_endTheCheck() {
        var schema = new StringBuilder("{\"definitions\":{");
        for (int i = 0; i < 40; i++) {
            String next = "{\"$ref\":\"#/definitions/d" + (i + 1) + "\"}";
            schema.append("\"d" + i + "\":{\"properties\":{\"a\":{\"allOf\":[" + next + "," + next + "]}}},");
        }
        schema.append("\"d40\":{}},\"$ref\":\"#/definitions/d0\"}");
        String value = "{\"a\":".repeat(41) + "1" + "}".repeat(41);
        assertThat(within(() -> fault(schema.toString(), value))).startsWith("it was not checked to its end: it ");
        String flat = schema.toString().replace("\"properties\":{\"a\":{\"allOf\"", "\"x\":{\"y\":{},\"z\":{\"w\"");
        assertThat(within(() -> fault(flat, value))).isEmpty();
        String atOnce = schema.toString().replaceAll("\\{\"properties\":\\{\"a\":(\\{\"allOf\":\\[[^]]*]})}}", "$1");
        within(() -> {
            assertRefused(atOnce, "does not come to an end");
            return "";
        });
    }

    @Test
    void depth_isBounded_onTheThreadsThatRunsHave() throws InterruptedException, ExecutionException {
        String schema = "{\"properties\":{\"a\":{\"allOf\":[{\"anyOf\":[{\"$ref\":\"#\"}]}]}}}";
        String value = "{\"a\":".repeat(200) + "1" + "}".repeat(200);
        var task = new FutureTask<>(() -> fault(schema, value));
        Thread.ofVirtual().start(task);
        assertThat(task.get()).isEqualTo("it was not checked to its end: it leads more than 200 levels deep");
        assertRefused("{\"not\":".repeat(70) + "{}" + "}".repeat(70), "nested more than");
    }

    @Test
    void manyFaults_areCounted_andFewAreTold() {
        String many = "[" + "1,".repeat(199) + "1]";
        String told = fault("{\"items\":{\"type\":\"string\"}}", many);
        assertThat(told.lines()).hasSize(1 + Faults.LINES_MAX + 1);
        assertThat(told).endsWith("\nand 100 more");
        String tooMany = "[" + "1,".repeat(20_000) + "1]";
        assertThat(fault("{\"items\":{\"type\":\"string\"}}", tooMany))
                .isEqualTo("it was not checked to its end: it has more than 10000 faults");
    }

    @Test
    void largeValues_thatAreCheckedInManySteps_endTheCheck() {
        String items = "[" + "1,".repeat(100_000) + "1]";
        assertThat(fault("{\"items\":{\"type\":\"integer\"}}", items)).isEmpty();
        String more = "[" + "1,".repeat(1_000_000) + "1]";
        assertThat(within(() -> fault("{\"items\":{\"type\":\"integer\"}}", more)))
                .isEqualTo("it was not checked to its end: it takes more than 500000 steps");
        assertThat(fault("{\"uniqueItems\":true}", more))
                .isEqualTo("it was not checked to its end: it has more than 5000 items that must be unique");
        String uri = "\"http://example.com/" + "a".repeat(2_000) + '"';
        assertThat(fault("{\"format\":\"uri\"}", uri)).contains("must be of type uri");
    }

    @Test
    void whatIsNoJson_isNotValid() {
        assertThat(fault("{}", "{")).isEqualTo("it is not JSON that can be checked");
        assertThat(fault("{}", "1 2")).isEqualTo("it is not JSON that can be checked");
    }

    private static String within(Callable<String> work) {
        return org.junit.jupiter.api.Assertions.assertTimeout(SOON, work::call);
    }
}
