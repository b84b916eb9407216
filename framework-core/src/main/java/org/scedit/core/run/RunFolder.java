package org.scedit.core.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.scedit.core.UserException;

/**
 * The folder of one run. Whoever holds this object is the only process that writes to it; closing gives it back.
 * <pre>
 * recipe.yaml                 the resolved recipe
 * metrics.jsonl               one line a step
 * measures.json               how good drawn pictures are
 * cost.json                   what it took
 * loss.png  summary.md        for people; the summary is written last: where there is one, the run is finished
 * samples/NAME.png            picture grids
 * samples/ROW/00.png          the pictures of a grid, named in samples/pictures.json
 * tuners/NAME.safetensors     what was trained
 * checkpoints/step-000100/    all that a resumed run needs
 * </pre>
 * Files are moved into place whole, checkpoints as whole folders: a folder named {@code step-...} is complete.
 */
public final class RunFolder implements AutoCloseable {
    /**
     * A complete checkpoint.
     *
     * @param step   optimizer steps done
     * @param folder its files
     */
    public record Checkpoint(int step, Path folder) {}

    private static final Pattern CHECKPOINT = Pattern.compile("step-(\\d{6,9})");

    private final Path path;
    private final FolderLock lock;

    private RunFolder(Path path) {
        this.path = path;
        lock = FolderLock.take(path)
                .orElseThrow(
                        () -> new UserException(path + ": another process is writing to this run folder; wait for it"
                                + " or choose another output"));
    }

    /**
     * Begins a run in a new folder, or in one that holds no run.
     *
     * @throws UserException if there is a run in it already, if another process has it, or if it cannot be made
     */
    public static RunFolder create(Path path) {
        RunFolder folder = new RunFolder(path);
        if (folder.holdsRun()) {
            folder.close();
            throw new UserException(path + ": holds a run already; go on with it by --resume, remove it, or choose "
                    + "another folder with output=FOLDER");
        }
        return folder;
    }

    /**
     * Begins a run anew: an earlier run's files are removed, and nothing else that may be there.
     *
     * @throws UserException if another process has the folder, or if it cannot be made
     */
    public static RunFolder replace(Path path) {
        RunFolder folder = new RunFolder(path);
        if (folder.holdsRun()) {
            // the recipe last: until then an interrupted removal is still known as a run
            List.of(
                            "summary.md",
                            "checkpoints",
                            "samples",
                            "tuners",
                            "metrics.jsonl",
                            "measures.json",
                            "cost.json",
                            "loss.png",
                            "recipe.yaml")
                    .forEach(name -> delete(path.resolve(name)));
        }
        return folder;
    }

    /**
     * Goes on with a run; what an interrupted checkpoint left half-written is removed.
     *
     * @throws UserException if there is no run in it, or another process has it
     */
    public static RunFolder resume(Path path) {
        if (!Files.isRegularFile(path.resolve("recipe.yaml"))) {
            throw new UserException(path + ": holds no run to go on with (recipe.yaml is missing)");
        }
        RunFolder folder = new RunFolder(path);
        folder.children(folder.checkpoints()).stream()
                .filter(child -> child.getFileName().toString().startsWith("."))
                .forEach(RunFolder::delete);
        return folder;
    }

    /** The folder itself. */
    public Path path() {
        return path;
    }

    /** The resolved recipe; where there is one, there is a run. */
    public Path recipe() {
        return path.resolve("recipe.yaml");
    }

    /** Lines of JSON, for {@link Metrics}. */
    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    /** How good drawn pictures are, JSON. */
    public Path measures() {
        return path.resolve("measures.json");
    }

    /** What the run took, JSON. */
    public Path cost() {
        return path.resolve("cost.json");
    }

    /** The picture of {@link LossCurve}. */
    public Path lossCurve() {
        return path.resolve("loss.png");
    }

    /** What came out, for people. */
    public Path summary() {
        return path.resolve("summary.md");
    }

    /** Where the pictures are. */
    public Path samples() {
        return path.resolve("samples");
    }

    /**
     * A picture, or a grid of them.
     *
     * @param name without the ending, such as {@code before}
     */
    public Path sample(String name) {
        return samples().resolve(name + ".png");
    }

    /**
     * A tuner's trained weights.
     *
     * @param name the tuner's name in the recipe
     */
    public Path tuner(String name) {
        return path.resolve("tuners").resolve(name + ".safetensors");
    }

    /** Whether there is a run in it, finished or not. */
    private boolean holdsRun() {
        return Files.exists(recipe());
    }

    /**
     * Writes a checkpoint: {@code content} fills a temporary folder, which then takes its name at once. One of that
     * step that is there already stays, and nothing is written: a run makes the same one again.
     *
     * @param step    optimizer steps done, from 0
     * @param content is given the folder to write into
     * @throws UserException if the disk refuses; nothing half-written remains
     */
    public void writeCheckpoint(int step, Consumer<Path> content) {
        Path target = checkpoints().resolve("step-%06d".formatted(step));
        Path temporary = checkpoints().resolve(".step-%06d.part".formatted(step));
        if (Files.exists(target)) {
            return;
        }
        try {
            delete(temporary);
            Files.createDirectories(temporary);
            content.accept(temporary);
            Files.move(temporary, target);
        } catch (IOException e) {
            throw cannotWrite(target, e);
        } finally {
            delete(temporary);
        }
    }

    /** The newest complete checkpoint. */
    public Optional<Checkpoint> latestCheckpoint() {
        List<Checkpoint> all = allCheckpoints();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** Complete checkpoints, oldest first. */
    public List<Checkpoint> allCheckpoints() {
        return children(checkpoints()).stream()
                .flatMap(child -> {
                    Matcher name = CHECKPOINT.matcher(child.getFileName().toString());
                    return name.matches()
                            ? Stream.of(new Checkpoint(Integer.parseInt(name.group(1)), child))
                            : Stream.empty();
                })
                .sorted(Comparator.comparingInt(Checkpoint::step))
                .toList();
    }

    /**
     * Removes all but the newest checkpoints.
     *
     * @param newest how many stay, at least 1
     */
    public void keepCheckpoints(int newest) {
        List<Checkpoint> all = allCheckpoints();
        all.subList(0, Math.max(0, all.size() - newest)).forEach(checkpoint -> delete(checkpoint.folder()));
    }

    /** Lets other processes write to the folder. */
    @Override
    public void close() {
        lock.close();
    }

    private Path checkpoints() {
        return path.resolve("checkpoints");
    }

    private List<Path> children(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UserException(folder + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    private static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new UserException(path + ": cannot be removed: " + e.getMessage(), e);
        }
    }

    private static UserException cannotWrite(Path path, IOException cause) {
        return new UserException(
                "cannot write " + path + ": " + cause + "; free some space or choose another output folder", cause);
    }
}
