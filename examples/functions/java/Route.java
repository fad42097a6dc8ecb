import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BiFunction;

/** The shortest way through a map of roads (Dijkstra). */
public class Route implements BiFunction<Map<String, Object>, Route.Question, Route.Way> {
    record Road(String from, String to, int km) {}

    record Question(String from, String to, List<Road> roads) {}

    record Way(int km, List<String> places) {}

    @Override
    public Way apply(Map<String, Object> context, Question question) {
        PriorityQueue<Way> open = new PriorityQueue<>(Comparator.comparingInt(Way::km));
        open.add(new Way(0, List.of(question.from())));
        Set<String> reached = new HashSet<>();
        Map<String, List<Road>> roads = new HashMap<>();
        question.roads().forEach(road -> roads.computeIfAbsent(road.from(), place -> new ArrayList<>()).add(road));
        while (!open.isEmpty()) {
            Way way = open.remove();
            String place = way.places().get(way.places().size() - 1);
            if (place.equals(question.to())) {
                return way;
            }
            if (reached.add(place)) {
                roads.getOrDefault(place, List.of()).forEach(road -> open.add(further(way, road)));
            }
        }
        throw new IllegalArgumentException("there is no way from " + question.from() + " to " + question.to());
    }

    private static Way further(Way way, Road road) {
        List<String> places = new ArrayList<>(way.places());
        places.add(road.to());
        return new Way(way.km() + road.km(), places);
    }
}
