package dev.sluice.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.SortedMap;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Images were made by squashfs-tools 4.5 (`mksquashfs DIR FILE -all-root`, the small ones with `-nopad`, `stored`
/// with `-noI -noD -noF -b 4096`) and squashfs-tools-ng 1.2 (`gensquashfs --pack-dir DIR xz.squashfs`).
final class SquashfsImageTest {
    private static final int ROOT_FIELD = 32;
    private static final int BLOCK_BYTES = 1 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "xz"})
    void files_areReadWhole_fromBlocksAndFragments(String name) throws Exception {
        SortedMap<String, Bytes> files = new SquashfsImage(image(name)).read();
        assertThat(files).hasSize(304);
        assertThat(text(files, "workload.py")).startsWith("def handle(event, cloudcall):\n");
        assertThat(text(files, "package/large.txt")).isEqualTo("0123456789abcdef\n".repeat(20_000));
        assertThat(content(files, "package/sparse.bin").toArray())
                .hasSize(200_003)
                .startsWith(new byte[100_000])
                .endsWith('e', 'n', 'd');
        assertThat(content(files, "package/deep/empty.py").length()).isZero();
        assertThat(text(files, "package/deep/m300.py")).isEqualTo("x = 300\n");
    }

    @Test
    void whatIsStoredWithoutCompression_isRead() throws Exception {
        SortedMap<String, Bytes> files = new SquashfsImage(image("stored")).read();
        assertThat(files).containsOnlyKeys("a.py", "loop/b.py");
        assertThat(text(files, "loop/b.py")).isEqualTo("b = 2\n");
    }

    @Test
    void anotherCompression_isRefused_sayingWhatToDo() throws Exception {
        byte[] zstd = image("zstd");
        assertRefused(zstd, Refusal.INVALID, "-comp xz");
    }

    @Test
    void aLink_isRefused() throws Exception {
        assertRefused(image("link"), Refusal.INVALID, "neither a file nor a directory");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 10, 11, 12, 13, 14})
    void linksDevicesAndTheLike_areRefused_whateverTheirInodeIs(int type) {
        for (int inode = 1; inode <= CraftedImage.TYPES; inode++) {
            byte[] image = new CraftedImage().with("x", type, inode).bytes();
            assertRefused(image, Refusal.INVALID, "neither a file nor a directory");
        }
    }

    @Test
    void anEntry_isWhatItsInodeIs_orRefused() {
        for (int inode = 1; inode <= CraftedImage.TYPES; inode++) {
            boolean isFile = inode == CraftedImage.FILE || inode == CraftedImage.LARGE_FILE;
            boolean isDirectory = inode == CraftedImage.DIRECTORY || inode == CraftedImage.LARGE_DIRECTORY;
            byte[] file = new CraftedImage().with("x", CraftedImage.FILE, inode).bytes();
            byte[] directory =
                    new CraftedImage().with("x", CraftedImage.DIRECTORY, inode).bytes();
            assertThat(isRefused(file)).as("a file of type " + inode).isEqualTo(!isFile);
            assertThat(isRefused(directory)).as("a directory of type " + inode).isEqualTo(!isDirectory);
        }
    }

    @Test
    void moreFilesThanAPackageHas_areRefused() {
        CraftedImage image = entries(SourceFiles.FILES_MAX, CraftedImage.FILE);
        assertThat(new SquashfsImage(image.bytes()).read()).hasSize(SourceFiles.FILES_MAX);
        image.with("one more", CraftedImage.FILE, CraftedImage.FILE);
        assertRefused(image.bytes(), Refusal.TOO_LARGE, "too many files");
    }

    @Test
    void moreEntriesThanAPackageNeeds_areRefused_thoughNoneIsAFile() {
        CraftedImage image = entries(2 * SourceFiles.FILES_MAX, CraftedImage.DIRECTORY);
        assertThat(new SquashfsImage(image.bytes()).read()).isEmpty();
        image.with("one more", CraftedImage.DIRECTORY, CraftedImage.DIRECTORY);
        assertRefused(image.bytes(), Refusal.TOO_LARGE, "too many entries");
    }

    @Test
    void moreBytesThanAPackageHas_areRefused_thoughNoFileHasThem() {
        CraftedImage image = new CraftedImage().with("a", CraftedImage.FILE, CraftedImage.SPARSE);
        assertThat(content(new SquashfsImage(image.bytes()).read(), "a").length())
                .isEqualTo(CraftedImage.SPARSE_BYTES);
        image.with("b", CraftedImage.FILE, CraftedImage.SPARSE);
        assertRefused(image.bytes(), Refusal.TOO_LARGE, "holds more than");
    }

    @Test
    void aFileTwice_isRefused() {
        CraftedImage image = new CraftedImage()
                .with("a", CraftedImage.FILE, CraftedImage.FILE)
                .with("a", CraftedImage.FILE, CraftedImage.FILE);
        assertRefused(image.bytes(), Refusal.INVALID, "a file twice");
    }

    @Test
    void aRootThatIsNoDirectory_isRefused() {
        byte[] image = new CraftedImage()
                .with("a", CraftedImage.FILE, CraftedImage.FILE)
                .bytes();
        ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putLong(ROOT_FIELD, CraftedImage.at(CraftedImage.LINK));
        assertRefused(image, Refusal.INVALID, "damaged");
    }

    private static CraftedImage entries(int count, int type) {
        var image = new CraftedImage();
        for (int i = 0; i < count; i++) {
            image.with("n" + i, type, type);
        }
        return image;
    }

    @Test
    void aDirectoryInsideItself_isRefused() throws Exception {
        byte[] image = image("stored");
        short rootOffset = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).getShort(ROOT_FIELD);
        int entry = indexOf(image, "loop") - 8;
        ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putShort(entry, rootOffset);
        assertRefused(image, Refusal.INVALID, "a very long name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "/x", "a\u0007"})
    void aNameThatLeadsElsewhere_isRefused(String name) throws Exception {
        byte[] image = image("stored");
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        int at = indexOf(image, "loop");
        System.arraycopy(bytes, 0, image, at, bytes.length);
        var numbers = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        numbers.putShort(at - 2, (short) (bytes.length - 1));
        int listed = (int) numbers.getLong(64) + 2 + numbers.getShort(ROOT_FIELD) + 24;
        numbers.putShort(listed, (short) (numbers.getShort(listed) - 4 + bytes.length));
        assertRefused(image, Refusal.INVALID, "a name with");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored", "link"})
    void whateverIsBroken_isRefusedOrRead_andNothingElse(String name) throws Exception {
        byte[] good = image(name);
        int refused = 0;
        for (int at = 0; at < good.length; at++) {
            for (int flip : new int[] {0x01, 0x80, 0xff}) {
                byte[] broken = good.clone();
                broken[at] ^= (byte) flip;
                refused += isRefused(broken) ? 1 : 0;
            }
            refused += isRefused(Arrays.copyOf(good, at)) ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(good.length);
    }

    private static boolean isRefused(byte[] image) {
        try {
            new SquashfsImage(image).read();
            return false;
        } catch (Refused expected) {
            return true;
        }
    }

    @Test
    void moreWorkThanAnyFunctionNeeds_isRefused() throws Exception {
        var packed = new ByteArrayOutputStream();
        try (var deflated = new DeflaterOutputStream(packed)) {
            deflated.write(new byte[BLOCK_BYTES]);
        }
        int length = packed.size();
        packed.writeBytes(packed.toByteArray());
        var blocks = new SquashfsBlocks(packed.toByteArray(), 1);
        for (int i = 0; i < SquashfsBlocks.WORK_BYTES_MAX / BLOCK_BYTES; i++) {
            assertThat(blocks.data((long) i % 2 * length, length, true, BLOCK_BYTES))
                    .hasSize(BLOCK_BYTES);
        }
        assertThatThrownBy(() -> blocks.data(0, length, true, BLOCK_BYTES))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.TOO_LARGE));
    }

    private static void assertRefused(byte[] image, Refusal refusal, String reason) {
        assertThatThrownBy(() -> new SquashfsImage(image).read()).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.refusal()).isEqualTo(refusal);
            assertThat(refused.reason()).contains(reason);
        });
    }

    private static byte[] image(String name) throws IOException {
        try (InputStream in = SquashfsImageTest.class.getResourceAsStream(name + ".squashfs")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    private static Bytes content(SortedMap<String, Bytes> files, String path) {
        return Objects.requireNonNull(files.get(path));
    }

    private static String text(SortedMap<String, Bytes> files, String path) {
        return new String(content(files, path).toArray(), StandardCharsets.UTF_8);
    }

    private static int indexOf(byte[] image, String name) {
        return new String(image, StandardCharsets.ISO_8859_1).indexOf(name);
    }
}
