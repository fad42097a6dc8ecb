package dev.sluice.function;

import dev.sluice.bytes.Bytes;
import dev.sluice.function.SquashfsBlocks.Metadata;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads the regular files of a squashfs image, version 4: what Faasten's client makes of a function's directory
/// (contracts/faasten.md 5.1; format: the kernel's Documentation/filesystems/squashfs.rst).
///
/// Total. Bounded by [SourceFiles] in files, bytes and names, in work by [SquashfsBlocks], and by the number of
/// directory entries, so that directories that lead to themselves end. Links, devices and the like are refused.
/// For one thread, once.
final class SquashfsImage {
    private static final byte[] MAGIC = {'h', 's', 'q', 's'};
    private static final int SUPERBLOCK_BYTES = 96;
    private static final int VERSION_MAJOR = 4;
    private static final int BLOCK_LOG_MIN = 12;
    private static final int BLOCK_LOG_MAX = 20;
    private static final int ENTRIES_MAX = 2 * SourceFiles.FILES_MAX;
    private static final int DIRECTORY = 1;
    private static final int FILE = 2;
    private static final int LARGE_DIRECTORY = 8;
    private static final int LARGE_FILE = 9;
    private static final int STORED_FLAG = 1 << 24;
    private static final long NO_FRAGMENT = 0xffff_ffffL;
    private static final int FRAGMENT_BYTES = 16;
    private static final int FRAGMENTS_PER_BLOCK = 512;

    private final SquashfsBlocks blocks;
    private final int blockBytes;
    private final long fragments;
    private final long inodesStart;
    private final long directoriesStart;
    private final long fragmentsStart;
    private final long root;
    private final SortedMap<String, Bytes> files = new TreeMap<>();
    private int entriesLeft = ENTRIES_MAX;
    private long bytesLeft = SourceFiles.BYTES_MAX;

    /// @throws Refused `INVALID`
    SquashfsImage(byte[] image) {
        if (image.length < SUPERBLOCK_BYTES || !isSquashfs(image)) {
            throw SquashfsBlocks.damaged();
        }
        var superblock = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int blockLog = superblock.getShort(22);
        if (superblock.getShort(28) != VERSION_MAJOR
                || blockLog < BLOCK_LOG_MIN
                || blockLog > BLOCK_LOG_MAX
                || superblock.getInt(12) != 1 << blockLog) {
            throw SquashfsBlocks.damaged();
        }
        blockBytes = 1 << blockLog;
        fragments = Integer.toUnsignedLong(superblock.getInt(16));
        root = superblock.getLong(32);
        inodesStart = superblock.getLong(64);
        directoriesStart = superblock.getLong(72);
        fragmentsStart = superblock.getLong(80);
        blocks = new SquashfsBlocks(image, superblock.getShort(20));
    }

