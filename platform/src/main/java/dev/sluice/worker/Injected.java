package dev.sluice.worker;

import dev.sluice.worker.RunEnd.Fault;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The secrets that a run was given, read by its own task before it starts.
///
/// @param values  what its code gets: of all of them, by key
/// @param sources which versions of which secrets they are, in order: an instance that has had others is not reused
public record Injected(Map<String, String> values, List<String> sources) {
    public static final Injected NOTHING = new Injected(Map.of(), List.of());

    public Injected {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        sources = List.copyOf(sources);
    }

    /// Without the values, as far as they stand in it as they are ([Masks]).
    public Fault masked(Fault fault) {
        return Masks.of(values.values()).masked(fault);
    }

    /// Without a value: it may come into a log.
    @Override
    public String toString() {
        return "Injected" + sources.size();
    }
}
