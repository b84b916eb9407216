package org.scedit.plugins.lokr;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerRanks;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Alphas;
import org.scedit.api.formats.Json;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.PeftSettings;

/**
 * The files of LyCORIS: {@code lora_unet_} and the layer's path with underscores, then {@code .lokr_w1} and so on, and
 * {@code .alpha}. A layer without alpha has scale 1, and so has one whose factors are both whole, whatever its alpha:
 * there the scale is multiplied into {@code lokr_w1}, and read back as a part of it.
 */
final class LycorisFormat implements TunerFormat<LokrConfig> {
    @Override
    public String id() {
        return "lycoris";
    }

    @Override
    public boolean matches(WeightFile file) {
        var names = file.tensors().keySet();
        return LokrFile.isLokr(names) && LayerTensors.isFlat(names);
    }

    @Override
    public Content<LokrConfig> read(WeightFile file, UNetLayout unet) {
        return LokrFile.read(file, PeftSettings.inMetadata(file), false, unet);
    }

    @Override
    public WeightFile write(Content<LokrConfig> content, UNetLayout unet) {
        LokrConfig config = content.config();
        LayerRanks tuned = LayerRanks.of(config.targets(), config.ranks(), config.alphas(), unet);
        LayerTensors own = LokrFile.tensors(content.weights(), unet);
        LayerTensors scaled = own.with(
                        "lokr_w1",
                        (layer, left) -> LokrFile.isWhole(own.byLayer().get(layer))
                                ? times(
                                        left,
                                        tuned.alphas().get(layer)
                                                / tuned.ranks().get(layer))
                                : left)
                .with(Alphas.PARAMETER, (layer, none) -> Alphas.tensor(alpha(layer, own, tuned)));
        return new WeightFile(
                scaled.named(LayerTensors::flat, UnaryOperator.identity()),
                Map.of(
                        "ss_network_module",
                        "lycoris.kohya",
                        PeftSettings.METADATA,
                        Json.write(LokrFile.settings(config))),
                "");
    }

    private static float alpha(LayerPoint layer, LayerTensors own, LayerRanks tuned) {
        return LokrFile.isWhole(own.byLayer().get(layer))
                ? tuned.ranks().get(layer)
                : tuned.alphas().get(layer).floatValue();
    }

    private static WeightFile.Tensor times(WeightFile.Tensor tensor, double scale) {
        float[] values = tensor.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= (float) scale;
        }
        return new WeightFile.Tensor(tensor.shape(), values);
    }
}
