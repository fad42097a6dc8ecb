package dev.sluice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.testing.Layers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What layers become, and what they cannot do. Beside the directory lies a file that none of them may reach.
@Timeout(60)
final class UnpackingTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path directory;

    private Path root;
    private Path outside;
    private Unpacking unpacking;

    @BeforeEach
    void start() throws IOException {
        root = Files.createDirectory(directory.resolve("root"));
        outside = Files.writeString(directory.resolve("outside"), "as before");
        unpacking = new Unpacking(root, 8 * MIB, 100_000);
    }

    private void layer(Layers layer) throws PullFailed, IOException {
        unpacking.layer(new ByteArrayInputStream(layer.tar()));
    }

    private String refused(Layers layer) {
        String reason =
                catchThrowableOfType(PullFailed.class, () -> layer(layer)).reason();
        assertThat(outside).hasContent("as before");
        assertThat(directory).isDirectoryNotContaining(path -> !path.equals(root) && !path.equals(outside));
        return reason;
    }

    @Test
    void layers_lieOnEachOther() throws Exception {
        layer(new Layers()
                .directory("etc")
                .file("etc/a", "1")
                .file("etc/b", "1")
                .symbolicLink("bin", "usr/bin")
                .file("usr/bin/tool", new byte[] {1}, 0755)
                .hardLink("usr/bin/same", "usr/bin/tool"));
        layer(new Layers().file("./etc/a", "2").file("bin/more", "3").file("etc/ő", "4"));
        assertThat(root.resolve("etc/a")).hasContent("2");
        assertThat(root.resolve("etc/b")).hasContent("1");
        assertThat(root.resolve("usr/bin/more")).hasContent("3");
        assertThat(root.resolve("usr/bin/same")).hasBinaryContent(new byte[] {1});
        assertThat(root.resolve("etc/ő")).hasContent("4");
        assertThat(root.resolve("bin")).isSymbolicLink();
    }

    @Test
    void aWhiteout_hidesWhatLiesBelow_andNothingOfItsOwnLayer() throws Exception {
        layer(new Layers().file("a", "1").file("d/x", "1").file("e/x", "1").file("e/f/x", "1"));
        layer(new Layers()
                .file(".wh.a", "")
                .file(".wh.d", "")
                .file("e/f/y", "2")
                .file("e/.wh..wh..opq", "")
                .file("e/z", "2"));
        assertThat(root.resolve("a")).doesNotExist();
        assertThat(root.resolve("d")).doesNotExist();
        assertThat(root.resolve("e/x")).doesNotExist();
        assertThat(root.resolve("e/f/x")).doesNotExist();
        assertThat(root.resolve("e/f/y")).hasContent("2");
        assertThat(root.resolve("e/z")).hasContent("2");
        assertThat(root).isDirectoryNotContaining("glob:**.wh.*");
    }

    /// A few bytes of a compressed archive, and hours: each hides a whole directory, or goes through long links.
    @Test
    void layersThatTakeEndlessSteps_areRefused() throws Exception {
        var hiding = new Layers();
        for (int i = 0; i < 400; i++) {
            hiding.file("d/" + i, "");
        }
        for (int i = 0; i < 400; i++) {
            hiding.file("d/.wh..wh..opq", "");
        }
        assertThat(refused(hiding)).contains("more than 100000 steps");

        unpacking = new Unpacking(root, 8 * MIB, 100_000);
        var leading = new Layers().symbolicLink("a", "b/../".repeat(700) + "b").directory("b");
        for (int i = 0; i < 400; i++) {
            leading.file("a/" + i, "");
        }
        assertThat(refused(leading)).contains("more than 100000 steps");
    }

    @Test
    void noProgram_givesItsCallerAnotherUsersRights_andAllCanBeRead() throws Exception {
        layer(new Layers().file("su", new byte[] {1}, 06755).file("secret", new byte[] {1}, 0600));
        assertThat((int) Files.getAttribute(root.resolve("su"), "unix:mode") & 07777)
                .isEqualTo(0755);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("secret"))))
                .isEqualTo("rw-r--r--");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "a/../../outside", "/outside", "..", "a/.."})
    void aPathThatLeadsOut_isRefused(String name) {
        assertThat(refused(new Layers().file(name, "mine"))).contains("path that leads out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "/../outside", "a/../../outside", "../../etc/passwd"})
    void aLinkThatLeadsOut_isRefused(String target) {
        assertThat(refused(new Layers().symbolicLink("link", target))).contains("link that leads out");
        assertThat(refused(new Layers().hardLink("hard", target))).contains("layer of the image holds a");
    }

    /// A link leads no further out than where it was made; another name of it may be higher up.
    @Test
    void aLinkThatIsLinkedFurtherUp_staysInside() throws Exception {
        layer(new Layers()
                .directory("deep")
                .symbolicLink("deep/link", "../escape")
                .hardLink("up", "deep/link"));
        layer(new Layers().file("up/mine", "mine"));
        assertThat(directory.resolve("escape")).doesNotExist();
        assertThat(root.resolve("escape/mine")).hasContent("mine");
    }

    @Test
    void aPathThroughALinkToTheRoot_staysInside() throws Exception {
        layer(new Layers().symbolicLink("link", directory.toString()));
        layer(new Layers().file("link/outside", "mine"));
        assertThat(outside).hasContent("as before");
        assertThat(root.resolve(directory.toString().substring(1)).resolve("outside"))
                .hasContent("mine");
    }

    @Test
    void aFileInPlaceOfALink_replacesTheLinkAndNotWhatItLeadsTo() throws Exception {
        layer(new Layers().file("target", "1").symbolicLink("link", "target"));
        layer(new Layers().file("link", "2"));
        assertThat(root.resolve("target")).hasContent("1");
        assertThat(root.resolve("link")).hasContent("2");
    }

    @Test
    void aWhiteoutThroughALink_hidesNothingOutside() throws Exception {
        layer(new Layers().symbolicLink("link", directory.toString()).file("x", "1"));
        layer(new Layers().file("link/.wh.outside", ""));
        assertThat(outside).hasContent("as before");
    }

    @Test
    void aHardLinkThroughALink_findsNothingOutside() throws Exception {
        layer(new Layers().symbolicLink("link", directory.toString()));
        assertThat(refused(new Layers().hardLink("mine", "link/outside"))).contains("no directory");
    }

    @ParameterizedTest
    @ValueSource(bytes = {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO})
    void aDevice_isRefused(byte kind) {
        assertThat(refused(new Layers().special("dev/mine", kind))).contains("device");
        assertThat(root.resolve("dev/mine")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({".wh.", ".wh..", ".wh..."})
    void aWhiteoutWithoutAName_isRefused(String name) {
        assertThat(refused(new Layers().file("d/" + name, ""))).contains("hides what has no name");
    }

    @Test
    void linksInACircle_areRefused() throws Exception {
        layer(new Layers().symbolicLink("a", "b").symbolicLink("b", "a"));
        assertThat(refused(new Layers().file("a/x", "1"))).contains("too many links");
    }

    @Test
    void aDeepTree_isRefused() {
        assertThat(refused(new Layers().file("d/".repeat(200) + "x", "1"))).contains("too many links or directories");
    }

    @Test
    void tooManyFiles_areRefused() {
        var many = new Layers();
        for (int i = 0; i <= Unpacking.ENTRIES_MAX; i++) {
            many.directory("d");
        }
        assertThat(refusedOf(many, 1L << 30)).contains("more than " + Unpacking.ENTRIES_MAX);
    }

    private String refusedOf(Layers layer, long bytesMax) {
        var larger = new Unpacking(root, bytesMax, 100_000);
        return catchThrowableOfType(PullFailed.class, () -> larger.layer(new ByteArrayInputStream(layer.tar())))
                .reason();
    }

    @Test
    void moreThanTheLimit_isRefused_inOneFileOrInAllLayers() throws Exception {
        layer(new Layers().file("a", new byte[(int) (5 * MIB)], 0644));
        assertThat(refused(new Layers().file("b", new byte[(int) (5 * MIB)], 0644)))
                .contains("larger than 8 MiB");
        assertThat(root.resolve("b")).doesNotExist();
    }

    @Test
    void bytesThatAreInNoFile_countToo() {
        byte[] tar = new Layers().file("a", new byte[(int) (9 * MIB)], 0644).tar();
        tar[156] = TarConstants.LF_DIR; // a directory with nine mebibytes
        sum(tar);
        assertThat(catchThrowableOfType(PullFailed.class, () -> unpacking.layer(new ByteArrayInputStream(tar)))
                        .reason())
                .contains("larger than 8 MiB");
    }

    @Test
    void aNameWithoutEnd_isRefusedBeforeItIsHeld() {
        byte[] tar = new Layers().file("a", new byte[(int) (3 * MIB)], 0644).tar();
        tar[156] = 'L'; // a name of three mebibytes
        sum(tar);
        assertThatThrownBy(() -> unpacking.layer(new ByteArrayInputStream(tar)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("endless");
    }

    private static void sum(byte[] header) {
        java.util.Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += header[i] & 0xff;
        }
        byte[] text = String.format("%06o\0 ", sum).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, header, 148, text.length);
    }

    @Test
    void whatEndsEarly_isNoLayer() {
        byte[] tar = new Layers().file("a", new byte[2000], 0644).tar();
        InputStream cut = new ByteArrayInputStream(tar, 0, 1500);
        assertThatThrownBy(() -> unpacking.layer(cut)).isInstanceOf(IOException.class);
    }

    @Test
    void aDirectoryInPlaceOfAFile_andTheOtherWayRound() throws Exception {
        layer(new Layers().file("a", "1").file("b/c", "1"));
        layer(new Layers().file("b", "2"));
        assertThat(Files.isRegularFile(root.resolve("b"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
        assertThat(refused(new Layers().file("a/c", "2"))).contains("what is no directory");
    }
}
