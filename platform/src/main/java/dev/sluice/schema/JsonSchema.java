package dev.sluice.schema;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.ValidationLimitExceededException;
import dev.sluice.bytes.Bytes;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A schema that can be checked against, any number of times at once.
///
/// A check is bounded, whatever schema and value: in steps, in depth, in faults, and in what patterns cost.
public final class JsonSchema {
    /// One keyword at one place of the value is a step or two.
    static final int STEPS_MAX = 500_000;

    static final int DEPTH_MAX = 200;
    static final int FAULTS_MAX = 10_000;

    private final Schema schema;

    JsonSchema(Schema schema) {
        this.schema = schema;
    }

    /// What is wrong with `value`, in Dispatch's words, one fault a line; nothing if it is valid. What takes too
    /// long to check is not.
    public Optional<String> faultOf(Bytes value) {
        JsonNode json;
        try {
            json = Schemas.JSON.readTree(value.readOnlyArray());
        } catch (JacksonException notJson) {
            return Optional.of("it is not JSON that can be checked");
        }
        return faultOf(json);
    }

    Optional<String> faultOf(JsonNode value) {
        try {
            List<Error> faults = faults(value);
            return faults.isEmpty() ? Optional.empty() : Optional.of(Faults.print(faults, schema.getSchemaNode()));
        } catch (Exhausted tooMuch) {
            return Optional.of("it was not checked to its end: " + tooMuch.what());
        }
    }

    /// @throws Exhausted if there is no telling within the bounds
    List<Error> faults(JsonNode value) {
        try {
            return ScopedValue.where(Patterns.Budget.CURRENT, new Patterns.Budget())
                    .call(() -> schema.validate(new Run(), value, OutputFormat.DEFAULT));
        } catch (SchemaException wrong) {
            throw new Exhausted("its schema cannot be followed");
        } catch (ValidationLimitExceededException tooMuch) {
            throw new Exhausted(
                    switch (tooMuch.getLimitKind()) {
                        case EVALUATION_STEPS -> "it takes more than " + STEPS_MAX + " steps";
                        case EVALUATION_DEPTH -> "it leads more than " + DEPTH_MAX + " levels deep";
                    });
        }
    }

    /// One check.
    private static final class Run extends ExecutionContext {
        private static final ExecutionConfig BOUNDS = ExecutionConfig.builder()
                .locale(Locale.ENGLISH)
                .maxEvaluationSteps(STEPS_MAX)
                .maxEvaluationDepth(DEPTH_MAX)
                .build();

        private int found;

        Run() {
            super(BOUNDS);
        }

        @Override
        public void addError(Error fault) {
            found++;
            if (found > FAULTS_MAX) {
                throw new Exhausted("it has more than " + FAULTS_MAX + " faults");
            }
            super.addError(fault);
        }
    }
}
