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

    /// Whether [LabeledFs#create] and [LabeledFs#write] take it from anybody who may write: its content gives
    /// nobody authority. A gate's does, and directories have none.
    boolean isPlain() {
        return this == FILE || this == BLOB;
    }

    /// Whether it has a content of its own.
    boolean hasContent() {
        return this != DIRECTORY && this != FACETED;
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
