package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.label.Label;
import dev.sluice.worker.RunEnd.Fault;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is taken out of logs and errors. Values stand apart by `+`.
final class MasksTest {
    @ParameterizedTest
    @CsvSource({
        "hunter2, the word is hunter2!, the word is ***!",
        "hunter2, hunter2hunter2 hunter2, *** ***",
        "hunter2, hunter, hunter",
        "hunter2, Hunter2, Hunter2",
        "abc, abcabc, abcabc",
        "abcd, abcabcd, abc***",
        "ééé, das ééé da, das *** da",
        "abcd+cdef, xabcdefx, x***x",
        "abcd+abcdef, abcdex abcdef, ***ex ***",
        "aaaaa+aaab, aaaaaaab, ***",
        "ababac+babx, ababababac babx, abab*** ***",
        "abcde+bcdx, abcdx, a***",
        "longest-value+est-, longest-valu, long***valu",
    })
    void values_areMasked_whereverTheyStand(String values, String text, String masked) {
        assertThat(Masks.of(List.of(values.split("\\+"))).masked(text)).isEqualTo(masked);
    }

    @Test
    void ofAValueOfSeveralLines_eachLineIsMasked_butForVeryShortOnes() {
        Masks masks = Masks.of(List.of("{\r\n  \"key\": 12345\r\n}\n"));
        assertThat(masks.masked("> \"key\": 12345\n> }")).isEqualTo("> ***\n> }");
    }

    @Test
    void withoutValues_nothingIsMasked() {
        assertThat(Masks.of(List.of("", "abc", " \n "))).isSameAs(Masks.NONE);
        assertThat(Masks.NONE.masked("abc")).isEqualTo("abc");
    }

    @Test
    void anError_isMasked_withItsStack() {
        Fault fault = Masks.of(List.of("hunter2"))
                .masked(new Fault("FunctionError", "not hunter2", List.of("line 1", "line hunter2")));
        assertThat(fault).isEqualTo(new Fault("FunctionError", "not ***", List.of("line 1", "line ***")));
    }

    @Test
    void aValueInPieces_isMaskedInTheLogs() {
        var logs = new LogLines(() -> {}, Masks.of(List.of("hunter2", "line one\nline two")), () -> Label.PUBLIC);
        for (String piece : List.of("so ", "hun", "t", "er2\nand line one", "\n", "line t", "wo")) {
            logs.stdout(bytes(piece));
            logs.stderr(bytes(piece.toUpperCase(java.util.Locale.ROOT)));
        }
        assertThat(logs.stdoutLines()).containsExactly("so ***", "and ***", "***");
        assertThat(logs.stderrLines()).containsExactly("SO HUNTER2", "AND LINE ONE", "LINE TWO");
    }

    /// Where a log is cut, no part of a value is left.
    @Test
    void aValueAcrossTheEndOfALog_isMasked() {
        for (int before = 1; before < 7; before++) {
            var logs = new LogLines(() -> {}, Masks.of(List.of("hunter2")), () -> Label.PUBLIC);
            logs.stdout(bytes("x".repeat(LogLines.STREAM_BYTES_MAX - before)));
            logs.stdout(bytes("hunter2 and more"));
            assertThat(logs.stdoutLines().getFirst()).endsWith("xx***").doesNotContain("h");
            assertThat(logs.stdoutLines()).hasSize(2);
        }
    }

    /// However values are made, a full log is looked through in time.
    @Test
    void valuesThatAreMadeToCost_costLittle() {
        List<String> values = new ArrayList<>();
        for (int length = 4; length < 700; length++) {
            values.add("a".repeat(length) + "b");
        }
        Masks masks = Masks.of(values);
        byte[] text = ("a".repeat(699) + "c").repeat(375).getBytes(StandardCharsets.UTF_8);
        long start = System.nanoTime();
        assertThat(masks.masked(text, text.length)).isEqualTo(text);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
