package dev.sluice.api;

import java.util.List;

/// What an organization has under a name of its own, as Dispatch's clients see it.
interface NamedEntity {
    String name();

    List<FunctionEntity.Tag> tags();

    void writeTo(JsonWriter out);
}
