package org.scedit.core.hook;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import java.util.OptionalLong;
import org.scedit.api.AddedConditions;
import org.scedit.api.Step;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.TextCondition;

/** One evaluation of the U-Net. Dropped elements are numbered by the call, so that the same training drops the same. */
final class Evaluation implements Step {
    private final NDArray latents;
    private final float[] timesteps;
    private final TextCondition text;
    private final OptionalLong seed;
    private final boolean checkpointing;
    private final Ops ops;
    private int dropouts;

    /**
     * @param seed          of what is dropped; empty where nothing is trained
     * @param checkpointing whether layers are computed again for their gradients
     */
    Evaluation(
            NDArray latents, float[] timesteps, TextCondition text, OptionalLong seed, boolean checkpointing, Ops ops) {
        this.latents = latents;
        this.timesteps = timesteps;
        this.text = text;
        this.seed = seed;
        this.checkpointing = checkpointing;
        this.ops = ops;
    }

    /** How many times elements were dropped so far. */
    int dropouts() {
        return dropouts;
    }

    /** The next elements are dropped as when {@link #dropouts} was this number. */
    void dropoutsFrom(int number) {
        dropouts = number;
    }

    @Override
    public float[] timesteps() {
        return timesteps.clone();
    }

    @Override
    public NDArray latents() {
        return latents;
    }

    @Override
    public NDArray text() {
        return text.states();
    }

    @Override
    public Optional<AddedConditions> added() {
        return text.added();
    }

    @Override
    public boolean training() {
        return seed.isPresent();
    }

    @Override
    public boolean gradientCheckpointing() {
        return checkpointing;
    }

    @Override
    public NDArray dropout(NDArray x, double probability) {
        if (probability < 0 || probability >= 1) {
            throw new IllegalArgumentException("a dropout probability is at least 0 and below 1, got " + probability);
        }
        if (seed.isEmpty() || probability == 0) {
            return x;
        }
        Torch.seed(Randomness.seed(seed.getAsLong(), "dropout", dropouts++));
        try (NDManager scratch = Torch.newManager();
                Scope scope = new Scope()) {
            NDArray uniform = Torch.drawn(scratch, host -> host.randomUniform(0, 1, x.getShape()));
            return scope.keep(ops.dropout(x, uniform, probability));
        }
    }
}
