package dev.sluice.api;

import dev.sluice.fs.FsPath;
import java.util.List;

/// Paths as the seed's API writes them: colon syntax, or names with slashes between them.
final class SeedPaths {
    private SeedPaths() {}

    /// A path in a body. Without a colon, `path/to/gate` is three names.
    static FsPath path(Door.Self self, String text) {
        boolean isSlashed = text.indexOf(':') < 0 && text.indexOf('/') >= 0;
        return self.path(isSlashed ? text.replace('/', ':') : text);
    }

    /// A path in a URL: one segment in colon syntax, or a step in each.
    static FsPath path(Door.Self self, List<String> segments) {
        return self.path(String.join(":", segments));
    }
}
