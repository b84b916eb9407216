package org.scedit.core.job;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
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

    /** The training pictures: encoded, or as another run encoded them. */
    default EncodedData data(Supplier<EncodedData> encode) {
        return encode.get();
    }

    /** The ways down of the batches, where they are shared. */
    default Optional<SharedEncodings> encodings() {
        return Optional.empty();
    }

    /** Makes the trainer's next step, when it is this run's turn. */
    default Trainer.StepResult step(Trainer trainer) {
        return trainer.step();
    }
}
