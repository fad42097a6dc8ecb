package dev.sluice.cli.command;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Guesses what somebody meant to type.
final class Spelling {
    private static final int MISTAKES_MAX = 2;

    /// What other programs call it.
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("list", "get"),
            Map.entry("ls", "get"),
            Map.entry("show", "get"),
            Map.entry("describe", "get"),
            Map.entry("remove", "delete"),
            Map.entry("rm", "delete"),
            Map.entry("add", "create"),
            Map.entry("apply", "create"),
            Map.entry("deploy", "create"),
            Map.entry("edit", "update"),
            Map.entry("run", "exec"),
            Map.entry("call", "exec"),
            Map.entry("tail", "log"));

    private Spelling() {}

    /// `; did you mean get?`, or nothing when no candidate is near.
    static String hint(String typed, List<String> candidates) {
        String said = ELSEWHERE.getOrDefault(typed, "");
        return candidates.contains(said) ? "; did you mean " + said + "?" : near(typed, candidates);
    }

    private static String near(String typed, List<String> candidates) {
        return candidates.stream()
                .filter(candidate -> mistakes(typed, candidate) <= MISTAKES_MAX)
                .min(Comparator.comparingInt(candidate -> mistakes(typed, candidate)))
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }

    /// The Levenshtein distance.
    private static int mistakes(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
