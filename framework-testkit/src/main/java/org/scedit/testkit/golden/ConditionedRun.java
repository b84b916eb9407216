package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.scedit.api.Conditions;
import org.scedit.api.Step;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;

/**
 * A U-Net on a case's {@code in.sample, in.timestep, in.encoder_hidden_states}, with tuners that follow condition maps.
 *
 * @param manager owns what is made of the inputs
 */
record ConditionedRun(GoldenCase goldenCase, Tensors io, TunedUNet unet, NDManager manager) {
    /** The prediction without tuners. */
    void base(String output) {
        try (Scope scope = new Scope()) {
            goldenCase.output(io, output, forward());
        }
    }

    private NDArray forward() {
        return unet.forward(
                io.array(manager, "in.sample"),
                io.timesteps("in.timestep"),
                io.array(manager, "in.encoder_hidden_states"));
    }

    /** The prediction with the tuners that are on the U-Net. */
    void output(String output, Conditions conditions) {
        try (Scope scope = new Scope()) {
            unet.conditions(conditions);
            goldenCase.output(io, output, forward());
        }
    }

    /** Prediction, its mean squared distance from {@code in.target}, and the gradients that leaves in the tuner. */
    void output(String output, String loss, String gradients, TunerInstance tuner, Conditions conditions) {
        tuner.setTrainable(true);
        try (Autograd autograd = Autograd.record();
                Scope scope = new Scope()) {
            unet.conditions(conditions);
            NDArray prediction = forward();
            goldenCase.output(io, output, prediction);
            NDArray distance = new Ops().meanSquare(prediction, io.array(manager, "in.target"));
            goldenCase.output(io, loss, distance.getFloat());
            autograd.backward(distance);
        }
        for (String name : io.below(gradients)) {
            goldenCase.gradient(io, gradients + name, tuner.arrays().get(name));
        }
        tuner.arrays().values().stream().filter(NDArray::hasGradient).forEach(ConditionedRun::forgetGradient);
        tuner.setTrainable(false);
    }

    private static void forgetGradient(NDArray array) {
        NDArray gradient = array.getGradient();
        gradient.subi(gradient);
    }

    /** The evaluation as a tuner sees it. */
    Step step() {
        NDArray latents = io.array(manager, "in.sample");
        NDArray text = io.array(manager, "in.encoder_hidden_states");
        return new Step() {
            @Override
            public float[] timesteps() {
                return io.timesteps("in.timestep");
            }

            @Override
            public NDArray latents() {
                return latents;
            }

            @Override
            public NDArray text() {
                return text;
            }

            @Override
            public boolean training() {
                return false;
            }

            @Override
            public NDArray dropout(NDArray x, double probability) {
                return x;
            }
        };
    }
}
