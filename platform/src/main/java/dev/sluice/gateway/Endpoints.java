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
import java.util.function.Function;
import java.util.stream.Collectors;

/// The endpoints of all organizations, found by the host and the path of a request in a time that does not depend on
/// how many there are. Thread-safe.
///
/// At a host that an organization holds nothing of another's is found: pages of one would act there for the other.
/// The longest path that the request's is below counts; of those that have it those that ask for the host, and then
/// the first that takes the method. A path ends where a segment does: `/acme/a` has `/acme/a/b`, and not `/acme/ab`, or
/// one organization would have what is another's.
final class Endpoints {
    /// By the organization's name, which is the first segment of the paths at hosts that nobody holds.
    private final Map<String, Table> organizations = new ConcurrentHashMap<>();

    private final Set<FsPath> served = ConcurrentHashMap.newKeySet();

    private volatile Function<String, Optional<String>> holders = _ -> Optional.empty();

    /// What one organization serves.
    ///
    /// @param everywhere by path, where no host is asked for
    /// @param atHosts    by host and path
    /// @param asking     the hosts at which clients are asked for certificates
    private record Table(
            Map<String, List<Endpoint>> everywhere,
            Map<String, Map<String, List<Endpoint>>> atHosts,
            Set<String> asking,
            Set<FsPath> gates) {
        static Table of(List<Endpoint> endpoints) {
            var hosts = new HashMap<String, List<Endpoint>>();
            endpoints.forEach(one -> one.hosts()
                    .forEach(host ->
                            hosts.computeIfAbsent(host, _ -> new ArrayList<>(1)).add(one)));
            var atHosts = new HashMap<String, Map<String, List<Endpoint>>>();
            hosts.forEach((host, all) -> atHosts.put(host, byPath(all)));
            return new Table(
                    byPath(endpoints.stream()
                            .filter(one -> one.hosts().isEmpty())
                            .toList()),
                    Map.copyOf(atHosts),
                    endpoints.stream()
                            .filter(one -> one.access() instanceof CertificateAccess)
                            .flatMap(one -> one.hosts().stream())
                            .collect(Collectors.toUnmodifiableSet()),
                    endpoints.stream().map(Endpoint::gate).collect(Collectors.toUnmodifiableSet()));
        }
    }

    /// @param held which organization has the host of that name
    void serveHosts(Function<String, Optional<String>> held) {
        holders = held;
    }

    /// Whether clients are asked for certificates there.
    ///
    /// @param host in lower case
    boolean isAsking(String host) {
        return holders.apply(host)
                .map(organizations::get)
                .filter(table -> table.asking().contains(host))
                .isPresent();
    }

    /// Puts these in the place of all that an organization had.
    ///
    /// @return the gates of those that are no more
    Set<FsPath> put(String organization, List<Endpoint> endpoints) {
        var table = Table.of(endpoints);
        served.addAll(table.gates());
        Table before =
                endpoints.isEmpty() ? organizations.remove(organization) : organizations.put(organization, table);
        if (before == null) {
            return Set.of();
        }
        var gone = new HashSet<>(before.gates());
        gone.removeAll(table.gates());
        served.removeAll(gone);
        return gone;
    }

    /// Whether an endpoint leads through that gate now.
    boolean isServed(FsPath gate) {
        return served.contains(gate);
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

    /// Whether a host is no other organization's.
    boolean isOpenTo(String organization, String host) {
        return holders.apply(host)
                .filter(holder -> !holder.equals(organization))
                .isEmpty();
    }

    /// @param host     as [dev.sluice.http.Request#host] has it
    /// @param segments of the request's path, decoded; what has a slash in it is part of no endpoint's path
    /// @param method   any where there is none
    Optional<Endpoint> find(String host, List<String> segments, Optional<String> method) {
        Optional<String> holder = holders.apply(host);
        Table table = organizations.get(holder.orElseGet(() -> segments.isEmpty() ? "" : segments.getFirst()));
        if (table == null) {
            return Optional.empty();
        }
        Map<String, List<Endpoint>> here =
                holder.isEmpty() ? Map.of() : table.atHosts().getOrDefault(host, Map.of());
        Optional<Endpoint> longest = first(here, "", method);
        var path = new StringBuilder();
        for (String segment : segments) {
            if (segment.indexOf('/') >= 0) {
                return longest;
            }
            String below = path.append('/').append(segment).toString();
            Optional<Endpoint> longer = first(here, below, method).or(() -> first(table.everywhere(), below, method));
            longest = longer.isPresent() ? longer : longest;
        }
        return longest;
    }

    private static Optional<Endpoint> first(Map<String, List<Endpoint>> byPath, String path, Optional<String> method) {
        return byPath.getOrDefault(path, List.of()).stream()
                .filter(one -> method.isEmpty() || one.takes(method.get()))
                .findFirst();
    }
}
