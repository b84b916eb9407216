package org.scedit.testkit.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Map;
import org.scedit.core.diffusion.EmaDecay;

/** Decays of a moving average, and the average of a constant 1 that starts at 0. */
final class EmaTables implements GoldenCheck {
    private static final double TOLERANCE = 1e-6;

    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        JsonObject tables = goldenCase.json("../ema_tables.json").getAsJsonObject("tables");
        for (Map.Entry<String, JsonElement> entry : tables.entrySet()) {
            JsonObject table = entry.getValue().getAsJsonObject();
            EmaDecay decay = decay(table.getAsJsonObject("args"));
            JsonArray expected = table.getAsJsonArray("decay_then_shadow_value");
            double average = 0;
            for (int update = 0; update < expected.size(); update++) {
                JsonArray pair = expected.get(update).getAsJsonArray();
                String what = entry.getKey() + " at update " + update;
                average -= (1 - decay.at(update)) * (average - 1);
                goldenCase.number(
                        what + ", decay", decay.at(update), pair.get(0).getAsDouble(), TOLERANCE);
                goldenCase.number(what + ", average", average, pair.get(1).getAsDouble(), TOLERANCE);
            }
        }
    }

    private static EmaDecay decay(JsonObject args) {
        boolean grows = args.has("use_ema_warmup") && args.get("use_ema_warmup").getAsBoolean();
        return new EmaDecay(
                args.get("decay").getAsDouble(),
                number(args, "min_decay", 0),
                (int) number(args, "update_after_step", 0),
                grows ? number(args, "inv_gamma", 1) : 0,
                number(args, "power", 2.0 / 3));
    }

    private static double number(JsonObject args, String key, double byDefault) {
        return args.has(key) ? args.get(key).getAsDouble() : byDefault;
    }
}
