package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything a guest can ask of the platform. Adding a case breaks the build in the dispatcher until it says what
/// the call reads and what it affects.
///
/// Paths, labels, components and handles are still as the guest wrote them: the dispatcher parses each, and
/// refuses with [CallRefusal#INVALID]. A label that is absent (`null`) means the label of the run at the moment of
/// the call. What changes something says [With] what privilege. Each case names the value that a granted call
/// answers; where none is named it is [Value#NULL].
public sealed interface CloudCall {
    /// About files, directories and names.
    sealed interface OfFiles extends CloudCall {}

    /// About blobs that the run has in hand.
    sealed interface OfBlobs extends CloudCall {}

    /// About the run's own label and authority.
    sealed interface OfLabels extends CloudCall {}

    /// About events.
    sealed interface OfEvents extends CloudCall {}

    /// About gates.
    sealed interface OfGates extends CloudCall {}

    /// The whole content of a file. Answers octets.
    record ReadFile(PathArg path) implements OfFiles {}

    /// Replaces the whole content of a file that exists.
    record WriteFile(PathArg path, Bytes content, With with) implements OfFiles {}

    /// Creates an empty directory and links it at `path`.
    record CreateDirectory(PathArg path, @Nullable String label, With with) implements OfFiles {}

    /// Creates an empty file and links it at `path`.
    record CreateFile(PathArg path, @Nullable String label, With with) implements OfFiles {}

    /// Creates a faceted directory and links it at `path`; it has no label of its own.
    record CreateFaceted(PathArg path, With with) implements OfFiles {}

    /// Unlinks what `path` names.
    record Delete(PathArg path, With with) implements OfFiles {}

    /// The entries of a directory. Answers a list of `{name: text, kind: text}`, with the kinds of [Stat].
    record ListDirectory(PathArg path) implements OfFiles {}

    /// The facets of a faceted directory that flow to the run's label, with their entries. Answers a list of
    /// `{label: text, names: [text...]}`.
    record ListFaceted(PathArg path) implements OfFiles {}

    /// Links the object that `source` names at `destination` too.
    record HardLink(PathArg source, PathArg destination, With with) implements OfFiles {}

    /// Begins a blob. Answers its handle (text), for [WriteBlob] and [FinalizeBlob].
    record CreateBlob() implements OfBlobs {}

    /// Begins the blob that is the run's output beside its result, once. Answers as [CreateBlob]; what
    /// [FinalizeBlob] makes of it is kept if the run succeeds.
    record CreateOutput() implements OfBlobs {}

    /// Appends to a blob that is not finalized.
    record WriteBlob(String handle, Bytes content) implements OfBlobs {}

    /// Ends a blob's writing. Answers its handle (text) for [OpenBlobHandle] and [LinkBlob]; the writing handle is
    /// closed.
    record FinalizeBlob(String handle) implements OfBlobs {}

    /// Opens the blob that `path` names. Answers `{handle: text, length: int64}`.
    record OpenBlob(PathArg path) implements OfBlobs {}

    /// Opens a blob by a handle that this instance got from [FinalizeBlob] or with its payload. Answers as
    /// [OpenBlob].
    record OpenBlobHandle(String handle) implements OfBlobs {}

    /// Links a finalized blob at `path`.
    record LinkBlob(PathArg path, String handle, @Nullable String label, With with) implements OfFiles {}

    /// At most `length` bytes from `offset` of an opened blob. Answers octets; empty at the end.
    record ReadBlob(String handle, long offset, long length) implements OfBlobs {}

    /// Gives an opened or unfinished blob's handle back.
    record CloseBlob(String handle) implements OfBlobs {}

    /// Answers the run's label (text).
    record CurrentLabel() implements OfLabels {}

    /// Joins `label` to the run's label. Answers the new label (text).
    record TaintWithLabel(String label) implements OfLabels {}

    /// Lowers the run's secrecy to this component, by the gate's privilege. Answers the new label (text).
    record Declassify(String secrecy) implements OfLabels {}

