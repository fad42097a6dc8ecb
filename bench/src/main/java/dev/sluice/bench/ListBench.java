package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/// A large directory, listed page by page over HTTP and by a guest: how fast, and what it takes of the server's
/// memory.
final class ListBench {
    private static final String AIM = "no growth with the directory";

    private ListBench() {}

    /// @param path of a directory of as many entries in the server's data directory
    static void run(Report report, Path data, String path, int entries) throws IOException, InterruptedException {
        try (SluiceServer server = SluiceServer.start(data)) {
            String me = server.principal();
            String gate = "home:<T," + me + ">:pages";
            server.gate(gate, me, SluiceServer.resource("pages.py"));
            pages(server, path, 2L * entries); // warms up, and grows the heap as far as it will
            double before = server.memory().residentMib();
            long start = System.nanoTime();
            long listed = pages(server, path, entries);
            double seconds = (System.nanoTime() - start) / 1e9;
            report.add(Figure.of(FsBench.NAME, "entries listed over HTTP, in pages", listed / seconds, "1/s", ""));
            JsonNode counted = server.invoke(gate, "{\"path\":\"" + path + "\"}");
            report.add(Figure.of(
                    FsBench.NAME,
                    "entries listed by a guest, in pages",
                    counted.path("count").longValue() / counted.path("seconds").doubleValue(),
                    "1/s",
                    ""));
            report.add(Figure.of(
                            FsBench.NAME,
                            "server's memory after both",
                            server.memory().residentMib(),
                            "MiB",
                            AIM)
                    .beside("before", before));
            if (listed < entries || counted.path("count").longValue() < entries) {
                throw new IOException("only " + listed + " and " + counted + " of " + entries + " entries were listed");
            }
        }
    }

    /// From the beginning, again and again, until so many were listed.
    private static long pages(SluiceServer server, String path, long entries) throws IOException, InterruptedException {
        long listed = 0;
        String after = "";
        while (listed < entries) {
            JsonNode page = server.list(path, after);
            listed += page.path("entries").size();
            after = page.path("next").asString("");
        }
        return listed;
    }
}
