package org.scedit.plugins.lora;

import java.util.LinkedHashMap;
import java.util.Map;
import org.scedit.api.LayerPoint;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Alphas;
import org.scedit.api.formats.Json;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.PeftSettings;

/**
 * The files of kohya's scripts: {@code lora_unet_} and the layer's path with underscores, then
 * {@code .lora_down.weight}, {@code .lora_up.weight}, {@code .alpha} and, for DoRA, {@code .dora_scale}. A layer
 * without alpha has scale 1. The scale is always alpha / rank there: an rsLoRA's alpha is written times the root of the
 * rank.
 */
final class KohyaFormat implements TunerFormat<LoraConfig> {
    private static final Map<String, String> NAMES =
            Map.of(LoraFile.DOWN, "lora_down.weight", LoraFile.UP, "lora_up.weight", LoraFile.MAGNITUDE, "dora_scale");

    @Override
    public String id() {
        return "kohya";
    }

    @Override
    public boolean matches(WeightFile file) {
        var names = file.tensors().keySet();
        return LayerTensors.isFlat(names) && LoraFile.isLora(names);
    }

    @Override
    public Content<LoraConfig> read(WeightFile file, UNetLayout unet) {
        return LoraFile.read(file, PeftSettings.inMetadata(file), unet);
    }

    @Override
    public WeightFile write(Content<LoraConfig> content, UNetLayout unet) {
        LoraConfig config = content.config();
        LayerTensors own = LoraFile.tensors(content, unet);
        Map<LayerPoint, Float> alphas = new Alphas(config.alphas(), config.rslora())
                .overRank(config.ranks().of(own.layers()));
        LayerTensors tensors = own.with(Alphas.PARAMETER, (layer, none) -> Alphas.tensor(alphas.get(layer)))
                .with(LoraFile.MAGNITUDE, KohyaFormat::perOutput);
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("ss_network_module", "networks.lora");
        metadata.put("ss_network_dim", Integer.toString(config.rank()));
        metadata.put("ss_network_alpha", Double.toString(config.alpha() == 0 ? config.rank() : config.alpha()));
        metadata.put(PeftSettings.METADATA, Json.write(LoraFile.settings(config)));
        return new WeightFile(tensors.named(LayerTensors::flat, name -> NAMES.getOrDefault(name, name)), metadata, "");
    }

    private static WeightFile.Tensor perOutput(LayerPoint layer, WeightFile.Tensor magnitude) {
        long out = layer.outChannels();
        long[] shape = layer.kind() == LayerPoint.Kind.LINEAR ? new long[] {out, 1} : new long[] {out, 1, 1, 1};
        return magnitude == null ? null : new WeightFile.Tensor(shape, magnitude.values());
    }
}
