package dev.sluice.authn;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// An object in the file of identity providers. What is wrong with it is said without any of its values, as some are
/// secrets.
///
/// @param whose what it describes, in messages
record Description(String whose, JsonNode json) {
    private static final int TEXT_CHARS_MAX = 2_048;
    private static final int FIELD_CHARS_MAX = 64;

    /// @throws IllegalArgumentException if it is no object
    Description {
        if (!json.isObject()) {
            throw new IllegalArgumentException(whose + " must be an object");
        }
    }

    void requireKnown(Set<String> fields) {
        for (String field : json.propertyNames()) {
            require(
                    fields.contains(field),
                    "there is no field " + (field.length() > FIELD_CHARS_MAX ? "of that name" : field));
        }
    }

    String required(String field) {
        return text(field).orElseThrow(() -> new IllegalArgumentException(whose + " needs " + field));
    }

    Optional<String> text(String field) {
        JsonNode value = json.path(field);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        require(isText(value), field + " must be a text");
        return Optional.of(value.stringValue());
    }

    boolean flag(String field) {
        JsonNode value = json.path(field);
        require(value.isMissingNode() || value.isBoolean(), field + " must be true or false");
        return value.booleanValue(false);
    }

    Optional<List<String>> words(String field) {
        JsonNode list = json.path(field);
        if (list.isMissingNode()) {
            return Optional.empty();
        }
        require(list.isArray(), field + " must be a list of words");
        var words = new ArrayList<String>();
        for (JsonNode word : list) {
            require(word.isString() && word.stringValue().matches("[!-~]{1,100}"), field + " must be a list of words");
            words.add(word.stringValue());
        }
        return Optional.of(List.copyOf(words));
    }

    /// @throws IllegalArgumentException unless it holds
    void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(whose + ": " + otherwise);
        }
    }

    static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException wrong) {
            throw new IllegalArgumentException("there is an address that is none", wrong);
        }
    }

    private static boolean isText(JsonNode value) {
        return value.isString()
                && !value.stringValue().isEmpty()
                && value.stringValue().length() <= TEXT_CHARS_MAX;
    }
}
