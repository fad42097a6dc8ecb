package dev.sluice.oci;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What an image runs by itself, as its configuration says: its entry point, followed by its command. Hostile, as all
/// of an image is. Its user means nothing.
///
/// @param command     empty where the image runs nothing
/// @param environment of the program
/// @param directory   absolute, where the program is started
public record ImageProgram(List<String> command, Map<String, String> environment, String directory) {
    private static final int WORDS_MAX = 64;
    private static final int VARIABLES_MAX = 256;

    public ImageProgram {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /// @param packed as [Fetched#packed] has it
    /// @throws PullFailed  for a configuration that means nothing, or has too much in it
    /// @throws IOException if it cannot be read
    public static ImageProgram read(InputStream packed) throws PullFailed, IOException {
        Fetched.Head head = Fetched.Head.read(packed);
        JsonNode config =
                Manifest.Json.object(head.config(), "the configuration").path("config");
        var command = new ArrayList<>(texts(config.path("Entrypoint")));
        command.addAll(texts(config.path("Cmd")));
        if (command.size() > WORDS_MAX) {
            throw new PullFailed("the entry point of the image has more than " + WORDS_MAX + " words");
        }
        var environment = new TreeMap<String, String>();
        for (String variable : texts(config.path("Env"))) {
            int at = variable.indexOf('=');
            if (at > 0) {
                environment.put(variable.substring(0, at), variable.substring(at + 1));
            }
        }
        if (environment.size() > VARIABLES_MAX) {
            throw new PullFailed("the image sets more than " + VARIABLES_MAX + " variables");
        }
        String directory = config.path("WorkingDir").asString("");
        return new ImageProgram(command, environment, directory.startsWith("/") ? directory : "/");
    }

    private static List<String> texts(JsonNode list) {
        var texts = new ArrayList<String>();
        list.forEach(one -> texts.add(one.asString("")));
        return texts;
    }
}
