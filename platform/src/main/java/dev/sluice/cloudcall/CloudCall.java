package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything a guest can ask of the platform. Adding a case breaks the build in the dispatcher until it says what the
/// call reads and what it affects.
///
/// Paths, labels, components and handles are still as the guest wrote them: the dispatcher parses each, and refuses
/// with
/// [CallRefusal#INVALID]. A label that is absent (`null`) means the label of the run at the moment of the call.
/// Each case names the value that a granted call answers; where none is named it is [Value#NULL].
public sealed interface CloudCall {
    /// The whole content of a file. Answers octets.
    record ReadFile(PathArg path) implements CloudCall {}

    /// Replaces the whole content of a file that exists.
    record WriteFile(PathArg path, Bytes content) implements CloudCall {}

    /// Creates an empty directory and links it at `path`.
    record CreateDirectory(PathArg path, @Nullable String label) implements CloudCall {}

    /// Creates an empty file and links it at `path`.
    record CreateFile(PathArg path, @Nullable String label) implements CloudCall {}

    /// Creates a faceted directory and links it at `path`; it has no label of its own.
    record CreateFaceted(PathArg path) implements CloudCall {}

    /// Unlinks what `path` names.
    record Delete(PathArg path) implements CloudCall {}

    /// The entries of a directory. Answers a list of `{name: text, kind: text}`, with the kinds of [Stat].
    record ListDirectory(PathArg path) implements CloudCall {}

    /// The facets of a faceted directory that flow to the run's label, with their entries. Answers a list of
    /// `{label: text, names: [text...]}`.
    record ListFaceted(PathArg path) implements CloudCall {}

    /// Links the object that `source` names at `destination` too.
    record HardLink(PathArg source, PathArg destination) implements CloudCall {}

    /// Begins a blob. Answers its handle (text), for [WriteBlob] and [FinalizeBlob].
    record CreateBlob() implements CloudCall {}

    /// Appends to a blob that is not finalized.
    record WriteBlob(String handle, Bytes content) implements CloudCall {}

    /// Ends a blob's writing. Answers its handle (text) for [OpenBlobHandle] and [LinkBlob]; the writing handle is
    /// closed.
    record FinalizeBlob(String handle) implements CloudCall {}

    /// Opens the blob that `path` names. Answers `{handle: text, length: int64}`.
    record OpenBlob(PathArg path) implements CloudCall {}

    /// Opens a blob by a handle that this instance got from [FinalizeBlob] or with its payload. Answers as [OpenBlob].
    record OpenBlobHandle(String handle) implements CloudCall {}

    /// Links a finalized blob at `path`.
    record LinkBlob(PathArg path, String handle, @Nullable String label) implements CloudCall {}

    /// At most `length` bytes from `offset` of an opened blob. Answers octets; empty at the end.
    record ReadBlob(String handle, long offset, long length) implements CloudCall {}

    /// Gives an opened or unfinished blob's handle back.
    record CloseBlob(String handle) implements CloudCall {}

    /// Answers the run's label (text).
    record CurrentLabel() implements CloudCall {}

    /// Joins `label` to the run's label. Answers the new label (text).
    record TaintWithLabel(String label) implements CloudCall {}

    /// Lowers the run's secrecy to this component, by the gate's privilege. Answers the new label (text).
    record Declassify(String secrecy) implements CloudCall {}

    /// Raises the run's integrity by this component of the gate's privilege, or by all of it when absent. Answers the
    /// new
    /// label (text).
    record Endorse(@Nullable String integrity) implements CloudCall {}

    /// Answers the canonical text of a label, or null if `text` is none.
    record ParseLabel(String text) implements CloudCall {}

    /// Answers the component (text) of the gate's privilege with these tokens below it; changes nothing.
    record SubPrivilege(List<String> tokens) implements CloudCall {
        public SubPrivilege {
            tokens = List.copyOf(tokens);
        }
    }

    /// What `path` names. Answers `{kind: text, label: text or null, length: int64}`: the kind is one of `directory`,
    /// `file`, `faceted`, `gate`, `service`, `blob`; a faceted directory has no label; the length is 0 for what
    /// has none.
    record Stat(PathArg path) implements CloudCall {}
}
