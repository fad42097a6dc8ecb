import java.util.Map;
import java.util.function.BiFunction;

/** Greets whoever the payload names. What it prints is the run's log. */
public class Hello implements BiFunction<Map<String, Object>, Map<String, Object>, Map<String, String>> {
    @Override
    public Map<String, String> apply(Map<String, Object> context, Map<String, Object> payload) {
        Object name = payload.getOrDefault("name", "Noone");
        System.out.println("greeting " + name);
        return Map.of("greeting", "Hello, " + name);
    }
}
