package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sluice.bytes.Bytes;
import dev.sluice.label.Label;
import org.junit.jupiter.api.Test;

/// What is not in the form in which this room stores it is not taken for something else.
final class StoredFormsTest {
    private static final Bytes TEXT = Bytes.utf8("text");

    @Test
    void anId_isFortyHexDigits() {
        ObjectId id = ObjectId.derived("acme", "x");
        assertThat(ObjectId.parse(id.toString())).contains(id);
        assertThat(ObjectId.parse("g".repeat(40))).isEmpty();
        assertThat(ObjectId.parse(id + "00")).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new ObjectId(Bytes.takeOver(new byte[19])));
        assertThatIllegalArgumentException().isThrownBy(() -> new ObjectId(Bytes.takeOver(new byte[21])));
    }

    @Test
    void anObjectOfAnUnknownFormat_isNotRead() {
        var object = new StoredObject(Kind.FILE, 1, Label.PUBLIC, "acme", TEXT);
        assertThat(StoredObject.decode(object.encode())).isEqualTo(object);
        byte[] stored = object.encode().toArray();
        stored[0]++;
        assertThatIllegalStateException().isThrownBy(() -> StoredObject.decode(Bytes.takeOver(stored)));
    }

    @Test
    void aDamagedBlobsEntry_namesNoBlob() {
        assertThatIllegalStateException().isThrownBy(() -> BlobRef.decode(TEXT));
    }
}
