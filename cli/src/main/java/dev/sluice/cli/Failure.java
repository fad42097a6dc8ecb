package dev.sluice.cli;

import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/// The command cannot go on; the message is for the user's eyes and the code for the shell.
public class Failure extends RuntimeException {
    /// The server said no, or could not be asked.
    public static final int FAILED = 1;

    /// The command line itself is wrong.
    public static final int USAGE = 2;

    @Serial
    private static final long serialVersionUID = 1;

    private final int exitCode;

    public Failure(String message) {
        this(FAILED, message);
    }

    public Failure(String message, Throwable cause) {
        super(message, cause);
        this.exitCode = FAILED;
    }

    protected Failure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /// The user asked for something that makes no sense.
    public static Failure usage(String message) {
        return new Failure(USAGE, message);
    }

    /// What went wrong with a file or a connection, in words.
    public static String reason(UncheckedIOException e) {
        IOException cause = e.getCause();
        return cause == null ? String.valueOf(e.getMessage()) : reason(cause);
    }

    /// What went wrong with a file or a connection, in words.
    public static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "permission denied";
            case UnknownHostException _ -> "no such host";
            default -> String.valueOf(e.getMessage());
        };
    }

    public int exitCode() {
        return exitCode;
    }
}
