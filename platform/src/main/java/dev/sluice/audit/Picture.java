package dev.sluice.audit;

import dev.sluice.audit.Explanation.Scene;
import dev.sluice.bytes.Bytes;
import java.util.List;

/// An explanation as a graph from top to bottom: a DOT text, or an SVG of its own small layout. Labels and names in it
/// are anybody's text: they are escaped, shortened, and never markup.
public final class Picture {
    static final int LINE_CHARS_MAX = 110;

    private static final int CHAR_WIDTH = 8;
    private static final int LINE_HEIGHT = 18;
    private static final int PADDING = 12;
    private static final int GAP = 26;

    private final List<Scene> scenes;

    public Picture(Explanation explanation) {
        this.scenes = explanation.scenes();
    }

    public Bytes dot() {
        var out = new StringBuilder("digraph explanation {\n  node [shape=box, style=filled, fontname=monospace];\n");
        for (int i = 0; i < scenes.size(); i++) {
            Scene scene = scenes.get(i);
            out.append("  n")
                    .append(i)
                    .append(" [fillcolor=\"")
                    .append(fill(scene))
                    .append("\", label=\"");
            for (String line : scene.lines()) {
                out.append(quoted(shown(line))).append("\\l");
            }
            out.append("\"];\n");
            if (i > 0) {
                out.append("  n").append(i - 1).append(" -> n").append(i).append(";\n");
            }
        }
        return Bytes.utf8(out.append("}\n").toString());
    }

    public Bytes svg() {
        int width = 2 * PADDING + CHAR_WIDTH * longest();
        var boxes = new StringBuilder();
        int top = PADDING;
        for (int i = 0; i < scenes.size(); i++) {
            Scene scene = scenes.get(i);
            if (i > 0) {
                arrow(PADDING + width / 2, top - GAP, top, boxes);
            }
            int height = 2 * PADDING + LINE_HEIGHT * scene.lines().size();
            box(scene, top, width, height, boxes);
            top += height + GAP;
        }
        int bottom = top - GAP + PADDING;
        int across = width + 2 * PADDING;
        return Bytes.utf8("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + across + "\" height=\"" + bottom
                + "\" viewBox=\"0 0 " + across + " " + bottom + "\">\n" + boxes + "</svg>\n");
    }

    private int longest() {
        return scenes.stream()
                .flatMap(scene -> scene.lines().stream())
                .mapToInt(line -> shown(line).length())
                .max()
                .orElse(0);
    }

    private static void box(Scene scene, int top, int width, int height, StringBuilder out) {
        out.append("<rect x=\"").append(PADDING).append("\" y=\"").append(top);
        out.append("\" width=\"").append(width).append("\" height=\"").append(height);
        out.append("\" rx=\"4\" fill=\"").append(fill(scene)).append("\" stroke=\"#444444\"/>\n");
        int baseline = top + PADDING + LINE_HEIGHT - 4;
        for (String line : scene.lines()) {
            out.append("<text x=\"").append(2 * PADDING).append("\" y=\"").append(baseline);
            out.append("\" font-family=\"monospace\" font-size=\"13\">");
            out.append(marked(shown(line))).append("</text>\n");
            baseline += LINE_HEIGHT;
        }
    }

    private static void arrow(int x, int from, int to, StringBuilder out) {
        out.append("<path d=\"M").append(x).append(' ').append(from).append('V').append(to);
        out.append("m-4 -7l4 7l4 -7\" fill=\"none\" stroke=\"#444444\"/>\n");
    }

    private static String fill(Scene scene) {
        return switch (scene.role()) {
            case BEGINNING -> "#eeeeee";
            case STEP -> "#ffffff";
            case LABEL -> "#dde8f7";
            case DENIAL -> "#f7d9d6";
            case REMEDY -> "#dcefd9";
        };
    }

    /// Without control characters, and not longer than a line.
    private static String shown(String line) {
        String clean = line.replaceAll("\\p{Cc}", "?");
        return clean.length() <= LINE_CHARS_MAX ? clean : clean.substring(0, LINE_CHARS_MAX - 1) + "…";
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private static String marked(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
