package dev.sluice.sandbox;

import java.util.Optional;

/// What keeps a guest from the host and from other guests. The weakest comes first; what each keeps out is in
/// `docs/design/sandboxes.md`.
public enum Isolation {
    /// The host's kernel: namespaces, user ids, a filter of system calls, control groups.
    NAMESPACES("namespaces", 0),
    /// A container of another maker's runtime.
    OCI("oci", 1),
    /// A kernel of its own in a virtual machine, in a jail of the former.
    MICROVM("microvm", 2);

    private final String word;
    private final int strength;

    Isolation(String word, int strength) {
        this.word = word;
        this.strength = strength;
    }

    public String word() {
        return word;
    }

    public static Optional<Isolation> of(String word) {
        for (Isolation isolation : values()) {
            if (isolation.word.equals(word)) {
                return Optional.of(isolation);
            }
        }
        return Optional.empty();
    }

    /// By which it is kept on disk: 0 and up, the weakest first.
    public int strength() {
        return strength;
    }

    /// The weakest that is as strong.
    ///
    /// @throws IllegalArgumentException where none is
    public static Isolation ofStrength(long strength) {
        for (Isolation isolation : values()) {
            if (isolation.strength >= strength) {
                return isolation;
            }
        }
        throw new IllegalArgumentException("nothing isolates so strongly");
    }

    /// Why a guest that is wanted at least so strong cannot be had where this is what there is; empty if it can.
    public Optional<String> tooWeakFor(Isolation least) {
        return strength >= least.strength
                ? Optional.empty()
                : Optional.of("it is to be isolated by " + least.word + " at least, and this server isolates by " + word
                        + ": its operator can start it with --isolation " + least.word);
    }
}
