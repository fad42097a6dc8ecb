package dev.sluice.fuzz;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs tests of one class, in a JVM of its own, and says of each how it ended.
///
/// Arguments are the class and its tests. A line of the answer is [#ANSWER], an [End], the test and a reason.
public final class ScenarioRun {
    static final String ANSWER = "scenario: ";

    enum End {
        HELD,
        /// By an assertion, or because its time was up.
        FAILED,
        /// By anything else.
        BROKEN
    }

    private ScenarioRun() {}

    public static void main(String[] args) {
        String[] tests = Arrays.copyOfRange(args, 1, args.length);
        var ends = new Ends();
        try {
            Class<?> type = Class.forName(args[0]);
            DiscoverySelector[] chosen = Arrays.stream(tests)
                    .map(test -> selectMethod(type, method(type, test)))
                    .toArray(DiscoverySelector[]::new);
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(chosen)
                                    .build(),
                            ends);
        } catch (ClassNotFoundException | LinkageError | IllegalArgumentException broken) {
            ends.breakAll(broken);
        }
        for (String test : tests) {
            System.out.println(ANSWER + ends.end(test) + " " + test + " " + ends.reason(test));
        }
        System.exit(0); // whatever a server left running
    }

    private static Method method(Class<?> type, String name) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no test " + name));
    }

    /// How each test ended, all its parameters together.
    private static final class Ends implements TestExecutionListener {
        private final Map<String, Set<End>> byTest = new HashMap<>();
        private final Map<String, String> reasons = new HashMap<>();
        private String broken = "";

        @Override
        public void executionSkipped(TestIdentifier test, String why) {
            note(test, End.BROKEN, "skipped: " + why);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            Throwable thrown = result.getThrowable().orElse(null);
            if (result.getStatus() == Status.SUCCESSFUL) {
                if (test.isTest()) {
                    note(test, End.HELD, "");
                }
            } else if (test.isTest() && (thrown instanceof AssertionError || thrown instanceof TimeoutException)) {
                note(test, End.FAILED, thrown.toString());
            } else {
                note(test, End.BROKEN, String.valueOf(thrown));
            }
        }

        private void note(TestIdentifier test, End end, String why) {
            String name = test.getSource()
                    .filter(MethodSource.class::isInstance)
                    .map(source -> ((MethodSource) source).getMethodName())
                    .orElse("");
            if (name.isEmpty()) {
                broken = broken.isEmpty() ? why : broken;
                return;
            }
            byTest.computeIfAbsent(name, _ -> EnumSet.noneOf(End.class)).add(end);
            if (end != End.HELD) {
                reasons.putIfAbsent(name, why);
            }
        }

        void breakAll(Throwable why) {
            broken = why.toString();
        }

        End end(String test) {
            @Nullable Set<End> ends = byTest.get(test);
            if (ends == null || ends.contains(End.BROKEN) || !broken.isEmpty()) {
                return End.BROKEN;
            }
            return ends.contains(End.FAILED) ? End.FAILED : End.HELD;
        }

        /// In one line.
        String reason(String test) {
            return (broken + " " + reasons.getOrDefault(test, ""))
                    .replaceAll("\\s+", " ")
                    .strip();
        }
    }
}
