package dev.sluice.fs;

/// What an object is. The number is what the store and the wire hold.
public enum Kind {
    DIRECTORY(0),
    FILE(1),
    FACETED(2),
    GATE(3),
    SERVICE(4),
    BLOB(5);

    private final int number;

    Kind(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /// Refuses what [LabeledFs#create] and [LabeledFs#write] do not take from anybody who may write: the content
    /// of a file or a blob's entry gives nobody authority. A gate's does, and directories have none.
    void requirePlain() {
        if (this != FILE && this != BLOB) {
            throw Node.wrongKind();
        }
    }

    /// Whether it has a content of its own.
    boolean hasContent() {
        return this != DIRECTORY && this != FACETED;
    }

    /// Whether others may be reached through it.
    boolean leads() {
        return this != FILE && this != BLOB;
    }

    /// Whether its content may name others by their ids.
    boolean refers() {
        return this == GATE || this == SERVICE;
    }

    static Kind of(int number) {
        for (Kind kind : values()) {
            if (kind.number == number) {
                return kind;
            }
        }
        throw new IllegalStateException("the store holds an object of an unknown kind");
    }
}
