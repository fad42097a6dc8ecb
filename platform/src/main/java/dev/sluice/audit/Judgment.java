package dev.sluice.audit;

import java.util.List;
import java.util.Set;

/// What the policies of one organization decided about somebody of it. No promise: see [DecisionLog].
///
/// @param home    the token of the organization whose policies were asked: his own
/// @param place   the token of the organization that he asked about; often the same
/// @param who     his name at home
/// @param words   by which those policies may speak of him
/// @param kind    what he was asked for
/// @param wants   what he needed, all of it
/// @param allowed whether he was allowed it
public record Judgment(
        String home, String place, String who, Set<String> words, Kind kind, List<Want> wants, boolean allowed) {
    public Judgment {
        words = Set.copyOf(words);
        wants = List.copyOf(wants);
    }

    /// How policies were asked.
    public enum Kind {
        /// For all that an operation needs.
        OPERATION,
        /// For one object by name, and to see it.
        OBJECT,
        /// For any object of a resource.
        SOME
    }

    /// An action on a resource, in the words of policies.
    ///
    /// @param name of one object of it; empty for the resource as a whole
    public record Want(String action, String resource, String name) {
        /// `get secret/db`
        @Override
        public String toString() {
            return action + " " + resource + (name.isEmpty() ? "" : "/" + name);
        }
    }

    /// About how much room it takes.
    int chars() {
        int chars = home.length() + place.length() + who.length();
        for (String word : words) {
            chars += word.length();
        }
        for (Want want : wants) {
            chars += want.action().length()
                    + want.resource().length()
                    + want.name().length();
        }
        return chars;
    }
}
