package dev.sluice.cloudcall;

import java.util.List;

/// A path as the guest wrote it, not yet parsed or judged.
public sealed interface PathArg {
    /// The colon form, `home:<alice,alice>:photos`: `~`, `%`, `<...>` and escapes have their meaning.
    record Colon(String text) implements PathArg {}

    /// One element after the other, each taken literally.
    record Elements(List<Element> elements) implements PathArg {
        public Elements {
            elements = List.copyOf(elements);
        }
    }

    /// Elements as above, from what a handle of this run has opened; none of them for the very object.
    record From(String handle, List<Element> elements) implements PathArg {
        public From {
            elements = List.copyOf(elements);
        }
    }

    /// An element of [Elements] or [From].
    sealed interface Element {
        record Name(String name) implements Element {}

        /// @param label Buckle text
        record Facet(String label) implements Element {}
    }
}
