package dev.sluice.gate;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.util.function.Consumer;

/// Where runs leave events, each as [dev.sluice.kernel.Task#current].
///
/// Thread-safe.
public final class Outbox {
    private volatile Consumer<Bytes> taker = _ -> {
        throw new Refused(Refusal.UNAVAILABLE, "events are not taken yet");
    };

    /// From now on events are taken by `taker`, which has each durable before it returns, or refuses it.
    public void serve(Consumer<Bytes> taker) {
        this.taker = taker;
    }

    /// @param event one of CloudEvents 1.0, structured
    /// @throws Refused `DENIED` for a run that may not emit, `INVALID`, `AT_LIMIT`
    public void emit(Bytes event) {
        taker.accept(event);
    }
}
