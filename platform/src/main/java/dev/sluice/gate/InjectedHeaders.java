package dev.sluice.gate;

import dev.sluice.egress.Outbound;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Headers that the platform adds to what leaves by an external gate, such as a credential. Their values are
/// stored and sent, and shown to nobody: whoever reads the gate has the names, and gives those back to keep the
/// values.
public final class InjectedHeaders {
    public static final InjectedHeaders NONE = new InjectedHeaders(Map.of(), true);

    private final Map<String, String> values;
    private final boolean areKnown;

    private InjectedHeaders(Map<String, String> values, boolean areKnown) {
        this.values = values;
        this.areKnown = areKnown;
    }

    /// @throws IllegalArgumentException with a text for whoever wrote them
    public static InjectedHeaders of(Map<String, String> headers) {
        return new InjectedHeaders(Outbound.checked(headers), true);
    }

    /// In lower case.
    public Set<String> names() {
        return values.keySet();
    }

    /// The same names without a value.
    InjectedHeaders hidden() {
        var names = new TreeMap<String, String>();
        values.keySet().forEach(name -> names.put(name, ""));
        return new InjectedHeaders(Map.copyOf(names), values.isEmpty());
    }

    /// Whether they have their values.
    boolean areKnown() {
        return areKnown;
    }

    Map<String, String> values() {
        return values;
    }

    @Override
    public String toString() {
        return "InjectedHeaders" + values.keySet();
    }
}
