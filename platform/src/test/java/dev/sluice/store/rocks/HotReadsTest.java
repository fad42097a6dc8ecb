package dev.sluice.store.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class HotReadsTest {
    private static final Bytes KEY = Bytes.utf8("key");
    private static final Bytes OTHER = Bytes.utf8("other");
    private static final Bytes OLD = Bytes.utf8("old");

    private final HotReads hot = new HotReads();

    @Test
    void whatIsOffered_isKept_untilItChanges() {
        hot.offer(KEY, OLD, hot.phase());
        hot.offer(OTHER, OLD, hot.phase());
        assertThat(hot.get(KEY)).isEqualTo(OLD);
        hot.begin(Set.of(KEY));
        assertThat(hot.get(KEY)).isNull();
        assertThat(hot.get(OTHER)).isEqualTo(OLD);
    }

    @Test
    void whatIsRead_whileItChanges_isNotKept() {
        hot.begin(Set.of(KEY));
        HotReads.Phase before = hot.phase();
        hot.offer(KEY, OLD, before);
        hot.offer(OTHER, OLD, before);
        assertThat(hot.get(KEY)).isNull();
        assertThat(hot.get(OTHER)).isEqualTo(OLD);
    }

    @Test
    void whatWasRead_beforeAChange_isNotKeptAfterIt() {
        HotReads.Phase before = hot.phase();
        hot.begin(Set.of(KEY));
        hot.offer(KEY, OLD, before);
        assertThat(hot.get(KEY)).isNull();
        hot.end();
        hot.offer(KEY, OLD, before);
        assertThat(hot.get(KEY)).isNull();
    }

    @Test
    void largeValues_areNotKept() {
        hot.offer(KEY, Bytes.takeOver(new byte[1 << 20]), hot.phase());
        assertThat(hot.get(KEY)).isNull();
    }
}
