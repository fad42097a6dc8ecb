package dev.sluice;

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
/// package below the root: `store.rocks` belongs to `store`. The root itself (`Main`, `Platform`) wires everything
/// and may import everything.
final class Rooms {
    static final String ROOT = "dev.sluice";

    /// Room → the rooms it may import, beside `bytes`, which everybody may. A room may be added, or an import
    /// allowed, when the work shows that it is right: change this and the table in ARCHITECTURE.md in one commit
    /// saying why.
    static final Map<String, Set<String>> MAY_IMPORT = new TreeMap<>(Map.ofEntries(
            room("bytes", ""),
            room("label", ""),
            room("kernel", "label"),
            room("store", ""),
            room("blob", ""),
            room("fs", "label kernel store blob"),
            room("oci", "egress"),
            room("image", "blob oci"),
            room("function", "kernel blob image sandbox"),
            room("schema", "kernel"),
            room("egress", ""),
            room("gate", "label kernel fs function image egress sandbox"),
            room("sandbox", ""),
            room("meter", "store sandbox schedule http"),
            room("cloudcall", "label kernel blob fs image function gate"),
            room("schedule", ""),
            room("worker", "label kernel blob fs gate function oci image sandbox cloudcall"),
            room("run", "label kernel store fs function"),
            room("audit", "label kernel store"),
            room("secret", "label kernel store fs"),
            room("build", "blob egress image function sandbox schedule"),
            room(
                    "invoke",
                    "label kernel store blob fs image function schema gate schedule worker run audit secret build"),
            room("org", "label kernel fs"),
            room("tls", ""),
            room("http", "tls"),
            room("kafka", "egress"),
            room("authn", "label kernel store org"),
            room("host", "store egress"),
            room("acme", "egress http tls"),
            room("event", "label kernel store fs gate authn"),
            room("source", "label kernel fs http"),
            room("driver", "blob oci image sandbox schedule"),
            room("gateway", "label kernel store fs run audit http invoke authn"),
            room(
                    "api",
                    "label kernel store blob fs oci image function schema gate schedule "
                            + "run audit secret build invoke meter sandbox org authn host acme event source driver gateway http kafka "
                            + "tls")));

    /// What the server consists of, without its tests.
    static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /// The same with the tests of this module, for rules that ask who uses a thing.
    static final JavaClasses MAIN_AND_TESTS = new ClassFileImporter().importPackages(ROOT);

    private Rooms() {}

    private static Map.Entry<String, Set<String>> room(String name, String mayImport) {
        return Map.entry(name, mayImport.isEmpty() ? Set.of() : Set.of(mayImport.split(" ", -1)));
    }

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
