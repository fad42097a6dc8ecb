package dev.sluice.cli.command;

import dev.sluice.cli.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What is alike in the words for entities that are only settings.
///
/// @param word  in the singular
/// @param said  in messages
/// @param table what a list shows
record EntityWords(String path, String word, String said, Function<List<Json.Obj>, String> table) {
    private static final String APPLICATION = "--application";

    Word get() {
        Word get = new Word(word, "Show one " + said + ", or list all.", this::get)
                .optional("NAME", "the " + said + "'s name")
                .flag(Flag.valued("APPLICATION", "accepted for compatibility; changes nothing", "-a", APPLICATION));
        return get.example("sluice get " + word).example("sluice get " + word + " NAME -o json");
    }

    Word delete() {
        return new Word(word, "Delete one " + said + ".", this::delete)
                .required("NAME", "the " + said + "'s name")
                .example("sluice delete " + word + " NAME");
    }

    /// A word for creating or updating one, with a tag.
    Word tagged(Word one) {
        return one.flag(Flag.valued("APPLICATION", "application to tag the " + said + " with", "-a", APPLICATION));
    }

    int get(Arguments arguments, Session session) {
        String target = arguments.positional(0).map(this::target).orElse(path);
        Json answer = session.api().get(target);
        session.print(answer, () -> table.apply(Rows.of(answer)));
        return 0;
    }

    private int delete(Arguments arguments, Session session) {
        String name = arguments.required(0);
        Json answer = session.api().delete(target(name));
        session.print(answer, () -> "Deleted " + said + ": " + name);
        return 0;
    }

    int create(Session session, String name, Json.Obj body) {
        Json answer = session.api().post(path, body);
        session.print(answer, () -> "Created " + said + ": " + name);
        return 0;
    }

    int update(Session session, String name, Json.Obj body) {
        Json answer = session.api().put(target(name), body);
        session.print(answer, () -> "Updated " + said + ": " + name);
        return 0;
    }

    String target(String name) {
        return Target.of(path).segment(name).toString();
    }

    /// A list with the application that was named; empty without one.
    static Optional<Json> tag(Arguments arguments) {
        return arguments
                .option(APPLICATION)
                .map(value -> new Json.Arr(
                        List.of(Json.Obj.empty().with("key", "Application").with("value", value))));
    }

    static Json tags(Arguments arguments) {
        return tag(arguments).orElse(new Json.Arr(List.of()));
    }

    /// What stands in a cell for a list of texts.
    static String listed(Json.Obj entity, String member) {
        if (!(entity.members().get(member) instanceof Json.Arr(var items))) {
            return "";
        }
        return String.join(
                ",",
                items.stream()
                        .map(item -> Json.Obj.empty().with("", item).show(""))
                        .toList());
    }
}
