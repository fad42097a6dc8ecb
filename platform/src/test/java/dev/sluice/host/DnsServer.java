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
import java.util.concurrent.CountDownLatch;

/// A DNS server (RFC 1035) on loopback that has TXT records.
public final class DnsServer implements AutoCloseable {
    private static final int HEADER_BYTES = 12;
    private static final int NO_SUCH_NAME = 3;

    private final DatagramSocket socket;
    private final Map<String, List<String>> records = new ConcurrentHashMap<>();
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();
    private volatile boolean isSilent;
    private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();

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

    /// Keeps who asks for a name waiting, until it is told to go on.
    public CountDownLatch hold(String name) {
        var go = new CountDownLatch(1);
        held.put(name, go);
        return go;
    }

    /// How often it was asked for a name.
    public int asked(String name) {
        return asked.getOrDefault(name, 0);
    }

    private void serve() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[512], 512);
                socket.receive(packet);
                Thread.ofVirtual().start(() -> answer(packet));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void answer(DatagramPacket packet) {
        try {
            byte[] answer = answer(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
            if (!isSilent) {
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException | InterruptedException closed) {
            // the test is over
        }
    }

    private byte[] answer(ByteBuffer question) throws InterruptedException {
        short id = question.getShort();
        question.position(HEADER_BYTES);
        var name = new StringBuilder();
        for (int length = question.get(); length != 0; length = question.get()) {
            byte[] label = new byte[length];
            question.get(label);
            name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
        }
        question.getInt();
        byte[] repeated = new byte[question.position() - HEADER_BYTES];
        question.get(HEADER_BYTES, repeated);
        String wanted = name.toString().toLowerCase(Locale.ROOT);
        asked.merge(wanted, 1, Integer::sum);
        CountDownLatch go = held.get(wanted);
        if (go != null) {
            go.await();
        }
        List<String> texts = records.getOrDefault(wanted, List.of());
        var out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(HEADER_BYTES)
                .putShort(id)
                .putShort((short) (0x8580 | (texts.isEmpty() ? NO_SUCH_NAME : 0)))
                .putShort((short) 1)
                .putShort((short) texts.size())
                .array());
        out.writeBytes(repeated);
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
