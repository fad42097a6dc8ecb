package dev.sluice.guest;

import dev.sluice.guest.Failure.Refused;
import dev.sluice.guest.Frame.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Runs one function in one sandbox.
///
/// Usage: `java dev.sluice.guest.Guest [DIRECTORY]`. Speaks on descriptor 3, which must be a connected socket. The
/// function's files go below DIRECTORY.
public final class Guest {
    static final int CHANNEL_DESCRIPTOR = 3;
    private static final long PROTOCOL_VERSION = 1;
    private static final int RESULT_BYTES_MAX = Chunks.RESULT_BYTES_MAX;
    private static final Set<String> CONVENTIONS = Set.of("auto", "dispatch", "lambda", "http");

    private final Channel channel;
    private final Path directory;

    Guest(Channel channel, Path directory) {
        this.channel = channel;
        this.directory = directory;
    }

    /// Ends when the platform hangs up, or says what is not in the protocol.
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments.length > 0 ? arguments[0] : "/tmp/function");
        var guest = new Guest(Channel.ofDescriptor(CHANNEL_DESCRIPTOR), directory);
        try {
            guest.serve();
        } catch (EOFException closed) {
            // Nothing is left to do.
        } finally {
            Runtime.getRuntime().halt(0); // whatever threads the function has left
        }
    }

    /// @throws EOFException when the platform hangs up
    void serve() throws IOException {
        String version = System.getProperty("java.version", "");
        channel.send(
                new Frame(Kind.HELLO, 0, Map.of("protocol", PROTOCOL_VERSION, "runtime", "java", "version", version)));
        var files = new FunctionPackage(directory.resolve("package"), directory.resolve("classes"));
        Frame frame = channel.receive();
        for (; frame.kind() == Kind.FILE; frame = channel.receive()) {
            Map<?, ?> file = fields(frame);
            files.add(text(file, "path"), octets(file.get("content")));
        }
        require(frame, Kind.LOAD);
        try {
            Map<?, ?> wanted = fields(frame);
            String convention = text(wanted, "convention");
            if (!CONVENTIONS.contains(convention)) {
                throw new Refused("functions in Java have Dispatch's convention or Lambda's, or are servers");
            }
            long concurrency = wanted.get("concurrency") instanceof Long several ? several : 1;
            if (concurrency > 1) {
                Printed.install(); // before the function keeps what was there
            }
            Entry function = files.load(text(wanted, "handler"), convention);
            answer(new Frame(Kind.LOADED, frame.id(), Map.of("convention", function.convention())));
            if (concurrency > 1) {
                new Crew(channel, function, concurrency).serve();
            }
            while (true) {
                answer(ran(function, RunRequest.of(channel.receive()), new Calls(channel)));
            }
        } catch (Refused refused) {
            answer(new Frame(Kind.LOAD_FAILED, frame.id(), refused.failure().fields()));
        }
    }

    /// @param calls are over when it returns
    @SuppressWarnings("CatchingUnchecked") // whatever the function throws is its answer
    static Frame ran(Entry function, RunRequest request, Calls calls) {
        try {
            Object result = function.call(request.context(), request.payload(), new Chunks(calls, request.run()))
                    .orElse(null);
            if (result instanceof byte[] text && text.length > RESULT_BYTES_MAX) {
                String reason = "the result has " + text.length + " bytes, more than " + RESULT_BYTES_MAX
                        + (calls.areNone() ? "" : ": write it to context.output");
                return failed(request, new Failure("FunctionError", reason, List.of()));
            }
            return new Frame(Kind.RESULT, request.run(), result);
        } catch (Throwable problem) {
            return failed(request, Failure.ofFunction(problem));
        } finally {
            calls.end();
        }
    }

    static Frame failed(RunRequest request, Failure failure) {
        return new Frame(Kind.ERROR, request.run(), failure.fields());
    }

    /// What is printed is with the platform before anything that is said later.
    private void answer(Frame frame) throws IOException {
        System.out.flush();
        System.err.flush();
        channel.send(frame);
    }

    static void require(Frame frame, Kind kind) throws Violation {
        if (frame.kind() != kind) {
            throw new Violation("a frame that was not expected");
        }
    }

    private static Map<?, ?> fields(Frame frame) throws Violation {
        if (frame.value() instanceof Map<?, ?> fields) {
            return fields;
        }
        throw new Violation("a frame without fields");
    }

    private static String text(Map<?, ?> fields, String name) throws Violation {
        if (fields.get(name) instanceof String text) {
            return text;
        }
        throw new Violation("a frame without " + name);
    }

    static byte[] octets(@org.jspecify.annotations.Nullable Object value) throws Violation {
        if (value instanceof byte[] octets) {
            return octets;
        }
        throw new Violation("a value that is no octets");
    }
}
