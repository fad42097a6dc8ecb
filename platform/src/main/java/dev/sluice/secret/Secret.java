package dev.sluice.secret;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A secret as it was at one of its versions, opened. No text of it shows a value.
///
/// @param id      for its whole life: a secret that is made anew under its name gets another one
/// @param version from 1; each change makes the next one
/// @param content what it holds
public record Secret(String id, String name, long version, Content content) {
    /// What somebody wants kept.
    ///
    /// @param values by their keys
    /// @param tags   to find it by; as secret as its values, for who may not read it
    public record Content(SortedMap<String, String> values, SortedMap<String, String> tags) {
        public Content(Map<String, String> values, Map<String, String> tags) {
            this(new TreeMap<>(values), new TreeMap<>(tags));
        }

        public Content {
            values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
            tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        }

        @Override
        public String toString() {
            return "Content[" + values.size() + "]";
        }
    }

    public SortedMap<String, String> values() {
        return content.values();
    }

    @Override
    public String toString() {
        return "Secret[" + version + "]";
    }
}
