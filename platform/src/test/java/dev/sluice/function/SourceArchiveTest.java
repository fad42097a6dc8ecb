package dev.sluice.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SourceArchiveTest {
    private static final String HELLO = "def handle(context, payload):\n    return 'hello'\n";

    @Test
    void aWholeArchive_isUnpacked_sortedAndNormalized() throws IOException {
        byte[] tar = tar(file("./sub/b.py", "b"), directory("./sub"), file(".//a.py", "a"), file("c.py", "c"));
        SourceFiles source = SourceArchive.unpack(gzip(tar));
        assertThat(source.files().keySet()).containsExactly("a.py", "c.py", "sub/b.py");
        assertThat(source.files()).containsEntry("sub/b.py", Bytes.utf8("b"));
    }

    @Test
    void anArchive_asDispatchsClientMakesIt_withoutPaddingAndEnd_isUnpacked() throws IOException {
        byte[] tar = tar(file(".//hello.py", HELLO));
        byte[] cut = Arrays.copyOf(tar, 512 + HELLO.length());
        assertThat(SourceArchive.unpack(gzip(cut)).files()).containsEntry("hello.py", Bytes.utf8(HELLO));
    }

    @Test
    void anArchive_cutAnywhereElse_isRefused_orWhole() throws IOException {
        byte[] tar = tar(file("a", "x".repeat(700)), file("b", "y".repeat(100)));
        for (int length = 0; length < tar.length; length++) {
            byte[] cut = Arrays.copyOf(tar, length);
            boolean betweenFiles = length >= 512 + 700 && length <= 512 + 1024;
            boolean afterFiles = length >= 512 + 1024 + 512 + 100;
            if (betweenFiles) {
                assertThat(SourceArchive.unpack(gzip(cut)).files()).hasSize(1);
            } else if (afterFiles) {
                assertThat(SourceArchive.unpack(gzip(cut)).files()).hasSize(2);
            } else {
                assertRefused(gzip(cut), Refusal.INVALID);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "a/../../evil",
                "/etc/passwd",
                "a/..",
                "a\nb",
                "a\u0007b",
                "./../x",
                "..",
            })
    void aHostileName_isRefused(String name) throws IOException {
        assertRefused(gzip(tar(file(name, "x"))), Refusal.INVALID);
    }

    @ParameterizedTest
    @ValueSource(
            bytes = {
                TarConstants.LF_LINK,
                TarConstants.LF_SYMLINK,
                TarConstants.LF_CHR,
                TarConstants.LF_BLK,
                TarConstants.LF_FIFO,
                TarConstants.LF_GNUTYPE_SPARSE,
                TarConstants.LF_GNUTYPE_LONGLINK,
            })
    void anEntry_thatIsNoFileAndNoDirectory_isRefused(byte type) throws IOException {
        var entry = new TarArchiveEntry("name", type);
        entry.setLinkName("/etc/passwd");
        assertRefused(gzip(tar(new Member(entry, Bytes.EMPTY))), Refusal.INVALID);
        assertRefused(gzip(tar(file("a", "x"), new Member(entry, Bytes.EMPTY))), Refusal.INVALID);
    }

    /// Else what one reader takes for a file within the directory is another entry for the next.
    @Test
    void aDirectoryWithContent_isRefused() throws IOException {
        byte[] tar = tar(file("a", "x"), file("d", "y".repeat(512)));
        int header = 1024;
        tar[header + 156] = TarConstants.LF_DIR;
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += i >= 148 && i < 156 ? ' ' : tar[header + i] & 0xff;
        }
        byte[] octal = String.format(Locale.ROOT, "%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(octal, 0, tar, header + 148, octal.length);
        assertRefused(gzip(tar), Refusal.INVALID);
    }

    /// They are nothing in the end, and cost time.
    @Test
    void tooManyDirectories_areRefused() throws IOException {
        List<Member> members = new ArrayList<>(List.of(file("a", "x")));
        for (int i = 0; i < 2 * SourceFiles.FILES_MAX; i++) {
            members.add(directory("d"));
        }
        assertRefused(gzip(tar(members.toArray(Member[]::new))), Refusal.TOO_LARGE);
    }

    @Test
    void aLongName_ofEitherForm_isRead() throws IOException {
        String name = "d".repeat(90) + "/" + "f".repeat(120) + ".py";
        for (int mode : new int[] {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX}) {
            byte[] tar = tar(mode, file(name, "long"));
            assertThat(SourceArchive.unpack(gzip(tar)).files().keySet()).containsExactly(name);
        }
        String prefixed = "p".repeat(80) + "/" + "f".repeat(60);
        assertThat(SourceArchive.unpack(gzip(ustar(prefixed, "x"))).files().keySet())
                .containsExactly(prefixed);
    }

    @Test
    void aLongName_thatIsHostile_isRefused() throws IOException {
        String name = "../" + "x".repeat(150);
        for (int mode : new int[] {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX}) {
            assertRefused(gzip(tar(mode, file(name, "x"))), Refusal.INVALID);
        }
    }

    @Test
    void aFileTwice_andAFileAsADirectory_areRefused() throws IOException {
        assertRefused(gzip(tar(file("a", "1"), file("./a", "2"))), Refusal.INVALID);
        assertRefused(gzip(tar(file("a", "1"), file("a/b", "2"))), Refusal.INVALID);
    }

    @Test
    void anEmptyArchive_isRefused() throws IOException {
        assertRefused(gzip(tar()), Refusal.INVALID);
        assertRefused(gzip(new byte[0]), Refusal.INVALID);
        assertRefused(gzip(tar(directory("only"))), Refusal.INVALID);
        assertRefused(new byte[0], Refusal.INVALID);
        assertRefused("not gzip".getBytes(StandardCharsets.UTF_8), Refusal.INVALID);
    }

    @Test
    void tooManyEntries_areRefused() throws IOException {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i <= SourceFiles.FILES_MAX; i++) {
            members.add(file("f" + i, ""));
        }
        assertRefused(gzip(tar(members.toArray(Member[]::new))), Refusal.INVALID);
    }

    @Test
    void aBomb_isRefused_beforeItIsUnpacked() throws IOException {
        byte[] zeros = new byte[SourceFiles.BYTES_MAX + 1];
        byte[] bomb = gzip(tar(file("bomb", zeros)));
        assertThat(bomb.length).isLessThan(100_000);
        assertRefused(bomb, Refusal.TOO_LARGE);
        byte[] half = new byte[SourceFiles.BYTES_MAX / 2 + 1];
        assertRefused(gzip(tar(file("a", half), file("b", half))), Refusal.TOO_LARGE);
    }

    @Test
    void anything_afterTheEnd_isRefused() throws IOException {
        byte[] tar = tar(file("a", "1"));
        tar[tar.length - 1] = 'x';
        assertRefused(gzip(tar), Refusal.INVALID);
        assertRefused(gzip(Arrays.copyOf(tar(file("a", "1")), 3 << 20)), Refusal.INVALID);
    }

    @Test
    void aCutOrChangedGzip_isRefused() throws IOException {
        byte[] good = gzip(tar(file("a", HELLO)));
        assertRefused(Arrays.copyOf(good, good.length / 2), Refusal.INVALID);
        byte[] flipped = good.clone();
        flipped[flipped.length - 6] ^= 1;
        assertRefused(flipped, Refusal.INVALID);
    }

    @Test
    void anyBytes_areFilesOrOneRefusal() throws IOException {
        var random = new Random(42);
        byte[] good = tar(file("a/b.py", HELLO), directory("d"), file("c", "x".repeat(600)));
        for (int i = 0; i < 5_000; i++) {
            byte[] changed = good.clone();
            for (int change = random.nextInt(1, 8); change > 0; change--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(SourceArchive.unpack(gzip(changed)).files()).isNotEmpty();
            } catch (Refused expected) {
                assertThat(expected.refusal()).isIn(Refusal.INVALID, Refusal.TOO_LARGE);
            }
        }
    }

    @Test
    void equalFiles_areTheSamePackage_howeverTheyArrive() throws IOException {
        SourceFiles one = SourceArchive.unpack(gzip(tar(file("./b", "2"), file("a", "1"))));
        SourceFiles other = SourceArchive.unpack(gzip(tar(directory("x"), file("a", "1"), file(".//b", "2"))));
        assertThat(one.encode()).isEqualTo(other.encode());
    }

    @Test
    void theDefaultHandler_isKnownForOneFileOnly() throws IOException {
        SourceFiles one = SourceArchive.unpack(gzip(tar(file("hello.py", "x"))));
        SourceFiles two = SourceArchive.unpack(gzip(tar(file("hello.py", "x"), file("b.py", "x"))));
        SourceFiles text = SourceArchive.unpack(gzip(tar(file("README", "x"))));
        assertThat(SourceArchive.defaultHandler(Runtime.PYTHON3, one)).contains("hello.handle");
        assertThat(SourceArchive.defaultHandler(Runtime.NODEJS, one)).contains("./hello.py");
        assertThat(SourceArchive.defaultHandler(Runtime.PYTHON3, two)).isEmpty();
        assertThat(SourceArchive.defaultHandler(Runtime.PYTHON3, text)).isEmpty();
    }

    private static void assertRefused(byte[] gzip, Refusal refusal) {
        assertThatThrownBy(() -> SourceArchive.unpack(gzip))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(refusal));
    }

    private record Member(TarArchiveEntry entry, Bytes content) {}

    private static Member file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private static Member file(String name, byte[] content) {
        var entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        return new Member(entry, Bytes.copyOf(content));
    }

    private static Member directory(String name) {
        return new Member(new TarArchiveEntry(name, TarConstants.LF_DIR), Bytes.EMPTY);
    }

    private static byte[] tar(Member... members) throws IOException {
        return tar(TarArchiveOutputStream.LONGFILE_ERROR, members);
    }

    private static byte[] tar(int longNames, Member... members) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new TarArchiveOutputStream(bytes)) {
            out.setLongFileMode(longNames);
            for (Member member : members) {
                out.putArchiveEntry(member.entry());
                out.write(member.content().toArray());
                out.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /// A header with the first part of its name in the prefix field, as old POSIX archives have it.
    private static byte[] ustar(String name, String content) throws IOException {
        int slash = name.indexOf('/');
        byte[] tar = tar(file(name.substring(slash + 1), content));
        byte[] prefix = name.substring(0, slash).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(prefix, 0, tar, 345, prefix.length);
        System.arraycopy("ustar\00000".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 8);
        Arrays.fill(tar, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += tar[i] & 0xff;
        }
        byte[] octal = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(octal, 0, tar, 148, octal.length);
        return tar;
    }

    private static byte[] gzip(byte[] content) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
