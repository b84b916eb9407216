package org.scedit.plugins.loha;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.scedit.api.LayerPoint;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Alphas;
import org.scedit.api.formats.Json;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.PeftSettings;

/**
 * The files of LyCORIS: {@code lora_unet_} and the layer's path with underscores, then {@code .hada_w1_a} and so on,
 * and {@code .alpha}. A layer without alpha has scale 1.
 */
final class LycorisFormat implements TunerFormat<LohaConfig> {
    @Override
    public String id() {
        return "lycoris";
    }

    @Override
    public boolean matches(WeightFile file) {
        var names = file.tensors().keySet();
        return LohaFile.isLoha(names) && LayerTensors.isFlat(names);
    }

    @Override
    public Content<LohaConfig> read(WeightFile file, UNetLayout unet) {
        return LohaFile.read(file, PeftSettings.inMetadata(file), unet);
    }

    @Override
    public WeightFile write(Content<LohaConfig> content, UNetLayout unet) {
        LohaConfig config = content.config();
        LayerTensors tensors = LohaFile.tensors(content, unet);
        Map<LayerPoint, Float> alphas =
                new Alphas(config.alphas(), false).overRank(config.ranks().of(tensors.layers()));
        return new WeightFile(
                tensors.with(Alphas.PARAMETER, (layer, none) -> Alphas.tensor(alphas.get(layer)))
                        .named(LayerTensors::flat, UnaryOperator.identity()),
                Map.of(
                        "ss_network_module",
                        "lycoris.kohya",
                        PeftSettings.METADATA,
                        Json.write(LohaFile.settings(config))),
                "");
    }
}
