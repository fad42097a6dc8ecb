package dev.sluice.guest;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `System.out` or `System.err` where several runs share a guest: what a run's threads print is that run's, and what
/// threads of no run print (those of a server, of the common pool) goes where it went before.
///
/// It holds no text: each call is put whole where it belongs, in UTF-8. It is everybody's, so nobody closes it.
final class Printed extends PrintStream {
    static final long STDOUT = 1;
    private static final long STDERR = 2;
    private static final String LINE_END = "\n";

    private final PrintStream unnamed;
    private final long number;

    private Printed(PrintStream unnamed, long number) {
        super(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        this.unnamed = unnamed;
        this.number = number;
    }

    /// Takes the place of both streams.
    static void install() {
        System.setOut(new Printed(System.out, STDOUT));
        System.setErr(new Printed(System.err, STDERR));
    }

    /// As the protocol has it.
    long number() {
        return number;
    }

    boolean isError() {
        return number == STDERR;
    }

    private void put(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        write(octets, 0, octets.length);
    }

    @Override
    public void write(byte[] octets, int from, int length) {
        Run run = Run.current();
        if (run == null) {
            unnamed.write(octets, from, length);
            unnamed.flush();
        } else {
            run.print(this, octets, from, length);
        }
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets) throws IOException {
        write(octets, 0, octets.length);
    }

    @Override
    public void writeBytes(byte[] octets) {
        write(octets, 0, octets.length);
    }

    @Override
    public void flush() {
        Run run = Run.current();
        if (run == null) {
            unnamed.flush();
        } else if (!isError()) {
            run.flush();
        }
    }

    @Override
    public void close() {
        flush();
    }

    @Override
    public boolean checkError() {
        flush();
        return false;
    }

    @Override
    public void print(boolean value) {
        put(String.valueOf(value));
    }

    @Override
    public void print(char value) {
        put(String.valueOf(value));
    }

    @Override
    public void print(int value) {
        put(String.valueOf(value));
    }

    @Override
    public void print(long value) {
        put(String.valueOf(value));
    }

    @Override
    public void print(float value) {
        put(String.valueOf(value));
    }

    @Override
    public void print(double value) {
        put(String.valueOf(value));
    }

    @Override
    public void print(char[] value) {
        put(String.valueOf(value));
    }

    @Override
    public void print(@Nullable String value) {
        put(String.valueOf(value));
    }

    @Override
    public void print(@Nullable Object value) {
        put(String.valueOf(value));
    }

    @Override
    public void println() {
        put(LINE_END);
    }

    @Override
    public void println(boolean value) {
        put(value + LINE_END);
    }

    @Override
    public void println(char value) {
        put(value + LINE_END);
    }

    @Override
    public void println(int value) {
        put(value + LINE_END);
    }

    @Override
    public void println(long value) {
        put(value + LINE_END);
    }

    @Override
    public void println(float value) {
        put(value + LINE_END);
    }

    @Override
    public void println(double value) {
        put(value + LINE_END);
    }

    @Override
    public void println(char[] value) {
        put(String.valueOf(value) + LINE_END);
    }

    @Override
    public void println(@Nullable String value) {
        put(value + LINE_END);
    }

    @Override
    public void println(@Nullable Object value) {
        put(value + LINE_END);
    }

    @Override
    @SuppressWarnings("AnnotateFormatMethod") // what it overrides is checked
    public PrintStream format(String format, @Nullable Object... values) {
        put(String.format(format, values));
        return this;
    }

    @Override
    @SuppressWarnings("AnnotateFormatMethod") // what it overrides is checked
    public PrintStream format(@Nullable Locale locale, String format, @Nullable Object... values) {
        put(String.format(locale, format, values));
        return this;
    }
}
