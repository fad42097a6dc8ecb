package dev.sluice.function;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.InflaterInputStream;
import org.tukaani.xz.XZInputStream;

/// The compressed blocks of one squashfs image. Whatever an image says, no more than [#WORK_BYTES_MAX] come out of
/// all that is unpacked, blocks that are unpacked twice counted twice. For one thread.
final class SquashfsBlocks {
    static final int WORK_BYTES_MAX = 256 << 20;

    private static final int GZIP = 1;
    private static final int XZ = 4;
    private static final int XZ_MEMORY_KIB_MAX = 16 << 10;

    private final ByteBuffer image;
    private final int compressor;
    private int workBytesLeft = WORK_BYTES_MAX;
    private final Latest latestData = new Latest();
    private final Latest latestMetadata = new Latest();

    /// @param compressor as the superblock names it
    SquashfsBlocks(byte[] image, int compressor) {
        if (compressor != GZIP && compressor != XZ) {
            throw new Refused(
                    Refusal.INVALID,
                    "the squashfs image is compressed in a way that cannot be read here: make it with '-comp xz' or '-comp gzip'");
        }
        this.image = ByteBuffer.wrap(image).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        this.compressor = compressor;
    }

    /// The block that was unpacked last: small files, and their inodes, share one.
    private static final class Latest {
        private long at = -1;
        private byte[] content = {};
    }

    /// What a block of files' content holds.
    ///
    /// @param bytesMax that it may hold
    byte[] data(long at, int packedBytes, boolean isPacked, int bytesMax) {
        return unpacked(latestData, at, packedBytes, isPacked, bytesMax);
    }

    private byte[] unpacked(Latest latest, long at, int packedBytes, boolean isPacked, int bytesMax) {
        if (at != latest.at) {
            byte[] stored = stored(at, packedBytes);
            if (!isPacked && packedBytes > bytesMax) {
                throw damaged();
            }
            latest.content = isPacked ? unpack(stored, bytesMax) : stored;
            latest.at = at;
        }
        return latest.content;
    }

    private byte[] unpack(byte[] packed, int bytesMax) {
        try (InputStream in = stream(packed)) {
            byte[] content = in.readNBytes(bytesMax + 1);
            workBytesLeft -= content.length;
            if (content.length > bytesMax || workBytesLeft < 0) {
                throw workBytesLeft < 0 ? tooMuch() : damaged();
            }
            return content;
        } catch (IOException damaged) {
            throw damaged();
        }
    }

    private InputStream stream(byte[] packed) throws IOException {
        var in = new ByteArrayInputStream(packed);
        return compressor == GZIP ? new InflaterInputStream(in) : new XZInputStream(in, XZ_MEMORY_KIB_MAX);
    }

    /// Bytes as they stand in the image.
    private byte[] stored(long at, int count) {
        requireInside(at, count);
        var bytes = new byte[count];
        image.get((int) at, bytes);
        return bytes;
    }

    private void requireInside(long at, long count) {
        if (at < 0 || at > image.limit() - count) {
            throw damaged();
        }
    }

    /// The number of 8 bytes that stands there in the image.
    long longAt(long at) {
        requireInside(at, Long.BYTES);
        return image.getLong((int) at);
    }

    /// Reads metadata from `offset` in the unpacked block at `block` on, through the blocks that follow.
    Metadata metadata(long block, int offset) {
        return new Metadata(block, offset);
    }

    static Refused damaged() {
        return new Refused(Refusal.INVALID, "the squashfs image is damaged");
    }

    private static Refused tooMuch() {
        return new Refused(Refusal.TOO_LARGE, "the squashfs image takes too much work to unpack");
    }

    /// A place in a table of the image.
    final class Metadata {
        private static final int BLOCK_BYTES_MAX = 8 << 10;
        private static final int STORED_FLAG = 1 << 15;

        private long next;
        private byte[] block = {};
        private int at;

        private Metadata(long start, int offset) {
            next = start;
            open();
            at = offset;
            if (offset > block.length) {
                throw damaged();
            }
        }

        private void open() {
            requireInside(next, Short.BYTES);
            int header = Short.toUnsignedInt(image.getShort((int) next));
            int packedBytes = header & ~STORED_FLAG;
            long content = next + Short.BYTES;
            block = unpacked(latestMetadata, content, packedBytes, (header & STORED_FLAG) == 0, BLOCK_BYTES_MAX);
            if (block.length == 0) {
                throw damaged();
            }
            next = content + packedBytes;
            at = 0;
        }

        byte[] bytes(int count) {
            var bytes = new byte[count];
            int filled = 0;
            while (filled < count) {
                if (at == block.length) {
                    open();
                }
                int piece = Math.min(count - filled, block.length - at);
                System.arraycopy(block, at, bytes, filled, piece);
                filled += piece;
                at += piece;
            }
            return bytes;
        }

        private ByteBuffer number(int bytes) {
            return ByteBuffer.wrap(bytes(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        }

        int u16() {
            return Short.toUnsignedInt(number(Short.BYTES).getShort());
        }

        long u32() {
            return Integer.toUnsignedLong(number(Integer.BYTES).getInt());
        }

        long i64() {
            return number(Long.BYTES).getLong();
        }

        void skip(int count) {
            bytes(count);
        }
    }
}
