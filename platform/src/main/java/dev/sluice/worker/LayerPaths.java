package dev.sluice.worker;

import java.util.Map;
import java.util.NavigableSet;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Where a function finds what its image brought: programs and libraries of system packages, modules of PowerShell.
/// Told as variables of the guest's environment, which the programs that a function starts have too.
final class LayerPaths {
    /// Where guests write a function's files.
    private static final String DIRECTORY = "/tmp/function/";

    private static final String LIBRARIES = "system/usr/lib/";
    private static final String MULTIARCH = "-linux-gnu";

    private LayerPaths() {}

    /// @param files of the layers below a function
    static Map<String, String> environment(NavigableSet<String> files) {
        Map<String, String> environment = new TreeMap<>();
        if (isAnyBelow("system/", files)) {
            environment.put("PATH", "/usr/bin:" + DIRECTORY + "system/usr/bin:" + DIRECTORY + "system/usr/sbin");
            environment.put("LD_LIBRARY_PATH", String.join(":", libraries(files)));
        }
        if (isAnyBelow("modules/", files)) {
            environment.put("PSModulePath", DIRECTORY + "modules");
        }
        return environment;
    }

    private static boolean isAnyBelow(String folder, NavigableSet<String> files) {
        String first = files.ceiling(folder);
        return first != null && first.startsWith(folder);
    }

    /// The directories that a system's own loader looks into.
    private static SortedSet<String> libraries(NavigableSet<String> files) {
        SortedSet<String> directories = new TreeSet<>();
        directories.add(DIRECTORY + "system/usr/lib");
        for (String file : files.tailSet(LIBRARIES)) {
            int slash = file.indexOf('/', LIBRARIES.length());
            if (!file.startsWith(LIBRARIES)) {
                break;
            }
            if (slash > 0 && file.substring(0, slash).endsWith(MULTIARCH)) {
                directories.add(DIRECTORY + file.substring(0, slash));
            }
        }
        return directories;
    }
}
