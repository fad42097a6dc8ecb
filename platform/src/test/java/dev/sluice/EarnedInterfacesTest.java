package dev.sluice;

import static dev.sluice.Rooms.MAIN_AND_TESTS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// An interface earns its file with two implementations (those of tests count), by being a function, or by cutting a
/// cycle between rooms.
final class EarnedInterfacesTest {
    private static final Map<String, String> EXCUSED = Map.of(
            "dev.sluice.gate.Invoker", "cuts the cycle cloudcall → invoke → worker → cloudcall",
            "dev.sluice.blob.Blobs", "the room is an interface over disk now and S3 in clusters (ARCHITECTURE.md)",
            "dev.sluice.store.Store", "in memory, RocksDB, and PostgreSQL for clusters",
            "dev.sluice.sandbox.LogSink", "keeps the worker, which knows labels, out of the sandbox, which does not",
            "dev.sluice.sandbox.SandboxDriver", "the room is an interface over namespaces, OCI and microVMs",
            "dev.sluice.sandbox.Sandbox", "what a driver hands out; one implementation a driver");

    @Test
    void everyInterface_isEarned() {
        assertThat(Rooms.namesOf(Rooms.topLevel(MAIN_AND_TESTS)
                        .filter(c -> c.isInterface() && !c.isAnnotation() && !isSealed(c) && !isFunction(c))
                        .filter(c -> !EXCUSED.containsKey(c.getName()))
                        .filter(c -> c.getAllSubclasses().size() < 2)))
                .as("a final class will do; an interface when there are two")
                .isEmpty();
    }

    private static boolean isSealed(JavaClass c) {
        return c.reflect().isSealed();
    }

    private static boolean isFunction(JavaClass c) {
        return c.getMethods().stream()
                        .filter(m -> m.getModifiers().contains(JavaModifier.ABSTRACT))
                        .count()
                == 1;
    }
}
