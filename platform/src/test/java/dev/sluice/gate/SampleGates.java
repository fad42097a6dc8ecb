package dev.sluice.gate;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.image.Runtime;
import dev.sluice.label.Component;

/// What gates are made of, by its text. For tests.
final class SampleGates {
    private SampleGates() {}

    static GatePolicy policy(String privilege, String clearance, String declassify, String maxSecrecy) {
        return new GatePolicy(
                Component.parse(privilege),
                Component.parse(clearance),
                Component.parse(declassify),
                Component.parse(maxSecrecy));
    }

    static FunctionSpec function(String code) {
        return new FunctionSpec(
                Runtime.PYTHON3,
                Digest.of(Bytes.utf8(code)),
                "hello.handle",
                Convention.DISPATCH,
                Limits.DEFAULT,
                false);
    }
}
