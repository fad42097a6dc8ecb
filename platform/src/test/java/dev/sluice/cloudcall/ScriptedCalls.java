package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Answers the calls of the sample `FAASTEN_CALLS`, and remembers them.
final class ScriptedCalls implements CallHandler {
    /// In the order in which the samples of all languages make them; pieces of a blob are left out.
    static final List<CloudCall> EXPECTED = List.of(
            new CloudCall.ReadFile(colon("home:<alice,T>:in")),
            new CloudCall.ReadFile(colon("missing")),
            new CloudCall.WriteFile(colon("out"), Bytes.takeOver(new byte[] {0, (byte) 0xff}), With.Extent.ALL),
            new CloudCall.CreateDirectory(
                    new PathArg.Elements(List.of(
                            new PathArg.Element.Name("home"),
                            new PathArg.Element.Facet("T,alice/x"),
                            new PathArg.Element.Name("~"))),
                    "T,alice/x",
                    With.Extent.ALL),
            new CloudCall.CreateFile(colon("taken"), null, With.Extent.ALL),
            new CloudCall.CreateFaceted(colon("facets"), With.Extent.ALL),
            new CloudCall.Delete(colon("missing"), With.Extent.ALL),
            new CloudCall.ListDirectory(colon("dir")),
            new CloudCall.HardLink(colon("a"), colon("b"), With.Extent.ALL),
            new CloudCall.CurrentLabel(),
            new CloudCall.ParseLabel("not a label"),
            new CloudCall.TaintWithLabel("bob,T"),
            new CloudCall.Declassify("T"),
            new CloudCall.Endorse(null),
            new CloudCall.SubPrivilege(List.of("x")),
            new CloudCall.CreateBlob(),
            new CloudCall.WriteBlob("new-1", Bytes.utf8("chunk ")),
            new CloudCall.WriteBlob("new-1", Bytes.utf8("chunk ")),
            new CloudCall.WriteBlob("new-1", Bytes.utf8("end")),
            new CloudCall.FinalizeBlob("new-1"),
            new CloudCall.OpenBlobHandle("done-1"),
            new CloudCall.ReadBlob("open-1", 0, 5),
            new CloudCall.ReadBlob("open-1", 5, 10),
            new CloudCall.CloseBlob("open-1"),
            new CloudCall.LinkBlob(colon("stored"), "done-1", "T,T", With.Extent.ALL));

    private final List<CloudCall> seen = new ArrayList<>();
    private final StringBuilder blob = new StringBuilder();

    List<CloudCall> seen() {
        return seen;
    }

    @Override
    public CallReply answer(CloudCall call) {
        if (!(call instanceof CloudCall.ParseLabel(String text)) || text.equals("not a label")) {
            seen.add(call);
        }
        return switch (call) {
            case CloudCall.ReadFile(PathArg path) ->
                path.equals(colon("missing"))
                        ? CallReply.refused(CallRefusal.NOT_FOUND)
                        : CallReply.of(Value.of(Bytes.utf8("content")));
            case CloudCall.CreateFile _ -> CallReply.refused(CallRefusal.EXISTS);
            case CloudCall.Delete _ -> CallReply.refused(CallRefusal.NOT_FOUND);
            case CloudCall.WriteFile _,
                    CloudCall.CreateDirectory _,
                    CloudCall.CreateFaceted _,
                    CloudCall.HardLink _,
                    CloudCall.LinkBlob _,
                    CloudCall.CloseBlob _ -> CallReply.DONE;
            case CloudCall.ListDirectory _ -> CallReply.of(Value.of(List.of(entry("a"), entry("b"))));
            case CloudCall.ListFaceted _,
                    CloudCall.Stat _,
                    CloudCall.OpenBlob _,
                    CloudCall.Open _,
                    CloudCall.Close _,
                    CloudCall.CreateUnlinked _,
                    CloudCall.ListPage _,
                    CloudCall.ListFacets _,
                    CloudCall.WriteIf _,
                    CloudCall.OfEvents _,
                    CloudCall.OfGates _ -> CallReply.refused(CallRefusal.DENIED);
            case CloudCall.CurrentLabel _ -> CallReply.of(Value.of("alice,T"));
            case CloudCall.ParseLabel(String label) ->
                CallReply.of(label.equals("not a label") ? Value.NULL : Value.of(label));
            case CloudCall.TaintWithLabel _ -> CallReply.of(Value.of("alice&bob,T"));
            case CloudCall.Declassify _ -> CallReply.of(Value.of("T,T"));
            case CloudCall.Endorse _ -> CallReply.of(Value.of("T,alice"));
            case CloudCall.SubPrivilege _ -> CallReply.of(Value.of("alice/x"));
            case CloudCall.CreateBlob _, CloudCall.CreateOutput _ -> CallReply.of(Value.of("new-1"));
            case CloudCall.WriteBlob(String _, Bytes content) -> {
                blob.append(content.utf8());
                yield CallReply.DONE;
            }
            case CloudCall.FinalizeBlob _ -> CallReply.of(Value.of("done-1"));
            case CloudCall.OpenBlobHandle _ ->
                CallReply.of(Value.of(Map.of("handle", Value.of("open-1"), "length", Value.of(blob.length()))));
            case CloudCall.ReadBlob(String _, long offset, long length) ->
                CallReply.of(Value.of(
                        Bytes.utf8(blob.substring((int) offset, (int) Math.min(blob.length(), offset + length)))));
        };
    }

    private static Value entry(String name) {
        return Value.of(Map.of("name", Value.of(name), "kind", Value.of("file")));
    }

    private static PathArg colon(String text) {
        return new PathArg.Colon(text);
    }
}
