package org.scedit.core.hook;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.scedit.api.HookPoint;
import org.scedit.api.LayerPoint;
import org.scedit.api.SkipPoint;
import org.scedit.api.Step;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;
import org.scedit.core.model.Hooks;

/**
 * Adds the scaled residuals of any number of tuners at every point: {@code value + Σ scale_k · residual_k(value)}, each
 * residual computed from the untouched value.
 */
final class TunerHooks implements Hooks {
    private final List<TunedUNet.Attached> tuners;
    private final Step step;
    private final Ops ops;

    TunerHooks(List<TunedUNet.Attached> tuners, Step step, Ops ops) {
        this.tuners = List.copyOf(tuners);
        this.step = step;
        this.ops = ops;
    }

    @Override
    public NDArray skip(SkipPoint point, NDArray skip) {
        NDArray sum = skip;
        for (TunedUNet.Attached tuner : tuners) {
            var residual = tuner.instance().tuner().skips().get(point);
            if (residual != null) {
                try (Scope scope = new Scope()) {
                    sum = scope.keep(add(tuner, point, skip, sum, residual.residual(skip, step)));
                }
            }
        }
        return sum;
    }

    @Override
    public NDArray layer(LayerPoint point, NDArray input, NDArray output) {
        NDArray sum = output;
        for (TunedUNet.Attached tuner : tuners) {
            var residual = tuner.instance().tuner().layers().get(point);
            if (residual != null) {
                try (Scope scope = new Scope()) {
                    sum = scope.keep(add(tuner, point, output, sum, residual.residual(input, output, step)));
                }
            }
        }
        return sum;
    }

    private NDArray add(TunedUNet.Attached tuner, HookPoint point, NDArray value, NDArray sum, NDArray residual) {
        Shape expected = value.getShape();
        if (!residual.getShape().equals(expected)) {
            throw new IllegalStateException("tuner '" + tuner.instance().name() + "' returned a residual of shape "
                    + residual.getShape() + " at " + point.name() + ", whose value has shape " + expected);
        }
        return ops.addScaled(sum, residual, tuner.scale());
    }
}
