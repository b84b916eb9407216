package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.api.Conditions;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.DiffusionModel;

/** A T2I-Adapter at several scales: features, output, loss and gradients. */
final class T2iAdapterCheck implements GoldenCheck {
    private static final Pattern SCALED = Pattern.compile("scale([0-9.]+)\\.sample");
    private static final int MAP_CHANNELS = 3;

    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        Tensors io = goldenCase.tensors("io.safetensors");
        String base = goldenCase.settings().get("base").getAsString().split(" ")[0] + "/";
        var file = ForeignTuners.file(goldenCase.file(DiffusionModel.WEIGHTS), Map.of("condition", "cond"));
        try (NDManager manager = Torch.newManager();
                var unet = new TunedUNet(Models.unet(goldenCase, base, manager), Precision.FLOAT32);
                TunerInstance tuner =
                        ForeignTuners.load("adapter", ForeignTuners.method("t2i-adapter"), file, unet.unet())) {
            var run = new ConditionedRun(goldenCase, io, unet, manager);
            Conditions conditions = name -> map(io, manager, "in." + name);
            run.base("out.base");
            features(run, tuner, conditions);
            for (String output : io.below("out.")) {
                Matcher scale = SCALED.matcher(output);
                if (scale.matches()) {
                    String name = "scale" + scale.group(1) + ".";
                    unet.attach(tuner, Double.parseDouble(scale.group(1)));
                    run.output("out." + name + "sample", "out." + name + "loss", "grad." + name, tuner, conditions);
                    unet.detach(tuner.name());
                }
            }
        }
    }

    /** A case's map of one channel is grey: its channel three times. */
    private static NDArray map(Tensors io, NDManager manager, String name) {
        float[] values = io.floats(name);
        Shape shape = io.shape(name);
        int pictures = (int) shape.get(0);
        int size = values.length / pictures;
        int copies = MAP_CHANNELS / (int) shape.get(1);
        float[] map = new float[values.length * copies];
        for (int i = 0; i < pictures * copies; i++) {
            System.arraycopy(values, i / copies * size, map, i * size, size);
        }
        return Torch.of(manager, map, new Shape(pictures, MAP_CHANNELS, shape.get(2), shape.get(3)));
    }

    private static void features(ConditionedRun run, TunerInstance tuner, Conditions conditions) {
        var points = run.unet().unet().layout().features();
        try (Scope scope = new Scope()) {
            tuner.tuner().encode(conditions);
            for (String level : run.io().below("out.feature.")) {
                String output = "out.feature." + level;
                Shape shape = run.io().shape(output);
                NDArray feature = Torch.of(run.manager(), new float[(int) shape.size()], shape);
                var residual = tuner.tuner().features().get(points.get(Integer.parseInt(level)));
                run.goldenCase().output(run.io(), output, residual.residual(feature, run.step()));
            }
        }
    }
}
