package dev.sluice;

import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Privilege;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// `sluice label`: label arithmetic on the command line, for people and for checking other implementations. Needs
/// no server, and decides nothing: the privilege of `flowp` ends with this process.
///
/// Input is hostile: any line gives one answer, in bounded memory.
public final class LabelCommand {
    /// Room for two labels and a component at their caps, each character escaped: 10.5 MiB.
    static final int LINE_BYTES_MAX = 16 << 20;

    static final int ANSWERED = 0;
    static final int REFUSED = 1;
    static final int MISUSED = 2;

    private static final int CHUNK_BYTES = 1 << 16;
    private static final int ARGUMENTS_MAX = 3;
    private static final String ERROR = "ERROR";

    private static final String HELP = """
            Usage: sluice label OP ARG...
                   sluice label --batch

            Computes with labels. A label is SECRECY,INTEGRITY; a component is T, F, or clauses joined by &, each of
            them principals joined by |; a principal is tokens joined by /. A \\ escapes , | & / \\ in a token.

              parse LABEL                    the canonical text
              flow LABEL LABEL               may the first flow to the second?
              flowp LABEL LABEL COMPONENT    may it, with that privilege?
              implies COMPONENT COMPONENT    does the first imply the second?
              eq LABEL LABEL                 do they mean the same?
              lub LABEL LABEL                the least label that both may flow to
              glb LABEL LABEL                the greatest label that may flow to both
              down LABEL COMPONENT           the label downgraded with that privilege
              endorse LABEL COMPONENT        the label endorsed with that privilege
              and COMPONENT COMPONENT
              or COMPONENT COMPONENT

            Prints true, false, a canonical text, or ERROR for what is refused (exit code 1; 2 for wrong usage).
            --batch reads OP<TAB>ARG... lines, UTF-8, from standard input and prints one answer for each.

            Examples:
              sluice label parse 'b|a,T'
              sluice label flow 'acme/runs,T' 'acme,T'
              sluice label flowp 'acme/runs,T' 'T,T' acme
              printf 'lub\\talice,T\\tbob,T\\n' | sluice label --batch
            """;

    private final InputStream in;
    private final OutputStream out;
    private final OutputStream err;

