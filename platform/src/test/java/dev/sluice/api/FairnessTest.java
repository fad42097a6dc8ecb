package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Asker;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// What one organization does does not stop another one's work.
final class FairnessTest extends ApiTest {
    private static final String HELLO = "def handle(context, payload):\n    return 1\n";
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void codeThatLoadsWithoutEnd_keepsNoOtherOrganizationsBuildsWaiting() {
        Asker flood = api.developer("flood", "function");
        Asker quiet = api.developer("quiet", "function");
        for (int i = 0; i < 6; i++) {
            api.post(flood, "/v1/function", ApiServer.python("stuck" + i, "import time\ntime.sleep(600)\n" + HELLO));
        }
        assertThat(api.post(quiet, "/v1/function", ApiServer.python("soon", HELLO))
                        .status())
                .isEqualTo(201);
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(api.get(quiet, "/v1/function/soon").text("status"))
                                .isEqualTo("READY"));
    }

    @Test
    void uploadsThatDoNotCome_keepNobodyElsesWaiting() throws Exception {
        Asker slow = api.developer("slow", "function");
        Asker prompt = api.developer("prompt", "function");
        var stalled = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 8; i++) {
                var socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
                stalled.add(socket);
                socket.getOutputStream()
                        .write(("POST /v1/function HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                        + "Authorization: Bearer " + slow.token()
                                        + "\r\nContent-Length: 40000\r\n\r\n{\"name\":")
                                .getBytes(StandardCharsets.US_ASCII));
            }
            long began = System.nanoTime();
            assertThat(api.post(prompt, "/v1/function", ApiServer.python("prompt", HELLO))
                            .status())
                    .isEqualTo(201);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }
}
