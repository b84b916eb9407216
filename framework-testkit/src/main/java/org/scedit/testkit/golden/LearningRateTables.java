package org.scedit.testkit.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.scedit.core.diffusion.LearningRate;

/** Learning rates of every schedule, step by step. */
final class LearningRateTables implements GoldenCheck {
    private static final double RELATIVE = 1e-9;

    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        JsonObject tables = goldenCase.json("../lr_tables.json").getAsJsonObject("tables");
        for (Map.Entry<String, JsonElement> entry : tables.entrySet()) {
            JsonObject table = entry.getValue().getAsJsonObject();
            double base = table.get("base_lr").getAsDouble();
            LearningRate rate = schedule(entry.getKey(), base, table.getAsJsonObject("args"));
            JsonArray expected = table.getAsJsonArray("lrs");
            for (int step = 0; step < expected.size(); step++) {
                goldenCase.number(
                        entry.getKey() + " at step " + step,
                        rate.at(step),
                        expected.get(step).getAsDouble(),
                        base * RELATIVE);
            }
        }
    }

    private static LearningRate schedule(String name, double base, JsonObject args) {
        int warmup = integer(args, "num_warmup_steps");
        int steps = integer(args, "num_training_steps");
        return switch (name) {
            case "constant", "constant_with_warmup" -> LearningRate.constant(base, warmup);
            case "linear" -> LearningRate.linear(base, warmup, steps);
            case "cosine" -> LearningRate.cosine(base, warmup, steps);
            case "cosine_with_restarts" ->
                LearningRate.cosineWithRestarts(base, warmup, steps, integer(args, "num_cycles"));
            // 1e-7 is where the reference's polynomial ends
            case "polynomial" ->
                LearningRate.polynomial(base, warmup, steps, args.get("power").getAsDouble(), 1e-7);
            case "piecewise_constant" -> piecewise(base, args.get("step_rules").getAsString());
            default -> throw new AssertionError("unknown learning-rate schedule '" + name + "'");
        };
    }

    private static int integer(JsonObject args, String key) {
        return args.has(key) ? args.get(key).getAsInt() : 0;
    }

    /** {@code 1:5,0.1:10,0.005}: factor 1 before step 5, 0.1 before step 10, then 0.005. */
    private static LearningRate piecewise(double base, String rules) {
        List<LearningRate.Piece> pieces = new ArrayList<>();
        double last = 1;
        for (String rule : rules.split(",")) {
            String[] parts = rule.split(":");
            if (parts.length == 1) {
                last = Double.parseDouble(rule);
            } else {
                pieces.add(new LearningRate.Piece(Double.parseDouble(parts[0]), Integer.parseInt(parts[1])));
            }
        }
        return LearningRate.piecewise(base, pieces, last);
    }
}
