package dev.sluice.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/// What a request carries.
public interface Body {
    Body NONE = new Body() {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public void writeTo(OutputStream out) {
            // There is nothing to write.
        }
    };

    int BUFFER_BYTES = 1 << 16;

    /// In bytes; negative when nobody knows before the end.
    long length();

    /// @throws IOException when `out` fails
    /// @throws UncheckedIOException when the content itself cannot be read to its end
    void writeTo(OutputStream out) throws IOException;

    static Body of(byte[] content) {
        return new Body() {
            @Override
            public long length() {
                return content.length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(content);
            }
        };
    }

    /// Sends `content` to its end without holding it in memory. The caller closes it.
    static Body of(InputStream content, long length) {
        return new Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                var buffer = new byte[BUFFER_BYTES];
                long sent = 0;
                for (int count = read(content, buffer); count >= 0; count = read(content, buffer)) {
                    out.write(buffer, 0, count);
                    sent += count;
                }
                if (length >= 0 && sent != length) {
                    throw new UncheckedIOException(new IOException("the content changed while it was being sent"));
                }
            }
        };
    }

    private static int read(InputStream content, byte[] buffer) {
        try {
            return content.read(buffer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
