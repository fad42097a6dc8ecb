package dev.sluice.schema;

import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/// The faults of a value in the order and the words of Dispatch's validator.
///
/// Source: contracts/dispatch.md 4.5, and the observable behaviour of the go-openapi libraries.
final class Faults {
    static final int LINES_MAX = 100;
    private static final int LINE_CHARS_MAX = 1_000;
    private static final String HEADING = "validation failure list:";

    /// In what order a schema's keywords are looked at.
    private static final List<String> ORDER = List.of(
            "type",
            "anyOf",
            "oneOf",
            "allOf",
            "not",
            "dependencies",
            "maxLength",
            "minLength",
            "pattern",
            "format",
            "multipleOf",
            "maximum",
            "minimum",
            "items",
            "additionalItems",
            "minItems",
            "maxItems",
            "uniqueItems",
            "enum",
            "minProperties",
            "maxProperties",
            "additionalProperties",
            "properties",
            "patternProperties",
            "required");

    /// Of a string, and of an object's size, only the first fault is told.
    private static final Map<String, Set<String>> HIDES = Map.of(
            "maxLength", Set.of("minLength", "pattern"),
            "minLength", Set.of("pattern"),
            "minProperties", Set.of("additionalProperties", "properties", "patternProperties", "required"),
            "maxProperties", Set.of("additionalProperties", "properties", "patternProperties", "required"));

    /// What leads to a part of the value.
    private static final Set<String> LEADING_INWARD = Set.of(
            "properties",
            "patternProperties",
            "additionalProperties",
            "unevaluatedProperties",
            "items",
            "prefixItems",
            "additionalItems",
            "unevaluatedItems",
            "contains");

    private final JsonNode schema;
    private final List<String> lines = new ArrayList<>();

    private Faults(JsonNode schema) {
        this.schema = schema;
    }

    static String print(List<Error> faults, JsonNode schema) {
        var printer = new Faults(schema);
        printer.add(faults, 0, 0);
        String all =
                printer.lines.stream().limit(LINES_MAX).map(Faults::shortened).collect(Collectors.joining("\n"));
        String rest = printer.lines.size() > LINES_MAX ? "\nand " + (printer.lines.size() - LINES_MAX) + " more" : "";
        return HEADING + "\n" + all + rest;
    }

    /// The first one alone, of a schema that is none.
    static String first(List<Error> faults) {
        return shortened(Wording.of(faults.getFirst(), faults.getFirst().getSchemaNode()));
    }

    private static String shortened(String line) {
        return line.length() <= LINE_CHARS_MAX ? line : line.substring(0, LINE_CHARS_MAX) + "...";
    }

    /// @param faults all of one place in the schema and one in the value
    /// @param from   how many steps through the schema led there
    /// @param depth  how many steps through the value
    private void add(List<Error> faults, int from, int depth) {
        Map<String, List<Error>> byKeyword = grouped(faults, fault -> segment(fault, from));
        Set<String> hidden = byKeyword.keySet().stream()
                .flatMap(keyword -> HIDES.getOrDefault(keyword, Set.of()).stream())
                .collect(Collectors.toSet());
        byKeyword.entrySet().stream()
                .filter(group -> !hidden.contains(group.getKey()))
                .sorted(Comparator.comparingInt(group -> rank(group.getKey())))
                .forEach(group -> addOf(group.getKey(), group.getValue(), from + 1, depth));
    }

    private void addOf(String keyword, List<Error> faults, int from, int depth) {
        List<Error> here = faults.stream()
                .filter(fault -> fault.getEvaluationPath().getNameCount() == from)
                .toList();
        List<Error> below = faults.stream()
                .filter(fault -> fault.getEvaluationPath().getNameCount() > from)
                .toList();
        switch (keyword) {
            case "anyOf", "oneOf" -> addAlternatives(keyword, here, below, from, depth);
            case "allOf" -> addAll(below, from, depth);
            default -> {
                here.forEach(fault -> lines.add(Wording.of(fault, parent(fault))));
                addBelow(keyword, below, from, depth);
            }
        }
    }

    private void addBelow(String keyword, List<Error> below, int from, int depth) {
        if (LEADING_INWARD.contains(keyword)) {
            grouped(below, fault -> at(fault.getInstanceLocation(), depth))
                    .values()
                    .forEach(part -> {
                        boolean isNamed = keyword.equals("properties") || keyword.equals("patternProperties");
                        add(part, isNamed || isIndexed(part.getFirst(), from) ? from + 1 : from, depth + 1);
                    });
        } else if (!below.isEmpty()) {
            add(below, from, depth);
        }
    }

    private static boolean isIndexed(Error fault, int from) {
        return fault.getEvaluationPath().getElement(from) instanceof Integer;
    }

    /// Of the alternatives, the one is told of that is closest.
    private void addAlternatives(String keyword, List<Error> here, List<Error> below, int from, int depth) {
        Error any = here.isEmpty() ? below.getFirst() : here.getFirst();
        String path = Wording.path(any, depth);
        if (keyword.equals("anyOf")) {
            lines.add("\"" + path + "\" must validate at least one schema (anyOf)");
        } else {
            Object[] arguments =
                    here.isEmpty() ? new Object[] {"0"} : here.getFirst().getArguments();
            String valid = String.valueOf(arguments[0]);
            lines.add("\"" + path + "\" must validate one and only one schema (oneOf). Found "
                    + (valid.equals("0") ? "none valid" : valid + " valid alternatives"));
        }
        grouped(below, fault -> segment(fault, from)).values().stream()
                .min(Comparator.comparingInt(List::size))
                .ifPresent(closest -> add(closest, from + 1, depth));
    }

    private void addAll(List<Error> below, int from, int depth) {
        Map<String, List<Error>> parts = grouped(below, fault -> segment(fault, from));
        parts.values().forEach(part -> add(part, from + 1, depth));
        Error any = below.getFirst();
        NodePath inSchema = any.getSchemaLocation().getFragment();
        int own = inSchema.getNameCount() - (any.getEvaluationPath().getNameCount() - from);
        JsonNode all = own > 0 ? node(inSchema, own) : schema;
        lines.add("\"" + Wording.path(any, depth) + "\" must validate all the schemas (allOf)"
                + (all.size() == parts.size() ? ". None validated" : ""));
    }

    /// The schema that the keyword stands in.
    private JsonNode parent(Error fault) {
        NodePath at = fault.getSchemaLocation().getFragment();
        return node(at, Math.max(0, at.getNameCount() - 1));
    }

    private JsonNode node(NodePath path, int count) {
        JsonNode node = schema;
        for (int i = 0; i < count; i++) {
            node = path.getElement(i) instanceof Integer index ? node.path(index) : node.path(path.getName(i));
        }
        return node;
    }

    private static int rank(String keyword) {
        int rank = ORDER.indexOf(keyword);
        return rank < 0 ? ORDER.size() : rank;
    }

    private static String segment(Error fault, int index) {
        return at(fault.getEvaluationPath(), index);
    }

    private static String at(NodePath path, int index) {
        return index < path.getNameCount() ? path.getName(index) : "";
    }

    private static Map<String, List<Error>> grouped(List<Error> faults, Function<Error, String> by) {
        return faults.stream().collect(Collectors.groupingBy(by, LinkedHashMap::new, Collectors.toList()));
    }

    /// The steps that lead to a fault's place in the value, at most `depth` of them.
    static List<String> steps(NodePath path, int depth) {
        return IntStream.range(0, Math.min(depth, path.getNameCount()))
                .mapToObj(path::getName)
                .toList();
    }
}
