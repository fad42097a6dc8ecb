package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;

/// Takes what a run yields, chunk after chunk: one JSON text each. Called on the thread that called [GuestLink#run],
/// which reads nothing of the guest meanwhile.
@FunctionalInterface
public interface ChunkHandler {
    void take(Bytes json) throws InterruptedException;
}
