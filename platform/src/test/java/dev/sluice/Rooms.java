package dev.sluice;

import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The table of rooms in ARCHITECTURE.md, and the compiled classes that the rules look at. A room is the first
/// package
/// below the root: `store.rocks` belongs to `store`. The root itself (`Main`, `Platform`) wires everything and may
/// import everything.
final class Rooms {
    static final String ROOT = "dev.sluice";

    /// Room → the rooms it may import, beside `bytes`, which everybody may. A room may be added, or an import
    /// allowed,
    /// when the work shows that it is right: change this and the table in ARCHITECTURE.md in one commit saying why.
    static final Map<String, Set<String>> MAY_IMPORT = new TreeMap<>(Map.ofEntries(
            entry("bytes", Set.of()),
            entry("label", Set.of()),
            entry("kernel", Set.of("label")),
            entry("store", Set.of()),
            entry("blob", Set.of()),
            entry("fs", Set.of("label", "kernel", "store", "blob")),
            entry("image", Set.of("blob")),
            entry("function", Set.of("image")),
            entry("gate", Set.of("label", "kernel", "fs", "function", "image")),
            entry("sandbox", Set.of()),
            entry("cloudcall", Set.of("label", "kernel", "blob", "fs", "gate")),
            entry("schedule", Set.of()),
            entry(
                    "worker",
                    Set.of("label", "kernel", "blob", "fs", "gate", "function", "image", "sandbox", "cloudcall")),
            entry("run", Set.of("label", "kernel", "store", "fs")),
            entry("audit", Set.of("label", "kernel", "store")),
            entry("secret", Set.of("label", "kernel", "fs")),
            entry("build", Set.of("blob", "image", "function", "sandbox")),
            entry(
                    "invoke",
                    Set.of(
                            "label",
                            "kernel",
                            "store",
                            "blob",
                            "fs",
                            "image",
                            "function",
                            "gate",
                            "schedule",
                            "worker",
                            "run",
                            "audit",
                            "secret",
                            "build")),
            entry("org", Set.of("label", "kernel", "fs")),
            entry("http", Set.of()),
            entry("authn", Set.of("label", "kernel", "store", "org")),
            entry("event", Set.of("label", "kernel", "store", "fs", "gate", "authn")),
            entry("gateway", Set.of("label", "kernel", "gate", "http", "invoke", "org", "authn")),
            entry(
                    "api",
                    Set.of(
                            "label",
                            "kernel",
                            "store",
                            "blob",
                            "fs",
                            "image",
                            "function",
                            "gate",
                            "schedule",
                            "run",
                            "audit",
                            "secret",
                            "build",
                            "invoke",
                            "org",
                            "authn",
                            "event",
                            "gateway",
                            "http"))));

    /// What the server consists of, without its tests.
    static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /// The same with the tests of this module, for rules that ask who uses a thing.
    static final JavaClasses MAIN_AND_TESTS = new ClassFileImporter().importPackages(ROOT);

    private Rooms() {}

    static Set<String> allowedFor(String room) {
        var allowed = new TreeSet<>(MAY_IMPORT.get(room));
        allowed.add("bytes");
        allowed.add(room);
        return allowed;
    }

    /// The room of a class, or the empty string for the root package.
    static String roomOf(JavaClass c) {
        String name = c.getPackageName();
        return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1).split("\\.", 2)[0];
    }

    /// Is it in a package below its room: an implementation that only the root knows by name?
    static boolean isDriver(JavaClass c) {
        String room = roomOf(c);
        return !room.isEmpty() && !c.getPackageName().equals(ROOT + "." + room);
    }

    static boolean isOurs(JavaClass c) {
        return c.getPackageName().equals(ROOT) || c.getPackageName().startsWith(ROOT + ".");
    }

    static Stream<JavaClass> topLevel(JavaClasses classes) {
        return classes.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(c -> !c.getSimpleName().equals("package-info"));
    }

    static Set<String> namesOf(Stream<JavaClass> classes) {
        return classes.map(JavaClass::getName).collect(Collectors.toCollection(TreeSet::new));
    }
}
