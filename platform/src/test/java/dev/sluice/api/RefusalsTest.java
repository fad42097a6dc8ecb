package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RefusalsTest {
    /// Of an entity, and by path.
    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND,         404, 404",
        "DENIED,            404, 404",
        "EXISTS,            409, 409",
        "WRONG_KIND,        404, 400",
        "INVALID,           400, 400",
        "CONFLICT,          409, 409",
        "TOO_LARGE,         400, 413",
        "QUOTA,             429, 429",
        "AT_LIMIT,          429, 429",
        "OVERLOADED,        503, 503",
        "DEADLINE_EXCEEDED, 504, 504",
        "UNAVAILABLE,       500, 500",
    })
    void eachRefusal_hasItsStatus(Refusal refusal, int ofEntity, int ofPath) {
        var refused = new Refused(refusal, "because");
        assertThat(Refusals.ofEntity("function", "f", refused).status()).isEqualTo(ofEntity);
        assertThat(Refusals.ofPath(refused).status()).isEqualTo(ofPath);
    }
}
