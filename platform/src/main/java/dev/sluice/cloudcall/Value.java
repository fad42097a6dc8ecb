package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A value of the guest protocol: what the arguments and the answer of a [CloudCall] are made of.
///
/// Immutable. `toString` of content (bytes, text) is not meant for logs: what a guest says has a label.
public sealed interface Value {
    Value NULL = new Null();
    Value TRUE = new Bool(true);
    Value FALSE = new Bool(false);

    record Null() implements Value {}

    record Bool(boolean isTrue) implements Value {}

    record Int64(long number) implements Value {}

    record Float64(double number) implements Value {}

    record Octets(Bytes content) implements Value {}

    record Text(String text) implements Value {}

    record Items(List<Value> items) implements Value {
        public Items {
            items = List.copyOf(items);
        }
    }

    /// Named values; keys are unique, their order is kept and means nothing.
    record Fields(Map<String, Value> byName) implements Value {
        public Fields {
            byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
        }
    }

    static Value of(String text) {
        return new Text(text);
    }

    static Value of(Bytes content) {
        return new Octets(content);
    }

    static Value of(long number) {
        return new Int64(number);
    }

    static Value of(List<? extends Value> items) {
        return new Items(List.copyOf(items));
    }

    static Value of(Map<String, Value> byName) {
        return new Fields(byName);
    }

    /// A list of texts.
    static Value texts(List<String> texts) {
        return new Items(texts.stream().map(Value::of).toList());
    }
}