    static boolean isSquashfs(byte[] content) {
        return content.length >= MAGIC.length && Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /// @throws Refused `INVALID`, `TOO_LARGE`
    SortedMap<String, Bytes> read() {
        Metadata inode = inode(root >>> 16, (int) (root & 0xffff));
        int type = inode.u16();
        if (type != DIRECTORY && type != LARGE_DIRECTORY) {
            throw SquashfsBlocks.damaged();
        }
        directory("", inode, type);
        return files;
    }

    /// @param block counted from the table's start
    private Metadata inode(long block, int offset) {
        return blocks.metadata(inodesStart + block, offset);
    }

    private void directory(String path, Metadata inode, int type) {
        inode.skip(14);
        long start;
        long listed;
        int offset;
        if (type == DIRECTORY) {
            start = inode.u32();
            inode.skip(4);
            listed = inode.u16();
            offset = inode.u16();
        } else {
            inode.skip(4);
            listed = inode.u32();
            start = inode.u32();
            inode.skip(6);
            offset = inode.u16();
        }
        long bytes = listed - 3; // '.' and '..' are counted, and not there
        if (bytes > 0) {
            entries(path, blocks.metadata(directoriesStart + start, offset), bytes);
        }
    }

    private void entries(String path, Metadata listing, long bytes) {
        long left = bytes;
        while (left > 0) {
            long count = listing.u32() + 1;
            long block = listing.u32();
            listing.skip(4);
            left -= 12;
            for (long i = 0; i < count; i++) {
                if (--entriesLeft < 0) {
                    throw tooLarge("the squashfs image has too many entries");
                }
                int offset = listing.u16();
                listing.skip(2);
                int type = listing.u16();
                byte[] name = listing.bytes(listing.u16() + 1);
                left -= 8 + name.length;
                if (left < 0) {
                    throw SquashfsBlocks.damaged();
                }
                entry(path.isEmpty() ? segment(name) : path + "/" + segment(name), inode(block, offset), type);
            }
        }
    }

    private void entry(String path, Metadata inode, int listedType) {
        if (path.length() > SourceFiles.PATH_CHARS_MAX) {
            throw invalid("the squashfs image has a very long name");
        }
        int type = inode.u16();
        switch (listedType) {
            case DIRECTORY -> {
                requireType(type == DIRECTORY || type == LARGE_DIRECTORY);
                directory(path, inode, type);
            }
            case FILE -> {
                requireType(type == FILE || type == LARGE_FILE);
                if (files.size() == SourceFiles.FILES_MAX) {
                    throw tooLarge("the squashfs image has too many files");
                }
                if (files.put(path, file(inode, type)) != null) {
                    throw invalid("the squashfs image has a file twice");
                }
            }
            default -> throw invalid("the squashfs image has an entry that is neither a file nor a directory");
        }
    }

    private static void requireType(boolean isRight) {
        if (!isRight) {
            throw SquashfsBlocks.damaged();
        }
    }

    private Bytes file(Metadata inode, int type) {
        inode.skip(14);
        long start;
        long size;
        long fragment;
        long offset;
        if (type == FILE) {
            start = inode.u32();
            fragment = inode.u32();
            offset = inode.u32();
            size = inode.u32();
        } else {
            start = inode.i64();
            size = inode.i64();
            inode.skip(12);
            fragment = inode.u32();
            offset = inode.u32();
            inode.skip(4);
        }
        if (size < 0 || size > bytesLeft) {
            throw tooLarge("the squashfs image holds more than " + SourceFiles.BYTES_MAX + " bytes");
        }
        bytesLeft -= size;
        var content = new byte[(int) size];
        int inBlocks = (int) (fragment == NO_FRAGMENT ? size : size - size % blockBytes);
        long at = start;
        for (int filled = 0; filled < inBlocks; filled += blockBytes) {
            long word = inode.u32();
            int packedBytes = (int) (word & (STORED_FLAG - 1));
            int bytes = Math.min(blockBytes, inBlocks - filled);
            if (packedBytes > 0) {
                byte[] block = blocks.data(at, packedBytes, (word & STORED_FLAG) == 0, blockBytes);
                copy(block, 0, content, filled, bytes);
            }
            at += packedBytes;
        }
        if (inBlocks < size) {
            copy(fragment(fragment), offset, content, inBlocks, (int) size - inBlocks);
        }
        return Bytes.takeOver(content);
    }

    /// What the ends of several files share.
    private byte[] fragment(long index) {
        if (index >= fragments) {
            throw SquashfsBlocks.damaged();
        }
        long table = blocks.longAt(fragmentsStart + index / FRAGMENTS_PER_BLOCK * Long.BYTES);
        Metadata entry = blocks.metadata(table, (int) (index % FRAGMENTS_PER_BLOCK) * FRAGMENT_BYTES);
        long start = entry.i64();
        long word = entry.u32();
        return blocks.data(start, (int) (word & (STORED_FLAG - 1)), (word & STORED_FLAG) == 0, blockBytes);
    }

    private static void copy(byte[] from, long at, byte[] to, int toAt, int count) {
        if (at + count > from.length) {
            throw SquashfsBlocks.damaged();
        }
        System.arraycopy(from, (int) at, to, toAt, count);
    }

    private static String segment(byte[] name) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw invalid("the squashfs image has a name that is not UTF-8");
        }
        if (text.equals(".")
                || text.equals("..")
                || text.indexOf('/') >= 0
                || text.chars().anyMatch(Character::isISOControl)) {
            throw invalid("the squashfs image has a name with '..', '/' or a control character");
        }
        return text;
    }

    private static Refused invalid(String message) {
        return new Refused(Refusal.INVALID, message);
    }

    private static Refused tooLarge(String message) {
        return new Refused(Refusal.TOO_LARGE, message);
    }
}
