package dev.sluice.guest;

import dev.sluice.guest.Failure.Refused;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A function of AWS Lambda's convention: a `RequestHandler` or a `RequestStreamHandler`, whoever brings these.
///
/// @param method  what is called of the instance: with a value and a context, or with two streams and a context
/// @param payload type of the value; nothing for streams
/// @param context AWS's interface of that name
/// @param client  that of what a client says of itself, by which secrets come
record LambdaFunction(Object instance, Method method, Optional<Type> payload, Class<?> context, Class<?> client)
        implements Entry {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final String PACKAGE = "com.amazonaws.services.lambda.runtime.";

    /// The function that an instance of the function's own class is, if it is one of Lambda's.
    static Optional<LambdaFunction> of(Object instance) throws Refused {
        ClassLoader loader = instance.getClass().getClassLoader();
        try {
            Class<?> context = Class.forName(PACKAGE + "Context", false, loader);
            Class<?> client = Class.forName(PACKAGE + "ClientContext", false, loader);
            Class<?> values = Class.forName(PACKAGE + "RequestHandler", false, loader);
            Class<?> streams = Class.forName(PACKAGE + "RequestStreamHandler", false, loader);
            if (values.isInstance(instance)) {
                Map<TypeVariable<?>, Type> known = new HashMap<>();
                DispatchFunction.learn(instance.getClass(), known);
                Type payload = DispatchFunction.resolved(values.getTypeParameters()[0], known);
                Method method = values.getMethod("handleRequest", Object.class, context);
                return Optional.of(new LambdaFunction(instance, method, Optional.of(payload), context, client));
            }
            if (streams.isInstance(instance)) {
                Method method = streams.getMethod("handleRequest", InputStream.class, OutputStream.class, context);
                return Optional.of(new LambdaFunction(instance, method, Optional.empty(), context, client));
            }
            return Optional.empty();
        } catch (ClassNotFoundException none) {
            return Optional.empty();
        } catch (NoSuchMethodException other) {
            throw new Refused("the package brings other interfaces of Lambda's than AWS's");
        }
    }

    @Override
    public String convention() {
        return "lambda";
    }

    @Override
    public Optional<byte[]> call(byte[] contextJson, byte[] payloadJson, Chunks chunks) throws Throwable {
        Object told = told((Map<?, ?>) Json.read("context", contextJson, Map.class));
        try {
            if (payload.isPresent()) {
                return Optional.of(
                        Json.write(method.invoke(instance, Json.read("payload", payloadJson, payload.get()), told)));
            }
            var out = new ByteArrayOutputStream();
            method.invoke(instance, new ByteArrayInputStream(payloadJson), out, told);
            return Optional.of(out.size() == 0 ? Json.write(null) : out.toByteArray());
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause() == null ? thrown : thrown.getCause();
        }
    }

    /// AWS's context of one call. The run's own id is not the function's to know.
    private Object told(@Nullable Map<?, ?> fields) {
        Map<?, ?> known = fields == null ? Map.of() : fields;
        Object name = Objects.requireNonNullElse(known.get("function"), "");
        Object secrets = known.get("secrets");
        long end = known.get("deadlineMillis") instanceof Number number ? number.longValue() : 0;
        int memory = known.get("memoryMib") instanceof Number number ? number.intValue() : 0;
        String request = UUID.randomUUID().toString();
        return proxy(context, (self, asked, arguments) -> switch (asked.getName()) {
            case "getAwsRequestId" -> request;
            case "getFunctionName" -> name;
            case "getFunctionVersion", "getLogStreamName" -> "$LATEST";
            case "getInvokedFunctionArn" -> "arn:aws:lambda:local:000000000000:function:" + name;
            case "getLogGroupName" -> "/aws/lambda/" + name;
            case "getMemoryLimitInMB" -> memory;
            case "getRemainingTimeInMillis" -> (int) Math.max(0, end - CLOCK.millis());
            case "getLogger" -> proxy(asked.getReturnType(), logger());
            case "getClientContext" -> secrets == null ? null : proxy(client, custom(secrets));
            default -> null;
        });
    }

    private static InvocationHandler custom(Object secrets) {
        return (self, asked, arguments) -> asked.getName().equals("getCustom") ? secrets : null;
    }

    private static InvocationHandler logger() {
        return (self, asked, arguments) -> {
            if (asked.getName().equals("log")) {
                Object said = arguments[0];
                System.out.println(said instanceof byte[] octets ? new String(octets, StandardCharsets.UTF_8) : said);
            }
            return null;
        };
    }

    private static Object proxy(Class<?> type, InvocationHandler answers) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers);
    }
}
