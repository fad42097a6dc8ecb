package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import dev.sluice.testing.Tasks;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EndingsTest {
    static final Run RUN = new Run(
            new UUID(0, 1),
            "acme",
            "f",
            "id",
            "faas",
            true,
            1,
            1_000,
            List.of(),
            new TreeMap<>(),
            Label.PUBLIC,
            Optional.empty());

    /// What a run knew, what its answer still says of that, what its caller may release, and what he gets of each.
    @ParameterizedTest
    @CsvSource({
        "T, T, T, true, true",
        "acme, T, T, false, true",
        "acme, acme, T, false, false",
        "acme, acme, acme, true, true",
        "acme&blue, blue, acme, false, false",
        "acme&blue, acme, acme, false, true",
        "T, acme, T, true, false",
    })
    void ofARun_aCallerGets_whatHeMayHave(
            String known, String answered, String released, boolean isContent, boolean isAnswer) {
        var output = new Run.Output(200, Bytes.utf8("1"), true);
        var content = new Run.Content(
                Run.Status.READY,
                2,
                Label.parse(known + ",T"),
                Label.parse(answered + ",T"),
                Bytes.EMPTY,
                Optional.of(output),
                Optional.empty(),
                List.of(),
                List.of());
        Run.View view = Endings.deliverable(RUN, content, Tasks.of("T,T", released + ",T", released));
        assertThat(view.content().isPresent()).isEqualTo(isContent);
        assertThat(view.output().isPresent()).isEqualTo(isAnswer);
        assertThat(view.status().isPresent()).isEqualTo(isAnswer);
    }
}
