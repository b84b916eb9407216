package org.scedit.core.job;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.scedit.core.generate.TextStates;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.train.EncodedData;
import org.scedit.core.train.SharedEncodings;
import org.scedit.core.train.Trainer;

/** What a run has in common with others that are trained beside it in this process; {@link #NONE} for a run alone. */
interface Companions {
    /** Nobody: the run loads, encodes and computes everything for itself. */
    Companions NONE = new Companions() {};

    /**
     * The base model: loaded, or the one that another run loaded. It is given back to {@link #close}.
     *
     * @param base its folder or single file
     */
    default DiffusionModel model(Path base, Supplier<DiffusionModel> load) {
        return load.get();
    }

    /** Closes the model, when no other run uses it. */
    default void close(DiffusionModel model) {
        model.close();
    }

    /** The states of texts, of the same model: made here, or by another run. */
    default TextStates texts(Supplier<TextStates> make) {
        return make.get();
    }

    /** The training pictures: encoded, or as another run encoded them. */
    default EncodedData data(Supplier<EncodedData> encode) {
        return encode.get();
    }

    /** The ways down of the batches, where they are shared. */
    default Optional<SharedEncodings> encodings() {
        return Optional.empty();
    }

    /**
     * Makes the trainer's next step, when it is this run's turn.
     *
     * @return with the seconds that the step would have taken alone
     */
    default Trainer.StepResult step(Trainer trainer) {
        return trainer.step();
    }

    /** What this run was spared so far; empty for a run alone. */
    default Optional<Saving> saving() {
        return Optional.empty();
    }

    /**
     * What a run was spared.
     *
     * @param cells   runs that are trained together
     * @param seconds of the U-Net's way down, which another run had computed
     * @param alone   seconds that the same steps would have taken without that
     */
    record Saving(int cells, double seconds, double alone) {}
}
