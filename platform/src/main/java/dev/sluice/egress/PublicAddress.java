package dev.sluice.egress;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/// Tells the internet from everything nearer: this machine, its networks, its cloud's metadata, and what carries
/// another address inside.
///
/// Source: the IANA registries of special-purpose IPv4 and IPv6 addresses (RFC 6890 and its updates).
final class PublicAddress {
    private static final int IPV4_BYTES = 4;

    /// Only 2000::/3 is the internet.
    private static final Block GLOBAL = Block.of("2000:0:0:0:0:0:0:0/3");

    private static final List<Block> NEARER = List.of(
            Block.of("0.0.0.0/8"), // this network
            Block.of("10.0.0.0/8"), // private
            Block.of("100.64.0.0/10"), // shared by a carrier's customers
            Block.of("127.0.0.0/8"), // loopback
            Block.of("169.254.0.0/16"), // link, and clouds' metadata
            Block.of("172.16.0.0/12"), // private
            Block.of("192.0.0.0/24"), // protocols
            Block.of("192.0.2.0/24"), // documentation
            Block.of("192.88.99.0/24"), // 6to4 relays
            Block.of("192.168.0.0/16"), // private
            Block.of("198.18.0.0/15"), // benchmarks
            Block.of("198.51.100.0/24"), // documentation
            Block.of("203.0.113.0/24"), // documentation
            Block.of("224.0.0.0/4"), // multicast
            Block.of("240.0.0.0/4"), // reserved, broadcast
            Block.of("2001:0:0:0:0:0:0:0/23"), // Teredo, ORCHID and other protocols
            Block.of("2001:db8:0:0:0:0:0:0/32"), // documentation
            Block.of("2002:0:0:0:0:0:0:0/16"), // 6to4: carries an IPv4 address
            Block.of("3fff:0:0:0:0:0:0:0/20")); // documentation

    private PublicAddress() {}

    static boolean is(InetAddress address) {
        byte[] bytes = address.getAddress();
        return (bytes.length == IPV4_BYTES || GLOBAL.holds(bytes))
                && NEARER.stream().noneMatch(block -> block.holds(bytes));
    }

    /// The addresses that begin with some bits.
    @SuppressWarnings("ArrayRecordComponent") // compared with nothing
    private record Block(byte[] prefix, int bits) {
        static Block of(String text) {
            int slash = text.indexOf('/');
            return new Block(
                    InetAddress.ofLiteral(text.substring(0, slash)).getAddress(),
                    Integer.parseInt(text.substring(slash + 1)));
        }

        boolean holds(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            int whole = bits / Byte.SIZE;
            int rest = bits % Byte.SIZE;
            return Arrays.equals(address, 0, whole, prefix, 0, whole)
                    && (rest == 0 || (address[whole] ^ prefix[whole]) >> (Byte.SIZE - rest) == 0);
        }
    }
}
