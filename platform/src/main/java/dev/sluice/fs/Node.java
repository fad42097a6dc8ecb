package dev.sluice.fs;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import org.jspecify.annotations.Nullable;

/// Where a walk ended: an object, and where it lives. Making one taints the task with the directories crossed,
/// not with the object itself.
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

    /// The entry that links this object elsewhere.
    ///
    /// @throws Refused `WRONG_KIND` for a facet, which is no object, and for the root, which has no place
    Entry linkedAs(String name) {
        if (facetOf != null || id.equals(Walk.ROOT_ID)) {
            throw new Refused(Refusal.WRONG_KIND, "neither a facet nor the root can be linked");
        }
        return new Entry(name, kind, id, label);
    }

    void requireKind(Kind wanted) {
        if (kind != wanted) {
            throw wrongKind();
        }
    }

    static Refused wrongKind() {
        return new Refused(Refusal.WRONG_KIND, "the object at this path is of another kind");
    }
}
