package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// How others' tools start a program apart from the host, each with nothing but what it says by itself.
final class BareContainers {
    private static final Path BWRAP = Path.of("/usr/bin/bwrap");
    private static final List<Path> RUNC = List.of(Path.of("/usr/bin/runc"), Path.of("/usr/sbin/runc"));
    private static final Path RUNSC = Path.of("/usr/bin/runsc");
    private static final List<String> USR_LINKS = List.of("bin", "lib", "lib64", "sbin");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path directory;
    private final Path classes;
    private final AtomicInteger names = new AtomicInteger();

    /// @param classes is shown as [Language#CLASSES]
    BareContainers(Path directory, Path classes) {
        this.directory = directory;
        this.classes = classes;
    }

    /// What makes a command of another one, by the tool's name.
    @FunctionalInterface
    interface Tool {
        List<String> around(List<String> program) throws IOException;
    }

    /// Those that are installed; of the others it is said that they are not.
    Map<String, Tool> installed(Report report) {
        var tools = new LinkedHashMap<String, Tool>();
        put(tools, "bwrap", List.of(BWRAP), report, (tool, program) -> bwrap(tool, program));
        put(tools, "runc", RUNC, report, (tool, program) -> oci(tool, List.of(), program));
        put(
                tools,
                "runsc",
                List.of(RUNSC),
                report,
                (tool, program) -> oci(tool, List.of("--platform=ptrace", "--network=none"), program));
        return tools;
    }

    private interface OfTool {
        List<String> around(Path tool, List<String> program) throws IOException;
    }

    private static void put(Map<String, Tool> tools, String name, List<Path> places, Report report, OfTool start) {
        places.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .ifPresentOrElse(
                        tool -> tools.put(name, program -> start.around(tool, program)),
                        () -> report.note(name + " is not installed here: no figures beside it"));
    }

    private List<String> bwrap(Path tool, List<String> program) {
        var command = new ArrayList<>(List.of(tool.toString(), "--unshare-all", "--die-with-parent"));
        command.addAll(List.of("--ro-bind", "/usr", "/usr", "--ro-bind", classes.toString(), Language.CLASSES));
        for (String link : USR_LINKS) {
            command.addAll(List.of("--symlink", "usr/" + link, "/" + link));
        }
        command.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--"));
        command.addAll(program);
        return command;
    }

    private List<String> oci(Path tool, List<String> options, List<String> program) throws IOException {
        String name = "sluice-bench-" + ProcessHandle.current().pid() + "-" + names.incrementAndGet();
        Path bundle = directory.resolve("bundle-" + program.hashCode());
        if (!Files.exists(bundle)) {
            Path root = Files.createDirectories(bundle.resolve("rootfs"));
            for (String place : List.of("usr", "proc", "dev", "tmp", Language.CLASSES.substring(1))) {
                Files.createDirectories(root.resolve(place));
            }
            for (String link : USR_LINKS) {
                Files.createSymbolicLink(root.resolve(link), Path.of("usr", link));
            }
            Files.write(bundle.resolve("config.json"), JSON.writeValueAsBytes(config(program)));
        }
        var command = new ArrayList<>(
                List.of(tool.toString(), "--root", directory.resolve("state").toString()));
        command.addAll(options);
        command.addAll(List.of("run", "--bundle", bundle.toString(), name));
        return command;
    }

    private ObjectNode config(List<String> program) {
        ObjectNode config = JSON.createObjectNode().put("ociVersion", "1.0.2");
        ObjectNode process = config.putObject("process").put("cwd", "/").put("noNewPrivileges", true);
        process.putObject("user").put("uid", 0).put("gid", 0);
        process.putArray("env").add("PATH=/usr/bin").add("HOME=/tmp");
        program.forEach(process.putArray("args")::add);
        config.putObject("root").put("path", "rootfs").put("readonly", true);
        ArrayNode mounts = config.putArray("mounts");
        mount(mounts, "/proc", "proc", "proc");
        mount(mounts, "/dev", "tmpfs", "tmpfs", "nosuid", "mode=755");
        mount(mounts, "/tmp", "tmpfs", "tmpfs", "nosuid", "nodev");
        mount(mounts, "/usr", "bind", "/usr", "rbind", "ro");
        mount(mounts, Language.CLASSES, "bind", classes.toString(), "rbind", "ro");
        ArrayNode namespaces = config.putObject("linux").putArray("namespaces");
        List.of("pid", "mount", "ipc", "uts", "network")
                .forEach(type -> namespaces.addObject().put("type", type));
        return config;
    }

    private static void mount(ArrayNode mounts, String place, String type, String source, String... options) {
        ObjectNode mount =
                mounts.addObject().put("destination", place).put("type", type).put("source", source);
        ArrayNode all = mount.putArray("options");
        List.of(options).forEach(all::add);
    }
}
