package org.scedit.core.report;

import com.google.gson.GsonBuilder;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Writes a sweep's folder as {@code scedit ablate} leaves it when it is stopped near its end: five groups of three
 * seeds, of which one run failed, one is at work and one has not begun.
 */
final class SweepFixture {
    /** A group: what its numbers scatter around. */
    private record Method(
            String use, String setting, String value, double edges, double colour, int parameters, double step) {
        String group() {
            return "use=" + use + "," + setting + "=" + value;
        }
    }

    private static final List<Method> METHODS = List.of(
            new Method("csc-tuner", "kernel", "1", 0.861, 0.118, 70_464, 0.151),
            new Method("csc-tuner", "kernel", "3", 0.874, 0.071, 129_312, 0.158),
            new Method("controlnet", "branch", "half", 0.872, 0.062, 1_062_624, 0.243),
            new Method("t2i-adapter", "type", "full", 0.652, 0.144, 412_800, 0.139),
            new Method("lora", "rank", "16", 0.641, 0.149, 148_480, 0.214));
    private static final int STEPS = 400;
    private static final List<String> PROMPTS = List.of(
            "a large red circle on a white background",
            "a blue square",
            "a yellow triangle and a purple circle",
            "a cyan cross on a black background");

    private final Path folder;

    private SweepFixture(Path folder) {
        this.folder = folder;
    }