    LabelCommand(InputStream in, OutputStream out, OutputStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /// Ends the process with the exit code.
    public static void main(String[] args) throws IOException {
        var out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), CHUNK_BYTES);
        var command = new LabelCommand(System.in, out, new FileOutputStream(FileDescriptor.err));
        int code;
        try {
            code = command.run(asTyped(args));
            out.flush();
        } catch (IOException readerGone) {
            code = REFUSED; // nobody is left to tell
        }
        System.exit(code);
    }

    /// @return the exit code
    int run(List<byte[]> args) throws IOException {
        List<String> words = new ArrayList<>();
        for (byte[] arg : args) {
            try {
                words.add(decoded(arg));
            } catch (CharacterCodingException malformed) {
                print(err, "sluice label: an argument is not UTF-8\n");
                print(out, ERROR + "\n");
                return REFUSED;
            }
        }
        String op = words.isEmpty() ? "" : words.getFirst();
        if (words.size() == 1 && op.equals("--batch")) {
            batch();
            return ANSWERED;
        }
        if (words.size() == 1 && (op.equals("--help") || op.equals("-h"))) {
            print(out, HELP);
            return ANSWERED;
        }
        if (arity(op) == 0 || words.size() != 1 + arity(op)) {
            print(
                    err,
                    arity(op) == 0
                            ? "sluice label: no such operation\n\n"
                            : "sluice label: wrong number of arguments\n\n");
            print(err, HELP);
            return MISUSED;
        }
        try {
            print(out, answer(words) + "\n");
            return ANSWERED;
        } catch (LabelInvalid refused) {
            print(err, "sluice label: " + refused.getMessage() + "\n");
            print(out, ERROR + "\n");
            return REFUSED;
        }
    }

    private void batch() throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        Line line = new Line();
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            int from = 0;
            for (int at = 0; at < read; at++) {
                if (chunk[at] == '\n') {
                    line.append(chunk, from, at - from);
                    print(out, line.answer() + "\n");
                    line = new Line();
                    from = at + 1;
                }
            }
            line.append(chunk, from, read - from);
            out.flush(); // whoever waits for the answers so far before sending more must get them
        }
        if (line.started) {
            print(out, line.answer() + "\n");
            out.flush();
        }
    }

    /// One line of a batch as it comes in; bytes over the cap are counted out, not kept.
    private static final class Line {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean started;
        private boolean tooLong;

        void append(byte[] from, int offset, int length) {
            started |= length > 0;
            tooLong |= length > LINE_BYTES_MAX - bytes.size();
            if (!tooLong) {
                bytes.write(from, offset, length);
            }
        }

        String answer() {
            if (tooLong) {
                return ERROR;
            }
            try {
                List<String> words = Arrays.asList(decoded(bytes.toByteArray()).split("\t", 2 + ARGUMENTS_MAX));
                int arity = arity(words.getFirst());
                boolean fits = arity > 0 && words.size() > arity && words.size() <= 1 + ARGUMENTS_MAX;
                for (int i = 1 + arity; i < words.size(); i++) {
                    fits &= words.get(i).isEmpty();
                }
                return fits
                        ? LabelCommand.answer(words)
                        : ERROR; // an argument left out is empty, and empty is no label
            } catch (CharacterCodingException | LabelInvalid refused) {
                return ERROR;
            }
        }
    }

    /// How many arguments `op` takes; 0 if there is no such operation.
    private static int arity(String op) {
        return switch (op) {
            case "parse" -> 1;
            case "flow", "implies", "eq", "lub", "glb", "down", "endorse", "and", "or" -> 2;
            case "flowp" -> ARGUMENTS_MAX;
            default -> 0;
        };
    }

    /// The answer to an operation and its arguments, of which there must be enough.
    ///
    /// @throws LabelInvalid for a refusal
    private static String answer(List<String> words) {
        String x = words.get(1);
        return switch (words.getFirst()) {
            case "parse" -> Label.parse(x).toString();
            case "flow" -> String.valueOf(Label.parse(x).canFlowTo(Label.parse(words.get(2))));
            case "flowp" ->
                String.valueOf(Label.parse(x).canFlowTo(Label.parse(words.get(2)), privilege(words.get(3))));
            case "implies" -> String.valueOf(Component.parse(x).implies(Component.parse(words.get(2))));
            case "eq" -> String.valueOf(Label.parse(x).equals(Label.parse(words.get(2))));
            case "lub" -> Label.parse(x).join(Label.parse(words.get(2))).toString();
            case "glb" -> Label.parse(x).meet(Label.parse(words.get(2))).toString();
            case "down" ->
                Label.parse(x).downgrade(Component.parse(words.get(2))).toString();
            case "endorse" ->
                Label.parse(x).endorse(Component.parse(words.get(2))).toString();
            case "and" -> Component.parse(x).and(Component.parse(words.get(2))).toString();
            case "or" -> Component.parse(x).or(Component.parse(words.get(2))).toString();
            default -> throw new IllegalArgumentException("no such operation");
        };
    }

    private static Privilege privilege(String component) {
        return Privilege.mintTcb(Component.parse(component));
    }

    /// The arguments' own bytes. Java decodes them by the locale, and in the C locale loses whatever is not ASCII;
    /// then the kernel still has them.
    private static List<byte[]> asTyped(String[] args) throws IOException {
        boolean ascii = true;
        for (String arg : args) {
            ascii &= StandardCharsets.US_ASCII.newEncoder().canEncode(arg);
        }
        List<byte[]> typed = new ArrayList<>();
        if (ascii) {
            for (String arg : args) {
                typed.add(arg.getBytes(StandardCharsets.US_ASCII));
            }
            return typed;
        }
        byte[] line = Files.readAllBytes(Path.of("/proc/self/cmdline"));
        int from = 0;
        for (int at = 0; at < line.length; at++) {
            if (line[at] == 0) {
                typed.add(Arrays.copyOfRange(line, from, at));
                from = at + 1;
            }
        }
        return typed.subList(typed.size() - args.length, typed.size());
    }

    private static String decoded(byte[] utf8) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    }

    private static void print(OutputStream to, String text) throws IOException {
        to.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
