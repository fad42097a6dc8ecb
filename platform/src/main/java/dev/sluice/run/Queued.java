package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.function.Retry;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a run that nobody waits for needs to be started, after a restart too.
///
/// @param gatePath  text of the path, without `~` and `%`
/// @param start     the label it starts with at least; the payload's label
/// @param clearance the secrecy up to which its gate may be resolved
/// @param vouched   what the invoker was vouched for by: checked again when it starts
/// @param bytes     how much it was given, about
/// @param isNobodys whether nobody in particular has caused it
/// @param event     the label of the event that fired it, if one did: may it still, when the run starts?
public record Queued(
        Run run,
        String gatePath,
        Label start,
        Component clearance,
        Component vouched,
        Given given,
        long bytes,
        boolean isNobodys,
        boolean isStarted,
        Tries tries,
        Optional<Label> event) {
    /// A run that waits to be started, and what counts of it for who is charged: as [Queued] has it.
    ///
    /// @param dueMillis not to be started before, since 1970; 0 for at once
    public record Accepted(Run run, long bytes, boolean isNobodys, long dueMillis) {}

    /// @param made tries that have ended
    public record Tries(Optional<Retry> retry, int made, long dueMillis) {
        public static final Tries ONE = of(Optional.empty());

        public static Tries of(Optional<Retry> retry) {
            return new Tries(retry, 0, 0);
        }
    }

    /// What a run is given that nobody waits for, beside its label.
    ///
    /// @param context what Dispatch's convention hands over beside the payload
    /// @param secrets the names of those that it reads when it starts, beside its gate's
    /// @param headers what Faasten's hands over, with `blobs`
    public record Given(
            Bytes payload,
            Bytes context,
            List<String> secrets,
            Map<String, String> headers,
            Map<String, BlobRef> blobs) {
        public Given {
            secrets = List.copyOf(secrets);
            headers = Map.copyOf(headers);
            blobs = Map.copyOf(blobs);
        }
    }

    /// Of a run that somebody asked for.
    public Queued(
            Run run,
            String gatePath,
            Label start,
            Component clearance,
            Component vouched,
            Given given,
            long bytes,
            boolean isNobodys,
            boolean isStarted,
            Tries tries) {
        this(run, gatePath, start, clearance, vouched, given, bytes, isNobodys, isStarted, tries, Optional.empty());
    }

    Queued started() {
        return with(true, tries);
    }

    /// Another run of the same, from the first try on.
    public Queued anew(Run other) {
        return new Queued(
                other,
                gatePath,
                start,
                clearance,
                vouched,
                given,
                bytes,
                isNobodys,
                false,
                Tries.of(tries.retry()),
                event);
    }

    private Queued with(boolean isStartedNow, Tries next) {
        return new Queued(run, gatePath, start, clearance, vouched, given, bytes, isNobodys, isStartedNow, next, event);
    }

    /// After another try, which was the last one unless there is something to wait for.
    Queued tried(long dueMillis) {
        return with(false, new Tries(tries.retry(), tries.made() + 1, dueMillis));
    }

    /// The same, once a try ended in a way that `outcome` may know: what follows from that starts no lower.
    public Queued after(Label outcome) {
        return new Queued(
                run,
                gatePath,
                start.joinOrTop(outcome),
                clearance,
                vouched,
                given,
                bytes,
                isNobodys,
                isStarted,
                tries,
                event);
    }

    public Accepted accepted() {
        return new Accepted(run, bytes, isNobodys, tries.dueMillis());
    }
}
