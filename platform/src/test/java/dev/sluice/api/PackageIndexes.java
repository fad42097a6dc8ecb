package dev.sluice.api;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.build.Registries;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Package registries on loopback: `/simple/` with its files below `/files/`, `/npm/`, `/maven/`, `/nuget/`,
/// `/debian/`.
/// What lies below `/private/` is in none of them.
final class PackageIndexes implements AutoCloseable {
    final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final HttpServer server;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();

    PackageIndexes() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            asked.add(path);
            String query = exchange.getRequestURI().getQuery();
            byte[] content = files.get(path.endsWith("()") ? path + "?" + query : path);
            String type = path.startsWith("/simple/")
                    ? "text/html"
                    : path.endsWith("()") ? "application/atom+xml" : "application/octet-stream";
            exchange.getResponseHeaders().set("Content-Type", path.matches("/npm/[^/]*") ? "application/json" : type);
            exchange.sendResponseHeaders(content == null ? 404 : 200, content == null ? -1 : content.length);
            try (OutputStream body = exchange.getResponseBody()) {
                if (content != null) {
                    body.write(content);
                }
            }
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    Registries registries() {
        return Registries.of(List.of(
                "python=" + url() + "/simple/",
                "python=" + url() + "/files",
                "nodejs=" + url() + "/npm/",
                "java=" + url() + "/maven/",
                "powershell=" + url() + "/nuget/",
                "debian=" + url() + "/debian/"));
    }

    void put(String path, byte[] content) {
        files.put(path, content);
    }

    byte[] content(String path) {
        return Objects.requireNonNull(files.get(path));
    }

    /// A pure Python distribution with these files.
    void wheel(String name, String version, Map<String, String> content) {
        String described = name + "-" + version + ".dist-info/";
        Map<String, String> all = new LinkedHashMap<>(content);
        all.put(described + "METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n");
        all.put(described + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
        all.put(described + "RECORD", String.join(",,\n", all.keySet()) + ",,\n" + described + "RECORD,,\n");
        python(name, name + "-" + version + "-py3-none-any.whl", zip(all));
    }

    /// A Python source distribution, whose `backend.py` runs when it is built.
    void sdist(String name, String version, String backend) {
        String top = name + "-" + version + "/";
        String project = "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n";
        Map<String, byte[]> content = Map.of(
                top + "pyproject.toml", utf8(project),
                top + "PKG-INFO", utf8("Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n"),
                top + "backend.py", utf8(backend));
        python(name, name + "-" + version + ".tar.gz", Archives.gzip(tar(content)));
    }

    private void python(String name, String file, byte[] content) {
        put("/files/" + file, content);
        String hash = hex(digest("SHA-256", content));
        put("/simple/" + name + "/", utf8("<a href=\"../../files/" + file + "#sha256=" + hash + "\">" + file + "</a>"));
    }

    /// A package of npm's.
    ///
    /// @param install what is run when it is installed; may be empty
    void npm(String name, String version, String install, Map<String, String> content) {
        String scripts = install.isEmpty() ? "" : ",\"scripts\":{\"postinstall\":\"" + install + "\"}";
        String about = "\"name\":\"" + name + "\",\"version\":\"" + version + "\"" + scripts;
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("package/package.json", utf8("{" + about + "}"));
        content.forEach((file, text) -> all.put("package/" + file, utf8(text)));
        byte[] tarball = Archives.gzip(tar(all));
        String file = "/npm/" + name + "/-/" + name + "-" + version + ".tgz";
        put(file, tarball);
        String integrity = "sha512-" + Base64.getEncoder().encodeToString(digest("SHA-512", tarball));
        put(
                "/npm/" + name,
                utf8("{\"name\":\"" + name + "\",\"dist-tags\":{\"latest\":\"" + version + "\"},\"versions\":{\""
                        + version + "\":{" + about + (install.isEmpty() ? "" : ",\"hasInstallScript\":true")
                        + ",\"dist\":{\"tarball\":\"" + url() + file + "\",\"integrity\":\"" + integrity
                        + "\"}}}}"));
    }

    /// An artifact of Maven's, `org.test:NAME`, with what it needs of others.
    void maven(String name, String version, Map<String, byte[]> content, String needs) {
        String place = "/maven/org/test/" + name + "/" + version + "/" + name + "-" + version;
        put(place + ".jar", zipOf(content));
        put(place + ".pom", utf8(pom(name, version, needs)));
    }

    /// A module of PowerShell's, in one version.
    ///
    /// @param needs as a feed states what else is needed: `NAME:[1.0]:`, with `|` between
    void module(String name, String version, String needs, byte[] content, String hash) {
        String file = "/nuget/package/" + name + "/" + version;
        put(file, content);
        put("/nuget/FindPackagesById()?id='" + name + "'", utf8("""
                        <feed xmlns="http://www.w3.org/2005/Atom"
                            xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"
                            xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">
                        <entry><title>NAME</title><content type="application/zip" src="URL"/><m:properties>
                        <d:Version>VERSION</d:Version><d:Dependencies>NEEDS</d:Dependencies>
                        <d:PackageHash>HASH</d:PackageHash><d:PackageHashAlgorithm>SHA512</d:PackageHashAlgorithm>
                        </m:properties></entry></feed>
                        """.replace("NAME", name)
                .replace("URL", url() + file)
                .replace("VERSION", version)
                .replace("NEEDS", needs)
                .replace("HASH", hash)));
    }

    static String pom(String name, String version, String needs) {
        return "<project><modelVersion>4.0.0</modelVersion><groupId>org.test</groupId><artifactId>" + name
                + "</artifactId><version>" + version + "</version><dependencies>" + needs + "</dependencies></project>";
    }

    static String dependency(String name, String version) {
        return "<dependency><groupId>org.test</groupId><artifactId>" + name + "</artifactId><version>" + version
                + "</version></dependency>";
    }

    static byte[] zip(Map<String, String> content) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        content.forEach((name, text) -> files.put(name, utf8(text)));
        return zipOf(files);
    }

    private static byte[] zipOf(Map<String, byte[]> content) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(bytes)) {
            for (var file : content.entrySet()) {
                out.putNextEntry(new ZipEntry(file.getKey()));
                out.write(file.getValue());
            }
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    /// A whole tar whose names do not begin with `./`: tools take the first folder off.
    private static byte[] tar(Map<String, byte[]> content) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new TarArchiveOutputStream(bytes)) {
            for (var file : content.entrySet()) {
                var entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                out.putArchiveEntry(entry);
                out.write(file.getValue());
                out.closeArchiveEntry();
            }
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    static byte[] digest(String algorithm, byte[] content) {
        try {
            return MessageDigest.getInstance(algorithm).digest(content);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
