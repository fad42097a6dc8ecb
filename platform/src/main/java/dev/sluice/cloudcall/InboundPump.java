package dev.sluice.cloudcall;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Pipe;
import java.util.Optional;

/// Sends a guest what comes for its run, on a thread of its own: the guest says meanwhile what it wants.
///
/// Waits for the guest, which waits for its function: so whoever sends has to wait too.
final class InboundPump {
    /// Writes a frame of the run; empty for the end.
    @FunctionalInterface
    interface Writer {
        void write(Value piece) throws GuestGone;
    }

    private final Pipe inbound;
    private final Thread thread;

    InboundPump(Pipe inbound, Writer writer) {
        this.inbound = inbound;
        this.thread = Thread.ofVirtual().name("inbound").start(() -> pump(inbound, writer));
    }

    private static void pump(Pipe inbound, Writer writer) {
        try {
            Optional<Bytes> piece = inbound.take();
            while (piece.isPresent()) {
                writer.write(Value.of(piece.get()));
                piece = inbound.take();
            }
            writer.write(Value.NULL);
        } catch (GuestGone gone) {
            inbound.end(); // who reads the guest finds it gone
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /// The run has ended: the guest is told that nothing more comes. Waits until it has been, or is gone.
    void end() throws InterruptedException {
        inbound.end();
        thread.join();
    }
}
