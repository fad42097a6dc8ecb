package dev.sluice.guest;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What went wrong, in the words of the protocol.
///
/// @param type `InputError` or `FunctionError`
record Failure(String type, String message, List<String> stacktrace) {
    private static final int MESSAGE_CHARS_MAX = 8000;
    private static final int LINES_MAX = 200;
    private static final int LINE_CHARS_MAX = 2000;
    private static final String OURS = "\tat " + Failure.class.getPackageName() + ".";
    private static final String REFLECTION = "\tat java.base/jdk.internal.reflect.";

    Failure {
        message = cut(message, MESSAGE_CHARS_MAX);
        stacktrace = stacktrace.stream().map(line -> cut(line, LINE_CHARS_MAX)).toList();
    }

    /// A function that cannot be loaded; the message is the one reason.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient List<String> lines;

        Refused(String reason, List<String> lines) {
            super(reason);
            this.lines = List.copyOf(lines);
        }

        Refused(String reason) {
            this(reason, List.of());
        }

        Failure failure() {
            return new Failure("FunctionError", String.valueOf(getMessage()), lines);
        }
    }

    /// What something thrown by the function's own code is.
    static Failure ofFunction(Throwable problem) {
        String type = problem instanceof IllegalArgumentException ? "InputError" : "FunctionError";
        return new Failure(type, described(problem), stacktrace(problem));
    }

    /// The text of something thrown, or its name where it has none or cannot say it.
    static String described(Throwable problem) {
        try {
            String message = problem.getMessage();
            return message == null || message.isEmpty() ? problem.getClass().getName() : message;
        } catch (RuntimeException | StackOverflowError silent) {
            return problem.getClass().getName();
        }
    }

    /// As Java prints it, without the frames of this runtime.
    static List<String> stacktrace(Throwable problem) {
        var text = new StringWriter();
        try {
            problem.printStackTrace(new PrintWriter(text));
        } catch (RuntimeException | StackOverflowError silent) {
            return List.of(problem.getClass().getName());
        }
        List<String> lines = text.toString()
                .lines()
                .filter(line -> !line.startsWith(OURS) && !line.startsWith(REFLECTION))
                .toList();
        if (lines.size() <= LINES_MAX) {
            return lines;
        }
        List<String> some = new ArrayList<>(lines.subList(0, LINES_MAX / 2 - 1));
        some.add("\t...");
        some.addAll(lines.subList(lines.size() - LINES_MAX / 2, lines.size()));
        return some;
    }

    Map<String, Object> fields() {
        return Map.of("type", type, "message", message, "stacktrace", stacktrace);
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 3) + "...";
    }
}
