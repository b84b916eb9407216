package org.scedit.core.scenes;

import java.util.List;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.Example;

/**
 * Pictures of the scene world with their captions, drawn when asked for. Picture {@code i} is a function of the
 * arguments and of {@code i} alone.
 */
public final class SceneDataset implements Dataset {
    private final SceneSampler sampler;
    private final long seed;
    private final List<Style> styles;
    private final int size;

    /**
     * @param styles  picture {@code i} is drawn in style {@code i} modulo their number
     * @param objects how many objects a scene may have, each entry as likely as any other
     */
    public SceneDataset(long seed, Split split, List<Integer> objects, List<Style> styles, int size) {
        sampler = new SceneSampler(seed, split, objects);
        this.seed = seed;
        this.styles = List.copyOf(styles);
        this.size = size;
    }

    /** The scene behind an example. */
    public Scene scene(int index) {
        return sampler.scene(index);
    }

    /** How an example is drawn. */
    public Style style(int index) {
        return styles.get(index % styles.size());
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Example get(int index) {
        Scene scene = scene(index);
        return new Example(SceneRenderer.render(scene, style(index)), Captions.caption(scene, seed + index));
    }
}
