package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.SkipPoint;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.Hooks;
import org.scedit.core.model.UNet;
import org.scedit.core.weights.SafetensorsFile;

/** An SC-Tuner on a U-Net at several scales: output, edited skips, loss and all gradients. */
final class ScTunerCheck implements GoldenCheck {
    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        Tensors io = goldenCase.tensors("io.safetensors");
        JsonObject settings = goldenCase.settings();
        String base = settings.get("base").getAsString().split(" ")[0] + "/";
        JsonObject config = settings.getAsJsonObject("config");
        double downRatio = config.get("down_ratio").getAsDouble();
        List<Integer> skips = config.get("use_layers").isJsonNull()
                ? List.of()
                : config.getAsJsonArray("use_layers").asList().stream()
                        .map(JsonElement::getAsInt)
                        .toList();
        var weights = SafetensorsFile.open(goldenCase.file("sc_tuner_scepter.safetensors"));
        try (NDManager manager = Torch.newManager();
                var unet = new TunedUNet(Models.unet(goldenCase, base, manager), Precision.FLOAT32)) {
            goldenCase.output(io, "out.base", forward(io, unet, manager));
            for (JsonElement scale : config.getAsJsonArray("scales")) {
                try (TunerInstance tuner = ClassPathTuners.load(
                        "sc-tuner", unet.unet(), weights, "down_ratio: " + downRatio, "skips: " + skips)) {
                    check(goldenCase, io, unet, tuner, scale.getAsString(), manager);
                    if (io.has("out.scale" + scale.getAsString() + ".skip_in.0")) {
                        skips(goldenCase, io, unet.unet(), tuner, "out.scale" + scale.getAsString(), manager);
                    }
                }
            }
        }
    }

    private static void check(
            GoldenCase goldenCase, Tensors io, TunedUNet unet, TunerInstance tuner, String scale, NDManager manager) {
        unet.attach(tuner, Double.parseDouble(scale));
        tuner.setTrainable(true);
        try (Autograd autograd = Autograd.record()) {
            NDArray output = forward(io, unet, manager);
            goldenCase.output(io, "out.scale" + scale + ".sample", output);
            if (scale.equals("1.0") && io.has("out.swift.sample")) {
                goldenCase.output(io, "out.swift.sample", output);
            }
            NDArray loss = new Ops().meanSquare(output, io.array(manager, "in.target"));
            goldenCase.output(io, "out.scale" + scale + ".loss", loss.getFloat());
            autograd.backward(loss);
        }
        tuner.arrays().forEach((name, array) -> goldenCase.gradient(io, "grad.scale" + scale + "." + name, array));
        unet.detach(tuner.name());
    }

    private static NDArray forward(Tensors io, TunedUNet unet, NDManager manager) {
        return unet.forward(
                io.array(manager, "in.sample"),
                io.timesteps("in.timestep"),
                io.array(manager, "in.encoder_hidden_states"));
    }

    /** The first and the last tuned skip, before and after. */
    private static void skips(
            GoldenCase goldenCase, Tensors io, UNet unet, TunerInstance tuner, String scale, NDManager manager) {
        Map<Integer, float[]> before = new LinkedHashMap<>();
        Map<Integer, float[]> after = new LinkedHashMap<>();
        Hooks hooks = new Hooks() {
            @Override
            public NDArray skip(SkipPoint point, NDArray skip) {
                var edit = tuner.tuner().skips().get(point);
                if (edit == null) {
                    return skip;
                }
                NDArray edited = skip.add(edit.residual(skip, null));
                before.put(point.index(), Torch.floats(skip));
                after.put(point.index(), Torch.floats(edited));
                return edited;
            }
        };
        unet.forward(
                io.array(manager, "in.sample"),
                io.timesteps("in.timestep"),
                io.array(manager, "in.encoder_hidden_states"),
                Precision.FLOAT32,
                hooks);
        List<Integer> tuned = before.keySet().stream().sorted().toList();
        for (String place : List.of("0", "last")) {
            int index = tuned.get(place.equals("0") ? 0 : tuned.size() - 1);
            goldenCase.output(io, scale + ".skip_in." + place, before.get(index));
            goldenCase.output(io, scale + ".skip_out." + place, after.get(index));
        }
    }
}
