package dev.sluice.cloudcall;

import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import java.util.List;

/// Reads the paths that a guest wrote, as [Task#current].
final class PathReader {
    private final LabeledFs fs;
    private final OpenObjects objects;
    private final Component self;

    /// @param self what `~` stands for
    PathReader(LabeledFs fs, OpenObjects objects, Component self) {
        this.fs = fs;
        this.objects = objects;
        this.self = self;
    }

    /// @throws HandleClosed if it starts at a handle that is not open
    FsPath read(PathArg path) {
        return switch (path) {
            case PathArg.Colon(String text) ->
                FsPath.parse(text, self, Task.current().label());
            case PathArg.Elements(var elements) -> below(FsPath.ROOT, elements);
            case PathArg.From(String handle, var elements) -> below(objects.find(handle), elements);
        };
    }

    /// Where something new shall be linked. In Faasten's older dialects a name below a faceted directory means the
    /// facet of the current label.
    FsPath destination(PathArg written) {
        FsPath path = read(written);
        FsPath parent = path.parent();
        boolean isFaceted = !(written instanceof PathArg.From)
                && !parent.steps().isEmpty()
                && parent.steps().getLast() instanceof FsPath.Step.Name
                && fs.find(parent).map(Entry::kind).filter(Kind.FACETED::equals).isPresent();
        return isFaceted ? parent.facet(Task.current().label()).child(path.name()) : path;
    }

    private static FsPath below(FsPath start, List<PathArg.Element> elements) {
        FsPath walked = start;
        for (PathArg.Element element : elements) {
            walked = switch (element) {
                case PathArg.Element.Name(String name) -> walked.child(name);
                case PathArg.Element.Facet(String label) -> walked.facet(FsPath.label(label));
            };
        }
        return walked;
    }
}
