package dev.sluice.label;

import java.util.ArrayList;
import java.util.List;

/// The text form of labels and components, strict and total: any text gives a value or a [LabelInvalid].
///
/// ```
/// label     := component ',' component            exactly one unescaped comma, whole text consumed
/// component := 'T' | 'F' | clause ('&' clause)*   T and F only as the whole component
/// clause    := principal ('|' principal)*
/// principal := token ('/' token)*
/// token     := '\T' | '\F' | one or more of: any character but , | & / \ or control characters, or '\' and
///              one of , | & / \                   no space at either end
/// ```
///
/// A principal of the one token `T` or `F` is written `\T` or `\F`. The caps count what is written, so that a text
/// is refused at the first principal too many, however long it is.
final class LabelParser {
    static final char SIDES = ',';
    static final char AND = '&';
    static final char OR = '|';
    static final char BELOW = '/';
    static final char ESCAPE = '\\';
    static final char TRUE = 'T';
    static final char FALSE = 'F';

    private final String text;
    private int at;

    private LabelParser(String text) {
        this.text = text;
    }

    static Component component(String text) {
        LabelParser parser = new LabelParser(text);
        Component component = parser.component();
        parser.requireEnd();
        return component;
    }

    static Label label(String text) {
        LabelParser parser = new LabelParser(text);
        Component secrecy = parser.component();
        if (!parser.accept(SIDES)) {
            throw new LabelInvalid("a label has two components");
        }
        Component integrity = parser.component();
        parser.requireEnd();
        return Label.of(secrecy, integrity);
    }

    static boolean isSpecial(char c) {
        return c == SIDES || c == AND || c == OR || c == BELOW || c == ESCAPE;
    }

    /// Whether a bare `token` would read as true or false.
    static boolean isConstant(String token) {
        return token.length() == 1 && isConstant(token.charAt(0));
    }

    private static boolean isConstant(char c) {
        return c == TRUE || c == FALSE;
    }

    private Component component() {
        if (at < text.length() && isConstant(text.charAt(at)) && endsAt(at + 1, SIDES)) {
            return text.charAt(at++) == TRUE ? Component.TRUE : Component.FALSE;
        }
        List<List<Principal>> clauses = new ArrayList<>();
        do {
            if (clauses.size() == Component.CLAUSES_MAX) {
                throw Component.tooManyClauses();
            }
            clauses.add(clause());
        } while (accept(AND));
        return Component.ofClauses(clauses);
    }

    private List<Principal> clause() {
        List<Principal> principals = new ArrayList<>();
        do {
            if (principals.size() == Clause.PRINCIPALS_MAX) {
                throw Component.tooManyPrincipals();
            }
            principals.add(principal());
        } while (accept(OR));
        return principals;
    }

    private Principal principal() {
        List<String> tokens = new ArrayList<>();
        boolean escaped = at < text.length() && text.charAt(at) == ESCAPE;
        do {
            if (tokens.size() == Principal.TOKENS_MAX) {
                throw new LabelInvalid("a principal has too many tokens");
            }
            tokens.add(token());
        } while (accept(BELOW));
        if (tokens.size() == 1 && isConstant(tokens.getFirst()) && !escaped) {
            throw new LabelInvalid("T and F stand only as a whole component");
        }
        return Principal.of(tokens);
    }

    private String token() {
        if (at + 1 < text.length() && text.charAt(at) == ESCAPE && isConstant(text.charAt(at + 1))) {
            at += 2;
            return String.valueOf(text.charAt(at - 1)); // only a delimiter or the end is accepted after a token
        }
        StringBuilder token = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ESCAPE) {
                if (++at == text.length() || !isSpecial(text.charAt(at))) {
                    throw new LabelInvalid("a character needs no escape");
                }
                c = text.charAt(at);
            } else if (isSpecial(c)) {
                break;
            }
            token.append(c);
            at++;
        }
        return token.toString();
    }

    private boolean accept(char c) {
        boolean found = at < text.length() && text.charAt(at) == c;
        if (found) {
            at++;
        }
        return found;
    }

    private boolean endsAt(int position, char end) {
        return position == text.length() || text.charAt(position) == end;
    }

    private void requireEnd() {
        if (at != text.length()) {
            throw new LabelInvalid("a label has more than its text should");
        }
    }
}
