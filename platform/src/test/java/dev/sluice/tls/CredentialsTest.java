package dev.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Keys and certificates as OpenSSL writes them.
final class CredentialsTest {
    private static final String HOST = "www.example.org";

    @TempDir
    private static Path directory;

    @BeforeAll
    static void make() throws Exception {
        shell("""
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=root \
                  -keyout ca.key -out ca.crt
                cat > leaf.ext <<'END'
                subjectAltName=DNS:www.example.org,DNS:*.wild.example.org
                END
                cat > client.ext <<'END'
                subjectAltName=DNS:www.example.org
                extendedKeyUsage=clientAuth
                END
                for kind in ec rsa; do
                  if [ $kind = ec ]; then openssl ecparam -name prime256v1 -genkey -out $kind.old
                  else openssl genrsa -traditional -out $kind.old 2048; fi
                  openssl pkcs8 -topk8 -nocrypt -in $kind.old -out $kind.key
                  openssl pkcs8 -topk8 -passout pass:secret -in $kind.old -out $kind.locked
                  openssl req -new -key $kind.key -subj /CN=www.example.org -out $kind.csr
                  openssl x509 -req -in $kind.csr -CA ca.crt -CAkey ca.key -days 20 -extfile leaf.ext -out $kind.crt
                done
                openssl x509 -req -in ec.csr -CA ca.crt -CAkey ca.key -days 20 -extfile client.ext -out client.crt
                openssl genrsa -out weak.key 1024
                openssl req -x509 -key weak.key -days 9 -subj /CN=www.example.org -out weak.crt
                openssl genpkey -algorithm ed25519 -out ed.key
                cat ec.crt ca.crt > chain.crt
                cat ca.crt ec.crt > reversed.crt
                for i in 1 2 3 4 5 6 7 8 9 10 11; do cat ec.crt; done > many.crt
                """);
    }

    private static void shell(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-ec", script)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static String file(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    @ParameterizedTest
    @CsvSource({"ec.crt,ec.key", "ec.crt,ec.old", "rsa.crt,rsa.key", "rsa.crt,rsa.old", "chain.crt,ec.key"})
    void whatBelongsTogether_isTaken(String certificates, String key) throws Exception {
        Credentials credentials = Credentials.parse(file(certificates), file(key));
        credentials.requireFor(HOST, Instant.now());
        credentials.requireFor("a.wild.example.org", Instant.now());
        assertThat(credentials.toString()).isEqualTo("credentials");
        assertThat(credentials.notAfter()).isAfter(Instant.now().plus(Duration.ofDays(19)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rsa.crt | ec.key | the private key is not the first certificate's",
                "reversed.crt | ec.key | certificate 1 is not issued by certificate 2",
                "many.crt | ec.key | there are 11 certificates",
                "ec.key | ec.key | the certificates cannot be read",
                "ec.csr | ec.key | the certificates cannot be read",
                "ec.crt | ec.crt | the private key cannot be read",
                "ec.crt | leaf.ext | the private key cannot be read",
                "ec.crt | ec.locked | the private key has a passphrase",
                "ec.crt | ed.key | EC or RSA",
                "weak.crt | weak.key | RSA with 1024 bits",
            })
    void whatDoesNot_isRefused_withoutAWordOfIt(String certificates, String key, String why) throws Exception {
        String secret = file(key);
        assertThatThrownBy(() -> Credentials.parse(file(certificates), secret))
                .isInstanceOf(CredentialsInvalid.class)
                .hasMessageContaining(why)
                .hasNoCause()
                .satisfies(refused ->
                        assertThat(secret.lines()).noneMatch(String.valueOf(refused.getMessage())::contains));
    }

    @Test
    void whatIsTooLong_isNotRead() throws Exception {
        String more = "x".repeat(Credentials.PEM_CHARACTERS_MAX + 1);
        assertThatThrownBy(() -> Credentials.parse(file("ec.crt") + more, file("ec.key")))
                .hasMessageContaining("more than");
        assertThatThrownBy(() -> Credentials.parse(file("ec.crt"), file("ec.key") + more))
                .hasMessageContaining("more than");
    }

    @Test
    void aHost_isServed_byWhatNamesIt_whileThatIsValid() throws Exception {
        Credentials credentials = Credentials.parse(file("ec.crt"), file("ec.key"));
        Instant now = Instant.now();
        for (String other :
                new String[] {"example.org", "evil.org", "wild.example.org", "a.b.wild.example.org", "org"}) {
            assertThatThrownBy(() -> credentials.requireFor(other, now)).hasMessageContaining("does not name");
        }
        assertThatThrownBy(() -> credentials.requireFor(HOST, now.plus(Duration.ofDays(21))))
                .hasMessageContaining("expired on");
        assertThatThrownBy(() -> credentials.requireFor(HOST, now.minus(Duration.ofDays(1))))
                .hasMessageContaining("not valid before");
        Credentials client = Credentials.parse(file("client.crt"), file("ec.key"));
        assertThatThrownBy(() -> client.requireFor(HOST, now)).hasMessageContaining("not for servers");
    }

    @Test
    void whatIsSelfSigned_isForItsHost() throws Exception {
        SelfSigned.of(HOST, Instant.now()).requireFor(HOST, Instant.now());
    }
}
