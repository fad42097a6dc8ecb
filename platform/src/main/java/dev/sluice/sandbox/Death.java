package dev.sluice.sandbox;

/// How a guest ended.
public sealed interface Death {
    /// The program ended by itself.
    record Exited(int code) implements Death {}

    /// A signal ended it, be it from inside, from the kernel or from [Sandbox#close]. A program that exits with
    /// `128 + n` of its own will is taken for killed by signal `n`.
    record Killed(int signal) implements Death {}

    /// It wanted more than its memory.
    record OutOfMemory() implements Death {}

    /// One of its processes used up its processor time.
    record CpuTime() implements Death {}
}
