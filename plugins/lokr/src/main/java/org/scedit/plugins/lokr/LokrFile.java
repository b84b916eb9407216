package org.scedit.plugins.lokr;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.scedit.api.LayerPoint;
import org.scedit.api.PerLayer;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Alphas;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.ParameterShapes;
import org.scedit.api.formats.PeftSettings;

/** What the formats share: PEFT, LyCORIS and this plugin name the parameters alike. */
final class LokrFile {
    private static final Set<String> OWN = Set.of(
            "lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "lokr_t2", Alphas.PARAMETER);

    private LokrFile() {}

    /** Whether some of the names are those of a LoKr's weights. */
    static boolean isLokr(Set<String> names) {
        return names.stream().anyMatch(name -> name.endsWith(".lokr_w1") || name.endsWith(".lokr_w1_a"));
    }

    /** A file's tensors by layer. */
    static LayerTensors tensors(Map<String, WeightFile.Tensor> tensors, UNetLayout unet) {
        return LayerTensors.of(tensors, unet, name -> Optional.of(name).filter(OWN::contains));
    }

    /** Whether a layer's factors are both whole, so that no size tells a rank. */
    static boolean isWhole(Map<String, WeightFile.Tensor> tensors) {
        return tensors.containsKey("lokr_w1") && tensors.containsKey("lokr_w2");
    }

    /**
     * A file's weights and their settings: ranks and forms of the factors follow from the sizes, as far as they tell.
     * The alphas are those beside the weights, else the stated ones, else the ranks, for scale 1.
     *
     * @param stated      by the file; counts where the weights do not say otherwise
     * @param wholeScaled whether layers are scaled whose factors are both whole
     */
    static Content<LokrConfig> read(WeightFile file, PeftSettings stated, boolean wholeScaled, UNetLayout unet) {
        LayerTensors tensors = tensors(file.tensors(), unet);
        List<LayerPoint> layers = tensors.layers();
        Map<LayerPoint, Integer> ranks = ranks(tensors, stated.ranks());
        PerLayer<Integer> rank = PerLayer.describe(ranks, stated.ranks());
        LayerTensors scales = tensors.with(
                Alphas.PARAMETER,
                (layer, alpha) -> wholeScaled || !isWhole(tensors.byLayer().get(layer))
                        ? alpha
                        : Alphas.tensor(ranks.get(layer)));
        Alphas alphas = Alphas.of(ranks, scales.all(Alphas.PARAMETER), stated.alphas("alpha"));
        LayerTensors own = tensors.with(Alphas.PARAMETER, (layer, alpha) -> null);
        List<LokrConfig> candidates = factors(tensors, stated)
                .mapToObj(factor -> new LokrConfig(
                        rank.general(),
                        alphas.values().general(),
                        stated.patterns("target_modules", layers, unet.layers()),
                        rank.patterns(),
                        alphas.values().patterns(),
                        !tensors.all("lokr_w1_a").isEmpty() || stated.isOn("decompose_both"),
                        factor,
                        !tensors.all("lokr_t2").isEmpty() || stated.isOn("use_effective_conv2d")))
                .toList();
        LokrConfig config = candidates.stream()
                .filter(candidate -> sizes(candidate, unet).equals(sizes(own)))
                .findFirst()
                .orElse(candidates.get(0));
        return new Content<>(config, own.named(sizes(config, unet)));
    }

    private static Map<String, Shape> sizes(LokrConfig config, UNetLayout unet) {
        return ParameterShapes.of(parameters -> new Lokr(config, unet, parameters));
    }

    private static Map<String, Shape> sizes(LayerTensors tensors) {
        Map<String, Shape> sizes = new LinkedHashMap<>();
        tensors.named().forEach((name, tensor) -> sizes.put(name, new Shape(tensor.shape())));
        return sizes;
    }

    /** What {@code decompose_factor} can have been: it is a side of the left factor wherever it divides the layer's. */
    private static IntStream factors(LayerTensors tensors, PeftSettings stated) {
        IntStream sides = tensors.byLayer().values().stream()
                .flatMapToInt(layer -> Stream.of("lokr_w1", "lokr_w1_a", "lokr_w1_b")
                        .filter(layer::containsKey)
                        .flatMapToInt(name -> LokrFile.sides(layer.get(name))))
                .filter(side -> side > 0);
        IntStream told = stated.number("decompose_factor").map(Double::intValue).stream()
                .mapToInt(factor -> factor)
                .filter(factor -> factor != 0);
        return IntStream.concat(IntStream.concat(told, IntStream.of(-1)), sides.sorted())
                .distinct();
    }

    private static IntStream sides(WeightFile.Tensor tensor) {
        return Arrays.stream(tensor.shape()).mapToInt(side -> (int) side);
    }

    /** Of a layer whose factors are both whole any rank will do that keeps them so: the stated or the commonest one. */
    private static Map<LayerPoint, Integer> ranks(LayerTensors tensors, Optional<PerLayer<Integer>> stated) {
        List<LayerPoint> layers = tensors.layers();
        Map<LayerPoint, Integer> found = new LinkedHashMap<>();
        tensors.byLayer().forEach((layer, parameters) -> Stream.of("lokr_w1_b", "lokr_w2_b")
                .map(parameters::get)
                .filter(factor -> factor != null && factor.shape().length == 2 && factor.shape()[0] > 0)
                .findFirst()
                .ifPresent(factor -> found.put(layer, (int) factor.shape()[0])));
        int common =
                found.isEmpty() ? 1 : PerLayer.describe(found, Optional.empty()).general();
        Map<LayerPoint, Integer> ranks = new LinkedHashMap<>();
        for (LayerPoint layer : layers) {
            int likely = stated.map(told -> told.of(layers).get(layer)).orElse(common);
            ranks.put(
                    layer,
                    found.getOrDefault(
                            layer, Math.max(likely, least(tensors.byLayer().get(layer)))));
        }
        return ranks;
    }

    /** The least rank with which a layer's right factor is whole. */
    private static int least(Map<String, WeightFile.Tensor> parameters) {
        WeightFile.Tensor whole = parameters.get("lokr_w2");
        boolean isMatrix = whole != null && whole.shape().length > 1;
        return isMatrix ? (int) (Math.max(whole.shape()[0], whole.shape()[1]) + 1) / 2 : 1;
    }

    /** PEFT's configuration of these settings. */
    static Map<String, Object> settings(LokrConfig config) {
        Map<String, Object> settings = new TreeMap<>();
        settings.putAll(new Alphas(config.alphas(), false).settings("alpha", config.ranks()));
        settings.put("base_model_name_or_path", null);
        settings.put("decompose_both", config.decomposeBoth());
        settings.put("decompose_factor", config.decomposeFactor());
        settings.put("inference_mode", true);
        settings.put("init_weights", true);
        settings.put("module_dropout", 0.0);
        settings.put("modules_to_save", null);
        settings.put("peft_type", "LOKR");
        settings.put("r", config.rank());
        settings.put("rank_dropout", 0.0);
        settings.put("rank_dropout_scale", false);
        settings.put("rank_pattern", PeftSettings.byModule(config.rankPattern()));
        settings.put("target_modules", PeftSettings.modules(config.targets()));
        settings.put("task_type", null);
        settings.put("use_effective_conv2d", config.tucker());
        return settings;
    }
}
