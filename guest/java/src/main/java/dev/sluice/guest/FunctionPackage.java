package dev.sluice.guest;

import dev.sluice.guest.Failure.Refused;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// A function on its way from its files to a class that can be called.
///
/// A package holds sources, classes in folders, jars, or a project as Maven lays it out (`src/main/java`,
/// `src/main/resources`). Its code sees the Java library and what it brings, and nothing of this runtime.
final class FunctionPackage {
    private static final String MAVEN_RESOURCES = "src/main/resources";
    private static final String PROGRAMS = ".sluice-programs";
    private static final String MAVEN_TESTS = "src/test";

    private final Path directory;
    private final Path classes;
    private @Nullable String problem;

    /// @param directory for the package's own files
    /// @param classes for what is compiled from them
    FunctionPackage(Path directory, Path classes) {
        this.directory = directory;
        this.classes = classes;
    }

    /// Appends to one file. A problem is kept for [#load], which is where it can be told.
    void add(String name, byte[] content) {
        if (problem != null) {
            return;
        }
        Path target = directory.resolve(name).normalize();
        if (!target.startsWith(directory)
                || name.isEmpty()
                || !directory.relativize(target).toString().equals(name)) {
            problem = "the package has a file with a forbidden name";
            return;
        }
        try {
            Files.createDirectories(target.resolveSibling(""));
            Files.write(target, content, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failed) {
            problem = "cannot write the package: " + failed.getClass().getSimpleName();
        }
    }

    /// What an image brought may be executed where it could be before it was packed up.
    private void allowPrograms() throws IOException {
        Path listed = directory.resolve(PROGRAMS);
        if (Files.isRegularFile(listed)) {
            for (String name : Files.readAllLines(listed)) {
                Path program = directory.resolve(name).normalize();
                if (program.startsWith(directory) && Files.isRegularFile(program)) {
                    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
                }
            }
        }
    }

    /// @param handler name of a class; its simple name will do, and nothing where there is one source only
    /// @param convention of what it must be, or `auto`
    Entry load(String handler, String convention) throws Refused, IOException {
        if (problem != null) {
            throw new Refused(problem);
        }
        Files.createDirectories(directory);
        allowPrograms();
        List<Path> sources = files(".java");
        List<Path> classPath = new ArrayList<>(List.of(classes, directory, directory.resolve(MAVEN_RESOURCES)));
        classPath.addAll(files(".jar"));
        Files.createDirectories(classes); // what is no directory yet is taken for a jar
        var loader = new URLClassLoader(urls(classPath), ClassLoader.getPlatformClassLoader());
        boolean isLambda = convention.equals("lambda") || LambdaInterfaces.areNeededBy(sources);
        if (isLambda && !LambdaInterfaces.areIn(loader)) {
            sources = new ArrayList<>(sources);
            sources.addAll(LambdaInterfaces.writeTo(classes.resolveSibling("lambda")));
        }
        if (!sources.isEmpty()) {
            Sources.compile(sources, classPath, classes);
        }
        Thread.currentThread().setContextClassLoader(loader);
        if (convention.equals("http")) {
            return ServedFunction.start(named(mainClass(handler), loader));
        }
        Class<?> type = named(handler.replaceFirst("::handleRequest$", ""), loader);
        Object instance = SpringFunction.isIn(type) ? SpringFunction.of(type, loader) : instance(type);
        Optional<LambdaFunction> lambda =
                convention.equals("dispatch") ? Optional.empty() : LambdaFunction.of(instance);
        if (lambda.isPresent()) {
            return lambda.get();
        }
        if (convention.equals("lambda")) {
            throw new Refused("the class " + type.getName() + " is no RequestHandler and no RequestStreamHandler");
        }
        if (!(instance instanceof BiFunction)) {
            throw new Refused("the class " + type.getName() + " does not implement java.util.function.BiFunction");
        }
        return DispatchFunction.of(instance);
    }

    /// Of a server: a source file, a jar that names it, or the class itself.
    private String mainClass(String handler) throws Refused, IOException {
        if (handler.endsWith(".java")) {
            return handler.substring(handler.lastIndexOf('/') + 1, handler.length() - ".java".length());
        }
        if (!handler.endsWith(".jar")) {
            return handler;
        }
        Path jar = directory.resolve(handler).normalize();
        if (!files(".jar").contains(jar)) {
            throw new Refused("there is no file " + handler + " to start");
        }
        try (var opened = new JarFile(jar.toFile())) {
            Manifest manifest = opened.getManifest();
            String name = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
            if (name == null) {
                throw new Refused("the manifest of " + handler + " names no Main-Class: name the class instead");
            }
            return name;
        } catch (ZipException broken) {
            throw new Refused(handler + " is no jar");
        }
    }

    private List<Path> files(String ending) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> file.toString().endsWith(ending) && Files.isRegularFile(file))
                    .filter(file -> !file.startsWith(directory.resolve(MAVEN_TESTS)))
                    .sorted()
                    .toList();
        }
    }

    private static URL[] urls(List<Path> classPath) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (Path place : classPath) {
            urls.add(place.toUri().toURL());
        }
        return urls.toArray(new URL[0]);
    }

    private Class<?> named(String handler, ClassLoader loader) throws Refused, IOException {
        for (String name : candidates(handler)) {
            try {
                return Class.forName(name, true, loader);
            } catch (ClassNotFoundException perhapsAnother) {
                // The next one.
            } catch (LinkageError broken) {
                throw new Refused(
                        "the class " + name + " does not load: " + Failure.described(broken),
                        Failure.stacktrace(broken));
            }
        }
        throw new Refused("there is no class " + handler);
    }

    /// The name itself; a compiled class whose simple name it is.
    private List<String> candidates(String handler) throws IOException {
        List<String> names = new ArrayList<>();
        names.add(handler);
        if (handler.indexOf('.') < 0 && Files.isDirectory(classes)) {
            try (Stream<Path> all = Files.walk(classes)) {
                all.filter(file -> file.endsWith(handler + ".class"))
                        .map(file -> classes.relativize(file).toString())
                        .map(file -> file.substring(0, file.length() - ".class".length())
                                .replace('/', '.'))
                        .sorted()
                        .forEach(names::add);
            }
        }
        return names;
    }

    private static Object instance(Class<?> type) throws Refused {
        if (Modifier.isAbstract(type.getModifiers())) {
            throw new Refused("the class " + type.getName() + " does not implement java.util.function.BiFunction: it is"
                    + " abstract");
        }
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
            throw new Refused(
                    "the constructor of " + type.getName() + " failed: " + Failure.described(cause),
                    Failure.stacktrace(cause));
        } catch (ReflectiveOperationException | RuntimeException missing) {
            throw new Refused("the class " + type.getName() + " has no constructor without parameters");
        }
    }
}
