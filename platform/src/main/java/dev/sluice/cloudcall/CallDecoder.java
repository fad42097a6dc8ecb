package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns an operation's name and arguments into a [CloudCall]. Strict: an unknown operation, an unknown argument, a
/// missing one or one of another kind is [Invalid], which the guest hears as [CallRefusal#INVALID].
final class CallDecoder {
    private final Map<String, Value> args;
    private int used;

    private CallDecoder(Map<String, Value> args) {
        this.args = args;
    }

    static CloudCall decode(String operation, Map<String, Value> args) throws Invalid {
        CallDecoder decoder = new CallDecoder(args);
        CloudCall call = decoder.named(operation);
        if (decoder.used != args.size()) {
            throw new Invalid();
        }
        return call;
    }

    private CloudCall named(String operation) throws Invalid {
        return switch (operation) {
            case "read_file" -> new CloudCall.ReadFile(path("path"));
            case "write_file" -> new CloudCall.WriteFile(path("path"), octets("content"));
            case "create_directory" -> new CloudCall.CreateDirectory(path("path"), textOrNull("label"));
            case "create_file" -> new CloudCall.CreateFile(path("path"), textOrNull("label"));
            case "create_faceted" -> new CloudCall.CreateFaceted(path("path"));
            case "delete" -> new CloudCall.Delete(path("path"));
            case "list_directory" -> new CloudCall.ListDirectory(path("path"));
            case "list_faceted" -> new CloudCall.ListFaceted(path("path"));
            case "hard_link" -> new CloudCall.HardLink(path("source"), path("destination"));
            case "create_blob" -> new CloudCall.CreateBlob();
            case "write_blob" -> new CloudCall.WriteBlob(text("handle"), octets("content"));
            case "finalize_blob" -> new CloudCall.FinalizeBlob(text("handle"));
            case "open_blob" -> new CloudCall.OpenBlob(path("path"));
            case "open_blob_handle" -> new CloudCall.OpenBlobHandle(text("handle"));
            case "link_blob" -> new CloudCall.LinkBlob(path("path"), text("handle"), textOrNull("label"));
            case "read_blob" -> new CloudCall.ReadBlob(text("handle"), natural("offset"), natural("length"));
            case "close_blob" -> new CloudCall.CloseBlob(text("handle"));
            case "current_label" -> new CloudCall.CurrentLabel();
            case "taint_with_label" -> new CloudCall.TaintWithLabel(text("label"));
            case "declassify" -> new CloudCall.Declassify(text("secrecy"));
            case "endorse" -> new CloudCall.Endorse(textOrNull("integrity"));
            case "parse_label" -> new CloudCall.ParseLabel(text("text"));
            case "sub_privilege" -> new CloudCall.SubPrivilege(texts("tokens"));
            case "stat" -> new CloudCall.Stat(path("path"));
            default -> throw new Invalid();
        };
    }

    private @Nullable Value optional(String name) {
        Value value = args.get(name);
        if (value != null) {
            used++;
        }
        return value;
    }

    private Value required(String name) throws Invalid {
        Value value = optional(name);
        if (value == null) {
            throw new Invalid();
        }
        return value;
    }

    private String text(String name) throws Invalid {
        return textOf(required(name));
    }

    /// An absent argument and one that is null say the same.
    private @Nullable String textOrNull(String name) throws Invalid {
        Value value = optional(name);
        return value == null || value instanceof Value.Null ? null : textOf(value);
    }

    private Bytes octets(String name) throws Invalid {
        if (required(name) instanceof Value.Octets(Bytes content)) {
            return content;
        }
        throw new Invalid();
    }

    private long natural(String name) throws Invalid {
        if (required(name) instanceof Value.Int64(long number) && number >= 0) {
            return number;
        }
        throw new Invalid();
    }

    private List<String> texts(String name) throws Invalid {
        if (!(required(name) instanceof Value.Items(List<Value> items))) {
            throw new Invalid();
        }
        List<String> texts = new ArrayList<>(items.size());
        for (Value item : items) {
            texts.add(textOf(item));
        }
        return texts;
    }

    private PathArg path(String name) throws Invalid {
        return switch (required(name)) {
            case Value.Text(String text) -> new PathArg.Colon(text);
            case Value.Items(List<Value> items) -> {
                List<PathArg.Element> elements = new ArrayList<>(items.size());
                for (Value item : items) {
                    elements.add(element(item));
                }
                yield new PathArg.Elements(elements);
            }
            default -> throw new Invalid();
        };
    }

    /// A text is a name; a map of nothing but `label` is a facet.
    private static PathArg.Element element(Value item) throws Invalid {
        if (item instanceof Value.Fields(Map<String, Value> fields)
                && fields.size() == 1
                && fields.get("label") instanceof Value.Text(String label)) {
            return new PathArg.Element.Facet(label);
        }
        return new PathArg.Element.Name(textOf(item));
    }

    private static String textOf(Value value) throws Invalid {
        if (value instanceof Value.Text(String text)) {
            return text;
        }
        throw new Invalid();
    }

    /// The call is well-formed as a message and makes no sense as a request.
    static final class Invalid extends Exception {
        @Serial
        private static final long serialVersionUID = 1;

        private Invalid() {
            super("invalid call", null, false, false);
        }
    }
}
