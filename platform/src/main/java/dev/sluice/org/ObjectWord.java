package dev.sluice.org;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// How rules write objects by name: `runs/hello` is one of `runs`, `policy/base` one of `iam`, `driver/ticker` one of
/// `event`. In a rule, `*` in it stands for any text.
///
/// @param name as policies compare it: with its kind before it, where the resource has several
public record ObjectWord(Resource resource, String name) {
    /// What may stand before a name.
    public static List<String> kinds() {
        Stream<String> several = Stream.concat(IamKind.words(), EventKind.words());
        return Stream.concat(Arrays.stream(Resource.values()).map(Resource::word), several)
                .toList();
    }

    /// Empty for what means no object.
    public static Optional<ObjectWord> of(String word) {
        int slash = word.indexOf('/');
        if (slash < 0 || slash == word.length() - 1) {
            return Optional.empty();
        }
        String kind = word.substring(0, slash);
        Optional<ObjectWord> ofSeveral = IamKind.isWord(kind)
                ? Optional.of(new ObjectWord(Resource.IAM, word))
                : Optional.of(new ObjectWord(Resource.EVENT, word)).filter(_ -> EventKind.isWord(kind));
        Optional<ObjectWord> object = ofSeveral.or(() ->
                Resource.of(kind).map(resource -> new ObjectWord(resource, word.substring(slash + 1))));
        return object.filter(known -> known.name().length() <= Glob.CHARS_MAX);
    }
}
