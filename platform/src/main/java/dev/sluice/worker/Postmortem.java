package dev.sluice.worker;

import dev.sluice.cloudcall.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.sandbox.Death;
import dev.sluice.worker.RunEnd.Fault;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Why a guest hung up in the middle of a run.
final class Postmortem {
    private static final Duration DEATH_PATIENCE = Duration.ofMillis(500);

    private Postmortem() {}

    /// What a guest that has hung up died of, in words for who wrote its function.
    static Fault of(Instance instance, FunctionSpec function) throws InterruptedException {
        Instance.@Nullable Ended ended = instance.ended();
        if (ended != null) {
            return switch (ended) {
                case DEADLINE -> Fault.TIMEOUT;
                case ORGANIZATION_ENDED ->
                    Fault.system("the platform ended the run"); // who calls another's gate learns no more
                case CANCELED -> Fault.CANCELED;
                case FLOOD -> Fault.function("the function printed more than " + LogLines.PRINTED_BYTES_MAX + " bytes");
            };
        }
        Optional<Death> death = instance.sandbox().awaitDeath(DEATH_PATIENCE);
        if (death.isEmpty()) {
            return Fault.function("the function's process hung up on the platform");
        }
        return switch (death.get()) {
            case Death.OutOfMemory() ->
                Fault.function(
                        "the function used more than its " + function.limits().memoryMib() + " MiB of memory");
            case Death.CpuTime() -> Fault.function("the function used up its processor time");
            case Death.Exited(int code)
            when instance.convention() == Convention.HTTP ->
                Fault.system("the function's server ended with code " + code + " before it answered");
            case Death.Exited(int code) ->
                Fault.function("the function's process exited with code " + code + " before it answered");
            case Death.Killed(int signal) -> Fault.function("the function's process was killed by signal " + signal);
        };
    }
}
