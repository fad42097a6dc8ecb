package dev.sluice.worker;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Pipe;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Takes what a function yields, on the thread of its run and as its task: the label of each chunk is the one that the
/// task has then.
public interface Chunks {
    /// Where nobody waits for less than all of it.
    Chunks UNWATCHED = new Chunks() {
        @Override
        public void take(Bytes json, BooleanSupplier isOver) {}

        @Override
        public void end() {}
    };

    /// Waits while whoever reads does not; the guest waits with it.
    ///
    /// @param json   one JSON text
    /// @param isOver whether the guest has been ended meanwhile: then there is nothing to wait for
    void take(Bytes json, BooleanSupplier isOver) throws InterruptedException;

    /// The function has yielded all of it, if that was nothing too.
    void end();

    /// What whoever takes it says meanwhile, where both sides speak.
    default Optional<Pipe> inbound() {
        return Optional.empty();
    }
}
