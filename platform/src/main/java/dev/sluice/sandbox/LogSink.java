package dev.sluice.sandbox;

import java.nio.ByteBuffer;

/// Takes what a guest prints. Must neither block nor keep the buffer; it decides itself what to drop.
/// Called by one thread at a time.
public interface LogSink {
    void stdout(ByteBuffer bytes);

    void stderr(ByteBuffer bytes);
}
