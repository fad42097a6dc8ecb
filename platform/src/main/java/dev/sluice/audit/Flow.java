package dev.sluice.audit;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Trace;
import dev.sluice.kernel.Trace.Act;
import dev.sluice.kernel.Trace.Check;
import dev.sluice.kernel.Trace.Denial;
import dev.sluice.kernel.Trace.Step;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// The flow that led to a label or to a refusal, as it is kept: the trace of a task and, for a run whose answer was
/// withheld, why. Labels are text; of a flow that would be too large the oldest steps are left out and counted.
///
/// @param delivery why the answer did not reach who asked
public record Flow(Trace trace, Optional<Denial> delivery) {
    static final int FLOW_BYTES_MAX = 64 << 10;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private record StoredStep(String act, String what, String source, String before, String after) {}

    private record StoredDenial(
            String check, String what, String from, String to, String usedSecrecy, String usedIntegrity) {}

    private record Stored(
            String who,
            String start,
            String label,
            String highest,
            List<StoredStep> steps,
            int omitted,
            List<StoredDenial> denials,
            boolean isDenied) {}

    public static Flow of(Trace trace) {
        return new Flow(trace, Optional.empty());
    }

    /// Whether there is nothing to explain.
    public boolean isEmpty() {
        return trace.isEmpty() && delivery.isEmpty();
    }

    /// As JSON. What is too large even without steps is nothing.
    public Bytes encode() {
        List<Step> steps = trace.steps();
        Bytes encoded = encode(steps);
        while (encoded.length() > FLOW_BYTES_MAX && !steps.isEmpty()) {
            steps = steps.subList((steps.size() + 1) / 2, steps.size());
            encoded = encode(steps);
        }
        return encoded.length() > FLOW_BYTES_MAX ? Bytes.EMPTY : encoded;
    }

    /// The flow that [#encode] wrote; nothing for no bytes.
    public static Optional<Flow> decode(Bytes stored) {
        return stored.length() == 0
                ? Optional.empty()
                : Optional.of(JSON.readValue(stored.readOnlyArray(), Stored.class))
                        .map(Flow::read);
    }

    private Bytes encode(List<Step> steps) {
        var stored = new Stored(
                trace.who().toString(),
                trace.start().toString(),
                trace.label().toString(),
                trace.highest().toString(),
                steps.stream().map(Flow::write).toList(),
                trace.omitted() + trace.steps().size() - steps.size(),
                List.of(trace.denial(), delivery).stream()
                        .flatMap(Optional::stream)
                        .map(Flow::write)
                        .toList(),
                trace.denial().isPresent());
        return Bytes.takeOver(JSON.writeValueAsBytes(stored));
    }

    private static StoredStep write(Step step) {
        return new StoredStep(
                step.act().name(),
                step.what(),
                step.source().toString(),
                step.before().toString(),
                step.after().toString());
    }

    private static StoredDenial write(Denial denial) {
        return new StoredDenial(
                denial.check().name(),
                denial.what(),
                denial.from().toString(),
                denial.to().toString(),
                denial.usedSecrecy().toString(),
                denial.usedIntegrity().toString());
    }

    private static Flow read(Stored stored) {
        List<Denial> denials = stored.denials().stream().map(Flow::read).toList();
        var trace = new Trace(
                Component.parse(stored.who()),
                Label.parse(stored.start()),
                Label.parse(stored.label()),
                Label.parse(stored.highest()),
                stored.steps().stream().map(Flow::read).toList(),
                stored.omitted(),
                stored.isDenied() ? Optional.of(denials.getFirst()) : Optional.empty());
        int own = stored.isDenied() ? 1 : 0;
        return new Flow(trace, denials.stream().skip(own).findFirst());
    }

    private static Step read(StoredStep step) {
        return new Step(
                Act.valueOf(step.act()),
                step.what(),
                Label.parse(step.source()),
                Label.parse(step.before()),
                Label.parse(step.after()));
    }

    private static Denial read(StoredDenial denial) {
        return new Denial(
                Check.valueOf(denial.check()),
                denial.what(),
                Label.parse(denial.from()),
                Label.parse(denial.to()),
                Component.parse(denial.usedSecrecy()),
                Component.parse(denial.usedIntegrity()));
    }
}
