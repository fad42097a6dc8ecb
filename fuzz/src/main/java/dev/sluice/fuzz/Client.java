package dev.sluice.fuzz;

import dev.sluice.fuzz.Scenario.Step;
import dev.sluice.http.LocalServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Sends a scenario's requests, each as its account, and remembers which ids each account was told.
final class Client {
    /// Whatever is random: of runs, objects and requests.
    static final Pattern ID =
            Pattern.compile("\\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{32})\\b");

    /// A delegated token.
    static final Pattern TOKEN = Pattern.compile("\\beyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+");

    static final int RUN_ID_CHARS = 36;
    private static final int REQUEST_ID_CHARS = 32;
    private static final int OBJECT_ID_CHARS = 40;
    static final String AUTHORIZATION = "Authorization";
    private static final Pattern NAMED = Pattern.compile("\\$(id|blob|request|token)(\\d)");

    private final Realm realm;
    private final LocalServer server;
    private final String sink;
    private final Map<String, List<String>> told =
            new HashMap<>(); // $id, $blob, $request or $token and an account → ids

    Client(Realm realm, LocalServer server, String sink) {
        this.realm = realm;
        this.server = server;
        this.sink = sink;
    }

    /// What came back: the status line, the headers without the time of day, and the body.
    String send(Step step, int world) {
        String body = withIds(step.body().in(world), step.who());
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        var head = new StringBuilder(256);
        head.append(step.method()).append(' ').append(withIds(step.target(), step.who()));
        head.append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        if (!step.who().isEmpty() && !step.headers().contains(AUTHORIZATION)) {
            head.append("Authorization: Bearer ")
                    .append(realm.token(step.who()))
                    .append("\r\n");
        }
        List<String> headers = step.headers();
        for (int i = 0; i < headers.size(); i += 2) {
            head.append(headers.get(i))
                    .append(": ")
                    .append(bad(withIds(headers.get(i + 1), step.who())))
                    .append("\r\n");
        }
        if (content.length > 0) {
            head.append("Content-Length: ").append(content.length).append("\r\n");
        }
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer request = ByteBuffer.allocate(start.length + content.length);
        String answer = answer(request.put(start).put(content).flip());
        remember(step.who(), answer);
        return answer;
    }

    /// A credential that proves nothing, where a header's value names one.
    private String bad(String value) {
        return switch (value) {
            case "$forged" -> "Bearer " + realm.token(Realm.FORGED);
            case "$expired" -> "Bearer " + realm.token(Realm.EXPIRED);
            default -> value;
        };
    }

    private String answer(ByteBuffer request) {
        try {
            String answer =
                    StandardCharsets.UTF_8.decode(server.answer(request)).toString();
            return answer.lines().filter(line -> !line.startsWith("Date: ")).collect(Collectors.joining("\n"));
        } catch (IOException lost) {
            throw new UncheckedIOException("the server gave no answer", lost);
        }
    }

    private void remember(String who, String answer) {
        if (answer.contains("eyJ")) {
            TOKEN.matcher(answer)
                    .results()
                    .forEach(found -> told.computeIfAbsent("token" + who, _ -> new ArrayList<>())
                            .add(found.group()));
        }
        ID.matcher(answer).results().map(found -> found.group()).forEach(id -> {
            String kind = id.length() == REQUEST_ID_CHARS ? "request" : id.length() == OBJECT_ID_CHARS ? "blob" : "id";
            List<String> ids = told.computeIfAbsent(kind + who, _ -> new ArrayList<>());
            if (!ids.contains(id)) {
                ids.add(id);
            }
        });
    }

    private String withIds(String text, String who) {
        return NAMED.matcher(text.replace("$sink", sink)).replaceAll(named -> {
            List<String> ids = told.getOrDefault(named.group(1) + who, List.of());
            int number = Integer.parseInt(named.group(2));
            return ids.isEmpty() ? "0" : ids.get(number % ids.size());
        });
    }
}
