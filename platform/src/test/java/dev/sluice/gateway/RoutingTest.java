package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fs.FsPath;
import dev.sluice.label.Label;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class RoutingTest {
    private static final Routing STICKY = new Routing(true, Optional.empty());
    private static final FsPath GATE = FsPath.home(Label.PUBLIC).child("a");
    private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");

    private static Optional<ObjectNode> user(String name) {
        return Optional.of(JsonMapper.shared().createObjectNode().put("sub", name));
    }

    private static int place(String address) {
        return STICKY.place(GATE, Optional.empty(), InetAddress.ofLiteral(address));
    }

    /// That all of 1,000 have one place by chance is as likely as 1 in 10^1998.
    @Test
    void byChance_placesDiffer_andAreBelowAHundred() {
        List<Integer> places = IntStream.range(0, 1000)
                .map(i -> Routing.BY_CHANCE.place(GATE, user("ann"), ONE))
                .boxed()
                .toList();
        assertThat(places).allMatch(place -> place >= 0 && place < Routing.PLACES);
        assertThat(places.stream().distinct().count()).isGreaterThan(1);
    }

    @Test
    void sticky_isByWhoAsks_andElseByHisNetwork() {
        int ann = STICKY.place(GATE, user("ann"), ONE);
        assertThat(STICKY.place(GATE, user("ann"), InetAddress.ofLiteral("198.51.100.7")))
                .isEqualTo(ann);
        assertThat(place("2001:db8:0:1::1")).isEqualTo(place("2001:db8:0:1:ffff::2"));
        assertThat(IntStream.range(0, 50)
                        .map(i -> place("192.0.2." + i))
                        .distinct()
                        .count())
                .isGreaterThan(20);
        assertThat(IntStream.range(0, 50)
                        .map(i -> STICKY.place(GATE, user("u" + i), ONE))
                        .distinct()
                        .count())
                .isGreaterThan(20);
    }

    /// Of 10,000 networks each place has its share, as one computes once and for all.
    @Test
    void stickyPlaces_areSpreadEvenly() {
        int[] counts = new int[Routing.PLACES];
        for (int i = 0; i < 10_000; i++) {
            counts[place("10.0." + i / 250 + "." + i % 250)]++;
        }
        assertThat(IntStream.of(counts)).allMatch(count -> count > 50 && count < 150);
    }

    @Test
    void aClient_hasAnotherPlace_atAnotherEndpoint() {
        assertThat(IntStream.range(0, 20)
                        .map(i -> STICKY.place(FsPath.home(Label.PUBLIC).child("e" + i), Optional.empty(), ONE))
                        .distinct()
                        .count())
                .isGreaterThan(5);
    }
}
