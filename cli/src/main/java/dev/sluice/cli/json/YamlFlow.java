package dev.sluice.cli.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/// Reads what stands in one line of YAML: a word, a quoted text, or a list or an object of those in brackets.
final class YamlFlow {
    private static final String RESERVED = "&*!|>%@`";

    private final int line;
    private final String text;
    private final int depthMax;
    private int at;

    YamlFlow(int line, String text, int depthMax) {
        this.line = line;
        this.text = text;
        this.depthMax = depthMax;
    }

    /// @throws NotYaml if it is not one value and nothing else
    Json whole() {
        Json value = value("", 0);
        skipBlanks();
        if (at < text.length()) {
            throw new NotYaml(line, "something follows the value: " + text.substring(at));
        }
        return value;
    }

    /// @param ends characters that end a plain word; none outside of brackets
    private Json value(String ends, int depth) {
        skipBlanks();
        if (depth > depthMax) {
            throw new NotYaml(line, "it is nested too deep");
        }
        char first = at < text.length() ? text.charAt(at) : ' ';
        return switch (first) {
            case '[' -> list(depth);
            case '{' -> object(depth);
            case '"', '\'' -> new Json.Text(quoted());
            default -> plain(ends);
        };
    }

    private Json list(int depth) {
        at++;
        var items = new ArrayList<Json>();
        while (!isNext(']')) {
            items.add(value(",]", depth + 1));
            requireEndOrComma(']');
        }
        return new Json.Arr(items);
    }

    private Json object(int depth) {
        at++;
        var members = new LinkedHashMap<String, Json>();
        while (!isNext('}')) {
            Json key = value(":,}", depth + 1);
            skipBlanks();
            if (!(key instanceof Json.Text(String name)) || at == text.length() || text.charAt(at) != ':') {
                throw new NotYaml(line, "it should read NAME: VALUE between braces");
            }
            at++;
            if (members.put(name, value(",}", depth + 1)) != null) {
                throw new NotYaml(line, name + " is there twice");
            }
            requireEndOrComma('}');
        }
        return new Json.Obj(members);
    }

    /// Takes the bracket, if it is next.
    private boolean isNext(char end) {
        skipBlanks();
        if (at == text.length()) {
            throw new NotYaml(line, "there is no " + end);
        }
        boolean isEnd = text.charAt(at) == end;
        at += isEnd ? 1 : 0;
        return isEnd;
    }

    private void requireEndOrComma(char end) {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == ',') {
            at++;
        } else if (at == text.length() || text.charAt(at) != end) {
            throw new NotYaml(line, "there should be a comma or " + end);
        }
    }

    private String quoted() {
        int end = quoteEnd(text, at);
        if (end < 0) {
            throw new NotYaml(line, "the quote has no end in this line");
        }
        String inner = text.substring(at + 1, end);
        boolean isDouble = text.charAt(at) == '"';
        at = end + 1;
        if (!isDouble) {
            return inner.replace("''", "'");
        }
        try {
            byte[] json = ('"' + inner.replace("\t", "\\t") + '"').getBytes(StandardCharsets.UTF_8);
            return JsonText.parse(json) instanceof Json.Text(String value) ? value : inner;
        } catch (NotJson bad) {
            throw new NotYaml(line, "the text in quotes is none: " + bad.getMessage());
        }
    }

    private Json plain(String ends) {
        int start = at;
        while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at).strip();
        if (!word.isEmpty() && RESERVED.indexOf(word.charAt(0)) >= 0) {
            throw new NotYaml(line, word + " means something else in YAML: write \"" + word + "\"");
        }
        if (ends.isEmpty() && keyEnd(word) >= 0) {
            throw new NotYaml(line, "a text with a colon stands in quotes: " + word);
        }
        if (word.isEmpty() && !ends.isEmpty()) {
            throw new NotYaml(line, "a value is missing between brackets");
        }
        return YamlText.plain(word);
    }

    private void skipBlanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    /// Where the quote that begins there ends; negative if it does not.
    private static int quoteEnd(CharSequence text, int start) {
        char quote = text.charAt(start);
        for (int i = start + 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && quote == '"') {
                i++;
            } else if (text.charAt(i) == quote) {
                boolean isTwice = quote == '\'' && i + 1 < text.length() && text.charAt(i + 1) == quote;
                if (!isTwice) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    /// Whether a quote begins there: in the middle of a word it is one of its letters.
    private static boolean beginsQuote(CharSequence text, int i) {
        char c = text.charAt(i);
        return (c == '"' || c == '\'') && (i == 0 || " [{,:-\t".indexOf(text.charAt(i - 1)) >= 0);
    }

    /// Where the colon stands behind the name that a line of a mapping begins with; negative if it begins with none.
    static int keyEnd(String text) {
        if (text.startsWith("[") || text.startsWith("{")) {
            return -1;
        }
        for (int i = 0; i < text.length(); i++) {
            if (beginsQuote(text, i)) {
                int end = quoteEnd(text, i);
                if (end < 0) {
                    return -1;
                }
                i = end;
            } else if (text.charAt(i) == ':' && (i + 1 == text.length() || text.charAt(i + 1) == ' ')) {
                return i;
            }
        }
        return -1;
    }

    /// Whether a bracket was opened and not closed.
    static boolean isOpen(CharSequence text) {
        if (text.isEmpty() || "[{".indexOf(text.charAt(0)) < 0) {
            return false;
        }
        int open = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (beginsQuote(text, i)) {
                int end = quoteEnd(text, i);
                if (end < 0) {
                    return false;
                }
                i = end;
            } else if (c == '[' || c == '{') {
                open++;
            } else if (c == ']' || c == '}') {
                open--;
            }
        }
        return open > 0;
    }

    /// The line up to where a comment begins.
    static String withoutComment(String line) {
        for (int i = 0; i < line.length(); i++) {
            if (beginsQuote(line, i)) {
                int end = quoteEnd(line, i);
                i = end < 0 ? line.length() : end;
            } else if (line.charAt(i) == '#' && (i == 0 || Character.isWhitespace(line.charAt(i - 1)))) {
                return line.substring(0, i);
            }
        }
        return line;
    }
}
