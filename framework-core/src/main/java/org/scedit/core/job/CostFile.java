package org.scedit.core.job;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.scedit.core.AtomicFiles;
import org.scedit.core.engine.Torch;
import org.scedit.core.plugin.PluginCatalogue;

/**
 * {@code cost.json}: what a run took, and on what machine. Differs from run to run. A run that was interrupted tells of its
 * last process that made steps; what was not measured is left out.
 * <pre>
 * trainable_parameters      numbers that were trained
 * file_bytes                of all that was trained, as it is written
 * peak_memory_mib           of the process (of the CUDA device, where that is used), while training or else drawing
 * frozen_memory_mib         of the base model's weights, counted: numbers times bytes
 * peak_above_frozen_mib     their difference; the process itself, some 300 to 500 MiB, is in it for every method alike
 * step_seconds              of an optimizer step, without validation, pictures and checkpoints between them
 * backward_share            of a step's time, for the gradients
 * picture_seconds           for drawing a picture of {@code sample}
 * lockstep                  cells: runs that were trained together; encoder_seconds_saved: of the U-Net's way down, which
 *                           another run had computed; seconds_alone: what the same steps would have taken
 *                           without that. step_seconds is that of a run alone all the same, peak_memory_mib that
 *                           of all of them
 * </pre>
 */
final class CostFile {
    private final Path file;
    private final JsonObject cost;

    /** @param file that an interrupted run may have begun: what is not measured again stays */
    CostFile(Path file) {
        this.file = file;
        cost = Files.exists(file) ? read(file) : new JsonObject();
    }

    private static JsonObject read(Path file) {
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (IOException | JsonParseException | IllegalStateException e) {
            return new JsonObject(); // damaged by hand; all but the training is measured again
        }
    }

    boolean has(String key) {
        return cost.has(key);
    }

    /** A number that is there. */
    long get(String key) {
        return cost.get(key).getAsLong();
    }

    /** Adds a whole number. */
    void put(String key, long value) {
        cost.addProperty(key, value);
    }

    /** Adds a measured number, to four significant digits or so: more of it is noise. */
    void put(String key, double value) {
        cost.addProperty(key, rounded(value));
    }

    /** Adds what the run was spared by others. */
    void put(Companions.Saving saving) {
        var lockstep = new JsonObject();
        lockstep.addProperty("cells", saving.cells());
        lockstep.addProperty("encoder_seconds_saved", rounded(saving.seconds()));
        lockstep.addProperty("seconds_alone", rounded(saving.alone()));
        cost.add("lockstep", lockstep);
    }

    private static double rounded(double value) {
        double scale = Math.pow(10, 3 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9))));
        return Math.rint(value * scale) / scale;
    }

    /**
     * Writes the file, with versions and machine.
     *
     * @param baseSha256 what tells the base model's weights
     */
    void write(String baseSha256) {
        cost.addProperty("device", Torch.device().isGpu() ? "cuda" : "cpu");
        cost.addProperty("threads", Torch.threads());
        var versions = new JsonObject();
        versions.addProperty("scedit", PluginCatalogue.API_VERSION);
        versions.addProperty("java", System.getProperty("java.version"));
        versions.addProperty("libtorch", Torch.version());
        cost.add("versions", versions);
        var machine = new JsonObject();
        machine.addProperty("os", System.getProperty("os.name"));
        machine.addProperty("arch", System.getProperty("os.arch"));
        machine.addProperty("processors", Runtime.getRuntime().availableProcessors());
        cost.add("machine", machine);
        cost.addProperty("base_sha256", baseSha256);
        cost.addProperty(
                "finished", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        var json = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
        AtomicFiles.writeText(file, json.toJson(cost) + "\n");
    }
}
