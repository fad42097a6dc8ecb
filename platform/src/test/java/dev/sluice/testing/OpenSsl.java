package dev.sluice.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/// `openssl s_client`, connected to a port of this machine. It takes whatever certificate it is shown. Not thread-safe.
public final class OpenSsl implements AutoCloseable {
    private static final int OUTPUT_CHARS_MAX = 1 << 20;

    private final Process process;
    private final StringBuilder said = new StringBuilder();

    private OpenSsl(Process process) {
        this.process = process;
    }

    /// @param host named by SNI; none where it is empty
    /// @param more further arguments of s_client
    public static OpenSsl connect(int port, String host, List<String> more) throws IOException {
        var command = new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port));
        command.addAll(host.isEmpty() ? List.of("-noservername") : List.of("-servername", host));
        command.addAll(List.of("-ign_eof", "-showcerts"));
        command.addAll(more);
        return new OpenSsl(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /// All that is said of a connection which asks for a host once and ends.
    public static String asked(int port, String sni, String host, String... more) throws IOException {
        try (OpenSsl client = connect(port, sni, List.of(more))) {
            client.send(host, "Connection: close\r\n");
            return client.rest();
        }
    }

    /// Asks, and reads until an answer to it has come.
    ///
    /// @return all that was said since the last time
    public String ask(String host) throws IOException {
        send(host, "");
        said.setLength(0);
        InputStream out = process.getInputStream();
        while (said.indexOf("HTTP/1.1 ") < 0 || said.indexOf("\r\n\r\n") < 0) {
            int next = out.read();
            if (next < 0 || said.length() > OUTPUT_CHARS_MAX) {
                throw new IOException("no answer: " + said);
            }
            said.append((char) next);
        }
        return said.toString();
    }

    private void send(String host, String more) throws IOException {
        try {
            process.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n").getBytes(UTF_8));
            process.getOutputStream().flush();
        } catch (IOException gone) {
            said.append("not sent"); // the handshake failed: what it says tells why
        }
    }

    private String rest() throws IOException {
        return said + new String(process.getInputStream().readNBytes(OUTPUT_CHARS_MAX), UTF_8);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
