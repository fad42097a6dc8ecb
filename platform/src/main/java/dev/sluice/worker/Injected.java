package dev.sluice.worker;

import dev.sluice.bytes.Bytes;
import dev.sluice.worker.RunEnd.Fault;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The secrets and the bindings to services that a run was given, read by its own task before it starts.
///
/// @param values   what its code gets: of all secrets, by key
/// @param bindings what it gets of each service instance, by its name
/// @param sources  which versions of which they are, in order: an instance that has had others is not reused
public record Injected(Map<String, String> values, Map<String, Binding> bindings, List<String> sources) {
    public static final Injected NOTHING = new Injected(Map.of(), Map.of(), List.of());

    /// @param json  one object
    /// @param texts what stands in it that no log shows
    public record Binding(Bytes json, List<String> texts) {
        public Binding {
            texts = List.copyOf(texts);
        }

        /// Without a value.
        @Override
        public String toString() {
            return "Binding";
        }
    }

    public Injected {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        bindings = Collections.unmodifiableMap(new LinkedHashMap<>(bindings));
        sources = List.copyOf(sources);
    }

    Masks masks() {
        List<String> texts = new ArrayList<>(values.values());
        bindings.values().forEach(binding -> texts.addAll(binding.texts()));
        return Masks.of(texts);
    }

    /// Without the values, as far as they stand in it as they are ([Masks]).
    public Fault masked(Fault fault) {
        return masks().masked(fault);
    }

    /// Without a value: it may come into a log.
    @Override
    public String toString() {
        return "Injected" + sources.size();
    }
}
