package dev.sluice.schema;

/// A check would take more than it may. Says what of, for whoever wrote the schema or the value.
final class Exhausted extends RuntimeException {
    private static final long serialVersionUID = 1;

    Exhausted(String what) {
        super(what, null, false, false);
    }

    String what() {
        return String.valueOf(getMessage());
    }
}
