package dev.sluice.schedule;

/// Somebody who takes part in a [Rotation].
abstract class Turn {
    /// What it has had, in the rotation's virtual time: who has the least goes next.
    double had;

    /// Breaks ties: who came first.
    long number;

    boolean isIn;
}
