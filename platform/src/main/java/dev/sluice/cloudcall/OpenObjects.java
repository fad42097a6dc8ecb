package dev.sluice.cloudcall;

import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// The objects that one run has opened, by handles that mean nothing to any other run and are never used again.
final class OpenObjects {
    static final int OPEN_MAX = 1_024;

    private final Map<String, FsPath> opened = new HashMap<>();
    private int last;

    /// What the guest is told of an object that it has opened, and that it shall have a handle for.
    ///
    /// @throws Refused `OVERLOADED` if the run has too many open
    Value add(FsPath object, Kind kind) {
        requireRoom();
        last++;
        String handle = Integer.toString(last);
        opened.put(handle, object);
        return Value.of(Map.of("handle", Value.of(handle), "kind", Value.of(word(kind))));
    }

    /// To be asked before something is created that a handle is wanted for.
    void requireRoom() {
        if (opened.size() >= OPEN_MAX) {
            throw new Refused(Refusal.OVERLOADED, "too many objects are open");
        }
    }

    /// @throws HandleClosed for a handle that is closed, or never was one of this run
    FsPath find(String handle) {
        return HandleClosed.unless(opened.get(handle));
    }

    Value close(String handle) {
        HandleClosed.unless(opened.remove(handle));
        return Value.NULL;
    }

    /// A kind, as guests spell it.
    static String word(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
