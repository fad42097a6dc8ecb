package dev.sluice.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A table of method and path template to handler; itself the handler of everything under it.
///
/// A template is `/v1/function/{name}`: a segment in braces matches any one segment, `{rest...}` at the end one or
/// more. Literal segments win over braces. An unknown path is 404 and a known path with another method 405, in
/// Dispatch's words, before anybody asks who is calling. `HEAD` goes to the `GET` handler; Jetty leaves out the body.
public final class Routes implements Handler {
    private final Node root;

    private Routes(Node root) {
        this.root = root;
    }

    /// What a handler is there for.
    public record Route(String method, String template) {}

    /// Collects routes; for one thread.
    public static final class Table {
        private final Node root = new Node();
        private final List<Route> routes = new ArrayList<>();

        /// @throws IllegalArgumentException for a route that is there already
        public Table add(String method, String template, Handler handler) {
            Node node = root;
            var names = new ArrayList<String>();
            int rest = Integer.MAX_VALUE;
            for (String segment : template.substring(1).split("/", -1)) {
                if (segment.endsWith("...}")) {
                    rest = names.size();
                    node = node.rest();
                } else if (segment.startsWith("{")) {
                    names.add(segment.substring(1, segment.length() - 1));
                    node = node.any();
                } else if (!segment.isEmpty()) {
                    names.add("");
                    node = node.literals.computeIfAbsent(segment, _ -> new Node());
                }
            }
            if (node.targets.put(method, new Target(List.copyOf(names), rest, handler)) != null) {
                throw new IllegalArgumentException(method + " " + template + " is there already");
            }
            routes.add(new Route(method, template));
            return this;
        }

        /// Those that are there by now.
        public List<Route> routes() {
            return List.copyOf(routes);
        }

        public Routes build() {
            return new Routes(root);
        }
    }

    private record Target(List<String> names, int rest, Handler handler) {}

    private static final class Node {
        final Map<String, Node> literals = new HashMap<>();
        final TreeMap<String, Target> targets = new TreeMap<>();

        @Nullable
        Node any;

        @Nullable
        Node rest;

        Node any() {
            Node node = any;
            if (node == null) {
                node = new Node();
                any = node;
            }
            return node;
        }

        Node rest() {
            Node node = rest;
            if (node == null) {
                node = new Node();
                rest = node;
            }
            return node;
        }
    }

    @Override
    public Response handle(Request request) throws IOException, InterruptedException {
        Node node = find(root, request.segments(), 0);
        if (node == null) {
            return Response.error(404, 404, "path " + request.rawPath() + " was not found");
        }
        Target target = node.targets.get(request.method());
        if (target == null && request.method().equals("HEAD")) {
            target = node.targets.get("GET");
        }
        if (target == null) {
            String allowed = String.join(",", node.targets.keySet());
            return Response.error(405, 405, "method " + request.method() + " is not allowed, but [" + allowed + "] are")
                    .with("Allow", allowed);
        }
        request.matched(target.names, target.rest);
        return target.handler.handle(request);
    }

    private static @Nullable Node find(Node node, List<String> segments, int at) {
        if (at == segments.size()) {
            return node.targets.isEmpty() ? null : node;
        }
        Node literal = node.literals.get(segments.get(at));
        if (literal != null) {
            Node found = find(literal, segments, at + 1);
            if (found != null) {
                return found;
            }
        }
        Node any = node.any;
        if (any != null) {
            Node found = find(any, segments, at + 1);
            if (found != null) {
                return found;
            }
        }
        return node.rest;
    }
}
