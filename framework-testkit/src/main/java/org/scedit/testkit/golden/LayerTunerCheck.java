package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerResidual;
import org.scedit.api.TunerProvider;
import org.scedit.api.WeightFile;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.weights.WeightSource;

/**
 * A method that edits layers: its output at several scales, loss, gradients and changes of weights, unmerged and
 * merged, from each file of the case that the method can read.
 */
final class LayerTunerCheck implements GoldenCheck {
    private static final Pattern SCALED = Pattern.compile("weight([0-9.]+)");

    private static final String DIFFUSERS = "pytorch_lora_weights.safetensors";
    private static final String PEFT = "peft_weights.safetensors";
    private static final String PEFT_CONFIG = "peft_config.json";
    private static final String SETTINGS = "lora_adapter_metadata";
    private static final String MIXED = "mixed_names.safetensors";
    private static final String KOHYA = "kohya.safetensors";
    private static final String LYCORIS = "lycoris.safetensors";

    private final String method;

    /** @param method id of the tuning method */
    LayerTunerCheck(String method) {
        this.method = method;
    }

    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        Tensors io = goldenCase.tensors("io.safetensors");
        String base = goldenCase.settings().get("base").getAsString().split(" ")[0] + "/";
        try (NDManager manager = Torch.newManager();
                var unet = new TunedUNet(Models.unet(goldenCase, base, manager), Precision.FLOAT32)) {
            var run = new Run(goldenCase, io, unet, manager, ForeignTuners.method(method));
            goldenCase.output(io, "out.base", run.predict());
            String main = goldenCase.has(PEFT) ? PEFT : DIFFUSERS;
            run.whole(run.file(main, main));
            if (goldenCase.has(DIFFUSERS) && goldenCase.has(PEFT_CONFIG)) {
                run.same(run.asPeft());
            }
            if (goldenCase.has(MIXED)) {
                run.same(run.file(MIXED, main));
            }
            if (goldenCase.has(LYCORIS)) {
                run.same(run.file(LYCORIS, LYCORIS));
            }
            if (goldenCase.has(KOHYA)) {
                run.kohya();
            }
            if (io.has("out.loaded_without_metadata")) {
                run.withoutMetadata();
            }
        }
    }

    private record Run(GoldenCase goldenCase, Tensors io, TunedUNet unet, NDManager manager, TunerProvider<?> method) {
        /** A file with the metadata of another, and PEFT's configuration if it is PEFT's. */
        WeightFile file(String name, String metadata) throws IOException {
            var tensors = WeightSource.open(goldenCase.file(name)).read().tensors();
            String config = name.equals(PEFT) ? Files.readString(goldenCase.file(PEFT_CONFIG)) : "";
            return new WeightFile(
                    tensors, WeightSource.open(goldenCase.file(metadata)).metadata(), config);
        }

        /** diffusers' file as PEFT itself writes it. */
        WeightFile asPeft() throws IOException {
            WeightFile diffusers = file(DIFFUSERS, DIFFUSERS);
            Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>();
            diffusers
                    .tensors()
                    .forEach((name, tensor) -> tensors.put(
                            name.replaceFirst("^unet\\.", "base_model.model.")
                                    .replace(".lora.down.", ".lora_A.")
                                    .replace(".lora.up.", ".lora_B."),
                            tensor));
            return new WeightFile(tensors, Map.of(), Files.readString(goldenCase.file(PEFT_CONFIG)));
        }

        /** Everything that the case has about one file. */
        void whole(WeightFile file) {
            try (TunerInstance tuner = load(file)) {
                tuner.setTrainable(true);
                unet.attach(tuner, 1);
                try (Autograd autograd = Autograd.record();
                        Scope scope = new Scope()) {
                    NDArray prediction = forward();
                    goldenCase.output(io, "out.sample", prediction);
                    NDArray loss = new Ops().meanSquare(prediction, io.array(manager, "in.target"));
                    goldenCase.output(io, "out.loss", loss.getFloat());
                    autograd.backward(loss);
                }
                gradients(tuner);
                tuner.setTrainable(false);
                changesOfWeights(tuner);
                at(tuner, 1, "out.sample");
                for (String output : io.below("out.")) {
                    Matcher scale = SCALED.matcher(output);
                    if (scale.matches() && !hasMagnitudes(tuner)) {
                        at(tuner, Double.parseDouble(scale.group(1)), "out." + output);
                    } else if (scale.matches()) {
                        unet.detach(tuner.name());
                        goldenCase.output(io, "out." + output, predictionOf(scaled(file, scale.group(1))));
                    }
                }
                unet.detach(tuner.name());
            }
        }

        private void gradients(TunerInstance tuner) {
            io.leaveAside(name -> isFaulty(name, tuner));
            for (String name : io.below("grad.")) {
                if (!isFaulty("grad." + name, tuner)) {
                    goldenCase.gradient(io, "grad." + name, tuner.arrays().get(name));
                }
            }
        }

        /**
         * PEFT's own backward pass of LoHa's Tucker form, which it has from LyCORIS, takes the core of the other matrix
         * for the gradient of {@code hada_w1_a}, and likewise {@code hada_w2_a}.
         */
        private static boolean isFaulty(String gradient, TunerInstance tuner) {
            Matcher factor = Pattern.compile("grad\\.(.*)\\.hada_w[12]_a").matcher(gradient);
            return factor.matches() && tuner.arrays().containsKey(factor.group(1) + ".hada_t1");
        }

        private static boolean hasMagnitudes(TunerInstance tuner) {
            return tuner.arrays().keySet().stream().anyMatch(name -> name.contains("magnitude"));
        }

        /** PEFT's weight of an adapter is a factor of alpha, which with DoRA is not one of the residual. */
        private static WeightFile scaled(WeightFile file, String factor) {
            JsonObject settings =
                    JsonParser.parseString(file.metadata().get(SETTINGS)).getAsJsonObject();
            double alpha = settings.get("unet.lora_alpha").getAsDouble();
            settings.addProperty("unet.lora_alpha", alpha * Double.parseDouble(factor));
            return new WeightFile(file.tensors(), Map.of(SETTINGS, settings.toString()), "");
        }

        /** A scale, unmerged and, if that can be, merged. */
        private void at(TunerInstance tuner, double scale, String output) {
            unet.attach(tuner, scale);
            goldenCase.output(io, output, predict());
            if (canBeMerged(tuner)) {
                unet.merge(tuner.name());
                goldenCase.output(io, output, predict());
            }
        }

        private boolean canBeMerged(TunerInstance tuner) {
            try (Scope scope = new Scope()) {
                return tuner.tuner().layers().entrySet().stream().allMatch(layer -> layer.getValue()
                        .weightDelta(weight(layer.getKey().path() + ".weight"))
                        .isPresent());
            }
        }

        private NDArray weight(String name) {
            return unet.unet().parameters().get(name).value();
        }

        private void changesOfWeights(TunerInstance tuner) {
            for (Map.Entry<LayerPoint, LayerResidual> layer :
                    tuner.tuner().layers().entrySet()) {
                String name = layer.getKey().path() + ".weight";
                if (io.has("delta." + name) || io.has("merged." + name)) {
                    try (Scope scope = new Scope()) {
                        NDArray delta =
                                layer.getValue().weightDelta(weight(name)).orElseThrow();
                        if (io.has("delta." + name)) {
                            goldenCase.output(io, "delta." + name, delta);
                        }
                        if (io.has("merged." + name)) {
                            goldenCase.output(io, "merged." + name, weight(name).add(delta));
                        }
                    }
                }
            }
        }

        /** Another file with the same content. */
        void same(WeightFile file) {
            goldenCase.output(io, "out.sample", predictionOf(file));
        }

        /** kohya's file says something else where the recorder could not express the scale in it, by a known amount. */
        void kohya() throws IOException {
            JsonObject differences = goldenCase.settings().getAsJsonObject("reload_max_abs_diff");
            JsonElement expected = differences.get("kohya");
            float[] sample = io.floats("out.sample");
            float[] loaded = predictionOf(file(KOHYA, KOHYA));
            double largest = 0;
            double difference = 0;
            for (int i = 0; i < sample.length; i++) {
                largest = Math.max(largest, Math.abs(sample[i]));
                difference = Math.max(difference, Math.abs(sample[i] - loaded[i]));
            }
            goldenCase.number(KOHYA, difference, expected.getAsDouble(), GoldenCase.FORWARD * Math.max(1, largest));
        }

        /** diffusers' file without its settings: every alpha is the rank then. */
        void withoutMetadata() throws IOException {
            WeightFile bare = new WeightFile(file(DIFFUSERS, DIFFUSERS).tensors(), Map.of(), "");
            goldenCase.output(io, "out.loaded_without_metadata", predictionOf(bare));
        }

        private float[] predictionOf(WeightFile file) {
            try (TunerInstance tuner = load(file)) {
                unet.attach(tuner, 1);
                float[] prediction = predict();
                unet.detach(tuner.name());
                return prediction;
            }
        }

        private TunerInstance load(WeightFile file) {
            return ForeignTuners.load("tuner", method, file, unet.unet());
        }

        float[] predict() {
            try (Scope scope = new Scope()) {
                return Torch.floats(forward());
            }
        }

        private NDArray forward() {
            return unet.forward(
                    io.array(manager, "in.sample"),
                    io.timesteps("in.timestep"),
                    io.array(manager, "in.encoder_hidden_states"));
        }
    }
}
