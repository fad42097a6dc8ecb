package dev.sluice.bench;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// Hosts of many organizations, each with an API. The server must take them without a proof.
final class ManyHosts {
    /// An option of the server.
    static final List<String> WAIVED = List.of("--host-claim", "waived");

    private static final String OWN = "dispatch";
    private static final int OF_AN_ORGANIZATION = 500;
    private static final int OF_AN_API = 100;

    private final SluiceServer server;
    private final int count;

    ManyHosts(SluiceServer server, int count) {
        this.server = server;
        this.count = count;
    }

    /// What asks for the last of them, whose organization has the function `hello`.
    HttpLoad served() throws IOException, InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<String>>();
            for (int from = 0; from < count; from += OF_AN_ORGANIZATION) {
                int first = from;
                all.add(threads.submit(() -> organization(first)));
            }
            for (Future<String> one : all) {
                one.get();
            }
        } catch (ExecutionException failed) {
            throw new IOException("hosts could not be made", failed.getCause());
        }
        URI gateway = server.gateway("/");
        var target = URI.create("http://" + host(count - 1) + ":" + gateway.getPort() + "/");
        return new HttpLoad("GET", target, List.of(), "", 200);
    }

    private static String host(int number) {
        return "host-" + number + ".example.org";
    }

    private String organization(int from) throws IOException, InterruptedException {
        int to = Math.min(count, from + OF_AN_ORGANIZATION);
        String organization = to == count ? OWN : "of-" + from;
        if (!organization.equals(OWN)) {
            server.make("/v1/iam/organization", "{\"name\":\"" + organization + "\"}");
        }
        for (int i = from; i < to; i++) {
            server.make(organization, "/v1/host", "{\"name\":\"" + host(i) + "\"}");
        }
        for (int i = from; i < to; i += OF_AN_API) {
            List<String> hosts = IntStream.range(i, Math.min(to, i + OF_AN_API))
                    .mapToObj(ManyHosts::host)
                    .toList();
            server.change(
                    organization,
                    "/v1/api",
                    "{\"name\":\"hosts-" + i
                            + "\",\"function\":\"hello\",\"enabled\":true,\"uris\":[\"/\"],\"hosts\":[\""
                            + String.join("\",\"", hosts) + "\"]}");
        }
        return organization;
    }
}
