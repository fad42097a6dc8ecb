package dev.sluice.guest;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// A function of Dispatch's convention: a `BiFunction` of context and payload, and the types that it declares for
/// them.
///
/// @param context type of its first parameter; `Object` where none is declared
/// @param payload type of its second
record DispatchFunction(BiFunction<@Nullable Object, @Nullable Object, ?> code, Type context, Type payload)
        implements Entry {
    @SuppressWarnings("unchecked") // what it is given is converted to the types that it declares
    static DispatchFunction of(Object instance) {
        Map<TypeVariable<?>, Type> known = new HashMap<>();
        learn(instance.getClass(), known);
        TypeVariable<?>[] parameters = BiFunction.class.getTypeParameters();
        return new DispatchFunction(
                (BiFunction<@Nullable Object, @Nullable Object, ?>) instance,
                resolved(parameters[0], known),
                resolved(parameters[1], known));
    }

    @Override
    public String convention() {
        return "dispatch";
    }

    @Override
    public Optional<byte[]> call(byte[] contextJson, byte[] payloadJson, Chunks chunks) throws IOException {
        @Nullable Object read = Json.read("context", contextJson, context);
        Calls calls = chunks.calls();
        if (!takesPayloads() || !(read instanceof Map<?, ?> fields)) {
            requireNoInput(contextJson);
            return chunks.sendOrWrite(code.apply(read, Json.read("payload", payloadJson, payload)));
        }
        var payloads = new Payloads(fields, calls);
        Optional<byte[]> result = chunks.sendOrWrite(code.apply(payloads, Json.read("payload", payloadJson, payload)));
        payloads.finish();
        return result;
    }

    private static void requireNoInput(byte[] contextJson) {
        if (Json.read("context", contextJson, Object.class) instanceof Map<?, ?> fields
                && fields.containsKey("input")) {
            throw new IllegalArgumentException(
                    "this function cannot read a blob: declare its context as a Map<String, Object>");
        }
    }

    /// Whether a [Payloads] can be what it declares for its context.
    private boolean takesPayloads() {
        Type raw = context instanceof ParameterizedType parameterized ? parameterized.getRawType() : context;
        return raw instanceof Class<?> declared && declared.isAssignableFrom(Payloads.class);
    }

    /// What the parameters of all its supertypes stand for.
    static void learn(@Nullable Type type, Map<TypeVariable<?>, Type> known) {
        Class<?> raw;
        if (type instanceof ParameterizedType parameterized) {
            raw = (Class<?>) parameterized.getRawType();
            Type[] arguments = parameterized.getActualTypeArguments();
            for (int n = 0; n < arguments.length; n++) {
                known.put(raw.getTypeParameters()[n], arguments[n]);
            }
        } else if (type instanceof Class<?> plain) {
            raw = plain;
        } else {
            return;
        }
        learn(raw.getGenericSuperclass(), known);
        for (Type parent : raw.getGenericInterfaces()) {
            learn(parent, known);
        }
    }

    static Type resolved(Type type, Map<TypeVariable<?>, Type> known) {
        Type found = type;
        while (found instanceof TypeVariable<?> variable) {
            Type next = known.get(variable);
            if (next == null) {
                return Object.class;
            }
            found = next;
        }
        return found;
    }
}
