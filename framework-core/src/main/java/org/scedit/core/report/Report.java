package org.scedit.core.report;

import java.nio.file.Path;
import java.util.List;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;

/**
 * Writes {@code report.html}, {@code report.csv} and {@code report.json}: what many runs came to. It reads their files
 * only and may be called at any time; the same folders give the same bytes.
 */
public final class Report {
    private Report() {}

    /**
     * Reports on a sweep, as far as it is, into its folder.
     *
     * @param sweepFolder with a {@code cells.json}
     * @return the page
     * @throws UserException if it is no sweep's folder, or if the disk refuses
     */
    public static Path write(Path sweepFolder) {
        return write(RunCollection.ofSweep(sweepFolder), sweepFolder);
    }

    /**
     * Reports on any runs.
     *
     * @param runs run folders, at least one; a sweep's folder stands for those of its cells that have begun
     * @param out  the folder to write to, made if it is not there
     * @return the page
     * @throws UserException if a folder holds no run, if two are of the same recipe and seed, or if the disk refuses
     */
    public static Path compare(List<Path> runs, Path out) {
        return compare(runs, out, List.of(), List.of());
    }

    /**
     * Reports on any runs, of which some are the same method under other circumstances.
     *
     * @param runs       as above
     * @param out        as above
     * @param replicates settings over which results are repeated as over seeds, such as {@code data.styles}
     * @param selected   settings that every method has its own best value of, such as {@code train.learning_rate}
     * @return the page
     * @throws UserException as above, if no run has one of the settings, or if two runs differ in a selected one only
     */
    public static Path compare(List<Path> runs, Path out, List<String> replicates, List<String> selected) {
        return write(RunCollection.ofRuns(runs, new Grouping(replicates, selected)), out);
    }

    private static Path write(RunCollection collection, Path out) {
        Findings findings = Findings.of(collection);
        AtomicFiles.writeText(out.resolve("report.json"), JsonDocument.of(findings));
        AtomicFiles.writeText(out.resolve("report.csv"), CsvTable.of(findings));
        Path page = out.resolve("report.html");
        AtomicFiles.writeText(page, Page.of(findings));
        return page;
    }
}
