package dev.sluice.kernel;

/// Why the platform said no: the one vocabulary that HTTP statuses and guests' error codes are derived from.
///
/// Inside a run the value may be seen by code that is already tainted with all it depends on. What leaves the
/// platform is coarser: there [#NOT_FOUND] and [#DENIED] are one answer.
public enum Refusal {
    /// Nothing there, or nothing the caller may know of.
    NOT_FOUND,
    /// A flow that the labels forbid, or authority that the caller does not hold.
    DENIED,
    /// The name is taken.
    EXISTS,
    /// The object is there but of another kind.
    WRONG_KIND,
    /// The request is malformed.
    INVALID,
    /// The object changed since the caller looked (a stale version).
    CONFLICT,
    /// More bytes than the operation takes.
    TOO_LARGE,
    /// Who pays for it has stored as much as he may.
    QUOTA,
    /// Who is charged for it has as much under way as he may.
    AT_LIMIT,
    /// The bounded queue of the tenant or the machine is full.
    OVERLOADED,
    /// Waiting or running took longer than its deadline.
    DEADLINE_EXCEEDED,
    /// The platform could not do what it should have done.
    UNAVAILABLE,
}
