package dev.sluice.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TarWriterTest {
    @Test
    void whatIsPacked_isUnpackedAsItWas() throws Exception {
        var files = new SourceFiles(new TreeMap<>(Map.of(
                "a.py",
                Bytes.utf8("print(1)\n"),
                "empty",
                Bytes.EMPTY,
                "block/of/512",
                Bytes.utf8("x".repeat(512)),
                "ä/ö.txt",
                Bytes.utf8("umlauts"),
                "deep/".repeat(40) + "file",
                Bytes.utf8("far"))));
        assertThat(SourceArchive.unpack(SourceArchive.pack(files))).isEqualTo(files);
    }
}
