import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.List;

/** AWS Lambda, Java: the total of an invoice, its tax shown apart. */
public class Invoice implements RequestHandler<Invoice.Order, Invoice.Total> {
    record Line(String what, int count, long cents) {}

    record Order(List<Line> lines, int taxPercent) {}

    record Total(long net, long tax, long gross, String by) {}

    @Override
    public Total handleRequest(Order order, Context context) {
        if (order.lines() == null) {
            throw new IllegalArgumentException("an invoice has lines");
        }
        long net = order.lines().stream().mapToLong(line -> line.count() * line.cents()).sum();
        long tax = Math.round(net * order.taxPercent() / 100.0);
        context.getLogger().log("total of " + order.lines().size() + " lines");
        return new Total(net, tax, net + tax, context.getFunctionName());
    }
}
