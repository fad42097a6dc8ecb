package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

final class ClientHelloTest {
    private static byte[] hello(String name) throws GeneralSecurityException, SSLException {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(name.isEmpty() ? List.of() : List.of(new SNIHostName(name)));
        engine.setSSLParameters(parameters);
        var out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    @Test
    void aName_isFound_onceItHasCome() throws Exception {
        byte[] hello = hello("www.Example.org");
        assertThat(ClientHello.of(ByteBuffer.wrap(hello))).isEqualTo(new ClientHello.For("www.example.org"));
        for (int length = 0; length < hello.length; length++) {
            assertThat(ClientHello.of(ByteBuffer.wrap(hello, 0, length)))
                    .as("of length " + length)
                    .isEqualTo(new ClientHello.Unfinished());
        }
        assertThat(ClientHello.of(ByteBuffer.wrap(hello("")))).isEqualTo(new ClientHello.ForNobody());
    }

    @Test
    void otherBytes_areForNobody() {
        assertThat(ClientHello.of(ByteBuffer.wrap("GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(new ClientHello.ForNobody());
        byte[] endless = {22, 3, 1, (byte) 0xff, (byte) 0xff};
        assertThat(ClientHello.of(ByteBuffer.wrap(endless))).isEqualTo(new ClientHello.ForNobody());
    }

    @Test
    void anyBytes_giveOneOfTheThree_andAreLeftAsTheyWere() throws Exception {
        byte[] good = hello("www.example.org");
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Arrays.copyOf(good, random.nextInt(good.length) + 1);
            for (int j = random.nextInt(4); j > 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            assertThat(ClientHello.of(buffer)).isNotNull();
            assertThat(buffer.remaining()).isEqualTo(bytes.length);
        }
    }
}
