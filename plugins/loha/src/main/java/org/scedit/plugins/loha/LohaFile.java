package org.scedit.plugins.loha;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerRanks;
import org.scedit.api.PerLayer;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Alphas;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.ParameterShapes;
import org.scedit.api.formats.PeftSettings;

/** What the formats share: PEFT, LyCORIS and this plugin name the parameters alike. */
final class LohaFile {
    private static final Set<String> OWN =
            Set.of("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", "hada_t1", "hada_t2", Alphas.PARAMETER);

    private LohaFile() {}

    /** Whether some of the names are those of a LoHa's weights. */
    static boolean isLoha(Set<String> names) {
        return names.stream().anyMatch(name -> name.endsWith(".hada_w1_a"));
    }

    /**
     * A file's weights and their settings. The ranks follow from the sizes. The alphas are those beside the weights,
     * else the stated ones, else the ranks, for scale 1.
     *
     * @param stated by the file; counts where the weights do not say otherwise
     */
    static Content<LohaConfig> read(WeightFile file, PeftSettings stated, UNetLayout unet) {
        LayerTensors tensors =
                LayerTensors.of(file.tensors(), unet, name -> Optional.of(name).filter(OWN::contains));
        List<LayerPoint> layers = tensors.layers();
        Map<LayerPoint, Integer> ranks = tensors.sizes("hada_w1_b", 0);
        PerLayer<Integer> rank = LayerRanks.named(PerLayer.describe(ranks, stated.ranks()), layers);
        Alphas alphas = Alphas.of(ranks, tensors.all(Alphas.PARAMETER), stated.alphas("alpha"));
        var config = new LohaConfig(
                rank.general(),
                alphas.values().general(),
                stated.patterns("target_modules", layers, unet.layers()),
                rank.patterns(),
                alphas.values().patterns(),
                !tensors.all("hada_t1").isEmpty());
        return new Content<>(
                config,
                tensors.with(Alphas.PARAMETER, (layer, alpha) -> null)
                        .named(ParameterShapes.of(parameters -> new Loha(config, unet, parameters))));
    }

    /** A tuner's weights by layer. */
    static LayerTensors tensors(Content<LohaConfig> content, UNetLayout unet) {
        return LayerTensors.of(content.weights(), unet, Optional::of);
    }

    /** PEFT's configuration of these settings. */
    static Map<String, Object> settings(LohaConfig config) {
        Map<String, Object> settings = new TreeMap<>();
        settings.putAll(new Alphas(config.alphas(), false).settings("alpha", config.ranks()));
        settings.put("base_model_name_or_path", null);
        settings.put("inference_mode", true);
        settings.put("init_weights", true);
        settings.put("module_dropout", 0.0);
        settings.put("modules_to_save", null);
        settings.put("peft_type", "LOHA");
        settings.put("r", config.rank());
        settings.put("rank_dropout", 0.0);
        settings.put("rank_pattern", PeftSettings.byModule(config.rankPattern()));
        settings.put("target_modules", PeftSettings.modules(config.targets()));
        settings.put("task_type", null);
        settings.put("use_effective_conv2d", config.tucker());
        return settings;
    }
}
