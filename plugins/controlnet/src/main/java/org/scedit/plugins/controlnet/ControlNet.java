package org.scedit.plugins.controlnet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.scedit.api.Conditions;
import org.scedit.api.Conv2d;
import org.scedit.api.EncoderCopy;
import org.scedit.api.FeaturePoint;
import org.scedit.api.FeatureResidual;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Step;
import org.scedit.api.Tuner;
import org.scedit.api.UNetLayout;

/**
 * ControlNet: a trainable copy of the encoder sees the condition map and adds to what the decoder takes.
 * <pre>
 * e          = embedding(map)                       convolutions with SiLU between them, down to the latents' size
 * f_0 .. f_n = copy(latents, timestep, text; e added to the output of conv_in)        the last one: the mid block's
 * residual_i = scale_i · Z_i · f_i                  at every skip and the mid block; Z: 1×1 convolutions
 * </pre>
 * {@code Z} and the embedding's last layer start as zeros, the copy as the U-Net, the embedding's other layers so that
 * they keep the map's size (diffusers' shrink it to a thousandth). Source: Zhang et al. 2023
 * (arXiv:2302.05543), as diffusers' {@code ControlNetModel} computes it and names its weights. The sum over several
 * conditions is a tuner each.
 */
final class ControlNet implements Tuner {
    /** The factor of the first residual in guess mode. */
    private static final double GUESS_FROM = 0.1;

    private final String condition;
    private final Operators operators;
    private final List<Conv2d> embedding = new ArrayList<>();
    private final EncoderCopy copy;
    private final Map<SkipPoint, SkipResidual> skips = new LinkedHashMap<>();
    private final Map<FeaturePoint, FeatureResidual> midBlock;

    /** Of the maps taken in last; null before. */
    private NDArray embedded;

    /** Of the evaluation in progress; null before the first. */
    private EncoderCopy.Features copied;

    ControlNet(ControlNetConfig config, UNetLayout unet, Parameters parameters) {
        condition = config.condition();
        operators = parameters.operators();
        var layers = ControlNetLayers.of(config, unet);
        double[] scales = scales(config, layers.skips().size() + 1);
        copy = parameters.encoderCopy();
        int last = layers.embedding().size() - 1;
        layers.embedding().subList(0, last).forEach(each -> embedding.add(siluConv2d(each, parameters)));
        embedding.add(zeroConv2d(layers.embedding().get(last), parameters));
        for (int i = 0; i < layers.skips().size(); i++) {
            int index = i;
            Conv2d zero = zeroConv2d(layers.skips().get(i), parameters);
            skips.put(
                    ControlNetLayers.skip(unet, i),
                    (skip, step) -> scaled(zero.forward(copied.skips().get(index)), scales[index]));
        }
        Conv2d zero = zeroConv2d(layers.midBlock(), parameters);
        midBlock = Map.of(
                ControlNetLayers.midBlock(unet),
                (feature, step) -> scaled(zero.forward(copied.midBlock()), scales[scales.length - 1]));
    }

    private static Conv2d siluConv2d(ControlNetLayers.Convolution layer, Parameters parameters) {
        return parameters.siluConv2d(
                layer.name(), layer.in(), layer.out(), layer.kernel(), layer.stride(), layer.padding());
    }

    private static Conv2d zeroConv2d(ControlNetLayers.Convolution layer, Parameters parameters) {
        return parameters.zeroConv2d(
                layer.name(), layer.in(), layer.out(), layer.kernel(), layer.stride(), layer.padding());
    }

    private static double[] scales(ControlNetConfig config, int residuals) {
        double[] scales = new double[residuals];
        if (!config.scales().isEmpty() && config.scales().size() != residuals) {
            throw new IllegalArgumentException("scales has " + config.scales().size() + " factors, but this U-Net has "
                    + (residuals - 1) + " skips and a mid block; give " + residuals + " or none");
        }
        for (int i = 0; i < residuals; i++) {
            double guessed = Math.pow(GUESS_FROM, 1 - (double) i / (residuals - 1));
            double given = config.scales().isEmpty() ? 1 : config.scales().get(i);
            scales[i] = config.guessMode() ? guessed : given;
        }
        return scales;
    }

    private NDArray scaled(NDArray residual, double scale) {
        return scale == 1 ? residual : operators.scale(residual, scale);
    }

    @Override
    public Set<String> conditions() {
        return Set.of(condition);
    }

    @Override
    public Map<SkipPoint, SkipResidual> skips() {
        return skips;
    }

    @Override
    public Map<FeaturePoint, FeatureResidual> features() {
        return midBlock;
    }

    @Override
    public void encode(Conditions conditions) {
        NDArray hidden = embedding.get(0).forward(conditions.get(condition));
        for (Conv2d layer : embedding.subList(1, embedding.size())) {
            hidden = replace(hidden, operators.silu(hidden));
            hidden = replace(hidden, layer.forward(hidden));
        }
        embedded = hidden;
    }

    /** The map has the pictures' size: what is no longer needed must not stay (a recorded graph keeps what it needs). */
    private static NDArray replace(NDArray old, NDArray next) {
        old.close();
        return next;
    }

    @Override
    public void prepare(Step step) {
        if (embedded == null) {
            throw new IllegalStateException("no map of condition '" + condition + "' was given");
        }
        Shape map = embedded.getShape();
        Shape latents = step.latents().getShape();
        if (map.get(0) != latents.get(0) || map.get(2) != latents.get(2) || map.get(3) != latents.get(3)) {
            throw new IllegalArgumentException("the map of condition '" + condition + "' is embedded to shape " + map
                    + ", but the latents have shape " + latents + "; controlnet needs one map a picture, and as many"
                    + " channels as halve it to the latents' size");
        }
        copied = copy.forward(step, embedded);
    }
}
