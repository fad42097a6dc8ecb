package dev.sluice.gateway;

import dev.sluice.http.Handler;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where event drivers are asked: `/driver/ORGANIZATION/ID`. One address (of IPv6, one network of 64 bits) may ask one
/// driver [#CLIENT_RATE], whether or not it is there.
final class DriverDoor {
    static final String FIRST = "driver";

    /// Of one client, at one driver. GitHub sends what a push of many branches makes at once.
    static final Rate CLIENT_RATE = Rate.parse("50/s", Optional.of(200)).orElseThrow();

    private static final int SEGMENTS = 3;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Throttle throttle;
    private volatile Handler drivers = _ -> Gateway.nothingThere();

    DriverDoor(Throttle throttle) {
        this.throttle = throttle;
    }

    void serve(Handler served) {
        drivers = served;
    }

    static boolean isBelow(List<String> segments) {
        return segments.size() >= SEGMENTS
                && segments.getFirst().equals(FIRST)
                && ID.matcher(segments.get(SEGMENTS - 1)).matches();
    }

    static String organization(Request request) {
        return request.segments().get(1);
    }

    Response answer(Request request, InetAddress client) throws IOException, InterruptedException {
        Duration wait = throttle.take(request.segments().subList(0, SEGMENTS), client, CLIENT_RATE);
        return wait.isZero() ? drivers.handle(request) : Answers.tooMany(wait);
    }
}
