package dev.sluice.invoke;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.ObjectId;
import dev.sluice.gate.Gate;
import dev.sluice.gate.Invoker;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.run.Beginning;
import dev.sluice.run.Claim;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.Chunks;
import dev.sluice.worker.Injected;
import dev.sluice.worker.Job;
import dev.sluice.worker.LiveLog;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/// A wish to run a function.
///
/// @param organization whose run it will be, and who is charged; empty for nobody in particular
/// @param function     its name in the record: a function's, or the path of a gate
/// @param functionId   Dispatch's id of the function; empty for a gate
/// @param faasId       Dispatch's id of the function's version; empty for a gate
/// @param gate         where the gate is; resolved as the caller
/// @param start        the label that the caller states for the payload; the run starts there or above
/// @param payload      any bytes; a function that wants JSON refuses others
/// @param context      one JSON object: what Dispatch's convention hands over beside the payload
/// @param headers      by lowercased name: what Faasten's convention hands over, with `blobs`
/// @param blobs        by the names under which the function finds them
/// @param secrets      the names of those of `organization` that the run reads beside its gate's: the caller may know
///     them, and the answer is not released of them
/// @param asked        what is said of the run itself
public record Invocation(
        String organization,
        String function,
        String functionId,
        String faasId,
        FsPath gate,
        Label start,
        Bytes payload,
        Bytes context,
        Map<String, String> headers,
        Map<String, BlobRef> blobs,
        List<String> secrets,
        Asked asked) {
    public static final int IDEMPOTENCY_KEY_CHARS_MAX = 255;

    /// What a request says of the run that it wishes, and the function is not told.
    ///
    /// @param tags           written on the record, by key
    /// @param idempotencyKey who calls again with the same key gets the first run's result
    /// @param inputRef       the blob that the function reads beside its payload: the caller has read it, or who
    ///     called first
    /// @param isOfRun        whether a run wishes it, and nobody from outside
    public record Asked(
            SortedMap<String, String> tags,
            Optional<Key> idempotencyKey,
            Optional<ObjectId> inputRef,
            boolean isOfRun) {
        public static final Asked NOTHING = new Asked(Collections.emptySortedMap(), Optional.empty(), Optional.empty());
        static final Asked BY_RUN = new Asked(Collections.emptySortedMap(), Optional.empty(), Optional.empty(), true);

        public Asked(SortedMap<String, String> tags, Optional<Key> idempotencyKey, Optional<ObjectId> inputRef) {
            this(tags, idempotencyKey, inputRef, false);
        }
    }

    /// An idempotency key, and whose it is: one caller's, for what he calls by one name. What the name stands for may
    /// be another version the next time, and what policies lend him may be more or less: it is the same key.
    ///
    /// @param text   at most [#IDEMPOTENCY_KEY_CHARS_MAX]
    /// @param caller what he may act for by himself
    /// @param called as he named it
    public record Key(String text, Component caller, String called) {}

    public Invocation {
        headers = Map.copyOf(headers);
        blobs = Map.copyOf(blobs);
        secrets = List.copyOf(secrets);
    }

    /// Whether nobody in particular wishes it, at the cost of the gate's owner.
    boolean isNobodys() {
        return organization.isEmpty();
    }

    Beginning beginning(boolean isAwaited) {
        return new Beginning(isAwaited, Optional.of(asked.isOfRun ? Beginning.Cause.RUN : Beginning.Cause.REQUEST));
    }

    /// Who is charged: for an anonymous call, whoever vouches for the gate alone. Where one of several does, it may
    /// have been any of them, and nobody is charged for what another one says in his name.
    ///
    /// @throws Refused `NOT_FOUND` if that is nobody
    String payer(Gate entered) {
        return isNobodys() ? owner(entered).orElseThrow(Refused::notFound) : organization;
    }

    /// Who may know that the run exists, of those who may know of its caller. Where a run of one organization has
    /// another one's code run, what one handed over meets what the other's code says of it: the record is for
    /// neither alone (design/labels.md section 6, flow 5).
    Label amongBoth(Label existence, Gate entered) {
        return owner(entered)
                .filter(_ -> asked.isOfRun)
                .map(owner -> Label.of(existence.secrecy().and(runsOf(owner)), existence.integrity()))
                .orElse(existence);
    }

    static Component runsOf(String organization) {
        return Component.of(Principal.of(organization, "runs"));
    }

    /// Whoever vouches for it alone.
    private static Optional<String> owner(Gate gate) {
        return gate.label().integrity().allOf().stream()
                .map(clause -> clause.anyOf().stream()
                        .map(principal -> principal.tokens().getFirst())
                        .collect(Collectors.toSet()))
                .filter(owners -> owners.size() == 1)
                .findFirst()
                .map(owners -> owners.iterator().next());
    }

    /// What a worker is given, once the secrets have been read.
    ///
    /// @param invoker, cancellation, log, chunks as [Job] has them
    Job job(
            Injected injected,
            Chain chain,
            LongFunction<Invoker> invoker,
            Cancellation cancellation,
            LiveLog log,
            Chunks chunks) {
        return new Job(
                function,
                payload,
                context,
                injected,
                headers,
                new Job.Blobs(blobs, asked.inputRef()),
                chain.vouched(),
                chain.timeLeft(),
                invoker,
                cancellation,
                log,
                chunks);
    }

    /// Two calls are one only if the same caller names the same function, or gate, in the same way and may know of the
    /// run. What he may have of its answer is looked at each time.
    Optional<Claim> claim(Gate entered, Label existence) {
        return asked.idempotencyKey().map(key -> {
            String scope = String.join(
                    "\n",
                    key.text(),
                    functionId.isEmpty() ? entered.id().toString() : functionId,
                    key.called(),
                    key.caller().toString(),
                    existence.toString());
            return new Claim(Bytes.utf8(scope), given());
        });
    }

    /// Where a function's run starts follows from what policies lend its caller at that moment, and is no input; where
    /// a gate's does, its caller states.
    private Digest given() {
        MessageDigest all = Digest.sha256();
        String stated = functionId.isEmpty() ? start.toString() : "";
        for (String text : List.of(stated, secrets.toString(), context.utf8())) {
            all.update(text.getBytes(StandardCharsets.UTF_8));
            all.update((byte) 0);
        }
        asked.inputRef().ifPresent(blob -> all.update(blob.value().asBuffer()));
        all.update(payload.asBuffer());
        return Digest.of(Bytes.takeOver(all.digest()));
    }
}
