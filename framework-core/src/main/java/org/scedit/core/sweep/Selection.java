package org.scedit.core.sweep;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.scedit.api.Measure.Better;
import org.scedit.core.UserException;
import org.scedit.core.measure.Measured;
import org.scedit.core.measure.MeasuresFile;
import org.scedit.core.recipe.Sweep;
import org.scedit.core.run.Metrics;

/**
 * Chooses among cells by what those of the first seeds came to: for every combination of the settings that are not chosen,
 * the group with the best mean.
 */
final class Selection {
    /** A number that a run ended with, and whether more of it is better. */
    private record Result(double value, boolean higher) {}

    private final Sweep.Select select;
    private final List<Cell> cells;
    private final Set<Long> firstSeeds = new LinkedHashSet<>();

    Selection(Sweep.Select select, List<Cell> cells) {
        this.select = select;
        this.cells = cells;
        for (Cell cell : cells) {
            if (firstSeeds.size() < select.seeds()) {
                firstSeeds.add(cell.seed());
            }
        }
    }

    /** The cells that the choice is made by. */
    List<Cell> first() {
        return cells.stream().filter(cell -> firstSeeds.contains(cell.seed())).toList();
    }

    /**
     * The groups that were chosen. Of groups that are as good as each other, the first; a combination of which no cell is
     * finished has none.
     *
     * @throws UserException if a finished cell lacks the number, or has several of that name
     */
    Set<String> chosen() {
        Map<Map<String, String>, Map<String, List<Cell>>> combinations = new LinkedHashMap<>();
        for (Cell cell : first()) {
            Map<String, String> others = new LinkedHashMap<>(cell.settings());
            others.keySet().removeAll(select.keys());
            combinations
                    .computeIfAbsent(others, any -> new LinkedHashMap<>())
                    .computeIfAbsent(cell.group(), any -> new ArrayList<>())
                    .add(cell);
        }
        Set<String> chosen = new LinkedHashSet<>();
        combinations.values().forEach(groups -> best(groups).ifPresent(chosen::add));
        return chosen;
    }

    private Optional<String> best(Map<String, List<Cell>> groups) {
        String best = null;
        double most = 0;
        for (Map.Entry<String, List<Cell>> group : groups.entrySet()) {
            if (!group.getValue().stream().allMatch(Cell::finished)) {
                continue; // failed, and is told as such
            }
            double mean = group.getValue().stream()
                    .map(this::result)
                    .mapToDouble(result -> result.higher ? result.value : -result.value)
                    .average()
                    .orElseThrow();
            if (best == null || mean > most) {
                best = group.getKey();
                most = mean;
            }
        }
        return Optional.ofNullable(best);
    }

    private Result result(Cell cell) {
        return select.by().equals(Sweep.Select.VALIDATION_LOSS) ? validationLoss(cell) : measure(cell);
    }

    private static Result validationLoss(Cell cell) {
        Double last = null;
        for (Metrics.Line line : Metrics.read(cell.folder().resolve("metrics.jsonl"))) {
            last = line.values().getOrDefault(Sweep.Select.VALIDATION_LOSS, last);
        }
        if (last == null) {
            throw new UserException("sweep.select: " + cell.folder() + " has no validation loss to choose by; give the"
                    + " recipe validation data, or choose by a measure");
        }
        return new Result(last, false);
    }

    private Result measure(Cell cell) {
        Path file = cell.folder().resolve("measures.json");
        List<Measured> measures = Files.isRegularFile(file)
                ? MeasuresFile.read(file).stream().map(MeasuresFile.Line::after).toList()
                : List.of();
        List<Measured> found = measures.stream()
                .filter(each -> each.name().equals(select.by()) || each.use().equals(select.by()))
                .toList();
        if (found.size() != 1) {
            String known =
                    String.join(", ", measures.stream().map(Measured::name).toList());
            throw new UserException("sweep.select: by '" + select.by() + "' means "
                    + (found.isEmpty() ? "none" : "several") + " of the numbers of " + cell.folder()
                    + "; give the name of one: " + (known.isEmpty() ? "it has none" : known));
        }
        return new Result(found.get(0).value(), found.get(0).better() == Better.HIGHER);
    }
}
