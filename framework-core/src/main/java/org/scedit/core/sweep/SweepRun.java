package org.scedit.core.sweep;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.scedit.core.recipe.Sweep;

/**
 * Does a sweep: the cells that are not finished, first those that others are chosen by, and a report whenever one ends.
 * Everything that it knows is in the sweep's folder, so that it goes on where it was stopped or killed.
 */
public final class SweepRun {
    /**
     * How the cells of a sweep fared.
     *
     * @param finished done, now or before
     * @param failed   ended without a result
     * @param stopped  not ended, as the user stopped the sweep
     * @param dropped  not run, as others were chosen or there was none to choose
     */
    public record Outcome(int finished, int failed, int stopped, int dropped) {}

    private final SweepFolder folder;
    private final List<Cell> cells;
    private final Optional<Selection> selection;
    private final CellExecutor executor;
    private final Consumer<Path> report;
    private final BooleanSupplier stop;
    private final int threads;

    /**
     * @param cells    of the sweep, all of them
     * @param executor runs them
     * @param report   is given the sweep's folder whenever a cell has ended
     * @param stop     whether the user asks to stop
     * @param threads  of each cell
     */
    public SweepRun(
            SweepFolder folder,
            Sweep sweep,
            List<Cell> cells,
            CellExecutor executor,
            Consumer<Path> report,
            BooleanSupplier stop,
            int threads) {
        this.folder = folder;
        this.cells = List.copyOf(cells);
        this.selection = sweep.select().map(select -> new Selection(select, cells));
        this.executor = executor;
        this.report = report;
        this.stop = stop;
        this.threads = threads;
    }

    /**
     * Runs what is not finished.
     *
     * @param listener is told of the cells that are run
     * @throws org.scedit.core.UserException if nothing can be run, or what to choose by is not there
     */
    public Outcome run(CellListener listener) {
        Set<Cell> failed = new HashSet<>();
        Set<Cell> dropped = new LinkedHashSet<>();
        folder.write(cells, Set.of(), Set.of(), threads);
        report.accept(folder.path());
        if (selection.isPresent()) {
            execute(selection.get().first(), listener, failed);
            if (stop.getAsBoolean()) {
                return outcome(failed, dropped);
            }
            Set<String> chosen = selection.get().chosen();
            cells.stream()
                    .filter(cell -> !chosen.contains(cell.group()))
                    .filter(cell -> !selection.get().first().contains(cell))
                    .forEach(dropped::add);
            folder.write(cells, chosen, dropped, threads);
        }
        List<Cell> rest = new ArrayList<>(cells);
        rest.removeAll(dropped);
        rest.removeAll(failed);
        execute(rest, listener, failed);
        report.accept(folder.path());
        return outcome(failed, dropped);
    }

    private void execute(List<Cell> wanted, CellListener listener, Set<Cell> failed) {
        List<Cell> open = wanted.stream().filter(cell -> !cell.finished()).toList();
        if (open.isEmpty()) {
            return;
        }
        executor.run(open, new CellListener() {
            @Override
            public void began(Cell cell) {
                listener.began(cell);
            }

            @Override
            public void finished(Cell cell) {
                listener.finished(cell);
                report.accept(folder.path());
            }

            @Override
            public void failed(Cell cell, String reason) {
                failed.add(cell);
                listener.failed(cell, reason);
                report.accept(folder.path());
            }

            @Override
            public void stopped(Cell cell) {
                listener.stopped(cell);
            }
        });
    }

    private Outcome outcome(Set<Cell> failed, Set<Cell> dropped) {
        int finished = (int) cells.stream().filter(Cell::finished).count();
        return new Outcome(
                finished, failed.size(), cells.size() - finished - failed.size() - dropped.size(), dropped.size());
    }
}
