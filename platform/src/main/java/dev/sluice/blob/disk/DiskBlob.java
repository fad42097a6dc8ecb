package dev.sluice.blob.disk;

import dev.sluice.blob.Blobs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// An open file. Its streams read by position and do not disturb one another.
final class DiskBlob implements Blobs.Blob {
    private final FileChannel file;
    private final long length;

    DiskBlob(FileChannel file) throws IOException {
        this.file = file;
        this.length = file.size();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public InputStream stream(long offset) {
        if (offset < 0 || offset > length) {
            throw new IllegalArgumentException("the offset is outside the blob");
        }
        return new Stream(offset);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private final class Stream extends InputStream {
        private long position;

        Stream(long position) {
            this.position = position;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            int read = file.read(ByteBuffer.wrap(target, offset, count), position);
            if (read > 0) {
                position += read;
            }
            return read;
        }

        @Override
        public long skip(long count) {
            long skipped = Math.clamp(count, 0, length - position);
            position += skipped;
            return skipped;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, length - position);
        }
    }
}
