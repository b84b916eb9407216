package org.scedit.core.bench;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where a training step's time went, by operator: each operator's own time, without that of the operators it called.
 *
 * <p>What runs inside libtorch's backward engine is the backward pass, what comes after its last operator the optimizer,
 * all else the forward pass.
 */
final class OperatorProfile {
    private static final String BACKWARD = "autograd::engine::evaluate_function";
    private static final int LISTED = 25;

    /** The part of a training step that an operator belongs to. */
    enum Pass {
        FORWARD,
        BACKWARD,
        OPTIMIZER
    }

    /**
     * An operator of a trace.
     *
     * @param name   libtorch's, such as {@code aten::conv2d}
     * @param thread it ran on
     * @param start  in microseconds
     * @param length in microseconds, with all that it called
     */
    record Event(String name, long thread, double start, double length) {
        double end() {
            return start + length;
        }
    }

    /** All calls of an operator in a pass. */
    record Row(String operator, Pass pass, int calls, double millis) {}

    /** An event while those inside it are visited. */
    private record Open(Event event, OperatorGroup group, Pass pass) {}

    private record Key(String operator, Pass pass) {}

    private final Map<Key, Row> rows = new HashMap<>();
    private final Map<OperatorGroup, Map<Pass, Double>> groups = new EnumMap<>(OperatorGroup.class);
    private double total;

    private OperatorProfile() {}

    /** Reads a trace that {@link org.scedit.core.engine.Profiler} wrote. */
    static OperatorProfile read(Path trace) {
        List<Event> events = new ArrayList<>();
        try (var json = new JsonReader(Files.newBufferedReader(trace))) {
            json.beginArray();
            while (json.hasNext()) {
                events.add(event(json));
            }
            json.endArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(events);
    }

    private static Event event(JsonReader json) throws IOException {
        String name = "";
        long thread = 0;
        double start = 0;
        double length = 0;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "name" -> name = json.nextString();
                case "tid" -> thread = json.nextLong();
                case "ts" -> start = json.nextDouble();
                case "dur" -> length = json.nextDouble();
                default -> json.skipValue();
            }
        }
        json.endObject();
        return new Event(name, thread, start, length);
    }

    static OperatorProfile of(List<Event> events) {
        double backwardEnd = events.stream()
                .filter(event -> event.name().startsWith(BACKWARD))
                .mapToDouble(Event::end)
                .max()
                .orElse(Double.MAX_VALUE);
        Map<Long, List<Event>> threads = new LinkedHashMap<>();
        events.forEach(event -> threads.computeIfAbsent(event.thread(), thread -> new ArrayList<>())
                .add(event));
        var profile = new OperatorProfile();
        threads.values().forEach(each -> profile.visit(each, backwardEnd));
        return profile;
    }

    /** Adds one thread's events, an event after those that it lies in. */
    private void visit(List<Event> events, double backwardEnd) {
        List<Event> ordered = new ArrayList<>(events);
        ordered.sort(Comparator.comparingDouble(Event::start)
                .thenComparing(Comparator.comparingDouble(Event::length).reversed()));
        Deque<Open> open = new ArrayDeque<>();
        for (Event event : ordered) {
            while (!open.isEmpty() && open.peek().event().end() <= event.start()) {
                open.pop();
            }
            Open parent = open.peek();
            Pass pass = pass(event, parent, backwardEnd);
            OperatorGroup group = parent == null || parent.group() == OperatorGroup.OTHER
                    ? OperatorGroup.of(event.name())
                    : parent.group();
            boolean repeated = parent != null && parent.event().name().equals(event.name());
            add(event.name(), pass, group, repeated ? 0 : 1, event.length());
            if (parent != null) {
                add(parent.event().name(), parent.pass(), parent.group(), 0, -event.length());
            }
            open.push(new Open(event, group, pass));
        }
    }

    private static Pass pass(Event event, Open parent, double backwardEnd) {
        if (event.start() >= backwardEnd) {
            return Pass.OPTIMIZER;
        }
        boolean inside = parent != null && parent.pass() == Pass.BACKWARD;
        return inside || event.name().startsWith(BACKWARD) ? Pass.BACKWARD : Pass.FORWARD;
    }

    private void add(String operator, Pass pass, OperatorGroup group, int calls, double micros) {
        double millis = micros / 1000;
        rows.merge(
                new Key(operator, pass),
                new Row(operator, pass, calls, millis),
                (x, y) -> new Row(operator, pass, x.calls() + y.calls(), x.millis() + y.millis()));
        groups.computeIfAbsent(group, key -> new EnumMap<>(Pass.class)).merge(pass, millis, Double::sum);
        total += millis;
    }

    /** All operators, those with the most time of their own first. */
    List<Row> rows() {
        return rows.values().stream()
                .sorted(Comparator.comparingDouble(Row::millis).reversed())
                .toList();
    }

    /** Milliseconds of a group in a pass; an operator within a group's operator is of that group. */
    double millis(OperatorGroup group, Pass pass) {
        return groups.getOrDefault(group, Map.of()).getOrDefault(pass, 0.0);
    }

    /** Milliseconds of all operators. */
    double total() {
        return total;
    }

    /** Two tables as text: by group, and the operators that took the most time. */
    String table() {
        var text = new StringBuilder(
                String.format("%-16s%12s%12s%12s%8s%n", "own time, ms", "forward", "backward", "optimizer", "share"));
        for (OperatorGroup group : OperatorGroup.values()) {
            double forward = millis(group, Pass.FORWARD);
            double backward = millis(group, Pass.BACKWARD);
            double optimizer = millis(group, Pass.OPTIMIZER);
            text.append(line(
                    "%-16s%12.1f%12.1f%12.1f%7.1f%%%n",
                    group.name().toLowerCase(Locale.ROOT),
                    forward,
                    backward,
                    optimizer,
                    share(forward + backward + optimizer)));
        }
        text.append(String.format("%n%-60s%-10s%8s%12s%8s%n", "operator", "pass", "calls", "own ms", "share"));
        rows().stream()
                .limit(LISTED)
                .forEach(row -> text.append(line(
                        "%-60s%-10s%8d%12.1f%7.1f%%%n",
                        row.operator().replace(BACKWARD + ": ", "engine: "),
                        row.pass().name().toLowerCase(Locale.ROOT),
                        row.calls(),
                        row.millis(),
                        share(row.millis()))));
        return text.toString();
    }

    private double share(double millis) {
        return total == 0 ? 0 : 100 * millis / total;
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
