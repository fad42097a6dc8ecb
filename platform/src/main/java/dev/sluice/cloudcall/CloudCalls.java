package dev.sluice.cloudcall;

import dev.sluice.blob.BlobTooLarge;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out what one run asks, as [Task#current]: each call is checked anew against the task, whatever the guest
/// says of itself.
///
/// Changes use the gate's privilege for integrity and never for secrecy: a run that wants to release something says
/// so with [CloudCall.Declassify] (contracts/faasten.md 5.4 rule 3; hole H9).
///
/// One per run. Its owner closes it.
public final class CloudCalls implements CallHandler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CloudCalls.class);

    private final LabeledFs fs;
    private final Handles handles;
    private final Component self;

    /// @param self what `~` stands for: the privilege of the gate
    public CloudCalls(LabeledFs fs, Blobs blobs, Component self) {
        this.fs = fs;
        this.handles = new Handles(blobs);
        this.self = self;
    }

    @Override
    public CallReply answer(CloudCall call) {
        try {
            return dispatch(call);
        } catch (Refused refused) {
            return CallReply.refused(refusal(refused.refusal()));
        } catch (LabelInvalid wrong) {
            return CallReply.refused(CallRefusal.INVALID);
        } catch (BlobTooLarge large) {
            return CallReply.refused(CallRefusal.TOO_LARGE);
        } catch (IOException broken) {
            LOG.error("a blob could not be read or written", broken);
            return CallReply.refused(CallRefusal.LIMIT);
        }
    }

    @Override
    public void close() {
        try {
            handles.close();
        } catch (IOException broken) {
            LOG.warn("a blob could not be closed", broken);
        }
    }

    private CallReply dispatch(CloudCall call) throws IOException {
        Task task = Task.current();
        Privilege with = task.forEndorsing();
        return switch (call) {
            case CloudCall.ReadFile(var path) ->
                CallReply.of(Value.of(fs.read(path(path), Kind.FILE).bytes()));
            case CloudCall.WriteFile(var path, var content) ->
                done(() -> fs.write(path(path), Kind.FILE, content, 0, with));
            case CloudCall.CreateDirectory(var path, var label) ->
                done(() -> create(path, Kind.DIRECTORY, label, Bytes.EMPTY));
            case CloudCall.CreateFile(var path, var label) -> done(() -> create(path, Kind.FILE, label, Bytes.EMPTY));
            case CloudCall.CreateFaceted(var path) -> done(() -> fs.createFaceted(inFacet(path(path)), with));
            case CloudCall.Delete(var path) -> done(() -> fs.unlink(path(path), with));
            case CloudCall.ListDirectory(var path) -> CallReply.of(list(path(path)));
            case CloudCall.ListFaceted(var path) -> CallReply.of(listFaceted(path(path)));
            case CloudCall.HardLink(var source, var destination) -> done(() -> hardLink(source, destination));
            case CloudCall.CreateBlob() -> orElse(handles.create().map(Value::of), CallRefusal.LIMIT);
            case CloudCall.WriteBlob(var handle, var content) -> known(handles.write(handle, content));
            case CloudCall.FinalizeBlob(var handle) ->
                orElse(handles.finish(handle).map(Value::of), CallRefusal.CLOSED);
            case CloudCall.OpenBlob(var path) ->
                opened(BlobRef.decode(fs.read(path(path), Kind.BLOB).bytes()));
            case CloudCall.OpenBlobHandle(var handle) -> openedHandle(handle);
            case CloudCall.LinkBlob(var path, var handle, var label) -> linkBlob(path, handle, label);
            case CloudCall.ReadBlob(var handle, var offset, var length) -> readBlob(handle, offset, length);
            case CloudCall.CloseBlob(var handle) -> known(handles.close(handle));
            case CloudCall.CurrentLabel() -> text(task.label());
            case CloudCall.TaintWithLabel(var label) -> {
                task.observe(FsPath.label(label), "the label it asked for");
                yield text(task.label());
            }
            case CloudCall.Declassify(var secrecy) -> text(task.declassify(Component.parse(secrecy)));
            case CloudCall.Endorse(var integrity) ->
                text(task.endorse(integrity == null ? with.integrity() : Component.parse(integrity)));
            case CloudCall.ParseLabel(var text) -> CallReply.of(parsed(text));
            case CloudCall.SubPrivilege(var tokens) -> subPrivilege(tokens);
            case CloudCall.Stat(var path) -> CallReply.of(stat(path(path)));
        };
    }

    private static CallReply done(Runnable change) {
        change.run();
        return CallReply.DONE;
    }

    private static CallReply known(boolean isKnownHandle) {
        return isKnownHandle ? CallReply.DONE : CallReply.refused(CallRefusal.CLOSED);
    }

    /// An absent label is the run's at the moment of the call, before the path taints it.
    private void create(PathArg path, Kind kind, @Nullable String label, Bytes content) {
        Label of = label == null ? Task.current().label() : FsPath.label(label);
        fs.create(inFacet(path(path)), kind, of, content, Task.current().forEndorsing());
    }

    private void hardLink(PathArg source, PathArg destination) {
        FsPath target = path(source);
        fs.link(target, inFacet(path(destination)), Task.current().forEndorsing());
    }

    private CallReply openedHandle(String handle) throws IOException {
        var blob = handles.finished(handle);
        return blob.isEmpty() ? CallReply.refused(CallRefusal.CLOSED) : opened(blob.get());
    }

    private CallReply readBlob(String handle, long offset, long length) throws IOException {
        return offset < 0 || length < 0
                ? CallReply.refused(CallRefusal.INVALID)
                : orElse(handles.read(handle, offset, length).map(Value::of), CallRefusal.CLOSED);
    }

    private CallReply linkBlob(PathArg path, String handle, @Nullable String label) {
        var blob = handles.finished(handle);
        if (blob.isEmpty()) {
            return CallReply.refused(CallRefusal.CLOSED);
        }
        create(path, Kind.BLOB, label, blob.get().encode());
        return CallReply.DONE;
    }

    private CallReply opened(BlobRef blob) throws IOException {
        return orElse(handles.open(blob).map(CloudCalls::told), CallRefusal.LIMIT);
    }

    private static Value told(Handles.Opened opened) {
        return Value.of(Map.of("handle", Value.of(opened.handle()), "length", Value.of(opened.lengthBytes())));
    }

    private Value list(FsPath path) {
        var entries = new ArrayList<Value>();
        for (Entry entry : everything(path)) {
            entries.add(Value.of(Map.of("name", Value.of(entry.name()), "kind", Value.of(word(entry.kind())))));
        }
        return Value.of(entries);
    }

    private Value listFaceted(FsPath path) {
        var facets = new ArrayList<Value>();
        for (Label label : fs.facets(path, Task.current().label())) {
            List<String> names =
                    everything(path.facet(label)).stream().map(Entry::name).toList();
            facets.add(Value.of(Map.of("label", Value.of(label.toString()), "names", Value.texts(names))));
        }
        return Value.of(facets);
    }

    private List<Entry> everything(FsPath directory) {
        return fs.list(directory, "", LabeledFs.LIST_ENTRIES_MAX);
    }

    private Value stat(FsPath path) {
        LabeledFs.Stat stat = fs.stat(path);
        var fields = new LinkedHashMap<String, Value>();
        fields.put("kind", Value.of(word(stat.kind())));
        fields.put("label", stat.label().map(l -> Value.of(l.toString())).orElse(Value.NULL));
        fields.put("length", Value.of(stat.sizeBytes()));
        return Value.of(fields);
    }

    private static Value parsed(String text) {
        try {
            return Value.of(Label.parse(text).toString());
        } catch (LabelInvalid wrong) {
            return Value.NULL;
        }
    }

    private CallReply subPrivilege(List<String> tokens) {
        if (self.isTrue() || self.isFalse()) {
            return CallReply.refused(CallRefusal.INVALID);
        }
        Principal principal = self.allOf().getFirst().anyOf().getFirst();
        for (String token : tokens) {
            principal = principal.child(token);
        }
        return CallReply.of(Value.of(Component.of(principal).toString()));
    }

    /// In Faasten's older dialects a name below a faceted directory means the facet of the current label.
    private FsPath inFacet(FsPath path) {
        FsPath parent = path.parent();
        boolean isFaceted = !parent.steps().isEmpty()
                && parent.steps().getLast() instanceof FsPath.Step.Name
                && fs.find(parent).map(Entry::kind).filter(Kind.FACETED::equals).isPresent();
        return isFaceted ? parent.facet(Task.current().label()).child(path.name()) : path;
    }

    private FsPath path(PathArg path) {
        return switch (path) {
            case PathArg.Colon(String text) ->
                FsPath.parse(text, self, Task.current().label());
            case PathArg.Elements(var elements) -> {
                FsPath walked = FsPath.ROOT;
                for (PathArg.Element element : elements) {
                    walked = switch (element) {
                        case PathArg.Element.Name(String name) -> walked.child(name);
                        case PathArg.Element.Facet(String label) -> walked.facet(FsPath.label(label));
                    };
                }
                yield walked;
            }
        };
    }

    private static CallReply text(Label label) {
        return CallReply.of(Value.of(label.toString()));
    }

    private static CallReply orElse(Optional<Value> value, CallRefusal otherwise) {
        return value.map(CallReply::of).orElseGet(() -> CallReply.refused(otherwise));
    }

    private static String word(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static CallRefusal refusal(Refusal refusal) {
        return switch (refusal) {
            case NOT_FOUND -> CallRefusal.NOT_FOUND;
            case DENIED -> CallRefusal.DENIED;
            case EXISTS -> CallRefusal.EXISTS;
            case WRONG_KIND, INVALID -> CallRefusal.INVALID;
            case CONFLICT -> CallRefusal.CONFLICT;
            case TOO_LARGE -> CallRefusal.TOO_LARGE;
            case OVERLOADED, DEADLINE_EXCEEDED, UNAVAILABLE -> CallRefusal.LIMIT;
        };
    }
}
