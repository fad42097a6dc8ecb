package dev.sluice.fs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.util.Optional;

/// Walks paths from the root, or from an opened object, as the current task: taints it with each directory before
/// looking into it, whether or not the name is there.
final class Walk {
    /// World-readable; only root's privilege may link into it.
    static final Label ROOT_LABEL = Label.BOTTOM;

    static final ObjectId ROOT_ID = ObjectId.derived("", "root");
    static final Node ROOT = new Node(Kind.DIRECTORY, ROOT_ID, ROOT_LABEL, null);

    private static final int FACETS_REMEMBERED_MAX = 10_000;

    private final Links links;
    private final Cache<Facet, ObjectId> facetIds =
            Caffeine.newBuilder().maximumSize(FACETS_REMEMBERED_MAX).build();

    private record Facet(ObjectId faceted, Label label) {}

    Walk(Links links) {
        this.links = links;
    }

    /// @throws Refused `NOT_FOUND` where a name is missing or a step is of the wrong kind; `DENIED` above the
    ///     clearance
    Node to(FsPath path) {
        Node at = ROOT;
        for (FsPath.Step step : path.steps()) {
            at = switch (step) {
                case FsPath.Step.Name(String name) -> named(at, name);
                case FsPath.Step.Facet(Label label) -> facet(at, label);
                case FsPath.Step.Opened opened -> opened.node();
            };
        }
        return at;
    }

    /// The directory that `path` leads to.
    ///
    /// @throws Refused `WRONG_KIND` if it is something else
    Node toDirectory(FsPath path) {
        Node node = to(path);
        if (node.kind() != Kind.DIRECTORY) {
            throw new Refused(Refusal.WRONG_KIND, "that is not a directory");
        }
        return node;
    }

    private Node named(Node directory, String name) {
        if (directory.kind() != Kind.DIRECTORY) {
            throw Refused.notFound();
        }
        Entry entry = links.find(directory, name).orElseThrow(Refused::notFound);
        return new Node(entry.kind(), entry.target(), entry.label(), null);
    }

    /// The directory of one label. It needs no allocation and always opens: where nothing was linked it is
    /// empty.
    private Node facet(Node faceted, Label label) {
        if (faceted.kind() != Kind.FACETED) {
            throw Refused.notFound();
        }
        ObjectId id = facetIds.get(new Facet(faceted.id(), label), f -> facetId(f.faceted(), f.label()));
        return new Node(Kind.DIRECTORY, id, label, faceted.id());
    }

    static ObjectId facetId(ObjectId faceted, Label label) {
        return ObjectId.derived(ownerOf(label), faceted.toString(), label.toString());
    }

    /// Where an object of `label` lives that no directory says it for.
    static Bytes shardOf(Label label) {
        return ObjectId.derived(ownerOf(label)).shard();
    }

    /// The first token of the first principal that vouches for a label, else of the first that it is secret to:
    /// the organization or realm on whose shard its facets live.
    private static String ownerOf(Label label) {
        return firstToken(label.integrity())
                .or(() -> firstToken(label.secrecy()))
                .orElse("");
    }

    private static Optional<String> firstToken(Component component) {
        return component.allOf().stream()
                .flatMap(clause -> clause.anyOf().stream())
                .map(principal -> principal.tokens().getFirst())
                .findFirst();
    }
}
