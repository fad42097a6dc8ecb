package dev.sluice.cli.json;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A JSON value. Objects keep the order of their members and numbers keep their digits, so that a value that is
/// read and written again says exactly what it said.
public sealed interface Json {
    /// @param members in their order in the text
    record Obj(Map<String, Json> members) implements Json {
        public Obj {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        /// An object without members, to which [#with] adds.
        public static Obj empty() {
            return new Obj(Map.of());
        }

        /// A copy in which `name` is `value`: in its old place when it was there, else at the end.
        public Obj with(String name, Json value) {
            var copy = new LinkedHashMap<>(members);
            copy.put(name, value);
            return new Obj(copy);
        }

        /// As the other `with`, for a string.
        public Obj with(String name, String value) {
            return with(name, new Text(value));
        }

        /// A copy without what is at `name`, if there is anything.
        public Obj without(String name) {
            var copy = new LinkedHashMap<>(members);
            copy.remove(name);
            return new Obj(copy);
        }

        public Optional<Json> at(String name) {
            return Optional.ofNullable(members.get(name));
        }

        /// The object at `name`, or an empty one when there is none.
        public Obj objectAt(String name) {
            return members.get(name) instanceof Obj object ? object : empty();
        }

        /// What a reader would see of the scalar at `name`; empty for nothing, for `null` and for anything nested.
        public String show(String name) {
            return switch (members.get(name)) {
                case Text text -> text.value();
                case Num number -> number.literal();
                case Bool bool -> String.valueOf(bool.value());
                case null, default -> "";
            };
        }

        /// The whole number at `name`, if that is what stands there.
        public Optional<Long> wholeAt(String name) {
            if (members.get(name) instanceof Num number && number.literal().matches("-?[0-9]{1,18}")) {
                return Optional.of(Long.parseLong(number.literal()));
            }
            return Optional.empty();
        }
    }

    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }

        public static Arr ofTexts(Collection<String> values) {
            var items = new ArrayList<Json>();
            values.forEach(value -> items.add(new Text(value)));
            return new Arr(items);
        }

        /// The items that are objects.
        public List<Obj> objects() {
            return items.stream()
                    .filter(Obj.class::isInstance)
                    .map(Obj.class::cast)
                    .toList();
        }
    }

    record Text(String value) implements Json {}

    /// @param literal the number as JSON writes it
    record Num(String literal) implements Json {
        public static Num of(long value) {
            return new Num(Long.toString(value));
        }
    }

    record Bool(boolean value) implements Json {}

    enum Null implements Json {
        NULL
    }

    Json NULL = Null.NULL;
}
