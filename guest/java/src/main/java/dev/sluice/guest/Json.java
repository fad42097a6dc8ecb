package dev.sluice.guest;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// JSON to the types that a function declares, and back, as Dispatch's Java runtime did it: by Gson. Whole numbers
/// stay whole where no type is declared; what is printed is not escaped for HTML.
final class Json {
    private static final Gson GSON = new GsonBuilder()
            .disableHtmlEscaping()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
            .create();

    private Json() {}

    /// @param what it is, for who reads that it is not of that type
    /// @throws IllegalArgumentException if it is not of that type
    static @Nullable Object read(String what, byte[] text, Type type) {
        try {
            return GSON.fromJson(new String(text, StandardCharsets.UTF_8), type);
        } catch (JsonParseException | NumberFormatException wrong) {
            throw new IllegalArgumentException(
                    "the " + what + " is no " + type.getTypeName() + ": " + Failure.described(wrong));
        } catch (StackOverflowError deep) {
            throw new IllegalArgumentException("the " + what + " is nested too deeply");
        }
    }

    /// @throws IllegalStateException if it has no JSON
    static byte[] write(@Nullable Object value) {
        try {
            return GSON.toJson(value).getBytes(StandardCharsets.UTF_8);
        } catch (JsonParseException | IllegalArgumentException | UnsupportedOperationException wrong) {
            throw new IllegalStateException("returned no JSON: " + Failure.described(wrong));
        } catch (StackOverflowError deep) {
            throw new IllegalStateException("returned no JSON: nested too deeply, or holding itself");
        }
    }
}
