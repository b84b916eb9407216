package org.scedit.core.measure;

import java.util.List;
import org.scedit.api.Picture;
import org.scedit.core.condition.Condition;
import org.scedit.core.data.Pictures;
import org.scedit.core.scenes.Captions;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneRenderer;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;

/** Scenes that no training data hold. */
final class SceneSubject implements Subject {
    /** No recipe's data are likely to have it. */
    private static final long SCENES_SEED = 20_231_219;

    private final SceneSampler scenes;
    private final Style style;
    private final int side;
    private final long seed;

    /**
     * @param split   which combinations of colour and shape
     * @param objects how many objects a scene has, each entry as likely as any other
     * @param style   that the scenes should be drawn in
     * @param side    of the pictures in pixels
     * @param seed    of what annotators draw by chance
     */
    SceneSubject(Split split, List<Integer> objects, Style style, int side, long seed) {
        scenes = new SceneSampler(SCENES_SEED, split, objects);
        this.style = style;
        this.side = side;
        this.seed = seed;
    }

    Scene scene(int index) {
        return scenes.scene(index);
    }

    Style style() {
        return style;
    }

    /** Other scenes, of combinations of colour and shape that the embedded model was not trained on. */
    SceneSubject heldOut(int objects) {
        return new SceneSubject(Split.HELDOUT, List.of(objects), style, side, seed);
    }

    @Override
    public int size() {
        return Integer.MAX_VALUE;
    }

    @Override
    public String prompt(int index) {
        return Captions.shortCaption(scene(index));
    }

    @Override
    public Picture target(int index) {
        return Pictures.fit(SceneRenderer.render(scene(index), style), side);
    }

    @Override
    public Picture map(Condition condition, int index) {
        return condition.ofScene(scene(index), style, side, condition.seed(seed, index));
    }
}
