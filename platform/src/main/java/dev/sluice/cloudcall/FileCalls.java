package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a guest asks of files, directories and names. Changes use what privilege they name.
final class FileCalls {
    private final LabeledFs fs;
    private final OpenObjects objects;
    private final PathReader paths;
    private final Handles blobs;

    FileCalls(LabeledFs fs, OpenObjects objects, PathReader paths, Handles blobs) {
        this.fs = fs;
        this.objects = objects;
        this.paths = paths;
        this.blobs = blobs;
    }

    Value answer(CloudCall.OfFiles call) {
        return switch (call) {
            case CloudCall.Open(var path) -> open(path);
            case CloudCall.Close(var handle) -> objects.close(handle);
            case CloudCall.ReadFile(var path) ->
                Value.of(fs.read(paths.read(path), Kind.FILE).bytes());
            case CloudCall.WriteFile(var path, var content, var with) -> write(path, content, with.exercised());
            case CloudCall.WriteIf(var path, var content, var version, var with) ->
                writeIf(path, content, version, with.exercised());
            case CloudCall.CreateDirectory(var path, var label, var with) ->
                createDirectory(path, label, with.exercised());
            case CloudCall.CreateFile(var path, var label, var with) ->
                create(path, Kind.FILE, label, Bytes.EMPTY, with.exercised());
            case CloudCall.CreateFaceted(var path, var with) -> createFaceted(path, with.exercised());
            case CloudCall.CreateUnlinked(var kind, var label, var blob, var with) ->
                createUnlinked(kind, label, blob, with.exercised());
            case CloudCall.LinkBlob(var path, var handle, var label, var with) ->
                create(path, Kind.BLOB, label, blobs.finished(handle).encode(), with.exercised());
            case CloudCall.Delete(var path, var with) -> unlink(path, with.exercised());
            case CloudCall.HardLink(var source, var destination, var with) ->
                link(source, destination, with.exercised());
            case CloudCall.ListDirectory(var path) -> told(everything(paths.read(path), new ListRoom()));
            case CloudCall.ListPage(var path, var after, var limit) ->
                told(fs.list(paths.read(path), after, bounded(limit)));
            case CloudCall.ListFaceted(var path) -> listFaceted(paths.read(path));
            case CloudCall.ListFacets list -> listFacets(list);
            case CloudCall.Stat(var path) -> stat(paths.read(path));
        };
    }

    private Value open(PathArg path) {
        objects.requireRoom();
        LabeledFs.Opened opened = fs.open(paths.read(path));
        return objects.add(opened.path(), opened.kind());
    }

    private Value write(PathArg path, Bytes content, Privilege with) {
        fs.write(paths.read(path), Kind.FILE, content, 0, with);
        return Value.NULL;
    }

    /// Version 0 would mean any.
    private Value writeIf(PathArg path, Bytes content, long version, Privilege with) {
        if (version == 0) {
            throw new Refused(Refusal.INVALID, "versions begin at 1");
        }
        return Value.of(fs.write(paths.read(path), Kind.FILE, content, version, with));
    }

    private Value createDirectory(PathArg path, @Nullable String label, Privilege with) {
        Label of = stated(label);
        fs.createDirectory(paths.destination(path), of, with);
        return Value.NULL;
    }

    private Value create(PathArg path, Kind kind, @Nullable String label, Bytes content, Privilege with) {
        Label of = stated(label);
        fs.create(paths.destination(path), kind, of, content, with);
        return Value.NULL;
    }

    private Value createFaceted(PathArg path, Privilege with) {
        fs.createFaceted(paths.destination(path), with);
        return Value.NULL;
    }

    private Value createUnlinked(String word, @Nullable String label, @Nullable String blob, Privilege with) {
        objects.requireRoom();
        Kind kind = kind(word);
        if ((kind == Kind.BLOB) != (blob != null)) {
            throw new Refused(Refusal.INVALID, "a blob, and nothing else, is made of a blob");
        }
        Bytes content = blob == null ? Bytes.EMPTY : blobs.finished(blob).encode();
        return objects.add(fs.createUnlinkedAt(kind, stated(label), content, with), kind);
    }

    private Value unlink(PathArg path, Privilege with) {
        fs.unlink(paths.read(path), with);
        return Value.NULL;
    }

    private Value link(PathArg source, PathArg destination, Privilege with) {
        FsPath target = paths.read(source);
        fs.link(target, paths.destination(destination), with);
        return Value.NULL;
    }

    private Value listFaceted(FsPath faceted) {
        var facets = new ArrayList<Value>();
        var room = new ListRoom();
        Label upTo = Task.current().label();
        List<Label> page = fs.facets(faceted, upTo);
        while (!page.isEmpty()) {
            for (Label label : page) {
                List<String> names = everything(faceted.facet(label), room).stream()
                        .map(Entry::name)
                        .toList();
                String text = room.taken(label.toString());
                facets.add(Value.of(Map.of("label", Value.of(text), "names", Value.texts(names))));
            }
            page = fs.facets(faceted, upTo, Optional.of(page.getLast()), LabeledFs.LIST_ENTRIES_MAX);
        }
        return Value.of(facets);
    }

    private Value listFacets(CloudCall.ListFacets list) {
        Label ceiling = list.upTo() == null ? Label.PUBLIC : FsPath.label(list.upTo());
        List<Label> facets = fs.facets(
                paths.read(list.path()),
                ceiling,
                Optional.ofNullable(list.after()).map(FsPath::label),
                bounded(list.limit()));
        return Value.texts(facets.stream().map(Label::toString).toList());
    }

    private Value stat(FsPath path) {
        LabeledFs.Stat stat = fs.stat(path);
        var fields = new LinkedHashMap<String, Value>();
        fields.put("kind", Value.of(OpenObjects.word(stat.kind())));
        fields.put("label", stat.label().map(l -> Value.of(l.toString())).orElse(Value.NULL));
        fields.put("length", Value.of(stat.sizeBytes()));
        fields.put("version", Value.of(stat.version()));
        return Value.of(fields);
    }

    /// What a blob's entry names.
    BlobRef blobAt(PathArg path) {
        return BlobRef.decode(fs.read(paths.read(path), Kind.BLOB).bytes());
    }

    /// An absent label is the run's at the moment of the call, before a path taints it.
    static Label stated(@Nullable String label) {
        return label == null ? Task.current().label() : FsPath.label(label);
    }

    /// All entries, or a refusal: a part would look like the whole.
    private List<Entry> everything(FsPath directory, ListRoom room) {
        var all = new ArrayList<Entry>();
        List<Entry> page = fs.list(directory, "", LabeledFs.LIST_ENTRIES_MAX);
        while (!page.isEmpty()) {
            page.forEach(entry -> room.taken(entry.name()));
            all.addAll(page);
            page = fs.list(directory, page.getLast().name(), LabeledFs.LIST_ENTRIES_MAX);
        }
        return all;
    }

    private static Value told(List<Entry> entries) {
        return Value.of(entries.stream()
                .map(entry -> Value.of(
                        Map.of("name", Value.of(entry.name()), "kind", Value.of(OpenObjects.word(entry.kind())))))
                .toList());
    }

    private static int bounded(long limit) {
        return Math.clamp(limit, 1, LabeledFs.LIST_ENTRIES_MAX);
    }

    private static Kind kind(String word) {
        return switch (word) {
            case "directory" -> Kind.DIRECTORY;
            case "file" -> Kind.FILE;
            case "faceted" -> Kind.FACETED;
            case "blob" -> Kind.BLOB;
            default -> throw new Refused(Refusal.INVALID, "nothing of that kind is made this way");
        };
    }
}
