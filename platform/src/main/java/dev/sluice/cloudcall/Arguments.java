package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import java.io.Serial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The named arguments of a call, or of a map inside one, read strictly: a missing one, one of another kind, or
/// one that nothing asked for is [Invalid].
final class Arguments {
    private final Map<String, Value> values;
    private int used;

    Arguments(Map<String, Value> values) {
        this.values = values;
    }

    /// The call is well-formed as a message and makes no sense as a request.
    static final class Invalid extends Exception {
        @Serial
        private static final long serialVersionUID = 1;

        Invalid() {
            super("invalid call", null, false, false);
        }
    }

    void requireAllUsed() throws Invalid {
        if (used != values.size()) {
            throw new Invalid();
        }
    }

    private Value required(String name) throws Invalid {
        Value value = values.get(name);
        if (value == null) {
            throw new Invalid();
        }
        used++;
        return value;
    }

    /// An absent argument and one that is null say the same.
    private @Nullable Value optional(String name) {
        Value value = values.get(name);
        if (value == null) {
            return null;
        }
        used++;
        return value instanceof Value.Null ? null : value;
    }

    String text(String name) throws Invalid {
        return textOf(required(name));
    }

    @Nullable
    String textOrNull(String name) throws Invalid {
        Value value = optional(name);
        return value == null ? null : textOf(value);
    }

    Bytes octets(String name) throws Invalid {
        if (required(name) instanceof Value.Octets(Bytes content)) {
            return content;
        }
        throw new Invalid();
    }

    /// Text for a part of the privilege, true for all of it; absent, null or false for none.
    With with() throws Invalid {
        return switch (optional("with")) {
            case null -> With.Extent.NONE;
            case Value.Bool(boolean isAll) -> isAll ? With.Extent.ALL : With.Extent.NONE;
            case Value.Text(String component) -> new With.Part(component);
            default -> throw new Invalid();
        };
    }

    long natural(String name) throws Invalid {
        return naturalOf(required(name));
    }

    @Nullable
    Long naturalOrNull(String name) throws Invalid {
        Value value = optional(name);
        return value == null ? null : Long.valueOf(naturalOf(value));
    }

    boolean bool(String name) throws Invalid {
        return boolOf(required(name));
    }

    @Nullable
    Boolean boolOrNull(String name) throws Invalid {
        Value value = optional(name);
        return value == null ? null : Boolean.valueOf(boolOf(value));
    }

    List<String> texts(String name) throws Invalid {
        if (!(required(name) instanceof Value.Items(List<Value> items))) {
            throw new Invalid();
        }
        List<String> texts = new ArrayList<>(items.size());
        for (Value item : items) {
            texts.add(textOf(item));
        }
        return texts;
    }

    @Nullable
    Map<String, String> textsByNameOrNull(String name) throws Invalid {
        Value value = optional(name);
        return value == null ? null : textsByName(value);
    }

    Map<String, String> textsByName(String name) throws Invalid {
        return textsByName(required(name));
    }

    Arguments fields(String name) throws Invalid {
        if (required(name) instanceof Value.Fields(Map<String, Value> fields)) {
            return new Arguments(fields);
        }
        throw new Invalid();
    }

    PathArg path(String name) throws Invalid {
        return pathOf(required(name));
    }

    @Nullable
    PathArg pathOrNull(String name) throws Invalid {
        Value value = optional(name);
        return value == null ? null : pathOf(value);
    }

    /// A gate's code: a path, or a map of nothing but the handle of a finalized `blob`.
    GateArg.@Nullable App appOrNull(String name) throws Invalid {
        Value value = optional(name);
        if (value == null) {
            return null;
        }
        return value instanceof Value.Fields(Map<String, Value> fields)
                        && fields.size() == 1
                        && fields.get("blob") instanceof Value.Text(String handle)
                ? new GateArg.App.Finalized(handle)
                : new GateArg.App.Entry(pathOf(value));
    }

    /// Text, a list of elements, or both in a map: elements from what a handle has opened.
    private static PathArg pathOf(Value value) throws Invalid {
        return switch (value) {
            case Value.Text(String text) -> new PathArg.Colon(text);
            case Value.Items(List<Value> items) -> new PathArg.Elements(elements(items));
            case Value.Fields(Map<String, Value> fields)
            when fields.size() == 2
                    && fields.get("handle") instanceof Value.Text(String handle)
                    && fields.get("path") instanceof Value.Items(List<Value> items) ->
                new PathArg.From(handle, elements(items));
            default -> throw new Invalid();
        };
    }

    private static List<PathArg.Element> elements(List<Value> items) throws Invalid {
        List<PathArg.Element> elements = new ArrayList<>(items.size());
        for (Value item : items) {
            elements.add(element(item));
        }
        return elements;
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

    private static Map<String, String> textsByName(Value value) throws Invalid {
        if (!(value instanceof Value.Fields(Map<String, Value> fields))) {
            throw new Invalid();
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, Value> field : fields.entrySet()) {
            texts.put(field.getKey(), textOf(field.getValue()));
        }
        return texts;
    }

    private static long naturalOf(Value value) throws Invalid {
        if (value instanceof Value.Int64(long number) && number >= 0) {
            return number;
        }
        throw new Invalid();
    }

    private static boolean boolOf(Value value) throws Invalid {
        if (value instanceof Value.Bool(boolean isTrue)) {
            return isTrue;
        }
        throw new Invalid();
    }

    private static String textOf(Value value) throws Invalid {
        if (value instanceof Value.Text(String text)) {
            return text;
        }
        throw new Invalid();
    }
}
