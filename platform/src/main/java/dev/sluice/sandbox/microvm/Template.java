package dev.sluice.sandbox.microvm;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/// The snapshot of a machine that has booted and waits for its order: no program has been started in it, and nothing of
/// a tenant was ever there. So every interpreter that comes of it begins with the entropy that its own order brings.
///
/// @param state of the devices
/// @param memory of the machine, as a file with holes
/// @param ramMib the size of that memory
record Template(Path state, Path memory, int ramMib) {
    private static final int STATE_BYTES_MAX = 16 << 20;
    private static final int CHUNK_BYTES_MAX = 1 << 20;

    static Template in(Path directory, String name, int ramMib) {
        return new Template(directory.resolve(name + ".state"), directory.resolve(name + ".memory"), ramMib);
    }

    boolean exists() {
        return Files.exists(state) && Files.exists(memory);
    }

    /// Keeps what a monitor sends.
    ///
    /// @throws IOException if it is cut short or is no snapshot
    void keep(DataInputStream sent) throws IOException {
        Tools.makeShown(state.resolveSibling(""));
        Path newState = Files.createTempFile(state.resolveSibling(""), "state", ".new");
        Path newMemory = Files.createTempFile(state.resolveSibling(""), "memory", ".new");
        try {
            long length = sent.readLong();
            if (length < 1 || length > STATE_BYTES_MAX) {
                throw new IOException("the state of a snapshot has a strange length");
            }
            Files.write(newState, sent.readNBytes((int) length));
            keepMemory(sent, newMemory);
            Files.setPosixFilePermissions(newState, PosixFilePermissions.fromString("r--r--r--"));
            Files.move(newMemory, memory, StandardCopyOption.ATOMIC_MOVE);
            Files.move(newState, state, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(newState);
            Files.deleteIfExists(newMemory);
        }
    }

    private void keepMemory(DataInputStream sent, Path file) throws IOException {
        long size = (long) ramMib << 20;
        try (var memory = new RandomAccessFile(file.toFile(), "rw")) {
            memory.setLength(size);
            while (true) {
                long offset = sent.readLong();
                if (offset == -1) {
                    return;
                }
                long length = sent.readLong();
                if (offset < 0 || length < 1 || length > CHUNK_BYTES_MAX || offset > size - length) {
                    throw new IOException("the memory of a snapshot is not of its machine");
                }
                byte[] chunk = sent.readNBytes((int) length);
                if (chunk.length != length) {
                    throw new EOFException("a snapshot is cut short");
                }
                memory.seek(offset);
                memory.write(chunk);
            }
        }
    }
}
