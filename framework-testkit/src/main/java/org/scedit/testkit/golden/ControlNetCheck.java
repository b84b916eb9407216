package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.api.Conditions;
import org.scedit.api.FeaturePoint;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.UNet;

/** A ControlNet at several scales, in guess mode, and two of them: embedding, residuals, output, loss and gradients. */
final class ControlNetCheck implements GoldenCheck {
    private static final Pattern SCALED = Pattern.compile("scale([0-9.]+)\\.sample");
    /** The case says it in words. */
    private static final Pattern TWO = Pattern.compile("in\\.cond scale ([0-9.]+), in\\.cond2 scale ([0-9.]+)");

    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        Tensors io = goldenCase.tensors("io.safetensors");
        String base = goldenCase.settings().get("base").getAsString().split(" ")[0] + "/";
        WatchedConvolutions<?> method = ForeignTuners.method("controlnet");
        try (NDManager manager = Torch.newManager();
                var unet = new TunedUNet(Models.unet(goldenCase, base, manager), Precision.FLOAT32);
                TunerInstance tuner = load(goldenCase, method, unet.unet(), "cond", false);
                TunerInstance other = load(goldenCase, method, unet.unet(), "cond2", false);
                TunerInstance guessing = load(goldenCase, method, unet.unet(), "cond", true)) {
            var run = new ConditionedRun(goldenCase, io, unet, manager);
            run.base("out.base");
            Conditions conditions = name -> io.array(manager, "in." + name);
            for (String output : io.below("out.")) {
                Matcher scale = SCALED.matcher(output);
                if (scale.matches()) {
                    scaled(run, tuner, scale.group(1), conditions);
                }
            }
            var embedding = method.output(tuner.arrays().get("controlnet_cond_embedding.conv_out.weight"));
            goldenCase.output(io, "out.cond_embedding", embedding.values());

            unet.attach(guessing, 1);
            run.output("out.guess.sample", conditions);
            residuals(run, guessing, "out.guess.", 1, conditions);
            unet.detach(guessing.name());

            Matcher two = TWO.matcher(goldenCase.settings().get("outputs").getAsString());
            if (!two.find()) {
                throw new AssertionError("the case does not say the scales of out.multi.sample");
            }
            unet.attach(tuner, Double.parseDouble(two.group(1)));
            unet.attach(other, Double.parseDouble(two.group(2)));
            run.output("out.multi.sample", conditions);
        }
    }

    private static TunerInstance load(
            GoldenCase goldenCase, WatchedConvolutions<?> method, UNet unet, String condition, boolean guess) {
        var file = ForeignTuners.file(
                goldenCase.file(DiffusionModel.WEIGHTS),
                Map.of("condition", condition, "guess_mode", Boolean.toString(guess)));
        return ForeignTuners.load(condition + (guess ? " guess" : ""), method, file, unet);
    }

    private static void scaled(ConditionedRun run, TunerInstance tuner, String scale, Conditions conditions) {
        String name = "scale" + scale + ".";
        run.unet().attach(tuner, Double.parseDouble(scale));
        run.output("out." + name + "sample", "out." + name + "loss", "grad." + name, tuner, conditions);
        residuals(run, tuner, "out." + name, Double.parseDouble(scale), conditions);
        run.unet().detach(tuner.name());
    }

    /** The residuals that the case has of this tuner, times the scale. */
    private static void residuals(
            ConditionedRun run, TunerInstance tuner, String name, double scale, Conditions conditions) {
        var ops = new Ops();
        try (Scope scope = new Scope()) {
            var step = run.step();
            tuner.tuner().encode(conditions);
            tuner.tuner().prepare(step);
            tuner.tuner().skips().forEach((point, residual) -> {
                String output = name + "down." + point.encoderIndex();
                if (run.io().has(output)) {
                    NDArray skip = zeros(run, run.io().shape(output));
                    run.goldenCase().output(run.io(), output, ops.scale(residual.residual(skip, step), scale));
                }
            });
            tuner.tuner().features().forEach((point, residual) -> {
                String output = name + "mid";
                if (point.name().equals(FeaturePoint.MID_BLOCK) && run.io().has(output)) {
                    NDArray feature = zeros(run, run.io().shape(output));
                    run.goldenCase().output(run.io(), output, ops.scale(residual.residual(feature, step), scale));
                }
            });
        }
    }

    private static NDArray zeros(ConditionedRun run, Shape shape) {
        return Torch.of(run.manager(), new float[(int) shape.size()], shape);
    }
}
