import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** The next dates of a weekly meeting. */
public class Schedule implements BiFunction<Map<String, Object>, Schedule.Meeting, List<String>> {
    record Meeting(String from, String day, int times) {}

    @Override
    public List<String> apply(Map<String, Object> context, Meeting meeting) {
        LocalDate first = LocalDate.parse(meeting.from())
                .with(TemporalAdjusters.nextOrSame(DayOfWeek.valueOf(meeting.day().toUpperCase())));
        return Stream.iterate(first, date -> date.plusWeeks(1))
                .limit(meeting.times())
                .map(LocalDate::toString)
                .toList();
    }
}
