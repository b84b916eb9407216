package org.scedit.core.job;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.scedit.api.Picture;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.scenes.Captions;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneChecker;
import org.scedit.core.scenes.SceneRenderer;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;
import org.scedit.core.scenes.StyleStatistics;
import org.scedit.core.train.AutoencoderObjective;

/**
 * How well a model draws scenes: the share of captions that the rule-based checker finds right, and how far the
 * pictures' style is from a target style. Captions are of scenes that no training data hold.
 */
public final class SceneEvaluation {
    private static final long SCENES_SEED = 20_231_219;

    private final List<Scene> scenes;

    /**
     * @param split   which combinations of colour and shape
     * @param objects how many objects a scene has, each entry as likely as any other
     * @param count   how many scenes
     */
    public SceneEvaluation(Split split, List<Integer> objects, int count) {
        var sampler = new SceneSampler(SCENES_SEED, split, objects);
        List<Scene> drawn = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            drawn.add(sampler.scene(i));
        }
        scenes = List.copyOf(drawn);
    }

    /** The scenes that are drawn. */
    public List<Scene> scenes() {
        return scenes;
    }

    /**
     * One picture for each scene's caption.
     *
     * @param maps asked for what the tuners take; its numbers are those of {@link #scenes}
     */
    public List<Picture> draw(Pipeline pipeline, long seed, Pipeline.Settings settings, Pipeline.Maps maps) {
        return pipeline.draw(
                scenes.stream().map(Captions::shortCaption).toList(), seed, settings, maps, Pipeline.Observer.NONE);
    }

    /** How many of the pictures show what their captions say, 0..1. */
    public double right(List<Picture> pictures) {
        int right = 0;
        for (int i = 0; i < scenes.size(); i++) {
            right += SceneChecker.matches(pictures.get(i), scenes.get(i)) ? 1 : 0;
        }
        return (double) right / scenes.size();
    }

    /**
     * How far the pictures are from a style: 0 is the style itself. The target are the scenes in that style as the
     * autoencoder gives them back, since nothing that the U-Net draws can be crisper.
     */
    public double styleDistance(List<Picture> pictures, Style style, DiffusionModel model) {
        return StyleStatistics.distance(pictures, reconstructions(style, model.autoencoder()));
    }

    /** The scenes in a style, encoded and decoded. */
    public List<Picture> reconstructions(Style style, Autoencoder autoencoder) {
        List<Picture> result = new ArrayList<>();
        for (Scene scene : scenes) {
            try (NDManager manager = Torch.newManager();
                    Scope scope = new Scope()) {
                var picture = SceneRenderer.render(scene, style);
                var moments = autoencoder.encode(AutoencoderObjective.tensor(manager, List.of(picture)));
                float[] decoded = Torch.floats(autoencoder.decode(autoencoder.mean(moments)));
                result.add(Picture.fromTensor(decoded, picture.width(), picture.height()));
            }
        }
        return result;
    }
}
