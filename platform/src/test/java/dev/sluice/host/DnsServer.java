package dev.sluice.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A DNS server (RFC 1035) on loopback that has TXT records.
public final class DnsServer implements AutoCloseable {
    private static final int HEADER_BYTES = 12;
    private static final int NO_SUCH_NAME = 3;

    private final DatagramSocket socket;
    private final Map<String, List<String>> records = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean isSilent;

    public DnsServer() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
    }

    public void put(String name, String... texts) {
        records.put(name, List.of(texts));
    }

    public void remove(String name) {
        records.remove(name);
    }

    /// Answers nobody from now on.
    void silence() {
        isSilent = true;
    }

    /// How often it was asked for anything.
    public int asked() {
        return asked.get();
    }

    private void serve() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[512], 512);
                socket.receive(packet);
                asked.incrementAndGet();
                if (!isSilent) {
                    byte[] answer = answer(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private byte[] answer(ByteBuffer question) {
        short id = question.getShort();
        question.position(HEADER_BYTES);
        var name = new StringBuilder();
        for (int length = question.get(); length != 0; length = question.get()) {
            byte[] label = new byte[length];
            question.get(label);
            name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
        }
        question.getInt();
        byte[] asked = new byte[question.position() - HEADER_BYTES];
        question.get(HEADER_BYTES, asked);
        List<String> texts = records.getOrDefault(name.toString().toLowerCase(Locale.ROOT), List.of());
        var out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(HEADER_BYTES)
                .putShort(id)
                .putShort((short) (0x8580 | (texts.isEmpty() ? NO_SUCH_NAME : 0)))
                .putShort((short) 1)
                .putShort((short) texts.size())
                .array());
        out.writeBytes(asked);
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(
                    new byte[] {(byte) 0xC0, HEADER_BYTES, 0, 16, 0, 1, 0, 0, 0, 0, 0, (byte) (bytes.length + 1)});
            out.write(bytes.length);
            out.writeBytes(bytes);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
