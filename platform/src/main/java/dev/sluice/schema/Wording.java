package dev.sluice.schema;

import com.networknt.schema.Error;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// One fault in the words of Dispatch's validator, and values as Go prints them.
final class Wording {
    private static final int GO_PLAIN_DIGITS = 6;
    private static final int GO_ZEROS_MAX = 4;

    private Wording() {}

    /// @param parent the schema that its keyword stands in
    static String of(Error fault, JsonNode parent) {
        String at = path(fault, Integer.MAX_VALUE) + " in body ";
        JsonNode limit = fault.getSchemaNode();
        JsonNode value = fault.getInstanceNode();
        return switch (fault.getKeyword()) {
            case "type" -> at + "must be of type " + types(limit) + ": \"" + type(value) + "\"";
            case "required" -> path(fault, Integer.MAX_VALUE) + "." + fault.getProperty() + " in body is required";
            case "additionalProperties" ->
                path(fault, Integer.MAX_VALUE) + "." + fault.getProperty() + " in body is a forbidden property";
            case "maxLength" -> at + "should be at most " + count(limit) + " chars long";
            case "minLength" -> at + "should be at least " + count(limit) + " chars long";
            case "pattern" -> at + "should match '" + limit.asString() + "'";
            case "format" -> at + "must be of type " + limit.asString() + ": " + quoted(value.asString());
            case "enum" -> at + "should be one of " + printed(limit);
            case "multipleOf" -> at + "should be a multiple of " + printed(limit);
            case "maximum" -> at + "should be less than " + orEqual(parent, "exclusiveMaximum") + printed(limit);
            case "minimum" -> at + "should be greater than " + orEqual(parent, "exclusiveMinimum") + printed(limit);
            case "exclusiveMaximum" -> at + "should be less than " + printed(limit);
            case "exclusiveMinimum" -> at + "should be greater than " + printed(limit);
            case "maxItems" -> at + "should have at most " + count(limit) + " items";
            case "minItems" -> at + "should have at least " + count(limit) + " items";
            case "uniqueItems" -> at + "shouldn't contain duplicates";
            case "maxProperties" -> at + "should have at most " + count(limit) + " properties";
            case "minProperties" -> at + "should have at least " + count(limit) + " properties";
            case "not" -> "\"" + path(fault, Integer.MAX_VALUE) + "\" must not validate the schema (not)";
            case "dependencies" -> dependency(fault);
            case "additionalItems" -> "array doesn't allow for additional items";
            default -> at + fault.getMessage();
        };
    }

    /// The place in the value, in at most `depth` steps. The first step has a dot before it, unless `properties` led
    /// there.
    static String path(Error fault, int depth) {
        String path = String.join(".", Faults.steps(fault.getInstanceLocation(), depth));
        return path.isEmpty() || isFoundByName(fault) ? path : "." + path;
    }

    private static boolean isFoundByName(Error fault) {
        var path = fault.getEvaluationPath();
        for (int i = 0; i < path.getNameCount(); i++) {
            switch (path.getName(i)) {
                case "properties" -> {
                    return true;
                }
                case "patternProperties",
                        "additionalProperties",
                        "items",
                        "additionalItems",
                        "prefixItems",
                        "dependencies" -> {
                    return false;
                }
                default -> {}
            }
        }
        return false;
    }

    private static String types(JsonNode types) {
        return types.isArray()
                ? StreamSupport.stream(types.spliterator(), false)
                        .map(JsonNode::asString)
                        .collect(Collectors.joining(","))
                : types.asString();
    }

    private static String type(JsonNode value) {
        return value.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static String orEqual(JsonNode parent, String exclusive) {
        return parent.path(exclusive).asBoolean(false) ? "" : "or equal to ";
    }

    private static String count(JsonNode limit) {
        return limit.decimalValue().toBigInteger().toString();
    }

    private static String dependency(Error fault) {
        JsonNode value = fault.getInstanceNode();
        JsonNode wanted = fault.getSchemaNode().path(String.valueOf(fault.getProperty()));
        Optional<String> missing = StreamSupport.stream(wanted.spliterator(), false)
                .map(JsonNode::asString)
                .filter(name -> !value.has(name))
                .findFirst();
        return "\"" + path(fault, Integer.MAX_VALUE) + "\" has a dependency on " + missing.orElse("");
    }

    /// As `%v` has it.
    static String printed(JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER -> printed(value.doubleValue());
            case STRING -> value.stringValue();
            case NULL -> "<nil>";
            case ARRAY ->
                StreamSupport.stream(value.spliterator(), false)
                        .map(Wording::printed)
                        .collect(Collectors.joining(" ", "[", "]"));
            case OBJECT ->
                value.properties().stream()
                        .map(field -> field.getKey() + ":" + printed(field.getValue()))
                        .sorted()
                        .collect(Collectors.joining(" ", "map[", "]"));
            case BINARY, BOOLEAN, MISSING, POJO -> value.asString();
        };
    }

    private static String printed(double number) {
        if (number == 0 || !Double.isFinite(number)) {
            return "0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -GO_ZEROS_MAX && exponent < GO_PLAIN_DIGITS) {
            return shortest.toPlainString();
        }
        String digits = shortest.unscaledValue().abs().toString();
        String rest = digits.length() == 1 ? "" : "." + digits.substring(1);
        return String.format(
                Locale.ROOT,
                "%s%s%se%s%02d",
                number < 0 ? "-" : "",
                digits.charAt(0),
                rest,
                exponent < 0 ? "-" : "+",
                Math.abs(exponent));
    }

    /// As `%q` has it.
    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"', '\\' -> out.append('\\').appendCodePoint(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        out.append(String.format(Locale.ROOT, c < 0x80 ? "\\x%02x" : "\\u%04x", c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.append('"').toString();
    }
}
