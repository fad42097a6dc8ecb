package dev.sluice.host;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.egress.Egress;
import dev.sluice.egress.EgressFailed;
import dev.sluice.egress.Origin;
import dev.sluice.egress.Outbound;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/// Looks for a file at a host: at a public address, without following redirects, within 10 s.
final class HttpProof {
    static final int PORT = 80;
    private static final String BELOW = "/.well-known/sluice-challenge/";
    private static final int NAME_CHARS = 32;
    private static final int BODY_BYTES_MAX = 1 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OK = 200;

    private final Egress egress;
    private final int port;

    /// @param port where hosts are asked
    HttpProof(Egress egress, int port) {
        this.egress = egress;
        this.port = port;
    }

    /// The value is not in it: servers that repeat what they are asked for show nothing.
    static String path(String value) {
        return BELOW + Digest.of(Bytes.utf8(value)).hex().substring(0, NAME_CHARS);
    }

    /// Whether the host answers with this value. What cannot be asked does not.
    ///
    /// @param organization who is charged for it
    boolean shows(String organization, HostName host, String value) throws InterruptedException {
        try {
            var outbound =
                    new Outbound(new Origin("http", host.text(), port), "GET", path(value), Map.of(), Bytes.EMPTY);
            return egress.download(
                    organization,
                    outbound,
                    PATIENCE,
                    (status, _, body) -> status == OK
                            && new String(body.readNBytes(BODY_BYTES_MAX), StandardCharsets.UTF_8)
                                    .strip()
                                    .equals(value));
        } catch (EgressFailed | IOException none) {
            return false;
        }
    }
}
