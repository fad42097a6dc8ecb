package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.Guests;
import java.nio.file.Path;
import java.util.Map;

/// A server with guests, to be killed: `DoomedServer DIRECTORY MAKER GUESTS` says `ready` once they live.
final class DoomedServer {
    private DoomedServer() {}

    static void main(String[] arguments) throws Exception {
        var driver = driver(Path.of(arguments[0]), Maker.valueOf(arguments[1]));
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
            Guests.hear(driver.start(Guests.spec("attacks.py", "leave_children")));
        }
        System.out.println("ready");
        Thread.currentThread().join();
    }

    static NamespaceDriver driver(Path directory, Maker maker) throws Exception {
        return NamespaceDriver.open(
                new NamespaceOptions(
                        directory,
                        Map.of(NamespaceOptions.PYTHON3, Guests.files()),
                        NamespaceOptions.PYTHON,
                        NamespaceOptions.NODE,
                        NamespaceOptions.OWN_JAVA,
                        Leftovers.FIRST_UID),
                maker);
    }
}
