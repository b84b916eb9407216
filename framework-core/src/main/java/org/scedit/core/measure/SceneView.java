package org.scedit.core.measure;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.scedit.api.Picture;
import org.scedit.core.condition.Condition;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneDrawn;
import org.scedit.core.scenes.Style;
import org.scedit.core.train.AutoencoderObjective;

/** What one measure sees of scenes. */
final class SceneView extends View implements SceneDrawn {
    private final DrawnSubject drawn;
    private final SceneSubject subject;
    private final int count;

    SceneView(DrawnSubject drawn, int count, Optional<Condition> condition) {
        super(drawn, count, condition);
        this.drawn = drawn;
        this.count = count;
        subject = (SceneSubject) drawn.subject();
    }

    @Override
    public List<Scene> scenes() {
        return each(subject::scene, count);
    }

    @Override
    public Style style() {
        return subject.style();
    }

    @Override
    public SceneDrawn heldOut(int objects) {
        return new SceneView(drawn.heldOut(objects), count, Optional.empty());
    }

    @Override
    public List<Picture> reconstructions() {
        Autoencoder autoencoder = drawn.drawing().autoencoder();
        List<Picture> result = new ArrayList<>();
        for (Picture picture : targets()) {
            try (NDManager manager = Torch.newManager();
                    Scope scope = new Scope()) {
                var moments = autoencoder.encode(AutoencoderObjective.tensor(manager, List.of(picture)));
                float[] decoded = Torch.floats(autoencoder.decode(autoencoder.mean(moments)));
                result.add(Picture.fromTensor(decoded, picture.width(), picture.height()));
            }
        }
        return result;
    }
}
