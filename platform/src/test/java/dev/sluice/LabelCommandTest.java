package dev.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LabelCommandTest {
    private static final int HEAP_MIB = 64;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void batch_answersEveryVectorOfTheContract() throws IOException {
        StringBuilder asked = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        try (var file = Objects.requireNonNull(
                LabelCommandTest.class.getResourceAsStream("/dev/sluice/label/buckle-vectors.tsv"))) {
            for (String line : new String(file.readAllBytes(), UTF_8).lines().toList()) {
                if (!line.startsWith("#")) {
                    String[] columns = line.split("\t", -1);
                    String question = String.join("\t", Arrays.copyOf(columns, 4));
                    asked.append(question).append('\n');
                    expected.append(columns[4]).append('\n');
                }
            }
        }
        assertThat(batch(asked.toString())).isEqualTo(expected.toString());
    }

    @Test
    void trailingEmptyArguments_mayBeLeftOut() throws IOException {
        assertThat(batch("parse\tb|a,T\nparse\tb|a,T\t\nparse\tb|a,T\t\t\n")).isEqualTo("a|b,T\n".repeat(3));
        assertThat(batch("or\ta\tb\nor\ta\tb\t\n")).isEqualTo("a|b\n".repeat(2));
    }

    @Test
    void aRefusedLine_isOneAnswer_andDoesNotEndTheBatch() throws IOException {
        for (String refused : new String[] {
            "",
            "\t",
            "parse",
            "parse\t",
            "parse\tT,T\tx",
            "parse\tT,T\t\t\t",
            "flow\tT,T",
            "flow\tT,T\tT,T\tT",
            "flowp\tT,T\tT,T",
            "flowp\tT,T\tT,T\t",
            "flowp\tT,T\tT,T\tT\tT",
            "flowp\tT,T\tT,T\tT\t",
            "parse T,T",
            " parse\tT,T",
            "Parse\tT,T",
            "parse\t T,T",
            "parse\tT,T ",
            "parse\ta,T\r",
            "parse\tT,T\r",
            "sing\tT,T",
            "--batch",
            "# a comment",
            "and\ta,T\tb",
            "eq\ta\ta",
        }) {
            assertThat(batch(refused + "\nparse\ta,T\n")).as(refused).isEqualTo("ERROR\na,T\n");
        }
    }

    @Test
    void bytesThatAreNotUtf8_areRefused() throws IOException {
        for (byte[] bad : new byte[][] {
            {(byte) 0xff}, {(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, {(byte) 0xc3}, {0}
        }) {
            out.reset();
            InputStream asked = new SequenceInputStream(
                    new SequenceInputStream(stream("parse\ta"), new ByteArrayInputStream(bad)),
                    stream(",T\nparse\té,T\n"));
            assertThat(new LabelCommand(asked, out, err).run(args("--batch"))).isZero();
            assertThat(out.toString(UTF_8)).isEqualTo("ERROR\né,T\n");
        }
    }

    @Test
    void aLineLongerThanTheHeap_isRefused_andDoesNotEndTheBatch() throws Exception {
        Process process = start("C", "--batch");
        try (OutputStream asked = process.getOutputStream();
                BufferedReader answers = process.inputReader(UTF_8)) {
            byte[] part = "parse\ta,T\t".repeat(100_000).getBytes(UTF_8);
            for (int written = 0; written < 4 * HEAP_MIB * 1_000_000; written += part.length) {
                asked.write(part);
            }
            asked.write("\nparse\ta,T\n".getBytes(UTF_8));
            asked.flush();
            assertThat(answers.readLine()).isEqualTo("ERROR");
            assertThat(answers.readLine()).isEqualTo("a,T");
        }
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void linesOfAnyLength_areReadAcrossReads() throws IOException {
        assertThat(batch("parse\ta,T\t\n".repeat(20_000))).isEqualTo("a,T\n".repeat(20_000));
        StringBuilder label = new StringBuilder("T,a");
        for (int clause = 100; clause < 160; clause++) {
            label.append("&").append("z".repeat(120)).append(clause).append('/').append("y".repeat(128));
        }
        assertThat(batch(("parse\t" + label + "\n").repeat(20))).isEqualTo((label + "\n").repeat(20));
    }

    @Test
    void theLastLine_needsNoNewline_andNoLineGivesNoAnswer() throws IOException {
        assertThat(batch("parse\ta,T")).isEqualTo("a,T\n");
        assertThat(batch("")).isEmpty();
        assertThat(batch("\n\n")).isEqualTo("ERROR\nERROR\n");
    }

    @Test
    void oneOperation_printsItsAnswer() throws IOException {
        assertThat(run("parse", "b|a,T")).isZero();
        assertThat(run("flow", "a,T", "T,T")).isZero();
        assertThat(run("flowp", "a,T", "T,T", "a")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("a|b,T\nfalse\ntrue\n");
    }

    @Test
    void oneRefusedOperation_printsErrorAndExitsWithOne() throws IOException {
        assertThat(run("parse", "secret|,T")).isEqualTo(1);
        assertThat(new LabelCommand(stream(""), out, err).run(List.of("parse".getBytes(UTF_8), new byte[] {-1})))
                .isEqualTo(1);
        assertThat(out.toString(UTF_8)).isEqualTo("ERROR\nERROR\n");
        assertThat(err.toString(UTF_8)).isNotEmpty().doesNotContain("secret");
    }

    @Test
    void wrongUsage_exitsWithTwo_andShowsTheExamples() throws IOException {
        for (String[] wrong : new String[][] {
            {},
            {"sing", "a"},
            {"parse"},
            {"parse", "a,T", "b,T"},
            {"flowp", "a,T", "b,T"},
            {"--batch", "x"},
            {"--nonsense"}
        }) {
            err.reset();
            assertThat(run(wrong)).isEqualTo(2);
            assertThat(err.toString(UTF_8)).contains("Usage: sluice label", "Examples:");
        }
        assertThat(out.toString(UTF_8)).isEmpty();
        assertThat(run("--help")).isZero();
        assertThat(out.toString(UTF_8)).contains("Usage: sluice label", "Examples:");
    }

    @Test
    void theProcess_answersEachLineAsItComes() throws Exception {
        Process process = start("UTF-8", "--batch");
        try (OutputStream asked = process.getOutputStream();
                BufferedReader answers = process.inputReader(UTF_8)) {
            for (String token : new String[] {"first", "second", "é日"}) {
                asked.write(("parse\t" + token + ",T\n").getBytes(UTF_8));
                asked.flush();
                assertThat(answers.readLine()).isEqualTo(token + ",T");
            }
        }
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void theProcess_takesItsArgumentsAsTyped_inAnyLocale() throws Exception {
        for (String locale : new String[] {"C", "C.UTF-8"}) {
            Process process = start(locale, "parse", "日本,é\\|");
            try (BufferedReader answers = process.inputReader(UTF_8)) {
                assertThat(answers.readLine()).as(locale).isEqualTo("日本,é\\|");
            }
            assertThat(process.waitFor()).isZero();
        }
    }

    /// Kept, these 80,000 labels of 1.5 kB would be several times the heap that the process gets.
    @Test
    void aFloodOfLabels_doesNotFillTheMemory() throws Exception {
        int lines = 40_000;
        Process process = start("C", "--batch");
        Callable<Integer> counting = () -> {
            int right = 0;
            try (BufferedReader answers = process.inputReader(UTF_8)) {
                for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                    right += line.equals("true") ? 1 : 0;
                }
            }
            return right;
        };
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> right = executor.submit(counting);
            String filler = "x".repeat(110);
            try (OutputStream asked = new BufferedOutputStream(process.getOutputStream(), 1 << 16)) {
                for (int line = 0; line < lines; line++) {
                    StringBuilder label = new StringBuilder();
                    for (int clause = 0; clause < 12; clause++) {
                        label.append(clause == 0 ? "" : "&")
                                .append(filler)
                                .append(line)
                                .append('/')
                                .append(clause);
                    }
                    asked.write(("flow\tT," + label + "\t" + label + ",T\n").getBytes(UTF_8));
                }
            }
            assertThat(right.get()).isEqualTo(lines);
        }
        assertThat(process.waitFor()).isZero();
    }

    private String batch(String lines) throws IOException {
        out.reset();
        assertThat(new LabelCommand(stream(lines), out, err).run(args("--batch")))
                .isZero();
        return out.toString(UTF_8);
    }

    private int run(String... args) throws IOException {
        return new LabelCommand(stream(""), out, err).run(args(args));
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static List<byte[]> args(String... args) {
        return Arrays.stream(args).map(arg -> arg.getBytes(UTF_8)).toList();
    }

    private static Process start(String locale, String... args) throws IOException, URISyntaxException {
        Path classes = Path.of(LabelCommand.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MIB + "m",
                "-XX:+UseSerialGC",
                "-cp",
                classes.toString(),
                LabelCommand.class.getName()));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LC_ALL", locale);
        return builder.start();
    }
}
