package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageSignatureTest {
    private static final String INPUT =
            "sig-b25=(\"date\" \"@authority\" \"content-type\")" + ";created=1618884473;keyid=\"test-shared-secret\"";
    private static final String SIGNATURE = "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:";

    /// RFC 9421, B.2.5, with the key of B.1.5.
    @Test
    void theExampleOfTheRfc_isSignedAsItSays() throws Exception {
        var told = Map.of(
                "date", "Tue, 20 Apr 2021 02:07:55 GMT",
                "@authority", "example.com",
                "content-type", "application/json");
        MessageSignature signature = MessageSignature.of(INPUT, SIGNATURE).orElseThrow();
        byte[] base = signature
                .base(name -> Optional.ofNullable(told.get(name)))
                .orElseThrow()
                .toArray();
        var key = Base64.getDecoder()
                .decode("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        assertThat(signature.signature().toArray()).isEqualTo(mac.doFinal(base));
        assertThat(signature.parameters()).containsEntry("keyid", "test-shared-secret");
        assertThat(signature.moment("created").orElseThrow().getEpochSecond()).isEqualTo(1618884473L);
        assertThat(signature.base(_ -> Optional.empty())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sig1",
                "sig2=(\"date\");created=1",
                "sig1=(\"date\" \"date\");created=1",
                "sig1=(\"date\";sf);created=1",
                "sig1=(\"date\";req);created=1",
                "sig1=(\"date\"),sig2=(\"date\")",
                "sig1=(\"date\");created=1;created=2",
                "sig1=(\"date\");created=\"",
                "sig1=(\"date\");created=1;",
                "sig1=(\"Date\");created=1",
                "sig1=(date);created=1",
            })
    void whatIsNotOneSignature_isNone(String input) {
        assertThat(MessageSignature.of(input, "sig1=:AAAA:")).isEmpty();
        assertThat(MessageSignature.of("sig1=(\"date\");created=1", "sig1=:AAAA:"))
                .isPresent();
    }

    @Test
    void anyText_isOneOrNone() {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder(INPUT);
            for (int n = random.nextInt(3); n >= 0; n--) {
                text.setCharAt(random.nextInt(INPUT.length()), (char) (' ' + random.nextInt(100)));
            }
            Optional<MessageSignature> any = MessageSignature.of(text.toString(), SIGNATURE);
            assertThat(any.flatMap(one -> one.moment("created"))).isNotNull();
        }
    }
}
