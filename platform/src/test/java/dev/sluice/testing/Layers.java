package dev.sluice.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Makes a layer of an image, entry by entry.
public final class Layers {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8");

    public Layers() {
        out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    public Layers file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8), 0644);
    }

    public Layers file(String name, byte[] content, int mode) {
        var entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
        entry.setSize(content.length);
        entry.setMode(mode);
        return add(entry, content);
    }

    public Layers directory(String name) {
        return add(new TarArchiveEntry(name + "/", TarConstants.LF_DIR, true), new byte[0]);
    }

    public Layers symbolicLink(String name, String target) {
        return link(name, target, TarConstants.LF_SYMLINK);
    }

    public Layers hardLink(String name, String target) {
        return link(name, target, TarConstants.LF_LINK);
    }

    private Layers link(String name, String target, byte kind) {
        var entry = new TarArchiveEntry(name, kind, true);
        entry.setLinkName(target);
        return add(entry, new byte[0]);
    }

    /// Of another kind: a device, a FIFO.
    public Layers special(String name, byte kind) {
        return add(new TarArchiveEntry(name, kind, true), new byte[0]);
    }

    /// A file or a directory of this machine, with all that is in it; links are kept.
    public Layers host(Path path) {
        try (var all = Files.walk(path)) {
            for (Path one : all.filter(Layers::isWanted).toList()) {
                String name = one.toString().substring(1);
                if (Files.isSymbolicLink(one)) {
                    symbolicLink(name, Files.readSymbolicLink(one).toString());
                } else if (Files.isRegularFile(one, LinkOption.NOFOLLOW_LINKS)) {
                    file(name, Files.readAllBytes(one), Files.isExecutable(one) ? 0755 : 0644);
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return this;
    }

    private static boolean isWanted(Path path) {
        String text = path.toString();
        return !text.contains("/__pycache__") && !text.contains("/test/") && !text.contains("/config-");
    }

    private Layers add(TarArchiveEntry entry, byte[] content) {
        try {
            entry.setModTime(0L);
            out.putArchiveEntry(entry);
            out.write(content);
            out.closeArchiveEntry();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return this;
    }

    public byte[] tar() {
        try {
            out.close();
            return bytes.toByteArray();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public DockerRegistry.Layer gzip() {
        byte[] tar = tar();
        return new DockerRegistry.Layer(gzip(tar), tar);
    }

    public static byte[] gzip(byte[] content) {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return packed.toByteArray();
    }
}