    /// Raises the run's integrity by this component of the gate's privilege, or by all of it when absent. Answers
    /// the new label (text).
    record Endorse(@Nullable String integrity) implements OfLabels {}

    /// Answers the canonical text of a label, or null if `text` is none.
    record ParseLabel(String text) implements OfLabels {}

    /// Answers the component (text) of the gate's privilege with these tokens below it; changes nothing.
    record SubPrivilege(List<String> tokens) implements OfLabels {
        public SubPrivilege {
            tokens = List.copyOf(tokens);
        }
    }

    /// Emits an event of CloudEvents 1.0, structured, with the run's label. Durable once it is answered.
    record Emit(Bytes event) implements OfEvents {}

    /// Has the function of a gate run. Answers `{status: int64, body: octets, failed: bool}` of its end if this
    /// run waits for it, else null once it is accepted.
    ///
    /// @param headers     by name
    /// @param blobs       handles from [FinalizeBlob], by the names under which the callee finds them
    /// @param resultLabel raises this run first; the callee learns nothing above it
    record Invoke(
            PathArg gate,
            Bytes payload,
            boolean sync,
            Map<String, String> headers,
            Map<String, String> blobs,
            @Nullable String resultLabel)
            implements OfGates {
        public Invoke {
            headers = Map.copyOf(headers);
            blobs = Map.copyOf(blobs);
        }
    }

    /// Opens what `path` names, to be named again by a handle. Answers `{handle: text, kind: text}`. Taints with
    /// the way there, and not with the object.
    record Open(PathArg path) implements OfFiles {}

    /// Gives the handle of an opened object back.
    record Close(String handle) implements OfFiles {}

    /// Creates an object that nothing links to yet. Answers as [Open].
    ///
    /// @param kind `directory`, `file`, `faceted` or `blob`
    /// @param blob for a blob, and only for one: a handle from [FinalizeBlob]
    record CreateUnlinked(
            String kind, @Nullable String label, @Nullable String blob, With with) implements OfFiles {}

    /// At most `limit` entries whose names come after `after`, in the order of their bytes. Answers as
    /// [ListDirectory].
    record ListPage(PathArg path, String after, long limit) implements OfFiles {}

    /// At most `limit` facets after `after` that flow to `upTo`, which taints. Answers a list of labels (text).
    ///
    /// @param upTo public if absent
    record ListFacets(
            PathArg path, @Nullable String upTo, @Nullable String after, long limit) implements OfFiles {}

    /// Replaces the content of a file if its version is still this one; taints with the file. Answers the new
    /// version (int64).
    record WriteIf(PathArg path, Bytes content, long version, With with) implements OfFiles {}

    /// Creates a gate. Without `path` nothing links to it yet, and the answer is that of [Open].
    record CreateGate(@Nullable PathArg path, @Nullable String label, GateArg gate, With with) implements OfGates {}

    /// Replaces what a gate runs and grants.
    record ReplaceGate(PathArg path, GateArg gate, With with) implements OfGates {}

    /// What a gate grants and leads to. Answers a map; code as its digest.
    record ReadGate(PathArg path) implements OfGates {}

    /// Creates at `path` a gate that leads where `source` leads, with other grants.
    record DuplicateGate(PathArg source, PathArg path, String privilege, String clearance, With with)
            implements OfGates {}

    /// Sends `body` by an external gate, with `parameters` in the places of its URL. Answers `{status: int64,
    /// headers: map of texts, body: octets}`. What the run knows must flow to the gate's egress label.
    record InvokeExternal(PathArg service, Bytes body, Map<String, String> parameters) implements OfGates {
        public InvokeExternal {
            parameters = Map.copyOf(parameters);
        }
    }

    /// What `path` names. Answers `{kind: text, label: text or null, length: int64, version: int64}`: the kind is
    /// one of `directory`, `file`, `faceted`, `gate`, `service`, `blob`; a faceted directory has no label; length
    /// and version are 0 for what has none.
    record Stat(PathArg path) implements OfFiles {}
}
