package dev.sluice.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a function of Dispatch's form gets as its context: a map with what JSON does not show: two streams, `input`,
/// null if the run was given none, and `output`, and `emit`, an [Emission]. Not thread-safe.
final class Payloads extends LinkedHashMap<String, @Nullable Object> {
    private static final long serialVersionUID = 1L;
    private static final String INPUT = "input";
    private static final String OUTPUT = "output";
    private static final String EMIT = "emit";

    private final transient Calls calls;
    private final transient @Nullable Object given;
    private transient @Nullable Input input;
    private transient @Nullable Output output;

    Payloads(Map<?, ?> fields, Calls calls) {
        fields.forEach((name, value) -> put(String.valueOf(name), value));
        this.given = remove(INPUT);
        this.calls = calls;
    }

    @Override
    public @Nullable Object get(@Nullable Object name) {
        try {
            if (INPUT.equals(name)) {
                if (input == null && given instanceof Map<?, ?> blob) {
                    input = new Input(calls, blob);
                }
                return input;
            }
            if (OUTPUT.equals(name)) {
                if (output == null) {
                    output = new Output(calls);
                }
                return output;
            }
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        return EMIT.equals(name) ? new Emission(calls) : super.get(name);
    }

    /// When the run ends.
    void finish() throws IOException {
        if (output != null) {
            output.close();
        }
    }
}
