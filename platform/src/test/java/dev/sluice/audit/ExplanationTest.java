package dev.sluice.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.testing.Tasks;
import java.io.ByteArrayInputStream;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ExplanationTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void text_tellsTheFlow_theCheck_andTheSmallestRemedy() {
        Task task = Tasks.of("acme/runs,T", "F,T", "acme/runs/f");
        task.observe(Label.parse("acme/secret/s,T"), "home:<acme/secret/s,acme/secret>:s");
        var _ = catchThrowableOfType(
                Refused.class,
                () -> task.requireMayAffect(Label.parse("acme/runs,T"), Privilege.NONE, "home:<acme/runs,acme>:out"));
        assertThat(explanation(task).text().utf8()).isEqualTo("""
                run 7
                  f
                  acting for acme/runs/f
                  it began at acme/runs,T
                  read home:<acme/secret/s,acme/secret>:s (acme/secret/s,T)
                    label acme/runs,T -> acme/runs&acme/secret/s,T
                  its label was acme/runs&acme/secret/s,T
                    its highest acme/runs&acme/secret/s,T
                  denied: writing home:<acme/runs,acme>:out would let out what was learnt, or claim who does not vouch
                    (acme/runs) => acme/runs&acme/secret/s  and  (T) => T
                  smallest remedy:
                    declassify acme/secret/s first, with a privilege that implies it: grant it to the gate
                """);
    }

    @Test
    void json_hasTheSame_inParts() {
        Task task = Tasks.of("T,T", "alice,T", "T");
        var _ = catchThrowableOfType(Refused.class, () -> task.observe(Label.parse("alice&bob,T"), "album"));
        JsonNode json = JSON.readTree(explanation(task).json().utf8());
        assertThat(json.path("denial").path("check").asString()).isEqualTo("read");
        assertThat(json.path("denial").path("what").asString()).isEqualTo("album");
        assertThat(json.path("denial").path("lacking").path("secrecy").asString())
                .isEqualTo("bob");
        assertThat(json.path("denial").path("remedies").get(0).asString()).contains("bob");
    }

    @Test
    void aMissingPolicy_isExplained_withoutALabel() {
        var explanation =
                new Explanation("7", "request.refused", 0, "POST /v1/runs", "acme/x", "create runs", Optional.empty());
        assertThat(explanation.text().utf8()).contains("a policy that allows create runs");
        assertThat(explanation.json().utf8()).contains("\"need\":\"create runs\"");
    }

    /// Names are anybody's text.
    @Test
    void pictures_areWellFormed_whateverTheNames() throws Exception {
        Task task = Tasks.of("T,T", "alice,T", "T");
        String hostile = "\u0001</text><script>alert('\"&')</script>\\\" ]; x [label=\"" + "y".repeat(500);
        task.observe(Label.parse("alice,T"), hostile);
        Picture picture = new Picture(explanation(task));
        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(picture.svg().toArray()));
        assertThat(svg.getElementsByTagName("script").getLength()).isZero();
        assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(4);
        String dot = picture.dot().utf8();
        assertThat(dot).contains("\\\\\\\" ]; x [label=\\\"yyy");
        assertThat(dot.lines().filter(line -> line.matches("  n\\d -> n\\d;")).count())
                .isEqualTo(3);
    }

    @Test
    void aFlow_isKeptAndReadAgain() {
        Task task = Tasks.of("T,T", "alice,T", "alice");
        task.observe(Label.parse("alice,T"), "photo");
        task.declassify(dev.sluice.label.Component.TRUE);
        var _ = catchThrowableOfType(Refused.class, () -> task.observe(Label.parse("bob,T"), "album"));
        var flow = new Flow(task.trace(), task.undeliverable(Label.parse("bob,T"), Label.PUBLIC, "the answer"));
        assertThat(Flow.decode(flow.encode())).contains(flow);
        assertThat(Flow.of(task.trace()).delivery()).isEmpty();
        assertThat(Flow.decode(Flow.of(task.trace()).encode())).contains(Flow.of(task.trace()));
        assertThat(Flow.decode(Bytes.EMPTY)).isEmpty();
    }

    @Test
    void aFlowOfLargeLabels_losesItsOldestSteps_andCountsThem() {
        Task task = Tasks.of("T,T", "F,T", "T");
        for (int i = 0; i < 40; i++) {
            task.observe(Label.parse("p" + i + "x".repeat(100) + ",T"), "read " + i);
        }
        Bytes encoded = Flow.of(task.trace()).encode();
        assertThat(encoded.length()).isLessThanOrEqualTo(Flow.FLOW_BYTES_MAX);
        Flow read = Flow.decode(encoded).orElseThrow();
        assertThat(read.trace().steps()).isNotEmpty().hasSizeLessThan(40);
        assertThat(read.trace().omitted() + read.trace().steps().size()).isEqualTo(40);
        assertThat(read.trace().steps().getLast().what()).isEqualTo("read 39");
    }

    private static Explanation explanation(Task task) {
        return new Explanation(
                "7", "run", 0, "f", task.trace().who().toString(), "", Optional.of(Flow.of(task.trace())));
    }
}
