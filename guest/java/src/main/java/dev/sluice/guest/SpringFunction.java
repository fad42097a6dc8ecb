package dev.sluice.guest;

import dev.sluice.guest.Failure.Refused;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.function.BiFunction;

/// The function that a Spring configuration has a bean of. Spring is the function's own: its jars come with it or with
/// its image.
final class SpringFunction {
    private static final String CONFIGURATION = "org.springframework.context.annotation.Configuration";
    private static final String CONTEXT = "org.springframework.context.annotation.AnnotationConfigApplicationContext";

    private SpringFunction() {}

    static boolean isIn(Class<?> type) {
        return Arrays.stream(type.getAnnotations())
                .anyMatch(one -> one.annotationType().getName().equals(CONFIGURATION));
    }

    /// The one bean of the configuration that is a `BiFunction`. Its context stays open for as long as the guest runs.
    static Object of(Class<?> configuration, ClassLoader loader) throws Refused {
        try {
            Class<?> type = Class.forName(CONTEXT, true, loader);
            Object context = type.getConstructor(Class[].class).newInstance((Object) new Class<?>[] {configuration});
            return type.getMethod("getBean", Class.class).invoke(context, BiFunction.class);
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
            throw new Refused(
                    "Spring could not make the function of " + configuration.getName() + ": "
                            + Failure.described(cause),
                    Failure.stacktrace(cause));
        } catch (ReflectiveOperationException | LinkageError missing) {
            throw new Refused("the class " + configuration.getName() + " is a configuration of Spring's, and " + CONTEXT
                    + " is not beside it: name spring-context in pom.xml, or bring its jars");
        }
    }
}
