import java.util.Map;
import java.util.function.BiFunction;

/** The monthly payment of a loan, in cents. */
public class Loan implements BiFunction<Map<String, Object>, Loan.Terms, Loan.Plan> {
    record Terms(long cents, double yearlyPercent, int months) {}

    record Plan(long monthlyCents, long interestCents) {}

    @Override
    public Plan apply(Map<String, Object> context, Terms terms) {
        if (terms.months() < 1) {
            throw new IllegalArgumentException("a loan lasts a month at least");
        }
        double rate = terms.yearlyPercent() / 1200;
        double monthly = rate == 0
                ? (double) terms.cents() / terms.months()
                : terms.cents() * rate / (1 - Math.pow(1 + rate, -terms.months()));
        long payment = Math.round(monthly);
        return new Plan(payment, payment * terms.months() - terms.cents());
    }
}
