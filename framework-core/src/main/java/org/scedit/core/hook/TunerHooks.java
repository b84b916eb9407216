package org.scedit.core.hook;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.scedit.api.FeaturePoint;
import org.scedit.api.HookPoint;
import org.scedit.api.LayerCall;
import org.scedit.api.LayerPoint;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Step;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;
import org.scedit.core.model.Hooks;

/**
 * Adds the scaled residuals of any number of tuners at every point: {@code value + Σ scale_k · residual_k(value)}, each
 * residual computed from the untouched value.
 */
final class TunerHooks implements Hooks {
    private final List<TunedUNet.Active> tuners;
    private final Evaluation step;
    private final Ops ops;

    private record Call(NDArray input, NDArray output, NDArray weight, UnaryOperator<NDArray> layer, Step step)
            implements LayerCall {
        @Override
        public NDArray linear(NDArray other) {
            return layer.apply(other);
        }
    }

    TunerHooks(List<TunedUNet.Active> tuners, Evaluation step, Ops ops) {
        this.tuners = List.copyOf(tuners);
        this.step = step;
        this.ops = ops;
    }

    @Override
    public boolean recomputes() {
        return step.gradientCheckpointing();
    }

    @Override
    public int draws() {
        return step.dropouts();
    }

    @Override
    public void replayFrom(int draws) {
        step.dropoutsFrom(draws);
    }

    /** Where all residuals are computed again, so is their sum with the skip: then nothing but the skip itself is kept. */
    @Override
    public NDArray skip(SkipPoint point, NDArray skip) {
        List<SkipResidual> residuals = tuners.stream()
                .map(tuner -> tuner.instance().tuner().skips().get(point))
                .filter(Objects::nonNull)
                .toList();
        if (residuals.isEmpty() || !residuals.stream().allMatch(SkipResidual::recomputed)) {
            return edited(point, skip);
        }
        int draws = draws();
        return ops.recomputedTrained(
                inputs -> {
                    replayFrom(draws);
                    return edited(point, inputs[0]);
                },
                skip);
    }

    private NDArray edited(SkipPoint point, NDArray skip) {
        return sum(point, skip, tuner -> {
            SkipResidual residual = tuner.instance().tuner().skips().get(point);
            return residual == null ? null : residual.residual(skip, step);
        });
    }

    @Override
    public NDArray feature(FeaturePoint point, NDArray feature) {
        return sum(point, feature, tuner -> {
            var residual = tuner.instance().tuner().features().get(point);
            return residual == null ? null : residual.residual(feature, step);
        });
    }

    @Override
    public boolean edits(LayerPoint point) {
        return tuners.stream()
                .anyMatch(tuner ->
                        !tuner.merged() && tuner.instance().tuner().layers().containsKey(point));
    }

    @Override
    public NDArray layer(
            LayerPoint point, NDArray input, NDArray output, NDArray weight, UnaryOperator<NDArray> linear) {
        return sum(point, output, tuner -> {
            var residual =
                    tuner.merged() ? null : tuner.instance().tuner().layers().get(point);
            return residual == null ? null : residual.residual(new Call(input, output, weight, linear, step));
        });
    }

    private NDArray sum(HookPoint point, NDArray value, Function<TunedUNet.Active, NDArray> residualOf) {
        NDArray sum = value;
        for (TunedUNet.Active tuner : tuners) {
            try (Scope scope = new Scope()) {
                NDArray residual = residualOf.apply(tuner);
                if (residual == null) {
                    continue;
                }
                Shape expected = value.getShape();
                if (!residual.getShape().equals(expected)) {
                    throw new IllegalStateException(
                            "tuner '" + tuner.instance().name() + "' returned a residual of shape "
                                    + residual.getShape() + " at " + point.name() + ", whose value has shape "
                                    + expected);
                }
                sum = scope.keep(ops.addScaled(sum, residual, tuner.scale()));
            }
        }
        return sum;
    }
}
