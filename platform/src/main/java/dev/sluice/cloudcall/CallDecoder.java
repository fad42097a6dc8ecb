package dev.sluice.cloudcall;

import dev.sluice.cloudcall.Arguments.Invalid;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns an operation's name and arguments into a [CloudCall]. Strict: an unknown operation, an unknown argument,
/// a missing one or one of another kind is [Invalid], which the guest hears as [CallRefusal#INVALID].
final class CallDecoder {
    private CallDecoder() {}

    static CloudCall decode(String operation, Map<String, Value> arguments) throws Invalid {
        var args = new Arguments(arguments);
        CloudCall call = named(operation, args);
        args.requireAllUsed();
        return call;
    }

    private static CloudCall named(String operation, Arguments args) throws Invalid {
        return switch (operation) {
            case "read_file" -> new CloudCall.ReadFile(args.path("path"));
            case "write_file" -> new CloudCall.WriteFile(args.path("path"), args.octets("content"), args.with());
            case "create_directory" ->
                new CloudCall.CreateDirectory(args.path("path"), args.textOrNull("label"), args.with());
            case "create_file" -> new CloudCall.CreateFile(args.path("path"), args.textOrNull("label"), args.with());
            case "create_faceted" -> new CloudCall.CreateFaceted(args.path("path"), args.with());
            case "delete" -> new CloudCall.Delete(args.path("path"), args.with());
            case "list_directory" -> new CloudCall.ListDirectory(args.path("path"));
            case "list_faceted" -> new CloudCall.ListFaceted(args.path("path"));
            case "hard_link" -> new CloudCall.HardLink(args.path("source"), args.path("destination"), args.with());
            case "create_blob" -> new CloudCall.CreateBlob();
            case "create_output" -> new CloudCall.CreateOutput();
            case "write_blob" -> new CloudCall.WriteBlob(args.text("handle"), args.octets("content"));
            case "finalize_blob" -> new CloudCall.FinalizeBlob(args.text("handle"));
            case "open_blob" -> new CloudCall.OpenBlob(args.path("path"));
            case "open_blob_handle" -> new CloudCall.OpenBlobHandle(args.text("handle"));
            case "link_blob" ->
                new CloudCall.LinkBlob(args.path("path"), args.text("handle"), args.textOrNull("label"), args.with());
            case "read_blob" ->
                new CloudCall.ReadBlob(args.text("handle"), args.natural("offset"), args.natural("length"));
            case "close_blob" -> new CloudCall.CloseBlob(args.text("handle"));
            case "current_label" -> new CloudCall.CurrentLabel();
            case "taint_with_label" -> new CloudCall.TaintWithLabel(args.text("label"));
            case "declassify" -> new CloudCall.Declassify(args.text("secrecy"));
            case "endorse" -> new CloudCall.Endorse(args.textOrNull("integrity"));
            case "parse_label" -> new CloudCall.ParseLabel(args.text("text"));
            case "sub_privilege" -> new CloudCall.SubPrivilege(args.texts("tokens"));
            case "stat" -> new CloudCall.Stat(args.path("path"));
            case "open" -> new CloudCall.Open(args.path("path"));
            case "close" -> new CloudCall.Close(args.text("handle"));
            case "create_unlinked" ->
                new CloudCall.CreateUnlinked(
                        args.text("kind"), args.textOrNull("label"), args.textOrNull("blob"), args.with());
            case "list_page" -> new CloudCall.ListPage(args.path("path"), args.text("after"), args.natural("limit"));
            case "list_facets" ->
                new CloudCall.ListFacets(
                        args.path("path"), args.textOrNull("up_to"), args.textOrNull("after"), args.natural("limit"));
            case "write_if" ->
                new CloudCall.WriteIf(args.path("path"), args.octets("content"), args.natural("version"), args.with());
            default -> ofGates(operation, args);
        };
    }

    private static CloudCall ofGates(String operation, Arguments args) throws Invalid {
        return switch (operation) {
            case "create_gate" ->
                new CloudCall.CreateGate(
                        args.pathOrNull("path"),
                        args.textOrNull("label"),
                        GateArg.read(args.fields("gate")),
                        args.with());
            case "replace_gate" ->
                new CloudCall.ReplaceGate(args.path("path"), GateArg.read(args.fields("gate")), args.with());
            case "read_gate" -> new CloudCall.ReadGate(args.path("path"));
            case "duplicate_gate" ->
                new CloudCall.DuplicateGate(
                        args.path("source"),
                        args.path("path"),
                        args.text("privilege"),
                        args.text("clearance"),
                        args.with());
            case "emit" -> new CloudCall.Emit(args.octets("event"));
            case "invoke_service" ->
                new CloudCall.InvokeExternal(args.path("service"), args.octets("body"), args.textsByName("parameters"));
            case "invoke" ->
                new CloudCall.Invoke(
                        args.path("gate"),
                        args.octets("payload"),
                        args.bool("sync"),
                        orNone(args.textsByNameOrNull("headers")),
                        orNone(args.textsByNameOrNull("blobs")),
                        args.textOrNull("result_label"));
            default -> throw new Invalid();
        };
    }

    private static Map<String, String> orNone(@Nullable Map<String, String> texts) {
        return texts == null ? Map.of() : texts;
    }
}
