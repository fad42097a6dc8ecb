package dev.sluice.label;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A hierarchical principal such as `acme/user/alice`. It stands for itself and everything below it: a prefix is
/// the stronger one.
///
/// Interned: two principals with the same tokens are the same object, so identity is equality. The order is token
/// by token, by unsigned UTF-8 bytes (`String.compareTo` differs beyond the BMP).
public final class Principal implements Comparable<Principal> {
    public static final int TOKENS_MAX = 8;
    public static final int TOKEN_BYTES_MAX = 128;

    /// Sorts below every character that a token may hold, so that comparing keys compares token lists.
    private static final char SEPARATOR = '\0';

    private static final Interned<String, Principal> ALL = new Interned<>();

    private final List<String> tokens;
    private final byte[] key;

    private Principal(List<String> tokens, byte[] key) {
        this.tokens = tokens;
        this.key = key;
    }

    /// @throws LabelInvalid unless there are 1 to [#TOKENS_MAX] tokens, each of 1 to [#TOKEN_BYTES_MAX] bytes of
    ///     well-formed text without control characters and without a space at either end
    public static Principal of(String... tokens) {
        return of(List.of(tokens));
    }

    static Principal of(List<String> tokens) {
        if (tokens.isEmpty()) {
            throw new LabelInvalid("a principal needs a token");
        }
        if (tokens.size() > TOKENS_MAX) {
            throw new LabelInvalid("a principal has too many tokens");
        }
        for (String token : tokens) {
            requireToken(token);
        }
        String name = String.join(String.valueOf(SEPARATOR), tokens);
        return ALL.get(name, () -> new Principal(List.copyOf(tokens), name.getBytes(StandardCharsets.UTF_8)));
    }

    /// The principal one step below this one.
    public Principal child(String token) {
        List<String> longer = new ArrayList<>(tokens);
        longer.add(token);
        return of(longer);
    }

    public List<String> tokens() {
        return tokens;
    }

    /// `acme` acts for `acme` and `acme/runs`, never the other way round.
    public boolean actsFor(Principal other) {
        int length = key.length;
        return this == other
                || (length < other.key.length
                        && other.key[length] == SEPARATOR
                        && Arrays.equals(key, 0, length, other.key, 0, length));
    }

    @Override
    public int compareTo(Principal other) {
        return this == other ? 0 : Arrays.compareUnsigned(key, other.key);
    }

    /// As it stands in a label's text, escaped.
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        printTo(out);
        return out.toString();
    }

    void printTo(StringBuilder out) {
        if (tokens.size() == 1 && LabelParser.isConstant(tokens.getFirst())) {
            out.append(LabelParser.ESCAPE);
        }
        for (int i = 0; i < tokens.size(); i++) {
            if (i > 0) {
                out.append(LabelParser.BELOW);
            }
            String token = tokens.get(i);
            for (int at = 0; at < token.length(); at++) {
                char c = token.charAt(at);
                if (LabelParser.isSpecial(c)) {
                    out.append(LabelParser.ESCAPE);
                }
                out.append(c);
            }
        }
    }

    private static void requireToken(String token) {
        if (token.isEmpty()) {
            throw new LabelInvalid("a token is empty");
        }
        if (token.charAt(0) == ' ' || token.charAt(token.length() - 1) == ' ') {
            throw new LabelInvalid("a token begins or ends with a space");
        }
        int bytes = 0;
        for (int at = 0; at < token.length(); ) {
            int character = token.codePointAt(at);
            if (Character.isISOControl(character)) {
                throw new LabelInvalid("a token has a control character");
            }
            if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
                throw new LabelInvalid("a token has half a character");
            }
            bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
            if (bytes > TOKEN_BYTES_MAX) {
                throw new LabelInvalid("a token is too long");
            }
            at += Character.charCount(character);
        }
    }
}
