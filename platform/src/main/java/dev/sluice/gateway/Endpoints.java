package dev.sluice.gateway;

import dev.sluice.fs.FsPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The endpoints of all organizations, found by the path of a request in a time that does not depend on how many there
/// are. Thread-safe.
///
/// The longest path that the request's is below counts, and of those that have it the first that takes the method. A
/// path ends where a segment does: `/acme/a` has `/acme/a/b`, and not `/acme/ab`, or one organization would have what
/// is another's.
final class Endpoints {
    /// By the first segment of a path, and the paths below it.
    private final Map<String, Map<String, List<Endpoint>>> organizations = new ConcurrentHashMap<>();

    /// Puts these in the place of all that were below a first segment.
    ///
    /// @return the gates of those that are no more
    Set<FsPath> put(String first, List<Endpoint> endpoints) {
        Map<String, List<Endpoint>> before =
                endpoints.isEmpty() ? organizations.remove(first) : organizations.put(first, byPath(endpoints));
        if (before == null) {
            return Set.of();
        }
        var gone = new HashSet<FsPath>();
        before.values().forEach(all -> all.forEach(one -> gone.add(one.gate())));
        endpoints.forEach(one -> gone.remove(one.gate()));
        return gone;
    }

    private static Map<String, List<Endpoint>> byPath(List<Endpoint> endpoints) {
        var byPath = new HashMap<String, List<Endpoint>>();
        for (Endpoint endpoint : endpoints) {
            for (String path : endpoint.paths()) {
                byPath.computeIfAbsent(key(path), _ -> new ArrayList<>(1)).add(endpoint);
            }
        }
        byPath.replaceAll((_, all) -> List.copyOf(all));
        return Map.copyOf(byPath);
    }

    static String key(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /// @param segments of the request's path, decoded; what has a slash in it is part of no endpoint's path
    /// @param method   any where there is none
    Optional<Endpoint> find(List<String> segments, Optional<String> method) {
        if (segments.isEmpty()) {
            return Optional.empty();
        }
        Map<String, List<Endpoint>> below = organizations.get(segments.getFirst());
        if (below == null) {
            return Optional.empty();
        }
        Optional<Endpoint> longest = Optional.empty();
        var path = new StringBuilder();
        for (String segment : segments) {
            if (segment.indexOf('/') >= 0) {
                return longest;
            }
            path.append('/').append(segment);
            for (Endpoint endpoint :
                    below.getOrDefault(path.toString(), List.of()).reversed()) {
                if (method.isEmpty() || endpoint.takes(method.get())) {
                    longest = Optional.of(endpoint);
                }
            }
        }
        return longest;
    }
}
