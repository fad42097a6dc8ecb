package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.function.Convention;
import dev.sluice.function.SourceFiles;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Organization;
import dev.sluice.testing.Tasks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What stands behind the policies, where a route would let somebody name a secret whom it should not.
final class SecretGrantsTest extends ApiTest {
    /// Flow 2 of design/labels.md section 6, where the route is what is wrong.
    @Test
    void whoWasNotLentASecret_writesNoFunctionThatNamesIt() {
        api.developer("acme", "function");
        Organization acme = api.organizations.tenant("acme").orElseThrow().organization();
        Functions functions = api.functions();
        FunctionRequest plain = request("f", List.of());
        FunctionRequest naming = request("f", List.of("s"));
        Task developer = lent("acme/function");
        assertThat(Tasks.refusal(developer, () -> functions.create(acme, naming)))
                .isEqualTo(Refusal.DENIED);
        assertThat(Tasks.refusal(developer, () -> functions.create(acme, plain)))
                .isNull();
        assertThat(Tasks.refusal(developer, () -> functions.update(acme, "f", naming)))
                .isEqualTo(Refusal.DENIED);
        assertThat(Tasks.refusal(lent("acme/function&acme/secret/t"), () -> functions.update(acme, "f", naming)))
                .isEqualTo(Refusal.DENIED);
        assertThat(Tasks.refusal(
                        lent("acme/function&acme/secret/s"), () -> functions.create(acme, request("g", List.of("s")))))
                .isNull();
    }

    private static Task lent(String reads) {
        Component read = Component.parse(reads);
        return new Task(
                Label.PUBLIC,
                Label.of(read, Component.TRUE),
                Privilege.mintTcb(read, Component.parse("acme/function")));
    }

    private static FunctionRequest request(String name, List<String> secrets) {
        var wish = new FunctionEntity.Wish(
                name,
                "python3",
                "",
                JsonBody.JSON.createObjectNode(),
                secrets,
                List.of(),
                0,
                Convention.AUTO,
                List.of(),
                FunctionEntity.Sizing.USUAL,
                "");
        return new FunctionRequest(
                wish,
                Optional.of(new SourceFiles(
                        new TreeMap<>(Map.of(name + ".py", Bytes.utf8("def handle(c, p):\n    return 1\n"))))));
    }
}
