package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.label.Label;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EstatesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "acme,acme",
                "acme/secret/s,T",
                "T,acme/api",
                "acme/function|acme/runs/hello,acme/function",
                "acme&blue,T",
                "acme&blue,blue",
                "T,acme/iam&acme/runs"
            })
    void whatNobodyCouldKnow_andWhatNobodyElseVouchesFor_goesWithAnOrganization(String label) {
        assertThat(Estates.isOwn(Label.parse(label), "acme")).isTrue();
    }

    /// What another one may know or vouches for stays his.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "T,T",
                "blue,blue",
                "acme|blue,T",
                "acme|blue,blue",
                "blue,blue&acme",
                "T,blue&acme",
                "T,acme|blue",
                "acme~2,acme~2",
                "acme,F"
            })
    void whatIsAnothersToo_stays(String label) {
        assertThat(Estates.isOwn(Label.parse(label), "acme")).isFalse();
    }
}
