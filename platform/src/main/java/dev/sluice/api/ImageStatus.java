package dev.sluice.api;

/// How far a base image or an image has got.
enum ImageStatus {
    INITIALIZED,
    CREATING,
    UPDATING,
    READY,
    ERROR,
    DELETED;

    /// Nothing is under way that could change it.
    boolean isSettled() {
        return switch (this) {
            case INITIALIZED, CREATING, UPDATING -> false;
            case READY, ERROR, DELETED -> true;
        };
    }
}
