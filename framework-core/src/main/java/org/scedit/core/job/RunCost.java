package org.scedit.core.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.scedit.api.Picture;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.train.Trainable;

/** Takes down what a run costs while it is made, for {@link CostFile}. */
final class RunCost {
    private static final String PEAK = "peak_memory_mib";

    private final DiffusionModel model;
    private final CostFile file;
    private long earlierPeak;
    private long trainable;

    /** @param path of the file */
    RunCost(DiffusionModel model, Path path) {
        this.model = model;
        file = new CostFile(path);
    }

    /** From here on memory is that of the training. */
    void trainingBegins() {
        earlierPeak = Memory.peakMebibytes();
        Memory.restartPeak();
    }

    void trained(TrainingLoop.Outcome outcome, List<Trainable> trainables) {
        trainable = trainables.stream()
                .mapToLong(each -> each.value().getShape().size())
                .sum();
        if (outcome.here() > 0) {
            file.put("step_seconds", outcome.stepTime());
            file.put("backward_share", outcome.backward());
            file.put(PEAK, now());
        }
    }

    void spared(Companions.Saving saving) {
        file.put(saving);
    }

    /** For a person. */
    String trainingInWords(TrainingLoop.Outcome outcome) {
        return String.format(
                Locale.ROOT,
                "%d steps of %.3f s, %,d trainable parameters",
                outcome.steps(),
                outcome.stepTime(),
                trainable);
    }

    /** What was trained lies there: files and folders. */
    void written(Collection<Path> paths) {
        long bytes = 0;
        for (Path path : paths) {
            try (Stream<Path> files = Files.walk(path)) {
                bytes += files.filter(Files::isRegularFile)
                        .mapToLong(each -> each.toFile().length())
                        .sum();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        file.put("file_bytes", bytes);
    }

    /** Draws, and takes down how long a picture took. */
    List<Picture> drawing(Supplier<List<Picture>> draw) {
        long start = System.nanoTime();
        List<Picture> pictures = draw.get();
        file.put("picture_seconds", (System.nanoTime() - start) / 1e9 / Math.max(1, pictures.size()));
        return pictures;
    }

    /** Of the whole run, in MiB. */
    long peakMebibytes() {
        return Math.max(earlierPeak, Memory.peakMebibytes());
    }

    /** Writes what is known; may be done again when more is. */
    void write() {
        if (!file.has(PEAK)) {
            file.put(PEAK, now());
        }
        long frozen = Math.round(model.weightBytes() / (double) (1 << 20));
        file.put("trainable_parameters", trainable);
        file.put("frozen_memory_mib", frozen);
        file.put("peak_above_frozen_mib", file.get(PEAK) - frozen);
        file.write(model.unetHash());
    }

    private static long now() {
        long device = Memory.deviceMebibytes();
        return device > 0 ? device : Memory.peakMebibytes();
    }
}
