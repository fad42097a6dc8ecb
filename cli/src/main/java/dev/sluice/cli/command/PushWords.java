package dev.sluice.cli.command;

import dev.sluice.cli.json.Json;

/// `push`: a function becomes an image in a registry.
final class PushWords {
    private PushWords() {}

    static Word push() {
        return new Word("push", "Push a function to a registry, as an image that serves it.", PushWords::push)
                .required("FUNCTION", "its name")
                .required("REFERENCE", "where to: REGISTRY/REPOSITORY:TAG")
                .example("sluice push hello registry.example.com/team/hello:v1");
    }

    private static int push(Arguments arguments, Session session) {
        String name = arguments.required(0);
        Target target = Target.of("/v1/function").segment(name).segment("push");
        Json body = Json.Obj.empty().with("reference", arguments.required(1));
        Json answer = session.api().post(target.toString(), body);
        session.print(
                answer,
                () -> answer instanceof Json.Obj pushed
                        ? "Pushed: " + pushed.show("reference") + "\n" + pushed.show("digest")
                        : "Pushed: " + name);
        return 0;
    }
}
