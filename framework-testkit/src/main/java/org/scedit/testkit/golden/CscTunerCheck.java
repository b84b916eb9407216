package org.scedit.testkit.golden;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.api.Conditions;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;

/**
 * CSC-Tuners, one a control named by a letter, alone, together and with an SC-Tuner, at several scales: output, hints,
 * loss and gradients. What is on the U-Net is read off an output's name: {@code out.AB_sc.control0.7.tuner0.5}.
 */
final class CscTunerCheck implements GoldenCheck {
    private static final Pattern NAME =
            Pattern.compile("([A-Z]*)_?(sc)?\\.(?:(same_hint)|(?:scale|control)(.*?))(?:\\.tuner(.*))?");

    private static final String SC_TUNER = "sc";

    /** Everything that an output may need. */
    private record Parts(
            ConditionedRun run,
            JsonObject controls,
            WatchedConvolutions<?> method,
            Map<String, TunerInstance> tuners) {}

    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        Tensors io = goldenCase.tensors("io.safetensors");
        JsonObject controls = goldenCase.settings().getAsJsonObject("config").getAsJsonObject("controls");
        WatchedConvolutions<?> method = ForeignTuners.method("csc-tuner");
        Map<String, TunerInstance> tuners = new LinkedHashMap<>();
        try (NDManager manager = Torch.newManager();
                var unet = new TunedUNet(Models.unet(goldenCase, "unet/", manager), Precision.FLOAT32)) {
            for (String letter : controls.keySet()) {
                var file = ForeignTuners.file(goldenCase.file("csc_" + letter + ".safetensors"), named(letter));
                tuners.put(letter, ForeignTuners.load(letter, method, file, unet.unet()));
                String folder = "scepter_" + letter;
                if (goldenCase.has(folder)) {
                    var sameFile = ForeignTuners.file(goldenCase.file(folder), Map.of());
                    try (TunerInstance other = ForeignTuners.load(folder, method, sameFile, unet.unet())) {
                        same(goldenCase, tuners.get(letter), other);
                    }
                }
            }
            tuners.put(
                    SC_TUNER,
                    ForeignTuners.load(
                            SC_TUNER,
                            ForeignTuners.method("sc-tuner"),
                            ForeignTuners.file(goldenCase.file("sc_tuner_scepter.safetensors"), Map.of()),
                            unet.unet()));
            var run = new ConditionedRun(goldenCase, io, unet, manager);
            var parts = new Parts(run, controls, method, tuners);
            if (goldenCase.has(SingleFileCheck.FILE)) {
                SingleFileCheck.check(goldenCase, io);
            }
            for (String output : io.below("out.")) {
                Matcher name = NAME.matcher(output);
                if (output.startsWith("base")) {
                    run.base("out." + output);
                } else if (name.matches()) {
                    check(parts, name);
                }
            }
        } finally {
            tuners.values().forEach(TunerInstance::close);
        }
    }

    /** The same weights in another file. */
    private static void same(GoldenCase goldenCase, TunerInstance tuner, TunerInstance other) {
        tuner.arrays().forEach((name, array) -> {
            boolean equal = Arrays.equals(
                    Torch.floats(array), Torch.floats(other.arrays().get(name)));
            goldenCase.number(other.name() + " " + name + " is the same", equal ? 1 : 0, 1, 0);
        });
    }

    private static Map<String, String> named(String condition) {
        return Map.of("condition", condition);
    }

    private static void check(Parts parts, Matcher name) {
        ConditionedRun run = parts.run();
        List<String> letters = name.group(1)
                .chars()
                .mapToObj(letter -> String.valueOf((char) letter))
                .toList();
        double controlScale = letters.isEmpty() || name.group(3) != null ? 1 : Double.parseDouble(name.group(4));
        for (String letter : letters) {
            double own = parts.controls().getAsJsonObject(letter).get("scale").getAsDouble();
            run.unet().attach(parts.tuners().get(letter), controlScale * own);
        }
        if (name.group(2) != null) {
            run.unet()
                    .attach(
                            parts.tuners().get(SC_TUNER),
                            tunerScale(letters.isEmpty() ? name.group(4) : name.group(5)));
        }
        String only = letters.size() == 1 && name.group(2) == null ? letters.get(0) : "";
        Conditions conditions = condition ->
                run.io().array(run.manager(), hint(name.group(3) == null ? letters.indexOf(condition) : 0));
        if (run.io().has("out." + only + ".loss") && controlScale == 1) {
            TunerInstance tuner = parts.tuners().get(only);
            run.output("out." + name.group(), "out." + only + ".loss", "grad." + only + ".", tuner, conditions);
            hints(parts, only, tuner);
        } else {
            run.output("out." + name.group(), conditions);
        }
        run.unet().tuners().forEach(each -> run.unet().detach(each.name()));
    }

    /** scepter takes a scale above 1 for 1 where there is no control. */
    private static double tunerScale(String text) {
        return text.contains("none") || text.contains("clamped_to_1") ? 1 : Double.parseDouble(text);
    }

    /** The first control follows {@code in.hint}, the next {@code in.hint2}. */
    private static String hint(int position) {
        return position == 0 ? "in.hint" : "in.hint" + (position + 1);
    }

    /** What the tuner made of its map, under the names of the layers that made it. */
    private static void hints(Parts parts, String letter, TunerInstance tuner) {
        ConditionedRun run = parts.run();
        int last = tuner.arrays().keySet().stream()
                .filter(name -> name.matches("pre_hint_blocks\\.\\d+\\.weight"))
                .mapToInt(name -> Integer.parseInt(name.split("\\.")[1]))
                .max()
                .orElseThrow();
        for (String hint : run.io().below("out." + letter + ".")) {
            if (hint.equals("pre_hint") || hint.startsWith("dense_hint.")) {
                String layer = hint.equals("pre_hint")
                        ? "pre_hint_blocks." + last
                        : hint.replace("dense_hint.", "dense_hint_blocks.") + ".1";
                var output = parts.method().output(tuner.arrays().get(layer + ".weight"));
                run.goldenCase().output(run.io(), "out." + letter + "." + hint, output.values());
            }
        }
    }
}