    /** Writes it, the same bytes each time. */
    static Path write(Path folder) {
        try {
            new SweepFixture(folder).write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    private void write() throws IOException {
        List<Object> cells = new ArrayList<>();
        for (Method method : METHODS) {
            for (int seed = 0; seed < 3; seed++) {
                String name = method.group() + ",seed=" + seed;
                Map<String, Object> settings = new LinkedHashMap<>();
                settings.put("tuners[0].use", method.use());
                settings.put("tuners[0]." + method.setting(), method.value());
                Map<String, Object> cell = new LinkedHashMap<>();
                cell.put("name", name);
                cell.put("folder", "cells/" + name);
                cell.put("settings", settings);
                cell.put("group", method.group());
                cell.put("seed", seed);
                cells.add(cell);
                cell(method, seed, folder.resolve("cells").resolve(name));
            }
        }
        json(folder.resolve("cells.json"), Map.of("sweep", "methods-control", "cells", cells));
    }

    private void cell(Method method, int seed, Path run) throws IOException {
        String state = method.use() + seed;
        if (state.equals("lora2")) {
            return; // has not begun
        }
        Files.createDirectories(run.resolve("samples"));
        Files.writeString(run.resolve("recipe.yaml"), recipe(method, seed));
        if (state.equals("t2i-adapter2")) {
            metrics(method, seed, 90, run);
            Files.writeString(
                    run.resolveSibling(run.getFileName() + ".error"),
                    "step 91: the loss is not a number; lower train.learning_rate <0.003>\nexit status 2\n");
            return;
        }
        if (state.equals("lora1")) {
            metrics(method, seed, 230, run);
            Files.writeString(run.resolve("measures.json"), "{\"measures\": [{\"use\": \"edg"); // half written
            return;
        }
        metrics(method, seed, STEPS, run);
        measures(method, seed, run);
        cost(method, seed, run);
        pictures(method, seed, run);
        Files.writeString(run.resolve("summary.md"), "# done\n");
    }

    private static String recipe(Method method, int seed) {
        return """
                # Every setting of the run, defaults included.
                name: methods-control
                output: "runs/methods-control/cells/%1$s-%4$d"
                seed: %4$d
                task: tune
                model:
                  path: models/embedded
                  precision: float32
                tuners:
                  - use: %1$s
                    name: %1$s
                    scale: 1.0
                    condition: edges
                    %2$s: %3$s
                data:
                  source: scenes
                  styles: [plain]
                  count: 4000
                train:
                  steps: %5$d
                  batch: 16
                  learning_rate: %6$s
                """.formatted(
                        method.use(),
                        method.setting(),
                        method.value(),
                        seed,
                        STEPS,
                        method.use().startsWith("csc") ? "0.003" : "0.001");
    }

    private static void metrics(Method method, int seed, int steps, Path run) throws IOException {
        var random = new Random(method.group().hashCode() * 31L + seed);
        var text = new StringBuilder();
        for (int step = 1; step <= steps; step++) {
            double level = 0.018 + 0.05 * Math.exp(-step / (40 + 100 * method.step())) + 0.02 * (1 - method.edges());
            double loss = level * (0.7 + 0.6 * random.nextDouble());
            text.append("{\"step\":")
                    .append(step)
                    .append(",\"learning_rate\":0.001,\"loss\":")
                    .append(loss);
            if (step % 50 == 0) {
                text.append(",\"training_loss\":")
                        .append(level)
                        .append(",\"validation_loss\":")
                        .append(level * 1.05
                                + 0.000012 * step * method.parameters() / 1e6
                                + 0.0004 * random.nextGaussian());
            }
            text.append("}\n");
        }
        Files.writeString(run.resolve("metrics.jsonl"), text);
    }

    private static void measures(Method method, int seed, Path run) throws IOException {
        var random = new Random(seed); // a hard seed is hard for all
        double common = 0.012 * random.nextGaussian();
        var own = new Random(method.group().hashCode() + seed);
        json(
                run.resolve("measures.json"),
                Map.of(
                        "measures",
                        List.of(
                                measure(
                                        "edge-f1",
                                        "edge F1",
                                        method.edges() + common + 0.004 * own.nextGaussian(),
                                        0.166,
                                        "higher",
                                        100),
                                measure(
                                        "colour-error",
                                        "colour error",
                                        method.colour() + 0.003 * own.nextGaussian(),
                                        0.301,
                                        "lower",
                                        100),
                                measure(
                                        "captions",
                                        "captions of one object",
                                        own.nextInt(22, 25) / 24.0,
                                        1,
                                        "higher",
                                        24))));
    }

    private static Map<String, Object> measure(
            String use, String name, double value, double before, String better, int samples) {
        Map<String, Object> measure = new LinkedHashMap<>();
        measure.put("use", use);
        measure.put("name", name);
        measure.put("value", value);
        measure.put("before", before);
        measure.put("better", better);
        measure.put("samples", samples);
        return measure;
    }

    private static void cost(Method method, int seed, Path run) throws IOException {
        Map<String, Object> cost = new LinkedHashMap<>();
        cost.put("trainable_parameters", method.parameters());
        cost.put("file_bytes", 4 * method.parameters() + 1800);
        cost.put("peak_memory_mib", 560 + method.parameters() / 16_000 + seed);
        cost.put("frozen_memory_mib", 410);
        cost.put("peak_above_frozen_mib", 150 + method.parameters() / 16_000 + seed);
        cost.put("step_seconds", method.step() * (1 + 0.02 * seed));
        cost.put("backward_share", 0.58);
        cost.put("picture_seconds", 0.41 + method.step());
        cost.put("device", "cpu");
        cost.put("threads", 1);
        cost.put("versions", Map.of("scedit", "1.0.0"));
        cost.put("machine", Map.of("processors", 2));
        cost.put("base_sha256", "4f8c2b0d9e1a7c6f5e3d2c1b0a998877665544332211ffeeddccbbaa00112233");
        cost.put("finished", "2026-01-0" + (seed + 1) + "T10:00:00Z");
        json(run.resolve("cost.json"), cost);
    }

    private static void pictures(Method method, int seed, Path run) throws IOException {
        List<Object> rows = new ArrayList<>();
        for (String row : List.of("condition edges", "target", "before", "after")) {
            List<String> files = new ArrayList<>();
            for (int i = 0; i < PROMPTS.size(); i++) {
                String file = row.replace(' ', '-') + "/0" + i + ".png";
                files.add(file);
                int jitter = row.equals("after") ? new Random(method.group().hashCode() + seed * 7L + i).nextInt(5) : 0;
                picture(row, i, jitter, run.resolve("samples").resolve(file));
            }
            rows.add(Map.of("name", row, "files", files));
        }
        json(
                run.resolve("samples/pictures.json"),
                Map.of("prompts", PROMPTS, "seeds", List.of(2023, 2024, 2025, 2026), "rows", rows));
    }

    private static void picture(String row, int index, int jitter, Path file) throws IOException {
        Color[] colours = {Color.RED, Color.BLUE, Color.YELLOW, Color.CYAN};
        Color[] backgrounds = {Color.WHITE, Color.GRAY, Color.DARK_GRAY, Color.BLACK};
        var picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        boolean edges = row.startsWith("condition");
        int shift = row.equals("before") ? 6 : jitter;
        graphics.setColor(edges ? Color.BLACK : backgrounds[index]);
        graphics.fillRect(0, 0, 32, 32);
        graphics.setColor(edges ? Color.WHITE : colours[index]);
        var shape = new Ellipse2D.Double(5 + shift, 6, 20 - shift, 20 - shift / 2.0);
        if (edges) {
            graphics.draw(shape);
        } else {
            graphics.fill(shape);
        }
        graphics.dispose();
        Files.createDirectories(file.getParent());
        ImageIO.write(picture, "png", file.toFile());
    }

    private static void json(Path file, Object content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, new GsonBuilder().setPrettyPrinting().create().toJson(content));
    }
}
