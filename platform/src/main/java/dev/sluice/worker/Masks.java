package dev.sluice.worker;

import dev.sluice.worker.RunEnd.Fault;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/// Takes the values of secrets out of what a run printed and of how it failed. A courtesy to those who may read both:
/// the run's label keeps them from everybody else, in whatever form code prints them.
///
/// Each line of a value that has at least [#LINE_BYTES_MIN] bytes is masked wherever it stands, in UTF-8; shorter ones
/// are not, for they would take half of every log away. Looks at each byte once, however many values there are (Aho
/// and Corasick's automaton).
///
/// Immutable.
final class Masks {
    static final Masks NONE = new Masks(List.of());
    static final int LINE_BYTES_MIN = 4;

    private static final byte[] MASK = "***".getBytes(StandardCharsets.US_ASCII);
    private static final int ROOT = 0;

    private final int[] firstChild;
    private final int[] nextSibling;
    private final byte[] step;
    private final int[] fallback;

    /// Of the longest line that ends where a state has come to; 0 for none.
    private final int[] ending;

    private final int longest;

    private Masks(List<byte[]> lines) {
        int states = 1 + lines.stream().mapToInt(line -> line.length).sum();
        firstChild = new int[states];
        nextSibling = new int[states];
        step = new byte[states];
        fallback = new int[states];
        ending = new int[states];
        int used = 1;
        for (byte[] line : lines) {
            used = add(line, used);
        }
        linkFallbacks();
        longest = lines.stream().mapToInt(line -> line.length).max().orElse(0);
    }

    static Masks of(Collection<String> values) {
        List<byte[]> lines = values.stream()
                .flatMap(String::lines)
                .map(line -> line.strip().getBytes(StandardCharsets.UTF_8))
                .filter(line -> line.length >= LINE_BYTES_MIN)
                .toList();
        return lines.isEmpty() ? NONE : new Masks(lines);
    }

    /// As many bytes as this one needs to have behind a place, to say what of a value begins before it.
    int longest() {
        return longest;
    }

    /// The first `length` bytes of `text`, masked: where a value begins before that and ends behind, all of it is.
    byte[] masked(byte[] text, int length) {
        if (longest == 0) {
            return text.length == length ? text : Arrays.copyOf(text, length);
        }
        BitSet hidden = hidden(text);
        var out = new ByteArrayOutputStream(length);
        for (int at = 0; at < length; at++) {
            if (!hidden.get(at)) {
                out.write(text[at]);
            } else if (at == 0 || !hidden.get(at - 1)) {
                out.writeBytes(MASK);
            }
        }
        return out.toByteArray();
    }

    String masked(String text) {
        if (longest == 0) {
            return text;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return new String(masked(utf8, utf8.length), StandardCharsets.UTF_8);
    }

    Fault masked(Fault fault) {
        return new Fault(
                fault.type(),
                masked(fault.message()),
                fault.stacktrace().stream().map(this::masked).toList());
    }

    private BitSet hidden(byte[] text) {
        var hidden = new BitSet(text.length);
        int state = ROOT;
        for (int at = 0; at < text.length; at++) {
            state = next(state, text[at]);
            if (ending[state] > 0) {
                hidden.set(at + 1 - ending[state], at + 1);
            }
        }
        return hidden;
    }

    private int add(byte[] line, int unused) {
        int free = unused;
        int state = ROOT;
        for (byte one : line) {
            int child = child(state, one);
            if (child == ROOT) {
                child = free++;
                step[child] = one;
                nextSibling[child] = firstChild[state];
                firstChild[state] = child;
            }
            state = child;
        }
        ending[state] = line.length;
        return free;
    }

    /// From the root outwards: what a state falls back to is nearer to the root.
    private void linkFallbacks() {
        var waiting = new ArrayDeque<Integer>();
        waiting.add(ROOT);
        while (!waiting.isEmpty()) {
            int state = waiting.remove();
            for (int child = firstChild[state]; child != ROOT; child = nextSibling[child]) {
                fallback[child] = state == ROOT ? ROOT : next(fallback[state], step[child]);
                ending[child] = Math.max(ending[child], ending[fallback[child]]);
                waiting.add(child);
            }
        }
    }

    private int next(int from, byte one) {
        int state = from;
        int child = child(state, one);
        while (child == ROOT && state != ROOT) {
            state = fallback[state];
            child = child(state, one);
        }
        return child;
    }

    /// The root for none.
    private int child(int state, byte one) {
        int child = firstChild[state];
        while (child != ROOT && step[child] != one) {
            child = nextSibling[child];
        }
        return child;
    }
}
