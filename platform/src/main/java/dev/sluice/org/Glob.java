package dev.sluice.org;

/// Names where `*` stands for any text. No regular expression is made of what somebody wrote, and the work is at most
/// the product of the two lengths.
final class Glob {
    static final int CHARS_MAX = 256;
    private static final char STAR = '*';

    private Glob() {}

    /// Whether `glob` stands for `text`. If `text` is a glob itself: only if it stands for all that `text` stands for,
    /// since a star of `text` is matched by nothing but a star.
    static boolean covers(String glob, String text) {
        int g = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (g < glob.length() && glob.charAt(g) == STAR) {
                star = g;
                g++;
                resume = t;
            } else if (g < glob.length() && glob.charAt(g) == text.charAt(t)) {
                g++;
                t++;
            } else if (star >= 0) {
                resume++;
                t = resume;
                g = star + 1;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == STAR) {
            g++;
        }
        return g == glob.length();
    }

    /// Whether there is a text that both globs stand for.
    static boolean meet(String a, String b) {
        boolean[] below = new boolean[b.length() + 1];
        for (int i = a.length(); i >= 0; i--) {
            boolean[] row = new boolean[b.length() + 1];
            for (int j = b.length(); j >= 0; j--) {
                boolean isStarOfA = i < a.length() && a.charAt(i) == STAR;
                boolean isStarOfB = j < b.length() && b.charAt(j) == STAR;
                if (isStarOfA) {
                    row[j] = below[j] || (j < b.length() && row[j + 1]);
                } else if (isStarOfB) {
                    row[j] = row[j + 1] || (i < a.length() && below[j]);
                } else if (i == a.length() || j == b.length()) {
                    row[j] = i == a.length() && j == b.length();
                } else {
                    row[j] = a.charAt(i) == b.charAt(j) && below[j + 1];
                }
            }
            below = row;
        }
        return below[0];
    }
}
