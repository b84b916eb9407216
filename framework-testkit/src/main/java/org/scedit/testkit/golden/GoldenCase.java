package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.scedit.core.engine.Torch;
import org.scedit.core.weights.SafetensorsFile;

/** A case's folder, and what comparing with it has shown so far. */
final class GoldenCase {
    /** Of a forward pass: largest difference, relative to the largest expected number or 1. */
    static final double FORWARD = 1e-4;
    /** Of gradients: relative L2 error. */
    static final double GRADIENT = 1e-3;

    private static final int SHOWN = 20;

    private final String name;
    private final Path directory;
    private final List<Tensors> opened = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();
    private int compared;
    private double worst;
    private String worstName = "";

    /**
     * @param name      of the case, a path below the directory
     * @param directory of all cases
     */
    GoldenCase(String name, Path directory) {
        this.name = name;
        this.directory = directory;
    }

    String name() {
        return name;
    }

    /** Settings of {@code case.json}. */
    JsonObject settings() throws IOException {
        return json("case.json");
    }

    JsonObject json(String file) throws IOException {
        return JsonParser.parseString(Files.readString(file(file))).getAsJsonObject();
    }

    boolean has(String file) {
        return Files.exists(directory.resolve(name).resolve(file));
    }

    /**
     * A file of the case, or of another one that it names as {@code ../unet-sd15}.
     *
     * @throws AssertionError if it is not there
     */
    Path file(String file) {
        Path path = directory.resolve(name).resolve(file).normalize();
        if (!Files.exists(path)) {
            throw new AssertionError("golden case '" + name + "' cannot run: " + path + " is missing");
        }
        return path;
    }

    /** A file of the case whose outputs must all be compared. */
    Tensors tensors(String file) {
        var tensors = new Tensors(SafetensorsFile.open(file(file)));
        opened.add(tensors);
        return tensors;
    }

    /** Compares a forward pass's output, its shape included. */
    void output(Tensors file, String output, NDArray actual) {
        same(file, output, actual.getShape());
        output(file, output, Torch.floats(actual));
    }

    void output(Tensors file, String output, float... actual) {
        output(file, output, FORWARD, actual);
    }

    /** @param tolerance largest difference, relative to the largest expected number or 1 */
    void output(Tensors file, String output, double tolerance, float... actual) {
        float[] expected = file.expected(output);
        double scale = 1;
        for (float value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        close(output, actual, expected, tolerance * scale);
    }

    /** @param tolerance largest difference, relative to the largest expected number */
    void relativeToLargest(Tensors file, String output, double tolerance, float... actual) {
        float[] expected = file.expected(output);
        double scale = 0;
        for (float value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        close(output, actual, expected, tolerance * scale);
    }

    /** @param tolerance of every number, relative to the expected one */
    void relative(Tensors file, String output, double tolerance, float... actual) {
        float[] expected = file.expected(output);
        for (int i = 0; i < expected.length && i < actual.length; i++) {
            note(output + "[" + i + "]", Math.abs(actual[i] - expected[i]), tolerance * Math.abs(expected[i]));
        }
        sameLength(output, actual, expected);
    }

    /** Compares by relative L2 error. */
    void l2(Tensors file, String output, double tolerance, NDArray actual) {
        same(file, output, actual.getShape());
        float[] values = Torch.floats(actual);
        float[] expected = file.expected(output);
        double error = 0;
        double size = 0;
        for (int i = 0; i < expected.length && i < values.length; i++) {
            error += Math.pow((double) values[i] - expected[i], 2);
            size += Math.pow(expected[i], 2);
        }
        note(output, Math.sqrt(error), tolerance * Math.sqrt(size));
    }

    /** Compares what backward left in {@code parameter}. */
    void gradient(Tensors file, String output, NDArray parameter) {
        l2(file, output, GRADIENT, parameter.getGradient());
    }

    /** Compares numbers that are in no tensor file. */
    void number(String what, double actual, double expected, double tolerance) {
        note(what, Math.abs(actual - expected), tolerance);
    }

    /** Compares what must be equal. */
    void equal(String what, Object actual, Object expected) {
        compared++;
        if (!expected.equals(actual)) {
            differences.add(what + ": is " + actual + ", expected " + expected);
        }
    }

    private void same(Tensors file, String output, Shape actual) {
        if (!file.shape(output).equals(actual)) {
            differences.add(output + ": is of shape " + actual + ", expected " + file.shape(output));
        }
    }

    private void sameLength(String output, float[] actual, float[] expected) {
        if (actual.length != expected.length) {
            differences.add(output + ": are " + actual.length + " numbers, expected " + expected.length);
        }
    }

    private void close(String output, float[] actual, float[] expected, double tolerance) {
        double largest = 0;
        for (int i = 0; i < expected.length && i < actual.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            largest = Double.isNaN(difference) ? Double.NaN : Math.max(largest, difference);
        }
        sameLength(output, actual, expected);
        note(output, largest, tolerance);
    }

    private void note(String output, double difference, double tolerance) {
        compared++;
        if (!(difference <= tolerance)) {
            differences.add(String.format(
                    Locale.ROOT, "%s: differs by %.3g, at most %.3g is allowed", output, difference, tolerance));
        }
        double ratio = tolerance == 0 ? 0 : difference / tolerance;
        if (ratio > worst) {
            worst = ratio;
            worstName = output;
        }
    }

    /**
     * Ends the case.
     *
     * @return what was compared and how close it came, for people
     * @throws AssertionError if something differed, or an output in an opened file was not compared
     */
    String finish() {
        for (Tensors file : opened) {
            file.notCompared().forEach(output -> differences.add(output + ": was not compared"));
        }
        if (compared == 0) {
            differences.add("nothing was compared");
        }
        if (!differences.isEmpty()) {
            List<String> shown = differences.subList(0, Math.min(SHOWN, differences.size()));
            throw new AssertionError("golden case '" + name + "': " + differences.size() + " of " + compared
                    + " comparisons failed\n  " + String.join("\n  ", shown)
                    + (shown.size() < differences.size() ? "\n  ..." : ""));
        }
        return String.format(
                Locale.ROOT,
                "%d comparisons, the worst at %.2g %% of its tolerance%s",
                compared,
                100 * worst,
                worstName.isEmpty() ? "" : " (" + worstName + ")");
    }
}
