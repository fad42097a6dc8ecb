package dev.sluice.gateway;

import java.time.Duration;
import java.util.List;

/// How long an endpoint's answers are given again without a run.
///
/// @param vary headers, in lower case, that answers may depend on; a function is told of no others
public record CacheTerms(Duration life, List<String> vary) {
    public CacheTerms {
        vary = List.copyOf(vary);
    }
}
