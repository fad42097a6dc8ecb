package dev.sluice.api;

/// What an organization has under a name of its own, as Dispatch's clients see it.
interface NamedEntity {
    String name();

    void writeTo(JsonWriter out);
}
