package dev.sluice.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// One request of `recorded-requests.txt`, and the answer to it. How that file is written, it says itself.
///
/// @param command the client's that sends it
/// @param isOurs  whether it is none of the recorded ones
/// @param isAwaited whether it is sent until what it gets has become what it will be
/// @param status  0 where any will do
record Exchange(
        String command,
        boolean isOurs,
        boolean isAwaited,
        String method,
        String target,
        Map<String, String> headers,
        String body,
        int status,
        String answer) {
    private static final String OURS = "+ ";
    private static final String AWAITED = "await ";
    private static final String INDENT = "   ";

    static List<Exchange> all() throws IOException {
        try (InputStream in = Objects.requireNonNull(Exchange.class.getResourceAsStream("recorded-requests.txt"))) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static List<Exchange> parse(String text) {
        var all = new ArrayList<Exchange>();
        String command = "";
        List<String> lines = text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        for (int i = 0; i < lines.size(); ) {
            String line = lines.get(i);
            if (line.startsWith("$ ")) {
                command = line.substring(2);
                i++;
                continue;
            }
            var block = new ArrayList<String>();
            do {
                block.add(lines.get(i++));
            } while (i < lines.size() && (lines.get(i).startsWith(INDENT) || isStatus(lines.get(i))));
            all.add(of(command, block));
        }
        return all;
    }

    private static boolean isStatus(String line) {
        return line.matches("[0-9]{3}");
    }

    private static Exchange of(String command, List<String> block) {
        String first = block.getFirst();
        boolean isOurs = first.startsWith(OURS);
        String request = isOurs ? first.substring(OURS.length()) : first;
        boolean isAwaited = request.startsWith(AWAITED);
        request = isAwaited ? request.substring(AWAITED.length()) : request;
        int space = request.indexOf(' ');
        var headers = new LinkedHashMap<String, String>();
        String body = "";
        String answer = "";
        int status = 0;
        for (String line : block.subList(1, block.size())) {
            String said = line.strip();
            int colon = said.indexOf(": ");
            if (isStatus(line)) {
                status = Integer.parseInt(line);
            } else if (status != 0) {
                answer = said;
            } else if (said.startsWith("{")) {
                body = said;
            } else {
                headers.put(said.substring(0, colon), said.substring(colon + 2));
            }
        }
        return new Exchange(
                command,
                isOurs,
                isAwaited,
                request.substring(0, space),
                request.substring(space + 1),
                headers,
                body,
                status,
                answer);
    }
}
