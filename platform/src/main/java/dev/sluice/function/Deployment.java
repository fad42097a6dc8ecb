package dev.sluice.function;

import dev.sluice.sandbox.Isolation;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// How a function's instances are had: what their environment holds beside the platform's own, and how many there may
/// be; and how often its runs are tried.
///
/// @param environment  at most [#VARIABLES_MAX], of [#ENVIRONMENT_CHARS_MAX] together; no secrets
/// @param instancesMax with runs at once, 0 for as many as its organization may have
/// @param instancesMin loaded ones that wait for a run, whatever runs: at most [#WAITING_MAX]
/// @param concurrency  runs that one instance serves at a time, 1 to [#CONCURRENCY_MAX]
/// @param isolation    the least that the author wants; the operator or the organization may want more
/// @param functionId   whose runs count together, in whatever version; empty for a gate that is no function's version
/// @param reuse        the most that the author allows; the operator may allow less
/// @param retry        of runs that nobody waits for; empty where each is tried once, and none is a dead letter
public record Deployment(
        Map<String, String> environment,
        int instancesMax,
        int instancesMin,
        int concurrency,
        Reuse reuse,
        Isolation isolation,
        String functionId,
        Optional<Retry> retry) {
    public static final int VARIABLES_MAX = 100;
    public static final int ENVIRONMENT_CHARS_MAX = 16 << 10;
    public static final int INSTANCES_MAX = 1_000;
    public static final int WAITING_MAX = 10;
    public static final int CONCURRENCY_MAX = 100;
    public static final Deployment NONE = new Deployment(Map.of(), 0, 0, "", Optional.empty());

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    /// The guest's own, and those that change how its runtime or the loader starts rather than what its code finds.
    private static final Pattern RESERVED = Pattern.compile(
            "PATH|HOME|LANG|PWD|LD_.*|GLIBC_.*|MALLOC_.*|PYTHON.*|NODE_.*|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|_JAVA_OPTIONS"
                    + "|SLUICE_.*|AWS_LAMBDA_.*");

    /// @throws IllegalArgumentException with a text for whoever wrote it, without a value
    public Deployment {
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        if (environment.size() > VARIABLES_MAX) {
            throw new IllegalArgumentException("an environment has at most " + VARIABLES_MAX + " variables");
        }
        environment.forEach(Deployment::requireVariable);
        int chars = environment.entrySet().stream()
                .mapToInt(one -> one.getKey().length() + one.getValue().length())
                .sum();
        if (chars > ENVIRONMENT_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "an environment has at most " + ENVIRONMENT_CHARS_MAX + " characters together");
        }
        if (instancesMax < 0 || instancesMax > INSTANCES_MAX) {
            throw new IllegalArgumentException("a function has at most " + INSTANCES_MAX + " instances at once");
        }
        if (instancesMin < 0 || instancesMin > WAITING_MAX) {
            throw new IllegalArgumentException("at most " + WAITING_MAX + " instances of a function wait for a run");
        }
        if (concurrency < 1 || concurrency > CONCURRENCY_MAX) {
            throw new IllegalArgumentException("an instance serves 1 to " + CONCURRENCY_MAX + " runs at a time");
        }
        if (concurrency > 1 && reuse == Reuse.NEVER) {
            throw new IllegalArgumentException(
                    "runs that share an instance reuse it: leave concurrency out, or have reuse same-label");
        }
    }

    /// As the operator allows to reuse them.
    public Deployment(
            Map<String, String> environment,
            int instancesMax,
            int instancesMin,
            int concurrency,
            String functionId,
            Optional<Retry> retry) {
        this(
                environment,
                instancesMax,
                instancesMin,
                concurrency,
                Reuse.LABEL_FLOW,
                Isolation.NAMESPACES,
                functionId,
                retry);
    }

    /// One run at a time.
    public Deployment(
            Map<String, String> environment,
            int instancesMax,
            int instancesMin,
            String functionId,
            Optional<Retry> retry) {
        this(environment, instancesMax, instancesMin, 1, functionId, retry);
    }

    private static void requireVariable(String name, String value) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a variable's name is letters, digits and underscores");
        }
        if (RESERVED.matcher(name).matches()) {
            throw new IllegalArgumentException("the variable " + name + " is the platform's");
        }
        if (value.chars().anyMatch(c -> c < ' ' && c != '\n' && c != '\t')) {
            throw new IllegalArgumentException("the variable " + name + " holds a control character");
        }
    }
}
