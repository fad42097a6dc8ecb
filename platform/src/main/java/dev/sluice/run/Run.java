package dev.sluice.run;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.ObjectId;
import dev.sluice.label.Label;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/// That a run exists. Says nothing of what went in or came out; readable at `existence`.
///
/// @param id             version 7: ids sort by time
/// @param organization   whose run it is, and who is charged
/// @param function       the name of the function, or the path of the gate in Faasten's dialect
/// @param functionId     Dispatch's id of the function, empty for a gate
/// @param faasId         Dispatch's id of the function's version, empty for a gate
/// @param beginning      what began it
/// @param startedMillis  when it was accepted, since 1970
/// @param deadlineMillis when it will have ended, come what may
/// @param secrets        the names of the secrets it asked for
/// @param tags           what its request wrote on it, by key
/// @param inputRef       the blob that it was given beside its input
public record Run(
        UUID id,
        String organization,
        String function,
        String functionId,
        String faasId,
        Beginning beginning,
        long startedMillis,
        long deadlineMillis,
        List<String> secrets,
        SortedMap<String, String> tags,
        Label existence,
        Optional<ObjectId> inputRef) {
    /// By more of them a run is not found.
    private static final int APPLICATIONS_MAX = 8;

    private static final Set<String> APPLICATION = Set.of("app", "application");

    public Run {
        secrets = List.copyOf(secrets);
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    }

    /// Of which it is not known what began it.
    public Run(
            UUID id,
            String organization,
            String function,
            String functionId,
            String faasId,
            boolean blocking,
            long startedMillis,
            long deadlineMillis,
            List<String> secrets,
            SortedMap<String, String> tags,
            Label existence,
            Optional<ObjectId> inputRef) {
        this(
                id,
                organization,
                function,
                functionId,
                faasId,
                new Beginning(blocking, Optional.empty()),
                startedMillis,
                deadlineMillis,
                secrets,
                tags,
                existence,
                inputRef);
    }

    Run begunBy(Optional<Beginning.Cause> cause) {
        return new Run(
                id,
                organization,
                function,
                functionId,
                faasId,
                new Beginning(beginning.isAwaited(), cause),
                startedMillis,
                deadlineMillis,
                secrets,
                tags,
                existence,
                inputRef);
    }

    public boolean blocking() {
        return beginning.isAwaited();
    }

    /// Whether it is tagged with all of these applications.
    boolean isOf(List<String> applications) {
        return applications().containsAll(applications);
    }

    List<String> applications() {
        return tags.entrySet().stream()
                .filter(tag -> namesApplication(tag.getKey()))
                .map(Map.Entry::getValue)
                .distinct()
                .limit(APPLICATIONS_MAX)
                .toList();
    }

    /// Whether the tag of that key says of which application something is.
    public static boolean namesApplication(String key) {
        return APPLICATION.contains(key.toLowerCase(Locale.ROOT));
    }

    /// How a run ended.
    public enum Status {
        READY,
        ERROR,
        /// An error: its time was up.
        TIMEOUT
    }

    /// A fault of a run, as Dispatch words it: `InputError`, `FunctionError`, `SystemError`.
    public record Fault(String type, String message, List<String> stacktrace) {
        public Fault {
            stacktrace = List.copyOf(stacktrace);
        }
    }

    /// What a function answered.
    ///
    /// @param status as it set it: 200 to 599
    /// @param isJson whether the body is one JSON text
    /// @param ref    the blob that it wrote beside that
    public record Output(int status, Bytes body, boolean isJson, Optional<ObjectId> ref) {
        static final int STATUS_OK = 200;

        /// Without a blob.
        public Output(int status, Bytes body, boolean isJson) {
            this(status, body, isJson, Optional.empty());
        }

        static Output json(Bytes text) {
            return new Output(STATUS_OK, text, true);
        }
    }

    /// What came out of a run.
    ///
    /// @param label       the highest label the run had: input, logs and fault carry it
    /// @param outputLabel what the output carries, and the status: a label of the run, downgraded by its gate
    /// @param input       as the function got it
    /// @param output      absent where the run failed
    /// @param flow        how the run came by its label, for who asks; empty if it kept the one it started with
    /// @param times       absent where it never began, and in the records of earlier servers
    public record Content(
            Status status,
            long finishedMillis,
            Label label,
            Label outputLabel,
            Bytes input,
            Optional<Output> output,
            Optional<Fault> fault,
            List<String> stdout,
            List<String> stderr,
            Bytes flow,
            Optional<Times> times) {
        public Content {
            stdout = List.copyOf(stdout);
            stderr = List.copyOf(stderr);
        }

        /// Of a run with nothing to explain.
        public Content(
                Status status,
                long finishedMillis,
                Label label,
                Label outputLabel,
                Bytes input,
                Optional<Output> output,
                Optional<Fault> fault,
                List<String> stdout,
                List<String> stderr) {
            this(
                    status,
                    finishedMillis,
                    label,
                    outputLabel,
                    input,
                    output,
                    fault,
                    stdout,
                    stderr,
                    Bytes.EMPTY,
                    Optional.empty());
        }

        public Content with(Bytes itsFlow) {
            return new Content(
                    status, finishedMillis, label, outputLabel, input, output, fault, stdout, stderr, itsFlow, times);
        }

        public Content with(Times its) {
            return new Content(
                    status,
                    finishedMillis,
                    label,
                    outputLabel,
                    input,
                    output,
                    fault,
                    stdout,
                    stderr,
                    flow,
                    Optional.of(its));
        }

        private long bytes() {
            return input.length() + chars(stdout) + chars(stderr);
        }

        private static long chars(List<String> lines) {
            return lines.stream().mapToLong(String::length).sum();
        }

        Content with(Optional<Output> found) {
            return new Content(
                    status, finishedMillis, label, outputLabel, input, found, fault, stdout, stderr, flow, times);
        }

        /// A label that would be too large for that is above every reader.
        Content joinedWith(Label existence) {
            return new Content(
                    status,
                    finishedMillis,
                    label.joinOrTop(existence),
                    outputLabel.joinOrTop(existence),
                    input,
                    output,
                    fault,
                    stdout,
                    stderr,
                    flow,
                    times);
        }
    }

    /// A run as somebody may see it: parts above his clearance are absent.
    ///
    /// @param content absent while it runs, and for who may not see it
    /// @param status  how it ended, for who may see its output or would have seen one: it may be there without
    ///     content
    /// @param output  absent where there is none, and for who may not see it
    /// @param tried   how often it was tried, for who may know how that ended; absent where it is tried once
    public record View(
            Run run,
            Optional<Content> content,
            Optional<Status> status,
            Optional<Output> output,
            Optional<Tried> tried) {
        /// Of a run that is tried once.
        public View(Run run, Optional<Content> content, Optional<Status> status, Optional<Output> output) {
            this(run, content, status, output, Optional.empty());
        }

        /// How much of it there is to see, about.
        long bytes() {
            return output.map(o -> o.body().length()).orElse(0)
                    + content.map(Content::bytes).orElse(0L);
        }
    }

    /// A run that has ended, whole.
    public record Ended(Run run, Content content) {}

    /// How often a run was tried that is tried several times, as far as its tries have ended.
    ///
    /// @param made      tries
    /// @param dueMillis when it is tried again, since 1970; 0 for never
    /// @param outcome   what the last one's outcome carries
    /// @param content   what its `reason` carries
    /// @param reason    why the last one failed, where it is tried again; else empty
    public record Tried(int made, long dueMillis, Label outcome, Label content, String reason) {
        Tried withoutReason() {
            return new Tried(made, dueMillis, outcome, content, "");
        }
    }
}
