package dev.sluice.invoke;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import dev.sluice.function.FunctionSpec;
import dev.sluice.schema.JsonSchema;
import dev.sluice.schema.Schemas;
import dev.sluice.worker.Injected;
import dev.sluice.worker.RunEnd;
import dev.sluice.worker.RunEnd.Fault;
import java.util.List;
import java.util.Optional;

/// Holds functions to their schemas: what goes in, before there is a guest for it, and what comes out.
///
/// Thread-safe. Source: contracts/dispatch.md 4.5.
final class Validation {
    /// Of the schemas that are kept ready. Ready ones take some thirty times the memory of their text.
    private static final int READY_BYTES_MAX = 2 << 20;

    private final Schemas schemas = new Schemas();
    private final Cache<Known, JsonSchema> ready = Caffeine.newBuilder()
            .maximumWeight(READY_BYTES_MAX)
            .weigher((Known known, JsonSchema _) -> known.text().length())
            .build();

    /// Each organization's apart, so that none can tell by the time whether another has the same.
    private record Known(String organization, Bytes text) {}

    /// How a run ends that is not begun, because its input is not as the function's author says.
    Optional<RunEnd> ofInput(String organization, FunctionSpec function, Bytes payload) {
        return function.schemas()
                .input()
                .flatMap(schema -> faultOf(organization, schema, payload))
                .map(why -> new Fault("InputError", "Input invalid against schema: " + why, List.of()))
                .map(fault -> failed(fault, List.of(), List.of()));
    }

    /// The end of a run, unless its output is not as the function's author says. What is said of it names parts of the
    /// output, which may be what the run was given.
    RunEnd ofOutput(String organization, FunctionSpec function, Injected injected, RunEnd end) {
        return function.schemas()
                .output()
                .flatMap(schema -> end.output().flatMap(output -> faultOf(organization, schema, output.body())))
                .map(why -> new Fault("FunctionError", "Output invalid against schema: " + why, List.of()))
                .map(fault -> new RunEnd(
                        Optional.empty(), Optional.of(injected.masked(fault)), end.stdout(), end.stderr(), end.span()))
                .orElse(end);
    }

    private Optional<String> faultOf(String organization, Bytes schema, Bytes value) {
        return ready.get(new Known(organization, schema), known -> schemas.read(known.text()))
                .faultOf(value);
    }

    private static RunEnd failed(Fault fault, List<String> stdout, List<String> stderr) {
        return new RunEnd(Optional.empty(), Optional.of(fault), stdout, stderr);
    }
}
