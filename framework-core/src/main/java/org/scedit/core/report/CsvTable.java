package org.scedit.core.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * {@code report.csv}: a line for each cell, for a statistics program. Columns: cell, group, seed, state, step, then
 * each setting, each measure, each cost; what is not known is empty. Where runs were trained in lockstep a last column,
 * {@code lockstep_cells}, tells how many share the peak memory.
 */
final class CsvTable {
    private CsvTable() {}

    /** The whole table, its lines ended by LF. */
    static String of(Findings findings) {
        List<RunRecord> runs = findings.collection().runs();
        Set<String> settings = new LinkedHashSet<>();
        runs.forEach(run -> settings.addAll(run.settings().keySet()));
        List<String> head = new ArrayList<>(List.of("cell", "group", "seed", "state", "step"));
        head.addAll(settings);
        findings.rankings().forEach(ranking -> head.add(ranking.quality().name()));
        findings.costs().forEach(cost -> head.add(cost.key()));
        boolean lockstep = runs.stream().anyMatch(run -> run.cost().together() > 1);
        if (lockstep) {
            head.add("lockstep_cells");
        }
        var text = new StringBuilder();
        try (var csv = new CSVPrinter(
                text, CSVFormat.RFC4180.builder().setRecordSeparator('\n').get())) {
            csv.printRecord(head);
            for (RunRecord run : runs) {
                List<Object> row = row(findings, settings, run);
                if (lockstep) {
                    row.add(run.cost().together());
                }
                csv.printRecord(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a text in memory
        }
        return text.toString();
    }

    private static List<Object> row(Findings findings, Set<String> settings, RunRecord run) {
        List<Object> row = new ArrayList<>(
                List.of(run.name(), run.group(), run.seed(), run.state().word(), run.stepsDone()));
        settings.forEach(key -> row.add(run.settings().getOrDefault(key, "")));
        findings.rankings()
                .forEach(ranking -> row.add(run.measure(ranking.quality().name())
                        .<Object>map(MeasuredValue::value)
                        .orElse("")));
        findings.costs()
                .forEach(cost -> row.add(
                        run.cost().figures().containsKey(cost.key())
                                ? run.cost().figures().get(cost.key())
                                : ""));
        return row;
    }
}
