package dev.sluice;

import dev.sluice.bytes.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;

/// The file that says where a running server is. Written once it is ready, removed when it stops; one whose process
/// is dead means nothing.
record Endpoints(String api, String apiTls, String gateway, String gatewayTls, long pid) {
    static final String FILE = "endpoints.json";
    private static final String HOST = "127.0.0.1";

    static Endpoints of(int api, int apiTls, int gateway, int gatewayTls) {
        return new Endpoints(
                url("http", api),
                url("https", apiTls),
                url("http", gateway),
                url("https", gatewayTls),
                ProcessHandle.current().pid());
    }

    void write(Path data) throws IOException {
        PrivateFile.write(data.resolve(FILE), JsonMapper.builder().build().writeValueAsBytes(this));
    }

    static void remove(Path data) throws IOException {
        Files.deleteIfExists(data.resolve(FILE));
    }

    private static String url(String scheme, int port) {
        return scheme + "://" + HOST + ":" + port;
    }
}
