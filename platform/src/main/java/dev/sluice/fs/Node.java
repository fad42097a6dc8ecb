package dev.sluice.fs;

import dev.sluice.label.Label;
import org.jspecify.annotations.Nullable;

/// Where a walk ended: an object, and where it lives. Making one taints the task with the directories crossed, not
/// with the object itself.
///
/// @param label null only for a faceted directory
/// @param facetOf for the directory of a facet, the faceted directory it belongs to
record Node(
        Kind kind,
        ObjectId id,
        @Nullable Label label,
        @Nullable ObjectId facetOf) {
    /// The label of a kind that has one.
    Label requireLabel() {
        if (label == null) {
            throw new IllegalStateException("a faceted directory has no label of its own");
        }
        return label;
    }
}
