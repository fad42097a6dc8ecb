package dev.sluice.bench;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.Convention;
import dev.sluice.cloudcall.FunctionPackage;
import dev.sluice.image.Runtime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What is compared in each language: a program that says hello, and a function that answers with it.
///
/// @param hello     the program; what it needs is in `classes`
/// @param bareGuest what a guest runs, where there is no sandbox: with the interpreter's usual options
record Language(Runtime runtime, List<String> hello, List<String> bareGuest, FunctionPackage function) {
    static final String CLASSES = "/hello";

    private static final String CLASS = Hello.class.getName();
    private static final String CLASS_FILE = CLASS.replace('.', '/') + ".class";

    /// @param guests  the guests' runtime files
    /// @param classes a directory that programs see as [#CLASSES], to be filled
    static List<Language> all(Path guests, Path classes) throws IOException {
        byte[] hello;
        try (InputStream in = Language.class.getResourceAsStream("Hello.class")) {
            if (in == null) {
                throw new IOException("a class is missing from the program");
            }
            hello = in.readAllBytes();
        }
        Path file = classes.resolve(CLASS_FILE);
        Files.createDirectories(file.resolveSibling(""));
        Files.write(file, hello);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path jars = guests.resolve("java").resolve("runtime");
        return List.of(
                new Language(
                        Runtime.PYTHON3,
                        List.of("/usr/bin/python3", "-I", "-c", "print('hello')"),
                        List.of("/usr/bin/python3", "-I", "-S", guests + "/python/guest.py"),
                        function("hello.py", "def handle(context, payload):\n    return 'hello'\n")),
                new Language(
                        Runtime.NODEJS,
                        List.of("/usr/bin/node", "-e", "console.log('hello')"),
                        List.of("/usr/bin/node", guests + "/node/guest.js"),
                        function("hello.js", "module.exports = function (context, payload) { return 'hello' }\n")),
                new Language(
                        Runtime.JAVA,
                        List.of(java, "-cp", CLASSES, CLASS),
                        List.of(
                                java,
                                "--add-opens=java.base/java.io=ALL-UNNAMED",
                                "-cp",
                                jars + "/guest.jar:" + jars + "/gson.jar",
                                "dev.sluice.guest.Guest"),
                        new FunctionPackage(Map.of(CLASS_FILE, Bytes.takeOver(hello)), CLASS, Convention.AUTO)));
    }

    private static FunctionPackage function(String file, String source) {
        return new FunctionPackage(Map.of(file, Bytes.utf8(source)), "", Convention.AUTO);
    }

    String name() {
        return runtime.language();
    }

    /// The smallest guest that is of use.
    int memoryMib() {
        return runtime.memoryMibMin();
    }
}
