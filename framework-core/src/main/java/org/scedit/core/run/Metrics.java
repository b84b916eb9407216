package org.scedit.core.run;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;

/**
 * {@code metrics.jsonl}: one line of JSON a step, appended at once.
 * <pre>{"step":12,"learning_rate":1.0E-4,"loss":0.0831}</pre>
 * Steps with a validation have two values more, {@link #VALIDATION_LOSS} and {@link #TRAINING_LOSS}.
 * A resumed run cuts the file to its checkpoint and goes on, and so ends with the same bytes as an uninterrupted one.
 * That holds as long as the values are functions of the run: write no times here.
 */
public final class Metrics implements AutoCloseable {
    /** The step's own loss, of its pictures, noise and timesteps. */
    public static final String LOSS = "loss";
    /** The loss of held-out pictures, always at the same noise and timesteps. */
    public static final String VALIDATION_LOSS = "validation_loss";
    /** The loss of training pictures, measured in the same way. */
    public static final String TRAINING_LOSS = "training_loss";

    /**
     * One line.
     *
     * @param step   optimizer step, counted from 1
     * @param values by name, in alphabetical order
     */
    public record Line(int step, Map<String, Double> values) {}

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private final Path file;
    private final OutputStream out;

    private Metrics(Path file) {
        this.file = file;
        try {
            out = Files.newOutputStream(file, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /**
     * Begins an empty file.
     *
     * @throws UserException if the disk refuses
     */
    public static Metrics create(Path file) {
        AtomicFiles.writeText(file, "");
        return new Metrics(file);
    }

    /**
     * Goes on after a checkpoint: lines of later steps are removed, and a line that was not finished.
     *
     * @param step of the checkpoint; its own line stays
     * @throws UserException if the disk refuses
     */
    public static Metrics resume(Path file, int step) {
        StringBuilder kept = new StringBuilder();
        for (String line : completeLines(file)) {
            Optional<Line> parsed = parse(line);
            if (parsed.isEmpty() || parsed.get().step() > step) {
                break;
            }
            kept.append(line).append('\n');
        }
        AtomicFiles.writeText(file, kept.toString());
        return new Metrics(file);
    }

    /**
     * What was written so far; an unfinished last line is left out, as are lines that are not a step's.
     *
     * @throws UserException if the file cannot be read
     */
    public static List<Line> read(Path file) {
        List<Line> lines = new ArrayList<>();
        completeLines(file).forEach(line -> parse(line).ifPresent(lines::add));
        return lines;
    }

    /**
     * Appends a line: the step, then the values in alphabetical order.
     *
     * @param step   optimizer step, counted from 1
     * @param values finite numbers
     * @throws IllegalArgumentException for NaN or an infinity, which JSON cannot hold
     * @throws UserException            if the disk refuses
     */
    public void append(int step, Map<String, ? extends Number> values) {
        JsonObject line = new JsonObject();
        line.addProperty("step", step);
        new TreeMap<String, Number>(values).forEach((name, value) -> {
            if (!Double.isFinite(value.doubleValue())) {
                throw new IllegalArgumentException(name + " of step " + step + " is " + value);
            }
            line.addProperty(name, value);
        });
        try {
            out.write((GSON.toJson(line) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /** Without their line ends. */
    private static List<String> completeLines(Path file) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e, e);
        }
    }

    private static Optional<Line> parse(String line) {
        try {
            JsonObject object = JsonParser.parseString(line).getAsJsonObject();
            int step = object.remove("step").getAsInt();
            Map<String, Double> values = new TreeMap<>();
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                values.put(entry.getKey(), entry.getValue().getAsDouble());
            }
            return Optional.of(new Line(step, values));
        } catch (JsonParseException | IllegalStateException | NullPointerException | NumberFormatException e) {
            return Optional.empty(); // a line of zeros after a power cut, say
        }
    }

    private static UserException cannotWrite(Path file, IOException cause) {
        return new UserException(
                "cannot write " + file + ": " + cause + "; free some space, the lines before are kept", cause);
    }
}
