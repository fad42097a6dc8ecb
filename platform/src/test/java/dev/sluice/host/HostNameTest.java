package dev.sluice.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"www.example.org", "a.b", "xn--bcher-kva.example", "1.example", "a-b.c-d.e", "0x1.example"})
    void aName_isTaken(String text) {
        assertThat(HostName.of(text)).contains(new HostName(text));
    }

    @Test
    void capitals_areSmallLetters() {
        assertThat(HostName.of("WWW.Example.ORG")).contains(new HostName("www.example.org"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "localhost",
                "a.b.",
                ".a.b",
                "a..b",
                "-a.b",
                "a-.b",
                "a.b:80",
                "127.0.0.1",
                "1.2.3.0x4",
                "1.2.3.0x",
                "127.1",
                "[::1]",
                "::1",
                "a_b.c",
                "a b.c",
                "a.b/c",
                "a@b.c",
                "*.example.org",
                "bücher.example",
                "\u212A.example", // the sign of the Kelvin, whose small letter is a k
                "a.b\n",
                "a.b\nc.d",
                "a.b\0",
                "%61.b"
            })
    void whatIsNone_isRefused(String text) {
        assertThat(HostName.of(text)).isEmpty();
        assertThatThrownBy(() -> new HostName(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void labelsAndNames_areBounded() {
        assertThat(HostName.of("a".repeat(63) + ".b")).isPresent();
        assertThat(HostName.of("a".repeat(64) + ".b")).isEmpty();
        String longest = "a.".repeat(HostName.CHARS_MAX / 2) + "b";
        assertThat(HostName.of(longest)).isPresent();
        assertThat(HostName.of("a" + longest)).isEmpty();
        assertThat(DnsProof.record(new HostName(longest))).hasSizeLessThanOrEqualTo(253);
    }

    @Test
    void everyText_isReadOrNot_andNeverFails() {
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append((char) (random.nextBoolean() ? 'a' + random.nextInt(3) : random.nextInt(0x3000)));
                text.append(random.nextInt(3) == 0 ? "." : "");
            }
            HostName.of(text.toString())
                    .ifPresent(name -> assertThat(name.text()).matches("[a-z0-9.-]+"));
        }
    }
}
