import java.util.Map;
import java.util.function.BiFunction;

/** A number as the Romans wrote it. */
public class Roman implements BiFunction<Map<String, Object>, Integer, String> {
    private static final int[] VALUES = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};
    private static final String[] LETTERS = {"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"};

    @Override
    public String apply(Map<String, Object> context, Integer number) {
        if (number < 1 || number > 3999) {
            throw new IllegalArgumentException("the Romans wrote 1 to 3999");
        }
        StringBuilder text = new StringBuilder();
        int left = number;
        for (int n = 0; n < VALUES.length; n++) {
            for (; left >= VALUES[n]; left -= VALUES[n]) {
                text.append(LETTERS[n]);
            }
        }
        return text.toString();
    }
}
