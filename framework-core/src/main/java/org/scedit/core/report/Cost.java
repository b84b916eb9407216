package org.scedit.core.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A run's {@code cost.json}.
 *
 * @param figures what is measured, by the file's keys
 * @param facts   what it was measured on: device, versions, machine; nested keys joined by dots
 */
record Cost(Map<String, Double> figures, Map<String, String> facts) {
    static final Cost UNKNOWN = new Cost(Map.of(), Map.of());

    /**
     * A figure of the report.
     *
     * @param key    in the file
     * @param label  a column's head
     * @param shown  whether the page shows it; the other outputs have all
     * @param traded whether quality is drawn against it; less is better for all of these
     */
    record Figure(String key, String label, boolean shown, boolean traded) {
        /** Whether it is of a whole process, of all runs that were trained in it. */
        boolean ofProcess() {
            return key.startsWith("peak_");
        }

        /** For people, with its unit. */
        String text(double value) {
            return switch (key) {
                case "trainable_parameters" -> String.format(Locale.ROOT, "%,.0f", value);
                case "file_bytes" ->
                    value < 1 << 20
                            ? String.format(Locale.ROOT, "%.1f KiB", value / (1 << 10))
                            : String.format(Locale.ROOT, "%.1f MiB", value / (1 << 20));
                case "backward_share" -> String.format(Locale.ROOT, "%.0f %%", 100 * value);
                case "step_seconds", "picture_seconds" -> Numbers.significant(value, 3) + " s";
                default -> String.format(Locale.ROOT, "%,.0f MiB", value);
            };
        }
    }

    /** How many runs were trained in its process: 1, or those of its lockstep, whose peak memory is theirs together. */
    int together() {
        String cells = facts.getOrDefault("lockstep.cells", "1");
        return cells.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(cells) : 1;
    }

    /** Seconds of the U-Net's encoder that others of its lockstep had computed; 0 for a run alone. */
    double spared() {
        return seconds("lockstep.encoder_seconds_saved");
    }

    /** Seconds that the steps of a run in lockstep would have taken without that; 0 for a run alone. */
    double alone() {
        return seconds("lockstep.seconds_alone");
    }

    private double seconds(String fact) {
        String value = facts.getOrDefault(fact, "0");
        return value.matches("[0-9]+([.][0-9]+)?(E-?[0-9]+)?") ? Double.parseDouble(value) : 0;
    }

    /** In the report's order. */
    static final List<Figure> FIGURES = List.of(
            new Figure("trainable_parameters", "trained parameters", true, true),
            new Figure("file_bytes", "file", true, true),
            new Figure("peak_above_frozen_mib", "memory above frozen weights", true, true),
            new Figure("frozen_memory_mib", "memory of the frozen weights", false, false),
            new Figure("peak_memory_mib", "peak memory", false, false),
            new Figure("step_seconds", "time of a step", true, true),
            new Figure("backward_share", "of it backward", true, false),
            new Figure("picture_seconds", "time of a picture", true, true));
}
