package org.scedit.core.sweep;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.job.Lockstep;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.recipe.Recipe;

/**
 * Trains cells that differ only behind the U-Net's way down in lockstep, within this process, one group after the other;
 * another executor runs what cannot be grouped.
 */
public final class LockstepCells implements CellExecutor {
    /** More cells have too many tuners, optimizer states and condition maps in one process. */
    private static final int MOST = 8;

    private final Options options;
    private final ToLongFunction<Cell> addedBy;
    private final Lockstep lockstep;
    private final Function<Cell, Recipe> recipes;
    private final Optional<Path> shared;
    private final CellExecutor others;
    private final Consumer<String> notices;

    /**
     * @param options  a group's cells together take no more than its memory, as far as is known
     * @param addedBy  the bytes that a cell adds to those of others in its process: its tuners and their optimizers
     * @param lockstep trains a group
     * @param recipes  the cells' recipes
     * @param shared   the folder of what cells share
     * @param others   runs the cells that are trained alone
     * @param notices  takes lines that tell which cells are grouped, and why others are not
     */
    public LockstepCells(
            Options options,
            ToLongFunction<Cell> addedBy,
            Lockstep lockstep,
            Function<Cell, Recipe> recipes,
            Optional<Path> shared,
            CellExecutor others,
            Consumer<String> notices) {
        this.options = options;
        this.addedBy = addedBy;
        this.lockstep = lockstep;
        this.recipes = recipes;
        this.shared = shared;
        this.others = others;
        this.notices = notices;
    }

    @Override
    public void run(List<Cell> cells, CellListener listener) {
        List<Cell> alone = new ArrayList<>();
        List<List<Cell>> groups = groups(cells, alone);
        for (List<Cell> group : groups) {
            if (options.stop().getAsBoolean()) {
                group.forEach(listener::stopped);
            } else {
                train(group, listener);
            }
        }
        if (!alone.isEmpty()) {
            others.run(alone, listener);
        }
    }

    private void train(List<Cell> group, CellListener listener) {
        Torch.setThreads(options.threads());
        List<PrintStream> logs = new ArrayList<>();
        try {
            List<Lockstep.Member> members = new ArrayList<>();
            for (Cell cell : group) {
                Files.deleteIfExists(cell.error());
                PrintStream log = new PrintStream(
                        Files.newOutputStream(cell.log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                        true,
                        StandardCharsets.UTF_8);
                logs.add(log);
                var runOptions = new RecipeRun.Options(false, log, false, options.stop(), shared);
                members.add(new Lockstep.Member(recipes.apply(cell), cell.begun(), runOptions));
                listener.began(cell);
            }
            Lockstep.Outcome outcome = lockstep.run(members);
            for (int i = 0; i < group.size(); i++) {
                ended(group.get(i), outcome.failures().get(i), logs.get(i), listener);
            }
        } catch (IOException | UserException e) {
            group.forEach(cell -> failed(cell, e.getMessage(), listener));
        } finally {
            logs.forEach(PrintStream::close);
        }
    }

    private void ended(Cell cell, Optional<Throwable> failure, PrintStream log, CellListener listener) {
        if (failure.isEmpty()) {
            if (cell.finished()) {
                listener.finished(cell);
            } else {
                listener.stopped(cell);
            }
        } else if (failure.get() instanceof UserException refused) {
            log.println(refused.getMessage());
            failed(cell, refused.getMessage(), listener);
        } else {
            failure.get().printStackTrace(log);
            failed(cell, failure.get() + "; see " + cell.log(), listener);
        }
    }

    private void failed(Cell cell, String reason, CellListener listener) {
        try {
            AtomicFiles.writeText(cell.error(), reason + "\n");
        } catch (UserException e) {
            notices.accept(e.getMessage()); // the listener is told all the same
        }
        listener.failed(cell, reason);
    }

    /** @param alone takes the cells that are in no group */
    private List<List<Cell>> groups(List<Cell> cells, List<Cell> alone) {
        Map<Map<String, String>, List<Cell>> together = new LinkedHashMap<>();
        for (Cell cell : cells) {
            Optional<String> reason = whyAlone(recipes.apply(cell));
            if (reason.isPresent()) {
                notices.accept(cell.name() + " is trained alone: " + reason.get());
                alone.add(cell);
            } else {
                together.computeIfAbsent(Lockstep.common(recipes.apply(cell)), key -> new ArrayList<>())
                        .add(cell);
            }
        }
        List<List<Cell>> groups = new ArrayList<>();
        for (List<Cell> all : together.values()) {
            for (int from = 0; from < all.size(); ) {
                List<Cell> group = all.subList(from, end(all, from));
                from += group.size();
                if (group.size() == 1) {
                    notices.accept(group.get(0).name() + " is trained alone: "
                            + (all.size() == 1
                                    ? "no other run sees the same batches"
                                    : "of those that see the same batches no other is left, or fits into memory"));
                    alone.add(group.get(0));
                } else {
                    notices.accept(group.size() + " runs are trained in lockstep: "
                            + String.join(" ", group.stream().map(Cell::name).toList()));
                    groups.add(group);
                }
            }
        }
        return groups;
    }

    /** Where a group ends that begins there: as many cells as memory holds, at most {@value #MOST}. */
    private int end(List<Cell> all, int from) {
        int end = from;
        long largest = 0;
        long added = 0;
        while (end < all.size() && end - from < MOST) {
            Cell next = all.get(end);
            long own = addedBy.applyAsLong(next);
            largest = Math.max(largest, options.memoryOf().applyAsLong(next) - own);
            added += own;
            if (end > from && largest + added > options.memory()) {
                break;
            }
            end++;
        }
        return end;
    }

    private Optional<String> whyAlone(Recipe recipe) {
        var quiet = new PrintStream(PrintStream.nullOutputStream());
        try {
            return lockstep.whyNot(recipe, new RecipeRun.Options(false, quiet, false, options.stop(), shared));
        } catch (UserException e) {
            return Optional.of("it cannot be run as it is"); // its own run tells why
        }
    }
}
