package dev.sluice.bench;

import java.util.Optional;

/// One measured number, and what it is compared with.
///
/// @param bench    which bench measured it
/// @param name     what was measured
/// @param unit     of the value and of the baseline
/// @param baseline measured in the same run, in the same unit
/// @param aim      what we want, in words; empty where it is only of interest
record Figure(String bench, String name, double value, String unit, Optional<Baseline> baseline, String aim) {
    record Baseline(String name, double value) {}

    static Figure of(String bench, String name, double value, String unit, String aim) {
        return new Figure(bench, name, value, unit, Optional.empty(), aim);
    }

    Figure beside(String baselineName, double baselineValue) {
        return new Figure(bench, name, value, unit, Optional.of(new Baseline(baselineName, baselineValue)), aim);
    }

    /// Value over baseline; empty without one.
    Optional<Double> ratio() {
        return baseline.filter(b -> b.value() > 0).map(b -> value / b.value());
    }
}
