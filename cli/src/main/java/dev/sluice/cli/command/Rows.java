package dev.sluice.cli.command;

import dev.sluice.cli.json.Json;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// What tables show of entities.
final class Rows {
    /// `2026-11-21 12:00:00`; what `toString` leaves out is a second of 0.
    private static final int TIME_CHARS = 19;

    private Rows() {}

    /// The entities of an answer: those of a list, or the only one. `null` is an empty list.
    static List<Json.Obj> of(Json answer) {
        return switch (answer) {
            case Json.Arr list -> list.objects();
            case Json.Obj single -> List.of(single);
            case Json.Text _, Json.Num _, Json.Bool _, Json.Null _ -> List.of();
        };
    }

    /// The status, with its first reason behind it.
    static String status(Json.Obj entity) {
        if (entity.members().get("reason") instanceof Json.Arr(var reasons)
                && !reasons.isEmpty()
                && reasons.getFirst() instanceof Json.Text(String reason)) {
            return entity.show("status") + " (" + reason + ")";
        }
        return entity.show("status");
    }

    /// Local time; `-` for what has not happened yet, which the server writes as the year 1.
    static String time(Json.Obj entity, String member) {
        return entity.wholeAt(member)
                .filter(seconds -> seconds > 0 && seconds < Instant.MAX.getEpochSecond())
                .map(Instant::ofEpochSecond)
                .map(at -> LocalDateTime.ofInstant(at, ZoneId.systemDefault())
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString()
                        .replace('T', ' '))
                .map(text -> text.length() < TIME_CHARS ? text + ":00" : text)
                .orElse("-");
    }
}
