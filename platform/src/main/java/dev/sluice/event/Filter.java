package dev.sluice.event;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/// Which events somebody wants. Total, and linear in what it looks at.
///
/// The dialects are those of the CloudEvents Subscriptions API, but for SQL; [Type] is Dispatch's, with `*`.
public sealed interface Filter {
    boolean matches(Event event);

    /// Events of that type; each `*` stands for any characters, also none.
    record Type(String pattern) implements Filter {
        private static final char ANY = '*';

        @Override
        public boolean matches(Event event) {
            String type = event.type();
            int star = pattern.indexOf(ANY);
            if (star < 0) {
                return type.equals(pattern);
            }
            if (!type.startsWith(pattern.substring(0, star))) {
                return false;
            }
            int at = star; // up to there all is matched
            int from = star + 1;
            for (int next = pattern.indexOf(ANY, from); next >= 0; next = pattern.indexOf(ANY, from)) {
                String part = pattern.substring(from, next);
                int found = type.indexOf(part, at);
                if (found < 0) {
                    return false;
                }
                at = found + part.length();
                from = next + 1;
            }
            String last = pattern.substring(from);
            return type.length() - last.length() >= at && type.endsWith(last);
        }
    }

    /// How an attribute's value is compared.
    enum Comparison {
        EXACT,
        PREFIX,
        SUFFIX;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean holds(String value, String wanted) {
            BiPredicate<String, String> way = switch (this) {
                case EXACT -> String::equals;
                case PREFIX -> String::startsWith;
                case SUFFIX -> String::endsWith;
            };
            return way.test(value, wanted);
        }
    }

    /// Events with all of these attributes, each as it is compared; one that an event has not is not as wanted.
    record Attributes(Comparison comparison, SortedMap<String, String> wanted) implements Filter {
        public Attributes {
            wanted = Collections.unmodifiableSortedMap(new TreeMap<>(wanted));
        }

        @Override
        public boolean matches(Event event) {
            return wanted.entrySet().stream()
                    .allMatch(one -> Optional.ofNullable(event.attributes().get(one.getKey()))
                            .filter(value -> comparison.holds(value, one.getValue()))
                            .isPresent());
        }
    }

    /// Events that all of them want.
    record All(List<Filter> filters) implements Filter {
        public All {
            filters = List.copyOf(filters);
        }

        @Override
        public boolean matches(Event event) {
            return filters.stream().allMatch(filter -> filter.matches(event));
        }
    }

    /// Events that one of them wants.
    record Any(List<Filter> filters) implements Filter {
        public Any {
            filters = List.copyOf(filters);
        }

        @Override
        public boolean matches(Event event) {
            return filters.stream().anyMatch(filter -> filter.matches(event));
        }
    }

    /// Events that it does not want.
    record Not(Filter filter) implements Filter {
        @Override
        public boolean matches(Event event) {
            return !filter.matches(event);
        }
    }
}
