import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;

/** A plain HTTP server in Java: exchange rates that are put and asked for. */
public class Rates {
    private static final Map<String, String> RATES = new TreeMap<>();

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/", Rates::answer);
        server.start();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String currency = exchange.getRequestURI().getPath().substring(1);
        if (exchange.getRequestMethod().equals("PUT")) {
            RATES.put(currency, new String(exchange.getRequestBody().readAllBytes()));
        }
        String rate = RATES.get(currency);
        byte[] body = ("{\"" + (rate == null ? "unknown" : currency) + "\":\"" + (rate == null ? currency : rate) + "\"}").getBytes();
        exchange.sendResponseHeaders(rate == null ? 404 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
