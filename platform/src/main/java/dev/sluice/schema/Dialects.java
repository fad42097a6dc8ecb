package dev.sluice.schema;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaContext;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.format.Format;
import com.networknt.schema.keyword.FormatValidator;
import com.networknt.schema.keyword.Keyword;
import com.networknt.schema.keyword.KeywordType;
import com.networknt.schema.keyword.KeywordValidator;
import com.networknt.schema.path.NodePath;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// The library's dialects, with the two of their checks bounded that cost more than a step: formats are regular
/// expressions of the library's, and items that must be unique are compared with each other.
final class Dialects {
    static final int FORMATTED_CHARS_MAX = 1_000;
    static final int UNIQUE_ITEMS_MAX = 5_000;

    private Dialects() {}

    /// Dispatch's first: what a schema is written in that does not say.
    static List<Dialect> all() {
        return Stream.of(
                        com.networknt.schema.dialect.Dialects.getDraft4(),
                        com.networknt.schema.dialect.Dialects.getDraft6(),
                        com.networknt.schema.dialect.Dialects.getDraft7(),
                        com.networknt.schema.dialect.Dialects.getDraft201909(),
                        com.networknt.schema.dialect.Dialects.getDraft202012())
                .map(Dialects::bounded)
                .toList();
    }

    private static Dialect bounded(Dialect dialect) {
        return Dialect.builder(dialect)
                .formats(formats -> formats.replaceAll((_, format) -> new ShortFormat(format)))
                .keyword(new UniqueItems())
                .build();
    }

    /// A text that is longer than any of its format is not of it.
    private record ShortFormat(Format format) implements Format {
        @Override
        public String getName() {
            return format.getName();
        }

        @Override
        public String getMessageKey() {
            return format.getMessageKey();
        }

        @Override
        public boolean matches(
                ExecutionContext check,
                SchemaContext schema,
                JsonNode node,
                JsonNode root,
                NodePath at,
                boolean isAsserted,
                FormatValidator validator) {
            boolean isShort = !node.isString() || node.stringValue().length() <= FORMATTED_CHARS_MAX;
            return isShort && format.matches(check, schema, node, root, at, isAsserted, validator);
        }
    }

    private static final class UniqueItems implements Keyword {
        @Override
        public String getValue() {
            return KeywordType.UNIQUE_ITEMS.getValue();
        }

        @Override
        public KeywordValidator newValidator(SchemaLocation at, JsonNode node, Schema parent, SchemaContext context) {
            return new FewUniqueItems(KeywordType.UNIQUE_ITEMS.newValidator(at, node, parent, context));
        }
    }

    /// Whoever chooses values well makes each comparison look at all the others.
    private record FewUniqueItems(KeywordValidator validator) implements KeywordValidator {
        @Override
        public String getKeyword() {
            return validator.getKeyword();
        }

        @Override
        public SchemaLocation getSchemaLocation() {
            return validator.getSchemaLocation();
        }

        @Override
        public void validate(ExecutionContext check, JsonNode node, JsonNode root, NodePath at) {
            if (node.isArray() && node.size() > UNIQUE_ITEMS_MAX) {
                throw new Exhausted(
                        String.format(Locale.ROOT, "it has more than %d items that must be unique", UNIQUE_ITEMS_MAX));
            }
            validator.validate(check, node, root, at);
        }
    }
}
