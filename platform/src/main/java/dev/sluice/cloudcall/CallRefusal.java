package dev.sluice.cloudcall;

/// Why a call was not carried out: the whole vocabulary that a guest hears. No detail goes with it.
public enum CallRefusal {
    /// Nothing there, or nothing that the run may know of. Deliberately one value.
    NOT_FOUND,
    /// The run's label or privilege does not allow it.
    DENIED,
    /// The name is taken.
    EXISTS,
    /// No such call, or an argument that is missing, of the wrong kind or unreadable; or an object of another kind.
    INVALID,
    /// Somebody else changed it meanwhile; asking again may succeed.
    CONFLICT,
    /// Content beyond what one call or one object may hold.
    TOO_LARGE,
    /// The run holds or has used as much as it may.
    LIMIT,
    /// The handle is closed, or never was one of this instance.
    CLOSED
}
