package dev.sluice.guest;

import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// The guest's end of its one connection to the platform: blocking, one frame at a time. Any thread sends, one at a
/// time receives.
final class Channel {
    private final InputStream in;
    private final OutputStream out;

    Channel(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /// The connected socket that this process was started with as descriptor `number`. Java knows of descriptors 0 to
    /// 2 only, so this needs `--add-opens java.base/java.io=ALL-UNNAMED`.
    static Channel ofDescriptor(int number) {
        try {
            var constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
            constructor.setAccessible(true);
            FileDescriptor descriptor = constructor.newInstance(number);
            return new Channel(new FileInputStream(descriptor), new FileOutputStream(descriptor));
        } catch (ReflectiveOperationException missing) {
            throw new IllegalStateException("this Java does not let a descriptor be opened", missing);
        }
    }

    void send(Frame frame) throws IOException {
        byte[] encoded = frame.encoded();
        synchronized (out) {
            out.write(encoded);
        }
    }

    /// Waits for one frame.
    ///
    /// @throws EOFException the platform hung up
    Frame receive() throws IOException {
        int length = ByteBuffer.wrap(read(Integer.BYTES)).getInt();
        if (length <= Frame.HEAD_BYTES || length > Frame.BODY_BYTES_MAX) {
            throw new Violation("a frame of a forbidden length");
        }
        return Frame.decoded(ByteBuffer.wrap(read(length)));
    }

    /// Sends bytes that are no frame, and waits for a byte or the end.
    @SuppressWarnings("CheckReturnValue") // either will do
    void sayAndWait(byte[] content) throws IOException {
        out.write(content);
        in.read();
    }

    private byte[] read(int bytes) throws IOException {
        byte[] content = in.readNBytes(bytes);
        if (content.length < bytes) {
            throw new EOFException();
        }
        return content;
    }
}
