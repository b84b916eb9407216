package org.scedit.api;

import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a U-Net offers to tuners, read from its {@code config.json} alone: no weights are loaded for it.
 *
 * @param skips      the skip connections in decoder order, deepest first
 * @param features   the encoder blocks' outputs in forward order, then the mid block's
 * @param layers     the linear and convolution layers in forward order
 * @param parameters every parameter of the U-Net and its shape, by diffusers name, in forward order
 * @param config     the {@code config.json} itself, with the types of {@link org.scedit.api.formats.Json}; empty where
 *     there is none
 */
public record UNetLayout(
        List<SkipPoint> skips,
        List<FeaturePoint> features,
        List<LayerPoint> layers,
        Map<String, Shape> parameters,
        Map<String, Object> config) {
    public UNetLayout {
        skips = List.copyOf(skips);
        features = List.copyOf(features);
        layers = List.copyOf(layers);
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
    }

    /** A layout without configuration. */
    public UNetLayout(
            List<SkipPoint> skips,
            List<FeaturePoint> features,
            List<LayerPoint> layers,
            Map<String, Shape> parameters) {
        this(skips, features, layers, parameters, Map.of());
    }
}
