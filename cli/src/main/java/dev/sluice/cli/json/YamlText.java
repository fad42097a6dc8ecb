package dev.sluice.cli.json;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads YAML 1.2 as JSON. Anchors, aliases and tags have no such value: they are refused, so that a short text is
/// never a large value.
public final class YamlText {
    private static final int DEPTH_MAX = 60;
    private static final int CHARS_MAX = 4 << 20;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setCodePointLimit(CHARS_MAX).build();

    private final Iterator<Event> events;

    private YamlText(Iterator<Event> events) {
        this.events = events;
    }

    /// The documents that have something in them.
    ///
    /// @throws NotYaml for anything else
    public static List<Json> parse(String text) {
        try {
            return new YamlText(new Parse(SETTINGS).parseString(text).iterator()).documents();
        } catch (MarkedYamlEngineException bad) {
            throw new NotYaml(line(bad.getProblemMark()), bad.getProblem());
        } catch (YamlEngineException bad) {
            throw new NotYaml(1, "it is no text of YAML, or longer than " + CHARS_MAX + " characters");
        }
    }

    private List<Json> documents() {
        var documents = new ArrayList<Json>();
        while (events.hasNext()) {
            if (events.next() instanceof NodeEvent node) {
                Json document = value(node, 0);
                if (!document.equals(Json.NULL)) {
                    documents.add(document);
                }
            }
        }
        return documents;
    }

    private Json value(Event event, int depth) {
        if (depth > DEPTH_MAX) {
            throw new NotYaml(line(event), "it is nested too deep");
        }
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw new NotYaml(line(event), "anchors (&) and aliases (*) are not read");
        }
        if (tag(event).isPresent()) {
            throw new NotYaml(line(event), "tags (!) are not read");
        }
        return switch (event.getEventId()) {
            case Scalar -> scalar((ScalarEvent) event);
            case SequenceStart -> sequence(depth);
            case MappingStart -> mapping(depth);
            case Alias, Comment, DocumentEnd, DocumentStart, MappingEnd, SequenceEnd, StreamEnd, StreamStart ->
                throw new NotYaml(line(event), "a value is missing");
        };
    }

    private static Optional<String> tag(Event event) {
        return switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent collection -> collection.getTag();
            default -> Optional.empty();
        };
    }

    private Json sequence(int depth) {
        var items = new ArrayList<Json>();
        Event event = events.next();
        while (event.getEventId() != Event.ID.SequenceEnd) {
            items.add(value(event, depth + 1));
            event = events.next();
        }
        return new Json.Arr(items);
    }

    private Json mapping(int depth) {
        var members = new LinkedHashMap<String, Json>();
        Event event = events.next();
        while (event.getEventId() != Event.ID.MappingEnd) {
            value(event, depth + 1);
            if (!(event instanceof ScalarEvent key)) {
                throw new NotYaml(line(event), "a name is a word");
            }
            if (members.put(key.getValue(), value(events.next(), depth + 1)) != null) {
                throw new NotYaml(line(event), key.getValue() + " is there twice");
            }
            event = events.next();
        }
        return new Json.Obj(members);
    }

    private static Json scalar(ScalarEvent scalar) {
        String word = scalar.getValue();
        if (!scalar.isPlain()) {
            return new Json.Text(word);
        }
        return switch (word) {
            case "", "~", "null", "Null", "NULL" -> Json.NULL;
            case "true", "True", "TRUE" -> new Json.Bool(true);
            case "false", "False", "FALSE" -> new Json.Bool(false);
            default -> NUMBER.matcher(word).matches() ? new Json.Num(word) : new Json.Text(word);
        };
    }

    private static int line(Event event) {
        return line(event.getStartMark());
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(known -> known.getLine() + 1).orElse(1);
    }
}
