package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The content that an argument stands for.
final class Content {
    private static final String STANDARD_INPUT = "-";
    private static final int CONTENT_BYTES_MAX = 64 << 20;

    private Content() {}

    /// `-` is standard input, `@FILE` what is in a file, anything else the content itself.
    static byte[] of(String argument, InputStream standardInput) {
        try {
            if (argument.equals(STANDARD_INPUT)) {
                return bounded(standardInput);
            }
            return argument.startsWith("@") ? ofFile(argument.substring(1)) : argument.getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Failure("cannot read standard input: " + Failure.reason(e), e);
        }
    }

    /// What is in a file; `-` is standard input.
    static byte[] ofFile(String file, InputStream standardInput) {
        return file.equals(STANDARD_INPUT) ? of(file, standardInput) : ofFile(file);
    }

    static byte[] ofFile(String file) {
        try (var in = Files.newInputStream(Path.of(file))) {
            return bounded(in);
        } catch (IOException e) {
            throw new Failure("cannot read " + file + ": " + Failure.reason(e), e);
        }
    }

    private static byte[] bounded(InputStream in) throws IOException {
        byte[] content = in.readNBytes(CONTENT_BYTES_MAX + 1);
        if (content.length > CONTENT_BYTES_MAX) {
            throw new Failure("the input is larger than " + (CONTENT_BYTES_MAX >> 20) + " MiB");
        }
        return content;
    }
}
