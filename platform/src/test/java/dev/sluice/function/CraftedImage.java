package dev.sluice.function;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A squashfs image whose root lists what a test says: no tool makes such ones. Its table has one empty inode of each
/// type, and one of a large file without any block.
final class CraftedImage {
    static final int DIRECTORY = 1;
    static final int FILE = 2;
    static final int LINK = 3;
    static final int LARGE_DIRECTORY = 8;
    static final int LARGE_FILE = 9;
    static final int TYPES = 14;

    /// What is the inode of a file of [#SPARSE_BYTES], in place of its type.
    static final int SPARSE = 15;

    static final int SPARSE_BYTES = 20 << 20;

    private static final int SUPERBLOCK_BYTES = 96;
    private static final int INODE_BYTES = 64;
    private static final int INODES_BYTES = (SPARSE + 4) * INODE_BYTES;
    private static final int BLOCK_LOG = 20;
    private static final int METADATA_BYTES_MAX = 8 << 10;
    private static final int STORED_FLAG = 1 << 15;
    private static final int NO_FRAGMENT = -1;

    private final ByteBuffer listing = numbers(1 << 20);
    private int entries;

    CraftedImage() {
        listing.position(12);
    }

    /// @param listedType what the listing says
    /// @param inode      the type that the inode says, or [#SPARSE]
    CraftedImage with(String name, int listedType, int inode) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        listing.putShort((short) at(inode));
        listing.putShort((short) 0);
        listing.putShort((short) listedType);
        listing.putShort((short) (text.length - 1));
        listing.put(text);
        entries++;
        return this;
    }

    /// Where an inode is.
    static int at(int inode) {
        return inode * INODE_BYTES;
    }

    byte[] bytes() {
        int length = listing.position();
        listing.putInt(0, entries - 1);
        byte[] inodes = stored(inodes(length), INODES_BYTES);
        ByteBuffer superblock = numbers(SUPERBLOCK_BYTES)
                .put(0, new byte[] {'h', 's', 'q', 's'})
                .putInt(12, 1 << BLOCK_LOG)
                .putShort(20, (short) 1)
                .putShort(22, (short) BLOCK_LOG)
                .putShort(28, (short) 4)
                .putLong(64, SUPERBLOCK_BYTES)
                .putLong(72, SUPERBLOCK_BYTES + inodes.length);
        var image = new ByteArrayOutputStream();
        image.writeBytes(content(superblock));
        image.writeBytes(inodes);
        image.writeBytes(stored(content(listing), length));
        return image.toByteArray();
    }

    /// The root's comes first; another one begins at [#at].
    private static byte[] inodes(int listed) {
        ByteBuffer inodes = numbers(INODES_BYTES);
        inodes.putShort(0, (short) LARGE_DIRECTORY).putInt(20, listed + 3);
        for (int type = 1; type <= TYPES; type++) {
            inodes.putShort(at(type), (short) type);
        }
        inodes.putInt(at(FILE) + 20, NO_FRAGMENT);
        inodes.putInt(at(LARGE_FILE) + 44, NO_FRAGMENT);
        inodes.putShort(at(SPARSE), (short) LARGE_FILE)
                .putLong(at(SPARSE) + 24, SPARSE_BYTES)
                .putInt(at(SPARSE) + 44, NO_FRAGMENT);
        return content(inodes);
    }

    private static byte[] stored(byte[] table, int length) {
        var blocks = new ByteArrayOutputStream();
        for (int at = 0; at < length; at += METADATA_BYTES_MAX) {
            int bytes = Math.min(METADATA_BYTES_MAX, length - at);
            blocks.writeBytes(content(numbers(2).putShort(0, (short) (bytes | STORED_FLAG))));
            blocks.write(table, at, bytes);
        }
        return blocks.toByteArray();
    }

    private static byte[] content(ByteBuffer numbers) {
        var content = new byte[numbers.capacity()];
        numbers.get(0, content);
        return content;
    }

    private static ByteBuffer numbers(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
