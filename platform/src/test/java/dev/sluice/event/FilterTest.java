package dev.sluice.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.event.Filter.All;
import dev.sluice.event.Filter.Any;
import dev.sluice.event.Filter.Attributes;
import dev.sluice.event.Filter.Comparison;
import dev.sluice.event.Filter.Not;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FilterTest {
    @ParameterizedTest
    @CsvSource({
        "a.b, a.b, true",
        "a.b, a.bc, false",
        "a.b, a, false",
        "a.*, a.b, true",
        "a.*, a., true",
        "a.*, b.a., false",
        "*, x, true",
        "**, x, true",
        "*.b, a.b, true",
        "*.b, a.bc, false",
        "a*a, a, false",
        "a*a, aa, true",
        "a*b*c, a.b.c, true",
        "a*b*c, a.c.b, false",
        "a*bb*b, abb, false",
        "a*bb*b, abbb, true",
        "*ab*ab*, abab, true",
        "*ab*ab*, aba, false",
    })
    void aType_isAsItSays_orHasAnythingForEachStar(String pattern, String type, boolean isWanted) {
        assertThat(new Filter.Type(pattern).matches(SampleEvents.of(type))).isEqualTo(isWanted);
    }

    @ParameterizedTest
    @CsvSource({
        "EXACT, s1, true",
        "EXACT, s, false",
        "PREFIX, s, true",
        "PREFIX, 1, false",
        "SUFFIX, 1, true",
        "SUFFIX, s, false",
    })
    void anAttribute_isCompared(Comparison comparison, String wanted, boolean isWanted) {
        assertThat(attributes(comparison, Map.of("source", wanted)).matches(event()))
                .isEqualTo(isWanted);
    }

    @Test
    void ofSeveralAttributes_allAreWanted_andNoneIsThatIsNotThere() {
        assertThat(attributes(Comparison.PREFIX, Map.of("source", "s", "type", "t"))
                        .matches(event()))
                .isTrue();
        assertThat(attributes(Comparison.PREFIX, Map.of("source", "s", "type", "x"))
                        .matches(event()))
                .isFalse();
        assertThat(attributes(Comparison.PREFIX, Map.of("missing", "")).matches(event()))
                .isFalse();
    }

    @Test
    void filters_areJoined() {
        Filter yes = new Filter.Type("t");
        Filter no = new Filter.Type("n");
        assertThat(new All(List.of(yes, yes)).matches(event())).isTrue();
        assertThat(new All(List.of(yes, no)).matches(event())).isFalse();
        assertThat(new Any(List.of(no, yes)).matches(event())).isTrue();
        assertThat(new Any(List.of(no, no)).matches(event())).isFalse();
        assertThat(new Not(no).matches(event())).isTrue();
        assertThat(new Not(yes).matches(event())).isFalse();
    }

    private static Event event() {
        return SampleEvents.of("t", "s1", "1", "");
    }

    private static Filter attributes(Comparison comparison, Map<String, String> wanted) {
        return new Attributes(comparison, new TreeMap<>(wanted));
    }
}
